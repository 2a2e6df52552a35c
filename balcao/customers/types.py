"""The words of customers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from balcao.kit.i18n import N_
from balcao.ports.channel import IdentityKind

__all__ = [
    "Edge",
    "Facts",
    "IdentityKind",
    "LinkRule",
    "ProofSource",
    "Reason",
    "Refusal",
    "Refused",
    "Score",
    "Spelling",
]


class LinkRule(StrEnum):
    """Why two identities were joined."""

    SAME_ACCOUNT = "same_account"  # the same strong key, proven on both sides: automatic
    AGENT_ADDED = "agent_added"  # an agent wrote another address on the same card
    AGENT_MERGED = "agent_merged"  # an agent confirmed that two customers are one person


class ProofSource(StrEnum):
    """What showed that the writer controls an address."""

    MAIL_AUTHENTICATION = "mail_authentication"
    AGENT = "agent"


class Refusal(StrEnum):
    """Why something was not done to a customer."""

    ONE_ALREADY = "one_already"
    NOT_SAME = "not_same"
    OTHER_ACCOUNTS = "other_accounts"
    MANY_EMAILS = "many_emails"
    MANY_PHONES = "many_phones"
    GROWING = "growing"
    TAKEN = "taken"
    UNREADABLE = "unreadable"
    UNDONE_ALREADY = "undone_already"


REFUSALS = {
    Refusal.ONE_ALREADY: N_("These are one customer already."),
    Refusal.NOT_SAME: N_("Somebody noted that these are two people, so they cannot be merged."),
    Refusal.OTHER_ACCOUNTS: N_("Each has an account of their own in the shop, so these are two people."),
    Refusal.MANY_EMAILS: N_("The merged customer would have more than %(limit)s e-mail addresses. Please check first."),
    Refusal.MANY_PHONES: N_("The merged customer would have more than %(limit)s phone numbers. Please check first."),
    Refusal.GROWING: N_("This customer was merged %(limit)s times within a day. Please check first."),
    Refusal.TAKEN: N_("This address belongs to another customer, %(name)s. You can merge the two."),
    Refusal.UNREADABLE: N_("This is not a complete address."),
    Refusal.UNDONE_ALREADY: N_("This merge was undone already."),
}
"""What to tell the agent, translated where it is shown, with the values of `Refused.values`."""


class Refused(Exception):
    """It was not done, for a reason that the agent is told."""

    def __init__(self, code: Refusal, **values: str | int) -> None:
        self.code = code
        self.message = REFUSALS[code]
        self.values = values
        super().__init__(self.message % values)


class Reason(StrEnum):
    """What speaks for or against two customers being one person."""

    SAME_ADDRESS = "same_address"  # equal match keys, not proven on both sides
    ALIKE_ADDRESS = "alike_address"  # one mailbox behind two spellings at a provider that ignores them
    SAME_LOCAL_PART = "same_local_part"  # ana.souza@ at two providers
    SAME_NAME = "same_name"
    SAME_CITY = "same_city"
    OTHER_NAME = "other_name"


REASONS = {
    Reason.SAME_ADDRESS: N_("same address, written differently"),
    Reason.ALIKE_ADDRESS: N_("same mailbox, written differently"),
    Reason.SAME_LOCAL_PART: N_("same address at another provider"),
    Reason.SAME_NAME: N_("same name"),
    Reason.SAME_CITY: N_("same city"),
    Reason.OTHER_NAME: N_("another name"),
}
"""How a reason reads, translated where it is shown."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An active link as the rules see it: identity `kept` took identity `absorbed` in."""

    id: int
    kept: int
    absorbed: int


@dataclass(frozen=True, slots=True)
class Facts:
    """One identity as the rules see it."""

    id: int
    kind: IdentityKind
    value: str
    match_key: str
    hint_key: str = ""
    scope: str = ""
    name_words: frozenset[str] = field(default_factory=frozenset)  # folded
    city: str = ""  # folded
    proven_at: datetime | None = None
    is_shared: bool = False  # a role address, a relay, a company's number: says nothing about a person


@dataclass(frozen=True, slots=True)
class Score:
    """How likely two identities are one person: the sum of the weights, and the reasons for it."""

    weight: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """An address as it is kept: what we write to and compare, and the keys of its other spellings."""

    value: str
    match_key: str
    hint_key: str = ""
    is_shared: bool = False

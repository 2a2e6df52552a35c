"""What the policy engine looks at and what it answers: law and shop side by side, every part with its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from balcao.deadlines.rules.law_words import Length, Trait
from balcao.returns.types.words import Outcome, Reason


class Claim(StrEnum):
    """The rights under which something may come back."""

    WITHDRAWAL = "withdrawal"  # without any reason
    DEFECT = "defect"
    DELIVERY = "delivery"  # it did not come in time


class Side(StrEnum):
    """Who gives something."""

    LAW = "law"
    SHOP = "shop"


class Payer(StrEnum):
    """Who pays for the way back."""

    SHOP = "shop"
    CUSTOMER = "customer"


class RefundPart(StrEnum):
    """What goes back."""

    PRICE = "price"
    FREIGHT = "freight"  # all that was paid to have it brought
    STANDARD_FREIGHT = "standard_freight"  # as much of it as the usual way would have cost
    RETURN_FREIGHT = "return_freight"


class Until(StrEnum):
    """How long a shop may keep the money back."""

    NOT_AT_ALL = "not_at_all"
    PROOF_OF_POSTING = "proof_of_posting"  # or the goods, whichever is first
    GOODS = "goods"


class Parameter(StrEnum):
    """What law and shop are compared by."""

    PERIOD = "period"
    REFUND_INCLUDES = "refund_includes"
    RETURN_COST = "return_cost"
    REFUND_WITHIN = "refund_within"
    WITHHOLD = "withhold"
    SEND_BACK_WITHIN = "send_back_within"
    CURE_WITHIN = "cure_within"
    REJECT_WITHIN = "reject_within"


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what a part of a decision rests."""

    rule: str  # "BR-CDC-49"; SHOP for the shop's own policy
    source: str = ""
    reviewed_on: date | None = None
    certainty: str = ""  # how sure the table is of it


SHOP = "SHOP"

Value = Length | tuple[str, ...] | str


@dataclass(frozen=True, slots=True)
class Term:
    """One parameter of one claim: what the law gives, what the shop gives, and which of them holds."""

    claim: Claim
    parameter: Parameter
    law: Value | None  # None: it says nothing
    shop: Value | None
    holds: Value | None
    side: Side  # whose it is; the law's where both give the same
    grounds: Grounds  # of what holds
    law_grounds: Grounds | None = None  # of what the law says, whatever holds


class Answer(StrEnum):
    """What the engine says by itself. It has no word for no: that is for people."""

    GRANT = "grant"
    REVIEW = "review"


class Cause(StrEnum):
    """Why a person looks before anything is said."""

    EXCEPTION = "exception"  # a thing that a rule leaves out
    LATE = "late"
    NO_RIGHT = "no_right"  # neither law nor shop speaks of it
    RISK = "risk"
    WORTH = "worth"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One cause with what it is about: the trait, the last day, the score."""

    cause: Cause
    detail: str = ""
    grounds: Grounds | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One claim on one line: how long it holds and what may be chosen by it."""

    claim: Claim
    last_day: date | None  # None: the period has not begun, so it has no end yet
    days_left: int | None
    is_in_time: bool
    side: Side  # who gives the last day
    grounds: Grounds
    outcomes: tuple[Outcome, ...]
    is_free_choice: bool  # else in the order given: the next one where the one before fails
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What is said of one line: granted if any claim grants it."""

    line: str
    answer: Answer
    entitlements: tuple[Entitlement, ...]
    doubts: tuple[Doubt, ...] = ()  # of the claim that comes nearest

    @property
    def last_day(self) -> date | None:
        """Return the last day of the claim that lasts longest; None where it has no end yet or there is no claim."""
        days = [one.last_day for one in self.entitlements]
        return None if not days or None in days else max(day for day in days if day)


class DutyKind(StrEnum):
    """What is owed by when."""

    ACKNOWLEDGE = "acknowledge"
    SEND_BACK = "send_back"  # by the customer
    REFUND = "refund"
    CURE = "cure"  # repair or replace


@dataclass(frozen=True, slots=True)
class Duty:
    """One legal due day; None while what it counts from has not happened."""

    kind: DutyKind
    claim: Claim
    due_on: date | None
    trigger: str  # what it counts from: notice, goods_received ...
    grounds: Grounds


class Told(StrEnum):
    """What an explanation says; the words are in `queries.telling`."""

    LAW = "law"
    NO_LAW = "no_law"
    NOT_BEGUN = "not_begun"
    BEGAN = "began"
    ROLLED = "rolled"
    NOTICE = "notice"
    IN_TIME = "in_time"
    LATE = "late"
    UNINFORMED = "uninformed"
    EXCEPTION = "exception"
    ALLOWED = "allowed"
    SHOP_IS_BETTER = "shop_is_better"
    NO_RIGHT = "no_right"
    UNSURE = "unsure"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One sentence about how a decision came about: its kind and the values it speaks of."""

    told: Told
    values: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""


@dataclass(frozen=True, slots=True)
class LineCase:
    """One line that is to come back."""

    line: str
    reason: Reason
    traits: frozenset[Trait] = frozenset()
    is_opened: bool | None = None  # None: nobody said
    defect_seen_on: date | None = None  # of a hidden one


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a decision looks at."""

    country: str  # ISO 3166, of the delivery address: whose law counts
    zone: str  # IANA, whose days are counted
    ordered_at: datetime
    deliveries: Mapping[str, datetime | None]  # every line of the order, also those that stay; None: not known
    lines: tuple[LineCase, ...]
    notice_at: datetime  # when the customer sent it, however they did
    now: datetime
    channel: str = ""
    is_informed: bool = True  # of the right, when they bought
    promised_at: datetime | None = None
    posted_at: datetime | None = None
    received_at: datetime | None = None
    holidays: frozenset[date] = frozenset()  # where the customer lives
    risk_score: int = 0
    worth: int = 0  # minor units
    is_other_currency: bool = False  # than the shop's, in which its policy's sums are


@dataclass(frozen=True, slots=True)
class Decision:
    """What law and shop say to a case."""

    country: str
    jurisdiction: str
    notice_on: date
    answer: Answer
    lines: tuple[LineAnswer, ...]
    terms: tuple[Term, ...]
    duties: tuple[Duty, ...]
    doubts: tuple[Doubt, ...] = ()  # of the whole: risk, worth
    explanations: tuple[Explanation, ...] = ()
    is_ack_required: bool = False

    def term(self, claim: Claim, parameter: Parameter) -> Term | None:
        """Return one parameter of a claim."""
        return next((one for one in self.terms if (one.claim, one.parameter) == (claim, parameter)), None)

    def due(self, kind: DutyKind) -> date | None:
        """Return the earliest day of one kind of duty; None where there is none yet."""
        return min((one.due_on for one in self.duties if one.kind == kind and one.due_on), default=None)

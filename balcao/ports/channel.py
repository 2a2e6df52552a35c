"""The channel port: what an adapter to a way in and out (mail, form, chat, ...) must be.

An adapter receives values and returns values; it never sees a model, a request or a
transaction. The core stores what comes in as a `RawEnvelope` before `Channel.parse` reads it, and writes
a dispatch before `Channel.send` sends it. Everything here is plain Python.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from balcao.ports.hooks import HookRequest


class IdentityKind(StrEnum):
    """The kinds of address a customer can have."""

    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"
    ACCOUNT = "account"
    WALK_IN = "walk_in"


class Nature(StrEnum):
    """What an inbound envelope turned out to be."""

    MESSAGE = "message"
    AUTO = "auto"  # out of office, read receipt, list mail's automatic answer: stored, but no contact
    BOUNCE = "bounce"  # a delivery report, a delay notice among them
    COMPLAINT = "complaint"  # a feedback report (RFC 5965): the receiver pressed "spam"


class Proof(StrEnum):
    """How far the channel vouches for the sender's address."""

    PROVEN = "proven"
    CLAIMED = "claimed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Party:
    """One address at the other end: who wrote, or to whom we write."""

    kind: IdentityKind
    value: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message or leaves with one."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a bounce or complaint says about one message of ours."""

    recipient: str
    permanent: bool
    status: str = ""  # RFC 3463, for instance 5.1.1
    action: str = ""  # RFC 3464: failed, delayed, delivered, relayed, expanded; "complaint" for RFC 5965
    about: str = ""  # the external id of our message, when the report names it
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RawEnvelope:
    """One thing as a channel handed it over, before anything is understood."""

    external_id: str  # unique within (channel, source); what makes taking in idempotent
    body: bytes = field(repr=False)
    source: str = ""  # where in the channel it stood: a folder, a hook, "stdin"
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One understood message. Texts are Unicode, with card numbers already redacted."""

    external_id: str  # the message's own id on the channel (Message-ID, wamid, ...); never empty
    fingerprint: str  # SHA-256 (hex) over the body, to tell a repeat from another message with the same id
    nature: Nature
    sender: Party
    subject: str = ""
    text: str = ""  # the new words only, without quotes and signature
    full_text: str = ""  # all the words
    html: str = field(default="", repr=False)  # as received; sanitised at render
    sent_at: datetime | None = None  # the sender's clock, timezone-aware
    reply_to: Party | None = None  # where an answer should go, when not to the sender
    recipients: tuple[Party, ...] = ()  # everybody it was addressed to, our own addresses among them
    copied: tuple[Party, ...] = ()  # those who stood in copy
    answers: tuple[str, ...] = ()  # external ids that it answers, nearest first
    reply_tokens: tuple[str, ...] = ()  # candidates for a signed reply token, as found in the addressing
    ticket_tag: str = ""  # a ticket number named in the subject, e.g. "48213"
    proof: Proof = Proof.CLAIMED
    proof_detail: str = ""  # for people: "dmarc=pass (example.com)"
    language: str = ""  # BCP 47 when the channel says it, else ""
    files: tuple[File, ...] = ()
    report: Report | None = None  # only with Nature.BOUNCE and Nature.COMPLAINT
    silence: str = ""  # why nothing automatic may answer this ("auto-submitted", "list", ...); "" = may
    suspicion: str = ""  # why this is probably spam ("honeypot", "receiver's filter"); "" = it is not
    warnings: tuple[str, ...] = ()  # codes shown as a banner: "several-senders", "name-holds-address", ...
    fields: Mapping[str, str] = field(default_factory=dict)  # extra facts, e.g. a form's own fields
    topic: str = ""  # the key of the topic that the sender chose; an unknown one is as none


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to hand to the channel. Its external id is ours, fixed before the first try."""

    external_id: str
    to: tuple[Party, ...]
    text: str
    sender_name: str = ""
    subject: str = ""
    copied: tuple[Party, ...] = ()
    html: str = ""
    answers: tuple[str, ...] = ()  # as in Inbound: nearest first
    reply_token: str = ""  # where an answer finds its conversation; the channel decides how it travels
    files: tuple[File, ...] = ()
    automatic: bool = False  # written by a machine: the channel marks it so that no machine answers
    language: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel took the message over."""

    external_id: str  # the id under which the channel knows it (often the one we gave)
    detail: str = ""


class ChannelError(Exception):
    """The channel could not do it. `permanent`: trying again the same way is pointless.

    `uncertain`: the message may have left all the same (the line broke after `handing_over` and before an answer); it
    is never tried again by itself. A clear refusal after `handing_over` is not uncertain.

    The message is for people and holds no secrets: a sentence that is a message id, and on a second line, if there is
    one, the other side's own words. `code` names the fault for programs: "auth", "connect", "tls", "refused",
    "address", "size", "rate", "protocol", "uncertain".
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        code: str = "protocol",
        retry_after: float | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.uncertain = uncertain
        self.code = code
        self.retry_after = retry_after  # seconds, when the channel says so


class Unreadable(Exception):
    """`parse` cannot understand this envelope; it goes to quarantine with this reason (one sentence)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be said on this channel, and how."""

    starts: bool = True  # may the shop write first?
    replies: bool = True  # can an answer travel on this channel at all?
    subject: bool = True
    copies: bool = True
    text_length: int = 1_000_000
    file_size: int = 25_000_000  # bytes each
    total_size: int = 25_000_000  # bytes together
    file_count: int = 50


def forget(secrets: Mapping[str, str]) -> None:
    """Keep nothing: where nobody stores renewed secrets."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A configured channel as its adapter sees it: its typed config and the addresses that are our own."""

    config: Any  # an instance of the adapter's `Config`
    own: tuple[Party, ...] = ()
    language: str = "en"  # of the shop
    region: str = ""  # ISO 3166 country of the shop, for phone numbers
    keep_secrets: Callable[[Mapping[str, str]], None] = forget  # called with settings that changed: a renewed token


@dataclass(frozen=True, slots=True)
class Batch:
    """What one `fetch` brought: envelopes in order, and the cursor to store once they are kept."""

    envelopes: tuple[RawEnvelope, ...]
    cursor: Mapping[str, Any]
    more: bool = False  # the channel has more right now: ask again at once
    refused: tuple[tuple[str, str], ...] = ()  # (external id, reason) the channel showed but would not hand over


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What to answer the caller once the envelopes are durably kept."""

    envelopes: tuple[RawEnvelope, ...] = ()
    status: int = 200
    body: str = ""
    media_type: str = "text/plain"


class Channel(Protocol):
    """The part that every channel has."""

    kind: ClassVar[str]  # "mail", "form": the folder's name
    identity_kind: ClassVar[IdentityKind]  # what addresses on this channel are
    Config: ClassVar[type[Any]]  # a frozen dataclass built from `config_field`s; its set-up form is made from it

    def clean(self, raw: RawEnvelope) -> RawEnvelope:
        """Return the envelope as it may be stored: without card numbers. Doing it twice changes nothing more."""
        ...

    def parse(self, raw: RawEnvelope, connection: Connection) -> Inbound:
        """Understand one envelope, or raise `Unreadable`. Pure: same bytes, same result."""
        ...

    def send(self, outbound: Outbound, connection: Connection, *, handing_over: Callable[[], None]) -> Receipt:
        """Send one message, or raise `ChannelError`.

        `handing_over` must be called once, right before the instant from which the message may have left
        although we never hear of it. A crash before it is tried again; a crash after it is reported as uncertain.
        """
        ...

    def new_id(self, connection: Connection) -> str:
        """Mint the external id of a message that is about to be written; never guessable, never reused."""
        ...

    def limits(self, connection: Connection) -> Limits:
        """Say what may be said on this channel."""
        ...


@runtime_checkable
class Fetching(Protocol):
    """A channel that we ask for what is new (IMAP and other mailboxes)."""

    def fetch(self, connection: Connection, cursor: Mapping[str, Any], *, only: Sequence[str] = ()) -> Batch:
        """Return what came after `cursor` (empty: from the beginning), or just the envelopes named by `only`."""
        ...

    def inventory(self, connection: Connection, cursor: Mapping[str, Any]) -> Iterator[str]:
        """Name the external ids the server holds now within what `cursor` has passed, for reconciliation."""
        ...

    def listen(self, connection: Connection, cursor: Mapping[str, Any], *, seconds: float) -> bool:
        """Wait until something new may be there (True) or the time is over (False). Falls back to sleeping."""
        ...

    def hang_up(self) -> None:
        """Close what this thread keeps open between two fetches."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """A channel that calls us."""

    def receive(self, request: HookRequest, connection: Connection) -> HookAnswer:
        """Check the caller's signature (`Forbidden` if wrong) and return what is to be kept, unread."""
        ...


@runtime_checkable
class Checked(Protocol):
    """A channel whose settings can be tried out."""

    def check(self, connection: Connection) -> Sequence[tuple[str, bool, str]]:
        """Try the settings: (what was tried, did it work, what to do) in order; never raises.

        Both texts are message ids; what to do may have a second line, as in `ChannelError`.
        """
        ...


@runtime_checkable
class Consented(Protocol):
    """A channel into which the owner of an account elsewhere lets us (OAuth 2 with PKCE)."""

    def consent_url(self, connection: Connection, *, redirect_uri: str, state: str, verifier: str) -> str:
        """Return the page on which the owner agrees; empty where these settings need no consent."""
        ...

    def consented(self, connection: Connection, *, redirect_uri: str, code: str, verifier: str) -> Mapping[str, str]:
        """Turn the code that came back into the secrets to keep, or raise `ChannelError`."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a page that a channel has us show; the label is a message id."""

    name: str
    kind: str  # as HTML's input: "text", "email", "tel", "textarea", "file"; "topic": one of those the shop offers
    label: str
    is_required: bool = False
    autocomplete: str = ""
    longest: int = 0  # characters, or files


class Incomplete(Exception):
    """What somebody entered cannot be taken: message ids by the name of the question."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


@runtime_checkable
class Hosted(Protocol):
    """A channel with a page of ours that people fill in. `key` is a secret of this channel alone."""

    def questions(self, connection: Connection) -> Sequence[Question]:
        """Return what the page asks, in order."""
        ...

    def unseen(self, connection: Connection, *, key: str, now: datetime) -> Mapping[str, str]:
        """Return the hidden fields of a page that is shown now."""
        ...

    def origins(self, connection: Connection) -> Sequence[str]:
        """Return the sites that may show the page within their own."""
        ...

    def submitted(
        self,
        answers: Mapping[str, str],
        files: Sequence[File],
        connection: Connection,
        *,
        key: str,
        recent: Mapping[str, int],
        now: datetime,
    ) -> RawEnvelope:
        """Return the envelope to keep, or raise `Incomplete`.

        `answers` hold the hidden fields too; `recent` counts the last hour's submissions by "address" and "network".
        """
        ...

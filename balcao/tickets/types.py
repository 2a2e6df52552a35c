"""The words of tickets."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"  # nobody of the shop has answered or touched it
    OPEN = "open"  # the shop's turn
    WAITING = "waiting"  # the customer's turn, with an optional reminder date
    SOLVED = "solved"  # done for us; closes after the shop's number of days
    CLOSED = "closed"
    SPAM = "spam"
    TRASH = "trash"


class Queue(StrEnum):
    """Where a ticket is looked for: its status and whether it is snoozed, in one indexed word."""

    OURS = "ours"  # new or open: the shop's turn
    WAITING = "waiting"
    SNOOZED = "snoozed"
    SOLVED = "solved"
    CLOSED = "closed"
    SPAM = "spam"
    TRASH = "trash"


ACTIVE = (Status.NEW, Status.OPEN, Status.WAITING)
ACTIVE_QUEUES = (Queue.OURS, Queue.WAITING, Queue.SNOOZED)
OURS = (Status.NEW, Status.OPEN)  # the shop's turn
HIDDEN = (Status.SPAM, Status.TRASH)


class Priority(StrEnum):
    """How soon it matters."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Kind(StrEnum):
    """What a matter takes."""

    QUICK = "quick"  # an answer from what is known
    ACTION = "action"  # one deed on the order
    FORWARDED = "forwarded"  # the work of other departments


class Direction(StrEnum):
    """Which way a message went."""

    IN = "in"
    OUT = "out"


class MessageKind(StrEnum):
    """What a message is on the timeline."""

    SAID = "said"  # an ordinary message
    AUTO = "auto"  # a machine's: never reopens, counts as no contact
    BOUNCE = "bounce"
    LOGGED = "logged"  # a contact that came outside of our channels, written down by an agent
    FORWARD = "forward"  # sent by us to somebody outside


class Source(StrEnum):
    """How a contact came that an agent wrote down."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    LETTER = "letter"  # on paper
    MARKETPLACE = "marketplace"
    CONSUMIDOR_GOV = "consumidor_gov"  # consumidor.gov.br, of Brazil's government
    RECLAME_AQUI = "reclame_aqui"
    PROCON = "procon"
    SIKAYETVAR = "sikayetvar"
    HAKEM_HEYETI = "hakem_heyeti"  # Tüketici Hakem Heyeti, Turkey's consumer arbitration committees
    AUTHORITY = "authority"  # another authority, regulator or ombudsman


SPOKEN = frozenset({"", Source.PHONE, Source.IN_PERSON})  # it was answered as it was said; the others wait for one

# Where customers go when the shop did not help; what comes from there is a complaint.
COMPLAINT_BODIES = frozenset(
    {
        Source.CONSUMIDOR_GOV,
        Source.RECLAME_AQUI,
        Source.PROCON,
        Source.SIKAYETVAR,
        Source.HAKEM_HEYETI,
        Source.AUTHORITY,
    }
)


class ParticipantRole(StrEnum):
    """How an identity takes part in a conversation."""

    WRITER = "writer"
    COPIED = "copied"


class LinkReason(StrEnum):
    """Why a new ticket points at an older one."""

    POSSIBLE_REPLY = "possible_reply"  # it answers our thread, but from an address that has no part in it
    AFTER_CLOSE = "after_close"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class DueFacts:
    """What lists show of a ticket's running clocks: of the next promise, or of the pause that all of them are in."""

    due_at: datetime | None = None  # null: no clock runs
    due_kind: str = ""  # deadlines.types.ClockKind
    paused_for: str = ""  # deadlines.types.PauseReason
    paused_left: int | None = None  # seconds left when it was paused, below 0 when late by then
    warned: int = 0  # of the time: 0, 50, 75 or 90 per cent are used
    breached_at: datetime | None = None  # the due instant that passed while its clock still runs or is paused
    is_at_risk: bool = False  # by the forecast, although nothing is late yet


class Refusal(StrEnum):
    """Why a deed on a ticket is refused; the faces translate each."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    MERGED = "merged"
    NO_RECIPIENT = "no_recipient"
    NO_ANSWER_CHANNEL = "no_answer_channel"
    CANNOT_START = "cannot_start"
    SOMETHING_NEWER = "something_newer"
    SAME_TICKET = "same_ticket"
    OTHER_SHOP = "other_shop"
    NOTHING_LEFT = "nothing_left"  # a split that would take every message
    ALREADY_UNDONE = "already_undone"
    MERGED_ON = "merged_on"  # undo the later merge first
    CHANGED_SINCE = "changed_since"
    NO_SUCH_AGENT = "no_such_agent"  # not active, or does not work for this shop
    IN_THE_PAST = "in_the_past"
    NAME_TAKEN = "name_taken"
    HELD_OPEN = "held_open"  # a process runs on it: end that first
    TOPIC_IN_USE = "topic_in_use"  # tickets have it, or topics stand below it
    TOPIC_INSIDE_ITSELF = "topic_inside_itself"
    NOT_FOR_SHOP = "not_for_shop"  # a topic of another shop


class TicketRefused(Exception):
    """A deed that is not possible, with its reason."""

    def __init__(self, refusal: Refusal, **facts: object) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.facts = facts


class OrderRule(StrEnum):
    """Why a ticket is said to be about an order."""

    NAMED = "named"  # a message named it, and it is the customer's
    TAX_ID = "tax_id"  # a message named the tax id of its buyer, who is the customer; it is their newest
    AGENT = "agent"
    ACTED = "acted"  # something was done to it from the ticket

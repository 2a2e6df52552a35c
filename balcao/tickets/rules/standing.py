"""Where a ticket stands, where a message belongs, what is counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from balcao.ports.channel import Nature, Proof
from balcao.tickets.types import ACTIVE_QUEUES, LinkReason, Queue, Status

REOPENS_WITHIN = timedelta(days=30)  # after that an answer opens a new ticket, linked to the old one
UNDO_WINDOW = timedelta(seconds=10)
SAME_CLICK = timedelta(seconds=60)  # the same words by the same agent within it are a form that was sent twice
MOST_TICKETS_AN_HOUR = 10  # opened by one sender; the next mails are collected in one ticket
REPEAT_WITHIN = timedelta(days=7)

_QUEUES = {
    Status.NEW: Queue.OURS,
    Status.OPEN: Queue.OURS,
    Status.WAITING: Queue.WAITING,
    Status.SOLVED: Queue.SOLVED,
    Status.CLOSED: Queue.CLOSED,
    Status.SPAM: Queue.SPAM,
    Status.TRASH: Queue.TRASH,
}


def queue_of(status: str, *, snoozed: bool) -> Queue:
    """Return where a ticket of this status is looked for; only active ones can be snoozed away."""
    queue = _QUEUES[Status(status)]
    return Queue.SNOOZED if snoozed and queue in (Queue.OURS, Queue.WAITING) else queue


def after_customer_message(status: str) -> Status:
    """Return the status after the customer wrote: what waited or was done becomes the shop's turn again."""
    if status in (Status.WAITING, Status.SOLVED, Status.CLOSED):
        return Status.OPEN
    return Status(status)


def tally_keys(
    *, queue: str, assignee_id: int | None, team_id: int | None, kind: str = "", promises: Iterable[str] = ()
) -> frozenset[str]:
    """Name the kept counts that a ticket is part of; `promises` are what `rules.promise_keys` says of its clocks."""
    if queue not in ACTIVE_QUEUES:
        return frozenset({queue})
    keys = set(promises)
    if queue != Queue.OURS:
        keys.add(queue)
        if queue == Queue.WAITING and assignee_id:
            keys.add(f"waiting:agent:{assignee_id}")
        return frozenset(keys)
    keys |= {"ours", f"agent:{assignee_id}" if assignee_id else "unassigned"}
    if team_id:
        keys.add(f"team:{team_id}")
    if kind:
        keys.add(f"kind:{kind}")
    return frozenset(keys)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation that an inbound message may belong to, with what decides whether it does."""

    conversation_id: int
    ticket_status: str
    closed_at: datetime | None
    is_participant: bool
    by_token: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: into a conversation, or into a new ticket that may point at an older one."""

    conversation_id: int | None = None
    is_stranger: bool = False
    linked_conversation_id: int | None = None
    reason: LinkReason | None = None


def place(candidates: Iterable[Candidate], *, proof: str, at: datetime) -> Place:
    """Decide where a message goes; candidates come in order of strength, the first that holds wins.

    A signed reply token opens its conversation to anybody, but a writer who has no part in it (or whose
    address failed authentication) is shown as a stranger. A thread or subject tag needs a participant whose address
    did not fail, otherwise the message opens a ticket of its own beside the thread.
    """
    for found in candidates:
        trusted = found.is_participant and proof != Proof.FAILED
        if not (trusted or found.by_token):
            return Place(linked_conversation_id=found.conversation_id, reason=LinkReason.POSSIBLE_REPLY)
        if is_over(found.ticket_status, closed_at=found.closed_at, at=at):
            return Place(linked_conversation_id=found.conversation_id, reason=LinkReason.AFTER_CLOSE)
        return Place(conversation_id=found.conversation_id, is_stranger=not trusted)
    return Place()


def is_over(status: str, *, closed_at: datetime | None, at: datetime) -> bool:
    """Tell whether a ticket is so long done, or thrown away, that an answer is a new matter."""
    if status == Status.TRASH:
        return True
    return status == Status.CLOSED and closed_at is not None and at - closed_at > REOPENS_WITHIN


def opening_status(*, nature: str, suspicion: str) -> Status:
    """Return the status of a ticket that this message opens: a machine's mail is nobody's work."""
    if suspicion:
        return Status.SPAM
    return Status.NEW if nature == Nature.MESSAGE else Status.CLOSED


def last_words(text: str, *, length: int = 160) -> str:
    """Return the beginning of a text on one line, for a list row."""
    return " ".join(text.split())[:length]

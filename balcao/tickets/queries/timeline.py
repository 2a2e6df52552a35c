"""The timeline of a ticket: what was said, noted and done, newest page first, older on request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db.models import Q, QuerySet

from balcao.channels.models import DispatchReceipt
from balcao.journal.models import Entry
from balcao.journal.types import SubjectKind
from balcao.kit.prepared import Prepared
from balcao.staff.models import Agent
from balcao.tickets.models import Attachment, Conversation, Draft, Message, Note, Ticket

PAGE = 30

# What the timeline shows as an event of its own; the rest is visible as the message or note itself.
EVENTS = (
    "ticket.assigned",
    "ticket.status.changed",
    "ticket.priority.changed",
    "ticket.kind.changed",
    "ticket.topic.changed",
    "ticket.subject.changed",
    "ticket.language.changed",
    "ticket.tags.changed",
    "ticket.snoozed",
    "ticket.woken",
    "ticket.merged",
    "ticket.merge.undone",
    "ticket.split",
    "ticket.split.undone",
    "ticket.message.recalled",
    "ticket.order.linked",
    "ticket.order.unlinked",
    "order.action.asked",
    "order.action.approved",
    "order.action.declined",
    "order.action.withdrawn",
    "order.action.done",
    "order.action.partly",
    "order.action.refused",
    "order.action.uncertain",
    "verification.asked",
    "verification.failed",
    "verification.passed",
    "verification.disowned",
    "verification.attested",
    "process.started",
    "process.stage.entered",
    "process.stage.left",
    "process.stage.given",
    "process.ended",
    "process.reopened",
    "process.paused",
    "process.resumed",
    "process.task.given",
    "process.task.done",
    "process.fields.filled",
    "process.forward.asked",
    "process.forward.declined",
    "process.effect.done",
    "process.effect.failed",
    "process.effect.retried",
    "process.version.taken",
    "process.signalled",
)


@dataclass(slots=True)
class Timeline:
    """One page of a ticket's history, oldest first; `older` is where the page before it ends."""

    entries: list[Message | Note | Entry] = field(default_factory=list)
    older: datetime | None = None


def _when(entry: Message | Note | Entry) -> tuple[datetime, int]:
    return entry.at, 0 if isinstance(entry, Message) else 1


def _messages(ticket: int) -> "QuerySet[Message]":
    """Return the messages of a ticket, newest first, with what the timeline shows of them."""
    rows = Message.objects.filter(ticket=ticket, is_recalled=False).order_by("-at", "-id")
    return rows.select_related("identity__customer", "agent", "channel", "dispatch", "letter").defer(
        "letter__html", "letter__full_text", "letter__fields", "dispatch__outbound"
    )


def _notes(ticket: int) -> "QuerySet[Note]":
    return Note.objects.filter(ticket=ticket).select_related("agent").order_by("-at", "-id")


def _events(ticket: int) -> "QuerySet[Entry]":
    rows = Entry.objects.filter(subjects__kind=SubjectKind.TICKET, subjects__subject_id=ticket, name__in=EVENTS)
    return rows.select_related("personal").order_by("-id")


_MESSAGES = Prepared(lambda ticket: _messages(ticket)[: PAGE + 1])
_NOTES = Prepared(lambda ticket: _notes(ticket)[: PAGE + 1])
_EVENTS = Prepared(lambda ticket: _events(ticket)[: PAGE + 1])
_FILES = Prepared(lambda messages: Attachment.objects.filter(message__in=messages).order_by("id"))
_NOTE_FILES = Prepared(lambda notes: Attachment.objects.filter(note__in=notes).order_by("id"))
_REPORTS = Prepared(lambda dispatches: DispatchReceipt.objects.filter(dispatch__in=dispatches).order_by("id"))
_MENTIONED = Prepared(
    lambda notes: Note.mentions.through.objects.filter(note__in=notes).select_related("agent").order_by("agent__name")
)
_DRAFTS = Prepared(lambda ticket: Draft.objects.filter(ticket=ticket).select_related("agent").order_by("-saved_at"))


def timeline(*, ticket: Ticket, before: datetime | None = None, limit: int = PAGE) -> Timeline:
    """Return the last messages, notes and events of a ticket (before a time), in a fixed number of queries."""
    messages, notes, events = (
        _newest(ticket.pk) if before is None and limit == PAGE else _some(ticket.pk, before, limit)
    )
    _complete(messages, notes)
    found: list[Message | Note | Entry] = [*messages, *notes, *events]
    found.sort(key=_when, reverse=True)
    if len(found) <= limit:
        return Timeline(found[::-1])
    page = _whole_moments(found, limit)
    return Timeline(page[::-1], page[-1].at)


def _newest(ticket: int) -> tuple[list[Message], list[Note], list[Entry]]:
    return _MESSAGES(ticket), _NOTES(ticket), _EVENTS(ticket)


def _some(ticket: int, before: datetime | None, limit: int) -> tuple[list[Message], list[Note], list[Entry]]:
    earlier = Q(at__lt=before) if before else Q()
    return (
        list(_messages(ticket).filter(earlier)[: limit + 1]),
        list(_notes(ticket).filter(earlier)[: limit + 1]),
        list(_events(ticket).filter(earlier)[: limit + 1]),
    )


def _complete(messages: list[Message], notes: list[Note]) -> None:
    """Add the files, receipts and mentions, each kind for all of them at once."""
    said = {message.pk: message for message in messages}
    sent = {message.dispatch_id: message.dispatch for message in messages if message.dispatch_id}
    noted = {note.pk: note for note in notes}
    _hand_out(said, "files", ((row.message_id, row) for row in _FILES(list(said))))
    _hand_out(sent, "reports", ((row.dispatch_id, row) for row in _REPORTS(list(sent))))
    _hand_out(noted, "files", ((row.note_id, row) for row in _NOTE_FILES(list(noted))))
    _hand_out(noted, "mentioned", ((row.note_id, row.agent) for row in _MENTIONED(list(noted))))


def _hand_out(owners: Mapping[Any, Any], name: str, parts: Iterable[tuple[Any, Any]]) -> None:
    for owner in owners.values():
        setattr(owner, name, [])  # a plain list: a related manager for each would cost many times more
    for owner, part in parts:
        getattr(owners[owner], name).append(part)


def _whole_moments(found: list[Message | Note | Entry], limit: int) -> list[Message | Note | Entry]:
    """Return the newest of these, cut between two moments: the next page begins before the last one of this."""
    cut = found[limit].at
    return [entry for entry in found if entry.at > cut] or [entry for entry in found if entry.at == cut]


def files_of(entry: Message | Note) -> list[Attachment]:
    """Return the attachments of an entry of a timeline."""
    return cast("list[Attachment]", getattr(entry, "files", []))


def reports_of(message: Message) -> list[DispatchReceipt]:
    """Return what the other side said of a message of a timeline."""
    return cast("list[DispatchReceipt]", getattr(message.dispatch, "reports", []))


def mentioned_in(note: Note) -> list[Agent]:
    """Return the colleagues that a note of a timeline names."""
    return cast("list[Agent]", getattr(note, "mentioned", []))


def conversations_of(ticket: Ticket) -> list[Conversation]:
    """Return a ticket's conversations, the one last written in first, with who takes part."""
    rows = Conversation.objects.filter(ticket=ticket).select_related("channel", "identity__customer")
    return list(rows.prefetch_related("participants__identity").order_by("-id"))


def drafts_of(ticket: Ticket) -> list[Draft]:
    """Return what agents are writing on a ticket right now."""
    return _DRAFTS(ticket.pk)

"""The timeline of a ticket: what was said, noted and done, newest page first, older on request."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.db.models import Prefetch, Q, QuerySet

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
    return (
        rows.select_related("identity__customer", "agent", "channel", "dispatch", "letter")
        .defer("letter__html", "letter__full_text", "letter__fields", "dispatch__outbound")
        .prefetch_related(
            # Into plain lists, which is many times cheaper than a related manager for each message.
            Prefetch("attachments", Attachment.objects.order_by("id"), to_attr="files"),
            Prefetch("dispatch__receipts", DispatchReceipt.objects.order_by("id"), to_attr="reports"),
        )
    )


def _notes(ticket: int) -> "QuerySet[Note]":
    rows = Note.objects.filter(ticket=ticket).select_related("agent").order_by("-at", "-id")
    return rows.prefetch_related(
        Prefetch("attachments", Attachment.objects.order_by("id"), to_attr="files"),
        Prefetch("mentions", Agent.objects.all(), to_attr="mentioned"),
    )


def _events(ticket: int) -> "QuerySet[Entry]":
    rows = Entry.objects.filter(subjects__kind=SubjectKind.TICKET, subjects__subject_id=ticket, name__in=EVENTS)
    return rows.select_related("personal").order_by("-id")


_MESSAGES = Prepared(lambda ticket: _messages(ticket)[: PAGE + 1])
_NOTES = Prepared(lambda ticket: _notes(ticket)[: PAGE + 1])
_EVENTS = Prepared(lambda ticket: _events(ticket)[: PAGE + 1])
_DRAFTS = Prepared(lambda ticket: Draft.objects.filter(ticket=ticket).select_related("agent").order_by("-saved_at"))


def timeline(*, ticket: Ticket, before: datetime | None = None, limit: int = PAGE) -> Timeline:
    """Return the last messages, notes and events of a ticket (before a time), in a fixed number of queries."""
    if before is None and limit == PAGE:
        found: list[Message | Note | Entry] = [*_MESSAGES(ticket.pk), *_NOTES(ticket.pk), *_EVENTS(ticket.pk)]
    else:
        earlier = Q(at__lt=before) if before else Q()
        found = [
            *_messages(ticket.pk).filter(earlier)[: limit + 1],
            *_notes(ticket.pk).filter(earlier)[: limit + 1],
            *_events(ticket.pk).filter(earlier)[: limit + 1],
        ]
    found.sort(key=_when, reverse=True)
    if len(found) <= limit:
        return Timeline(found[::-1])
    page = _whole_moments(found, limit)
    return Timeline(page[::-1], page[-1].at)


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

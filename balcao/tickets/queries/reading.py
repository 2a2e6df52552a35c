"""Messages and notes in the order in which they were written, page by page, for programs."""

from django.db.models import Prefetch, Q, QuerySet

from balcao.tickets.models import Attachment, Message, Note, Ticket
from balcao.tickets.queries.walking import Key

_FILES = Prefetch("attachments", Attachment.objects.order_by("id"))


def messages_after(
    *, ticket: Ticket | None = None, conversation_id: int | None = None, after: Key | None, limit: int
) -> tuple[list[Message], Key | None]:
    """Return messages of a ticket or of one conversation, oldest first, and where the next page begins."""
    rows = Message.objects.select_related("ticket", "dispatch", "agent", "identity").prefetch_related(_FILES)
    rows = rows.defer("dispatch__outbound", "dispatch__files")
    if ticket:
        rows = rows.filter(ticket=ticket)
    if conversation_id:
        rows = rows.filter(conversation_id=conversation_id)
    found = list(_beyond(rows, after).order_by("at", "id")[: limit + 1])
    return found[:limit], _place(found, limit)


def notes_after(*, ticket: Ticket, after: Key | None, limit: int) -> tuple[list[Note], Key | None]:
    """Return notes of a ticket, oldest first, and where the next page begins."""
    rows = Note.objects.filter(ticket=ticket).select_related("ticket").prefetch_related(_FILES, "mentions")
    found = list(_beyond(rows, after).order_by("at", "id")[: limit + 1])
    return found[:limit], _place(found, limit)


def _beyond(rows: QuerySet, after: Key | None) -> QuerySet:  # type: ignore[type-arg] # of messages or of notes
    if after is None:
        return rows
    later = Q(at__gt=after.at) | Q(id__gt=after.id)
    return rows.filter(later, at__gte=after.at)


def _place(found: list[Message] | list[Note], limit: int) -> Key | None:
    return Key(found[limit - 1].at, found[limit - 1].pk) if len(found) > limit else None

"""Keeping the search index: follows the journal, so that nobody who writes waits for it.

Search shows the highest document first, so what comes in one batch is added in the order in which it was written.
"""

from collections.abc import Iterable

from django.db import transaction

from balcao.kit.searchtext import document_terms
from balcao.tickets.models import Message, Note, SearchDocument, Ticket
from balcao.tickets.queries.searching import INDEX
from balcao.tickets.types import Direction

_LONGEST = 20_000  # characters of one text; what lies beyond is a log file, not words


@transaction.atomic
def index_messages(ids: Iterable[int]) -> int:
    """Make messages findable; those already indexed are left alone. Returns how many were added."""
    wanted = Message.objects.filter(pk__in=list(ids), search_document__isnull=True, is_recalled=False)
    rows = list(wanted.select_related("letter", "identity").defer("letter__html").order_by("pk"))
    documents = SearchDocument.objects.bulk_create(SearchDocument(ticket_id=m.ticket_id, message=m) for m in rows)
    INDEX.add((d.pk, _message_terms(m)) for d, m in zip(documents, rows, strict=True))
    return len(rows)


def forget_messages(ids: Iterable[int]) -> int:
    """Let messages be found no more: those that were taken back. Returns how many were found until then."""
    return SearchDocument.objects.filter(message__in=list(ids)).delete()[0]


def _message_terms(message: Message) -> list[str]:
    parts = [message.text[:_LONGEST]]
    if hasattr(message, "letter"):
        parts.append(message.letter.subject)
        who = message.letter.addressing.get("to" if message.direction == Direction.OUT else "from")
        parts.append(str(who or ""))
    if message.identity:
        parts += [message.identity.name, message.identity.value]
    return document_terms("\n".join(parts), message.language).split()


@transaction.atomic
def index_notes(ids: Iterable[int]) -> int:
    """Make notes findable; those already indexed are left alone."""
    wanted = Note.objects.filter(pk__in=list(ids), search_document__isnull=True)
    rows = list(wanted.select_related("ticket").order_by("pk"))
    documents = SearchDocument.objects.bulk_create(SearchDocument(ticket_id=n.ticket_id, note=n) for n in rows)
    INDEX.add(
        (d.pk, document_terms(n.text[:_LONGEST], n.ticket.language).split())
        for d, n in zip(documents, rows, strict=True)
    )
    return len(rows)


@transaction.atomic
def index_tickets(ids: Iterable[int]) -> int:
    """Make tickets findable by number, subject and who asked, as they stand now."""
    rows = list(Ticket.objects.filter(pk__in=list(ids)).select_related("identity__customer").order_by("pk"))
    SearchDocument.objects.filter(ticket__in=rows, message__isnull=True, note__isnull=True).delete()
    documents = SearchDocument.objects.bulk_create(SearchDocument(ticket=t) for t in rows)
    INDEX.add((d.pk, _ticket_terms(t)) for d, t in zip(documents, rows, strict=True))
    return len(rows)


def _ticket_terms(ticket: Ticket) -> list[str]:
    who = ticket.identity
    text = f"{ticket.number} {ticket.subject}\n{who.customer.name}\n{who.name} {who.value}"
    return document_terms(text, ticket.language).split()


def follow_moves(*, tickets: Iterable[int]) -> None:
    """Let documents follow their messages and notes after a merge, a split or their undo."""
    moved = SearchDocument.objects.filter(ticket__in=list(tickets)).select_related("message", "note")
    changed = []
    for document in moved:
        owner = document.message or document.note
        if owner and owner.ticket_id != document.ticket_id:
            document.ticket_id = owner.ticket_id
            changed.append(document)
    SearchDocument.objects.bulk_update(changed, ["ticket"])

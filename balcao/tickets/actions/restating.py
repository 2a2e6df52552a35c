"""Saying anew, from what a ticket holds, what its list row shows."""

from collections.abc import Iterable

from django.db.models import Max, Q, QuerySet

from balcao.tickets import rules
from balcao.tickets.models import Message, Note, Ticket
from balcao.tickets.types import Direction, MessageKind

# What a row speaks of: what people wrote. A machine's mail is counted but neither shown nor a contact; our own
# automatic answers (no agent) are not even counted.
_AUTOMATIC = Q(direction=Direction.OUT, agent__isnull=True)
_TELLING = (Q(direction=Direction.IN, kind__in=[MessageKind.SAID, MessageKind.LOGGED]) | Q(direction=Direction.OUT)) & (
    ~_AUTOMATIC
)


def restate(tickets: Iterable[Ticket]) -> None:
    """Compute the facts of these rows anew and save them, within the caller's transaction."""
    for ticket in tickets:
        _restate(ticket)


def _restate(ticket: Ticket) -> None:
    messages = Message.objects.filter(ticket=ticket)
    telling = list(
        messages.filter(_TELLING).select_related("identity", "agent", "conversation__channel").order_by("at", "id")
    )
    shown = _shown(messages, telling)
    noted = Note.objects.filter(ticket=ticket).aggregate(at=Max("at"))["at"]
    ticket.changed_at = max((at for at in (noted, *(m.at for m in telling)) if at), default=ticket.opened_at)
    ticket.customer_wrote_at = max(
        (m.at for m in shown if m.direction == Direction.IN and m.kind == MessageKind.SAID), default=None
    )
    ticket.channel_kinds = list(dict.fromkeys(_kind(m) for m in shown if m.kind != MessageKind.FORWARD))
    ticket.message_count = messages.filter(is_recalled=False).exclude(_AUTOMATIC).count()
    ticket.has_failed_send = messages.filter(dispatch__state__in=["failed", "uncertain"], is_recalled=False).exists()
    _say_last(ticket, shown[-1] if shown else None)
    ticket.save(
        update_fields=[
            "changed_at",
            "customer_wrote_at",
            "channel_kinds",
            "message_count",
            "has_failed_send",
            "last_words",
            "last_direction",
            "last_author",
        ]
    )


def _shown(messages: QuerySet[Message], telling: list[Message]) -> list[Message]:
    """Return what the row may speak of: what people wrote, and before it what opened the ticket, whoever wrote that."""
    rows = messages.filter(is_recalled=False).select_related("identity", "agent", "conversation__channel")
    first = rows.order_by("at", "id").first()
    people = [message for message in telling if not message.is_recalled]
    return people if first is None or first in people else [first, *people]


def _kind(message: Message) -> str:
    if message.kind == MessageKind.LOGGED:
        return message.conversation.source or message.kind
    return message.conversation.channel.kind


def _say_last(ticket: Ticket, message: Message | None) -> None:
    ticket.last_words = rules.last_words(message.text) if message else ""
    ticket.last_direction = message.direction if message else Direction.IN
    ticket.last_author = _author(message)[:120] if message else ""


def _author(message: Message) -> str:
    if message.agent:
        return message.agent.name
    return (message.identity.name or message.identity.value) if message.identity else ""

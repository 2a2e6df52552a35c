"""Answering in a conversation."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from balcao.channels.queries import answering_channel
from balcao.kit.prepared import Prepared
from balcao.kit.redact import redact_cards
from balcao.ports import registry
from balcao.ports.channel import IdentityKind, Party
from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.merging import standing_of
from balcao.tickets.actions.sending.writing import Writing, announce, check_writable, touch, write
from balcao.tickets.actions.tallies import recounted
from balcao.tickets.models import Conversation, Draft, Message, Ticket
from balcao.tickets.types import Direction, MessageKind, Refusal, Status, TicketRefused

_FORM_LIVES = timedelta(days=1)


@transaction.atomic
def send_message(
    *,
    conversation: Conversation,
    writing: Writing,
    agent: Agent | None,
    now: datetime,
    undo: timedelta = rules.UNDO_WINDOW,
) -> Message:
    """Answer in a conversation; it leaves when the undo window is over.

    Refuses (`TicketRefused`) an empty text, a merged ticket, what the channel cannot carry, and a text
    written while something newer came in that its writer had not seen. A form that comes twice gets the message that
    it led to the first time.
    """
    ticket = conversation.ticket
    check_writable(ticket)
    again = _sent_before(ticket, writing, agent, now=now)
    if again:
        return again
    channel = answering_channel(conversation.channel)
    if channel is None:
        raise TicketRefused(Refusal.NO_ANSWER_CHANNEL)
    _check_nothing_newer(ticket, writing)
    to = writing.to or _partner(conversation, registry.channel(channel.kind).identity_kind)
    if not to:
        raise TicketRefused(Refusal.NO_RECIPIENT)
    message = write(conversation, channel, replace(writing, to=to), agent, kind=MessageKind.SAID, now=now, undo=undo)
    _after_writing(ticket, message, writing, agent, now=now)
    return message


def _sent_before(ticket: Ticket, writing: Writing, agent: Agent | None, *, now: datetime) -> Message | None:
    """Return the message that the same form led to; other words on the same form are another message."""
    if not (agent and writing.form_key):
        return None
    written = _SAME_WORDS(ticket.pk, agent.pk, redact_cards(writing.text.strip()), now - _FORM_LIVES)
    return next((m for m in written if m.dispatch and m.dispatch.outbound.get("form_key") == writing.form_key), None)


_SAME_WORDS = Prepared(
    lambda ticket, agent, text, since: Message.objects.filter(
        ticket=ticket, agent=agent, text=text, at__gt=since, is_recalled=False
    ).select_related("ticket__shop", "dispatch")
)


def _check_nothing_newer(ticket: Ticket, writing: Writing) -> None:
    if writing.seen_message_id is None:
        return
    newer = Message.objects.filter(ticket=ticket, pk__gt=writing.seen_message_id, is_recalled=False)
    if newer.exists():
        raise TicketRefused(Refusal.SOMETHING_NEWER)


def _partner(conversation: Conversation, kind: IdentityKind) -> tuple[Party, ...]:
    """Return whom an answer goes to: where the last letter asked for answers, else its writer; nobody of another kind.

    Somebody who called has a number, to which no mail can be sent.
    """
    last = _LAST_IN.first(conversation.pk)
    reply_to = last.letter.addressing.get("reply_to") if last and hasattr(last, "letter") else None
    if reply_to:
        return (Party(IdentityKind(reply_to[0]), reply_to[1], reply_to[2]),)
    identity = conversation.identity
    if identity.kind != kind:
        return ()
    return (Party(IdentityKind(identity.kind), identity.value, identity.name),)


_LAST_IN = Prepared(
    lambda conversation: (
        Message.objects.filter(conversation=conversation, direction=Direction.IN, is_stranger=False)
        .exclude(kind__in=[MessageKind.AUTO, MessageKind.BOUNCE])
        .select_related("letter")
        .order_by("-at", "-id")[:1]
    )
)


def _after_writing(ticket: Ticket, message: Message, writing: Writing, agent: Agent | None, *, now: datetime) -> None:
    """Move the ticket on: an answer takes an unassigned ticket and makes it the customer's turn."""
    if writing.automatic:
        announce("ticket.message.written", message, agent, now=now)
        return
    before: dict[str, Any] = {"standing": standing_of(ticket).plain(), "assignee_id": ticket.assignee_id}
    with recounted(ticket):
        ticket.status = writing.then or Status.WAITING
        ticket.snoozed_until = None
        ticket.remind_at = writing.remind_at if ticket.status == Status.WAITING else None
        ticket.solved_at = now if ticket.status == Status.SOLVED else None
        ticket.closed_at = None
        if agent and ticket.assignee_id is None:
            ticket.assignee = agent
    touch(ticket, message, "status", "queue", "snoozed_until", "remind_at", "solved_at", "closed_at", "assignee")
    before |= {"status_after": ticket.status, "assignee_after": ticket.assignee_id}
    _remember(message, before=before, form_key=writing.form_key)
    if agent:
        Draft.objects.filter(ticket=ticket, agent=agent, mode="reply").delete()
    announce("ticket.message.written", message, agent, now=now)


def _remember(message: Message, **facts: Any) -> None:
    """Keep beside the dispatch what a recall has to put back, and which form asked for it."""
    if message.dispatch:
        message.dispatch.outbound |= facts
        message.dispatch.save(update_fields=["outbound"])

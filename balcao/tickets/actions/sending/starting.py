"""Writing first: to a customer, to somebody outside, or down what was said on the phone."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from balcao.channels.models import Channel
from balcao.channels.queries import connection_of
from balcao.customers.models import Identity
from balcao.kit.redact import redact_cards
from balcao.ports import registry
from balcao.ports.channel import Party
from balcao.staff.models import Agent
from balcao.tickets import rules
from balcao.tickets.actions.changing import set_status
from balcao.tickets.actions.classifying import set_topic
from balcao.tickets.actions.opening import Opening, open_conversation, open_ticket
from balcao.tickets.actions.sending.writing import Writing, announce, check_writable, identity_of, touch, write
from balcao.tickets.models import Draft, Letter, Message, Ticket
from balcao.tickets.queries.topics import topic_of_key
from balcao.tickets.types import (
    COMPLAINT_BODIES,
    OURS,
    SPOKEN,
    Direction,
    MessageKind,
    Refusal,
    Source,
    Status,
    TicketRefused,
)

_COMPLAINT = "complaint-authority"  # the default topic of what comes from a complaint body


@transaction.atomic
def start_ticket(*, channel: Channel, writing: Writing, agent: Agent, language: str, now: datetime) -> Message:
    """Write to a customer first: a ticket that begins with the shop's own message."""
    if not writing.to:
        raise TicketRefused(Refusal.NO_RECIPIENT)
    connection = connection_of(channel)
    if not registry.channel(channel.kind).limits(connection).starts:
        raise TicketRefused(Refusal.CANNOT_START)
    identity = identity_of(writing.to[0], channel, now=now)
    again = _same_click(identity, agent, writing.text, MessageKind.SAID, now=now)
    if again:
        return again
    writing = replace(writing, subject=redact_cards(writing.subject))
    status = writing.then or Status.WAITING
    ticket = open_ticket(
        Opening(
            channel=channel,
            identity=identity,
            subject=writing.subject,
            status=status,
            language=language or identity.customer.language,
            at=now,
            assignee_id=agent.pk,
            more={
                "remind_at": writing.remind_at if status == Status.WAITING else None,
                "solved_at": now if status == Status.SOLVED else None,
                "channel_kinds": [channel.kind],
            },
        )
    )
    conversation = open_conversation(
        ticket=ticket,
        channel=channel,
        identity=identity,
        subject=writing.subject,
        at=now,
        copied=[identity_of(party, channel, now=now) for party in (*writing.to[1:], *writing.copied)],
    )
    message = write(conversation, channel, writing, agent, kind=MessageKind.SAID, now=now, undo=rules.UNDO_WINDOW)
    touch(ticket, message)
    announce("ticket.started", message, agent, now=now)
    return message


@transaction.atomic
def log_contact(
    *,
    channel: Channel,
    party: Party,
    text: str,
    subject: str,
    agent: Agent,
    ticket: Ticket | None,
    language: str,
    now: datetime,
    source: Source | None = None,
) -> Message:
    """Write down a contact that came outside of our channels, on a new ticket or an open one.

    `source` None: by phone or in person, and answered as it was said. What came otherwise waits for an answer; a new
    ticket from a complaint body is a complaint.
    """
    if not text.strip():
        raise TicketRefused(Refusal.EMPTY)
    identity = identity_of(party, channel, now=now)
    again = _same_click(identity, agent, text, MessageKind.LOGGED, now=now)
    if again and (ticket == again.ticket if ticket else again.ticket.opened_at == again.at):
        return again
    subject = redact_cards(subject)
    is_new = ticket is None
    if ticket is None:
        ticket = open_ticket(
            Opening(
                channel=channel,
                identity=identity,
                subject=subject,
                status=Status.OPEN,
                language=language,
                at=now,
                assignee_id=agent.pk,
                more={"channel_kinds": [source or MessageKind.LOGGED]},
            )
        )
    check_writable(ticket)
    if ticket.shop_id != channel.shop_id:
        raise TicketRefused(Refusal.OTHER_SHOP)
    conversation = open_conversation(
        ticket=ticket, channel=channel, identity=identity, subject=subject, at=now, source=source or ""
    )
    message = Message.objects.create(
        ticket=ticket,
        conversation=conversation,
        channel=channel,
        direction=Direction.IN,
        kind=MessageKind.LOGGED,
        identity=identity,
        agent=agent,
        at=now,
        text=redact_cards(text),
        language=language,
        external_id=registry.channel(channel.kind).new_id(connection_of(channel)),
    )
    Letter.objects.create(message=message, subject=subject[:500], full_text=message.text)
    if source and source not in ticket.channel_kinds:
        ticket.channel_kinds = [*ticket.channel_kinds, source]
    if not (source is None or source in SPOKEN):
        ticket.customer_wrote_at = now
        if not is_new and ticket.status not in OURS:
            set_status(ticket=ticket, status=Status.OPEN, agent=agent, now=now)
    touch(ticket, message, "channel_kinds", "customer_wrote_at")
    announce("ticket.contact.logged", message, agent, now=now, source=source or "")
    if is_new and source in COMPLAINT_BODIES and (topic := topic_of_key(_COMPLAINT, shop_id=ticket.shop_id)):
        set_topic(ticket=ticket, topic=topic, agent=agent, now=now)
    return message


@transaction.atomic
def forward_message(*, ticket: Ticket, channel: Channel, writing: Writing, agent: Agent, now: datetime) -> Message:
    """Write to somebody outside about a ticket, in a conversation of their own inside it."""
    check_writable(ticket)
    if not writing.to:
        raise TicketRefused(Refusal.NO_RECIPIENT)
    identity = identity_of(writing.to[0], channel, now=now)
    again = _same_click(identity, agent, writing.text, MessageKind.FORWARD, now=now)
    if again:
        return again
    writing = replace(writing, subject=redact_cards(writing.subject))
    conversation = open_conversation(
        ticket=ticket, channel=channel, identity=identity, subject=writing.subject or ticket.subject, at=now
    )
    message = write(conversation, channel, writing, agent, kind=MessageKind.FORWARD, now=now, undo=rules.UNDO_WINDOW)
    Draft.objects.filter(ticket=ticket, agent=agent, mode="forward").delete()
    touch(ticket, message)
    announce("ticket.message.forwarded", message, agent, now=now)
    return message


def _same_click(identity: Identity, agent: Agent, text: str, kind: MessageKind, *, now: datetime) -> Message | None:
    """Return what the same agent wrote to the same person a moment ago: the form was sent twice."""
    rows = Message.objects.filter(
        conversation__identity=identity,
        agent=agent,
        kind=kind,
        text=redact_cards(text.strip() if kind != MessageKind.LOGGED else text),
        at__gt=now - rules.SAME_CLICK,
        is_recalled=False,
    )
    return rows.select_related("ticket__shop", "dispatch").first()

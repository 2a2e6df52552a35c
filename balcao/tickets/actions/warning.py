"""Tickets that the desk opens by itself: something went wrong, and the customer has not written yet."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from balcao.channels.models import Channel
from balcao.commerce.models import Order
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.ports.channel import Party
from balcao.tickets.actions.noting import note_by_itself
from balcao.tickets.actions.opening import Opening, open_conversation, open_ticket
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.actions.sending.writing import identity_of
from balcao.tickets.models import Ticket
from balcao.tickets.types import ACTIVE, OrderRule, Status


@dataclass(frozen=True, slots=True)
class Warned:
    """What went wrong with an order, in words for agents, and whose the ticket becomes."""

    order: Order
    subject: str
    text: str
    team_id: int | None = None


@transaction.atomic
def warn(*, warned: Warned, channel: Channel, party: Party, language: str, now: datetime) -> Ticket:
    """Leave a note on the open ticket about an order, or open one with its customer, so that they can be written to."""
    ticket = _open_ticket_of(warned.order) or _opened(warned, channel, party, language, now)
    note_by_itself(ticket=ticket, text=warned.text, now=now)
    about = [Subject(SubjectKind.TICKET, ticket.pk), Subject(SubjectKind.ORDER, warned.order.pk)]
    facts = {"ticket": ticket.pk, "number": ticket.number, "order": warned.order.number}
    record(name="ticket.warned", at=now, actor=SYSTEM, about=about, shop_id=ticket.shop_id, facts=facts)
    return ticket


def _open_ticket_of(order: Order) -> Ticket | None:
    rows = Ticket.objects.filter(order_links__order=order, order_links__removed_at__isnull=True)
    return rows.filter(status__in=ACTIVE, merged_into__isnull=True).order_by("-id").first()


def _opened(warned: Warned, channel: Channel, party: Party, language: str, now: datetime) -> Ticket:
    identity = identity_of(party, channel, now=now)
    ticket = open_ticket(
        Opening(
            channel=channel,
            identity=identity,
            subject=warned.subject,
            status=Status.NEW,
            language=identity.customer.language or language,
            at=now,
            team_id=warned.team_id,
            more={"channel_kinds": [channel.kind]},
        )
    )
    open_conversation(ticket=ticket, channel=channel, identity=identity, subject=warned.subject, at=now)
    link_order(ticket=ticket, order=warned.order, rule=OrderRule.ACTED, agent=None, now=now)
    return ticket

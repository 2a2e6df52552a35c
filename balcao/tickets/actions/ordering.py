"""Tickets and the orders they are about."""

from datetime import datetime

from django.db import transaction

from balcao.commerce.actions import ledger
from balcao.commerce.actions.copying import keep_account
from balcao.commerce.models import Account, LedgerEntry, Order
from balcao.commerce.queries import account_value
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.ports.commerce import Action, PlaceOrder
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket, TicketOrder
from balcao.tickets.types import OrderRule


@transaction.atomic
def link_order(*, ticket: Ticket, order: Order, rule: OrderRule, agent: Agent | None, now: datetime) -> bool:
    """Say that a ticket is about an order; False when it is known, or was taken back and nobody but us says so."""
    link, is_new = TicketOrder.objects.get_or_create(
        ticket=ticket, order=order, defaults={"rule": rule, "agent": agent, "at": now}
    )
    if not is_new:
        if link.removed_at is None or agent is None:
            return False
        TicketOrder.objects.filter(pk=link.pk).update(removed_at=None, rule=rule, agent=agent, at=now)
    _tell("ticket.order.linked", ticket, order, agent, now=now, rule=rule.value)
    return True


@transaction.atomic
def unlink_order(*, ticket: Ticket, order: Order, agent: Agent, now: datetime) -> bool:
    """Say that a ticket is not about an order; False when it was not."""
    links = TicketOrder.objects.filter(ticket=ticket, order=order, removed_at__isnull=True)
    if not links.update(removed_at=now, agent=agent):
        return False
    _tell("ticket.order.unlinked", ticket, order, agent, now=now)
    return True


@transaction.atomic
def act_from(
    *,
    ticket: Ticket,
    order: Order,
    action: Action,
    asker: ledger.Asker,
    key: str,
    now: datetime,
    agreed: str = "",
) -> LedgerEntry:
    """Put an action that is asked for on a ticket into the ledger: the ticket is about its order from now on.

    Raises `ActionDenied`; then nothing is written. The same key again returns the entry there is.
    """
    entry = ledger.ask(action=action, account=order.account, order=order, asker=asker, key=key, now=now, agreed=agreed)
    link_order(ticket=ticket, order=order, rule=OrderRule.ACTED, agent=asker.agent, now=now)
    return entry


@transaction.atomic
def place_from(
    *, ticket: Ticket, account: Account, action: PlaceOrder, asker: ledger.Asker, key: str, now: datetime
) -> LedgerEntry:
    """Put an order that is placed for a customer on a ticket into the ledger; `link_placed` follows once it is there.

    An account that the order book does not have yet is opened. Raises `ActionDenied`; then nothing is written.
    """
    if not account.pk:
        value = account_value(account)
        account = keep_account(backend=account.backend, account=value, now=now)
    return ledger.ask(action=action, account=account, order=None, asker=asker, key=key, now=now)


def link_placed(*, entry: LedgerEntry, now: datetime) -> bool:
    """Say that a ticket is about the order that was placed on it."""
    ticket = Ticket.objects.filter(pk=entry.ticket).first() if entry.ticket else None
    if ticket is None or entry.order is None:
        return False
    return link_order(ticket=ticket, order=entry.order, rule=OrderRule.ACTED, agent=entry.agent, now=now)


def _tell(name: str, ticket: Ticket, order: Order, agent: Agent | None, *, now: datetime, **facts: str) -> None:
    record(
        name=name,
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk) if agent else SYSTEM,
        about=[Subject(SubjectKind.TICKET, ticket.pk), Subject(SubjectKind.ORDER, order.pk)],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, "order": order.number, **facts},
    )

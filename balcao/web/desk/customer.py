"""What the panel at the right says about the person behind a ticket."""

import zoneinfo
from datetime import datetime
from typing import Any

from balcao.customers import queries
from balcao.customers.queries import Card, Suggestion
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.tickets.queries.lists import tickets_of_customer
from balcao.web.components import formats
from balcao.web.desk.frame import DeskFrame
from balcao.web.desk.orders.panel import TicketOrders

_MOST_TICKETS = 6


def panel_context(
    agent: Agent, ticket: Ticket, desk: DeskFrame, *, now: datetime, order: int | None = None
) -> dict[str, Any]:
    """Return what the customer's panel needs; `order` is the one that was asked for."""
    if not agent.may(Permission.CUSTOMER_READ):
        return {"person": None, "bought": None}
    person = queries.card(ticket.identity.customer_id)
    earlier = tickets_of_customer(customer_id=person.customer.pk, agent=agent, limit=_MOST_TICKETS + 1)
    return {
        "person": person,
        "bought": TicketOrders(agent, ticket, person.identities, asked=order),
        "local": local_time(person, now=now),
        "earlier": [row for row in earlier if row.pk != ticket.pk][:_MOST_TICKETS],
        "open_cards": {card: desk.is_open(card, default=default) for card, default in _CARDS.items()},
    }


_CARDS = {"earlier": True, "notes": True, "details": False}


def duplicates_of(agent: Agent, person: Card) -> list[Suggestion]:
    """Return who may be the same person, to those who may merge."""
    return queries.possible_duplicates(person.customer)[:3] if agent.may(Permission.CUSTOMER_MERGE) else []


def local_time(person: Card, *, now: datetime) -> str:
    """Return the clock on the customer's wall, "" where we do not know where it hangs."""
    if not person.time_zone:
        return ""
    try:
        return formats.clock(now, zone=zoneinfo.ZoneInfo(person.time_zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return ""

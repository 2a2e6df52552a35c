"""A ticket is about the orders that its customer names, and about no others."""

from datetime import datetime, timedelta

import pytest

from balcao.channels.models import Channel
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Order
from balcao.journal.actions import seal
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.testing.orders import an_order
from balcao.tickets.actions.ordering import unlink_order
from balcao.tickets.models import Ticket, TicketOrder
from balcao.tickets.queries.ordering import orders_of_ticket
from balcao.tickets.types import OrderRule


@pytest.fixture(autouse=True)
def order(channel: Channel, now: datetime) -> Order:
    backend = create_backend(shop=channel.shop, kind="book", name="book", config=Book.Config(), actor=SYSTEM, now=now)
    return keep_order(backend=backend, order=an_order(), now=now)


def arrives(channel: Channel, text: str, now: datetime, sender: str = "ana@example.com", **facts: object) -> None:
    receive(channel, now=now, text=text, **{"from": sender}, **facts)
    while seal() or followers.run_due(now=now):
        pass


def about() -> list[str]:
    return [order.number for order in orders_of_ticket(Ticket.objects.order_by("id").last() or Ticket())]


def test_an_order_named_by_its_customer_is_linked(channel: Channel, now: datetime) -> None:
    arrives(channel, "Where is my order #1001?", now)

    assert about() == ["1001"]
    assert Entry.objects.filter(name="ticket.order.linked").count() == 1


def test_an_order_of_somebody_else_is_not(channel: Channel, now: datetime) -> None:
    arrives(channel, "Where is my order #1001?", now, sender="eve@example.com")

    assert about() == []


def test_it_is_linked_once_however_often_it_is_named(channel: Channel, now: datetime) -> None:
    arrives(channel, "Where is my order #1001?", now, id="one")
    arrives(channel, "1001, I said!", now, answers=["one"])

    assert about() == ["1001"]
    assert Entry.objects.filter(name="ticket.order.linked").count() == 1


def test_what_an_agent_took_back_is_not_linked_again(channel: Channel, order: Order, bia: Agent, now: datetime) -> None:
    arrives(channel, "Where is my order #1001?", now, id="one")
    assert unlink_order(ticket=Ticket.objects.get(), order=order, agent=bia, now=now)
    arrives(channel, "1001, I said!", now, answers=["one"])

    assert about() == []


def test_a_number_in_a_field_of_a_form_counts_too(channel: Channel, now: datetime) -> None:
    arrives(channel, "Where is it?", now, fields={"order": "1001"})

    assert about() == ["1001"]


def test_a_tax_id_leads_to_its_buyers_newest_order(channel: Channel, order: Order, now: datetime) -> None:
    older = an_order(ref="900", number="900", placed_at=now - timedelta(days=400))
    keep_order(backend=order.backend, order=older, now=now)

    arrives(channel, "Meu CPF é 529.982.247-25, cadê?", now)

    assert about() == ["1001"]
    assert TicketOrder.objects.get().rule == OrderRule.TAX_ID


def test_a_tax_id_of_somebody_else_leads_nowhere(channel: Channel, now: datetime) -> None:
    arrives(channel, "Meu CPF é 529.982.247-25, cadê?", now, sender="eve@example.com")

    assert about() == []

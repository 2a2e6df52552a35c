"""A shipment that goes wrong opens a ticket before its customer complains: once, and only if the shop wants it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.channels.models import Channel
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend, set_policy
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Backend, Order, ShipmentAlarm
from balcao.commerce.types import Policy, Watch
from balcao.journal.types import SYSTEM
from balcao.pipeline import late_shipments
from balcao.ports import registry
from balcao.ports.commerce import OrderStage, Scan, Shipment, ShipmentState
from balcao.shops.models import Shop
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_channel, make_shop, receive
from balcao.testing.orders import PLACED, an_order
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.models import Message, Note, Ticket, TicketOrder
from balcao.tickets.types import OrderRule, Status

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop(languages=["en"])


@pytest.fixture
def channel(shop: Shop) -> Channel:
    registry.register_channel(PaperChannel())
    return make_channel(shop)


@pytest.fixture
def book(shop: Shop, channel: Channel) -> Backend:
    policy = Policy(watch=Watch(is_on=True, late_days=1, silent_days=4))
    return create_backend(
        shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=NOW, policy=policy
    )


def kept(book: Backend, state: ShipmentState = ShipmentState.IN_TRANSIT, **facts: Any) -> Order:
    parcel = Shipment("p1", state, "Correios", "QB1", scans=(Scan(NOW - DAY, "seen"),))
    facts = {"stage": OrderStage.SHIPPED, "shipments": (parcel,), "promised_at": NOW + 9 * DAY} | facts
    return keep_order(backend=book, order=an_order(**facts), now=NOW)


def test_a_late_shipment_opens_a_ticket_with_its_customer(book: Backend) -> None:
    order = kept(book, promised_at=NOW - 2 * DAY)

    assert late_shipments.run_due(now=NOW) == 1

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.subject) == (Status.NEW, "Late shipment: order 1001")
    assert ticket.identity.value == "ana@example.com"
    assert TicketOrder.objects.get().order == order
    assert "News of the shipment of order 1001" in Note.objects.get().text
    assert not Message.objects.exists()  # nobody was written to


def test_it_is_told_once_whatever_is_written_again(book: Backend) -> None:
    kept(book, promised_at=NOW - 2 * DAY)
    late_shipments.run_due(now=NOW)
    kept(book, promised_at=NOW - 2 * DAY, changed_at=PLACED + DAY)

    assert late_shipments.run_due(now=NOW + DAY) == 0
    assert ShipmentAlarm.objects.count() == 1
    assert Ticket.objects.count() == 1


def test_something_else_that_goes_wrong_joins_the_open_ticket(book: Backend) -> None:
    kept(book, promised_at=NOW - 2 * DAY)
    late_shipments.run_due(now=NOW)
    kept(book, ShipmentState.LOST, promised_at=NOW - 2 * DAY, changed_at=PLACED + DAY)

    assert late_shipments.run_due(now=NOW + DAY) == 1
    assert Ticket.objects.count() == 1
    assert "The carrier lost it" in Note.objects.latest("id").text


def test_a_customer_who_wrote_already_gets_no_second_ticket(book: Backend, channel: Channel) -> None:
    order = kept(book, promised_at=NOW - 2 * DAY)
    message = receive(channel, now=NOW, **{"from": "ana@example.com", "text": "Where is it?"}).message
    assert message is not None
    link_order(ticket=message.ticket, order=order, rule=OrderRule.AGENT, agent=None, now=NOW)

    late_shipments.run_due(now=NOW)

    assert Ticket.objects.count() == 1
    assert Note.objects.get().ticket == message.ticket


def test_what_goes_well_is_left_alone_and_looked_at_when_due(book: Backend) -> None:
    order = kept(book)

    assert late_shipments.run_due(now=NOW) == 0
    order.refresh_from_db()
    assert order.watch_at == NOW + 3 * DAY  # silent by then
    assert late_shipments.run_due(now=NOW + 3 * DAY) == 1


def test_it_is_off_until_somebody_switches_it_on(book: Backend) -> None:
    set_policy(backend=book, policy=Policy(), actor=SYSTEM, now=NOW)
    kept(book, ShipmentState.LOST)

    assert late_shipments.run_due(now=NOW) == 0
    assert not Ticket.objects.exists()


def test_less_patience_counts_from_now_on(book: Backend) -> None:
    kept(book)
    late_shipments.run_due(now=NOW)
    set_policy(backend=book, policy=Policy(watch=Watch(is_on=True, silent_days=1)), actor=SYSTEM, now=NOW)

    assert late_shipments.run_due(now=NOW) == 1


def test_only_orders_that_are_due_are_looked_at(book: Backend, django_assert_num_queries: Any) -> None:
    for number in range(30):
        kept(book, ref=str(number), number=str(number))
    late_shipments.run_due(now=NOW)
    with django_assert_num_queries(2):  # the shop systems that are watched, and what is due of this one
        late_shipments.run_due(now=NOW)

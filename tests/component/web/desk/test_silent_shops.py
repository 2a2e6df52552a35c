"""Orders of a shop system that is asked, waited for, or does not answer, as the desk shows them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.actions.ledger import Asker, ask
from balcao.commerce.models import Backend, LedgerEntry, Order, Wanted
from balcao.commerce.types import LedgerState, Level
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders
from balcao.ports import registry
from balcao.ports.commerce import AddNote, CommerceError
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.backends import PaperBackend, PaperConfig
from balcao.testing.orders import an_order
from balcao.tickets.models import Message, Ticket

LONG = timedelta(hours=1)


@pytest.fixture
def system() -> PaperBackend:
    adapter = PaperBackend(orders={"1001": an_order()})
    registry.register_commerce(adapter)
    return adapter


@pytest.fixture
def order(shop: Shop, system: PaperBackend) -> Order:
    backend = create_backend(shop=shop, kind="paper", name="Paper", config=PaperConfig(), actor=SYSTEM, now=earlier())
    return keep_order(backend=backend, order=an_order(), now=earlier())


def earlier() -> datetime:
    return timezone.now() - LONG


@pytest.fixture
def ticket(order: Order, arrive: Callable[..., Message]) -> Ticket:
    return arrive(sender="ana@example.com").ticket


def page_of(desk: Client, ticket: Ticket) -> str:
    return desk.get(f"/tickets/{ticket.number}/").content.decode()


def test_opening_a_ticket_asks_for_its_customers_orders_and_waits_for_nobody(
    desk: Client, ticket: Ticket, order: Order, system: PaperBackend
) -> None:
    for _ in range(2):
        assert f'data-orders="{order.pk}"' in page_of(desk, ticket)
    assert [(row.kind, row.ref) for row in Wanted.objects.all()] == [("customer", str(ticket.identity.customer_id))]
    assert system.asked == []


def test_looking_at_an_order_asks_for_it_when_our_copy_is_old(desk: Client, order: Order) -> None:
    desk.get(f"/orders/{order.pk}/")
    assert [(row.kind, row.ref) for row in Wanted.objects.all()] == [("order", "1001")]
    Wanted.objects.all().delete()
    Order.objects.update(fetched_at=timezone.now())
    desk.get(f"/orders/{order.pk}/")
    assert not Wanted.objects.exists()


def test_a_silent_shop_system_is_named_and_what_cannot_wait_is_greyed(
    desk: Client, ticket: Ticket, order: Order
) -> None:
    assert "has not answered since" not in page_of(desk, ticket)
    Backend.objects.update(failing_since=timezone.now())
    assert "Paper has not answered since" in page_of(desk, ticket)
    assert "cannot wait until it does" in page_of(desk, ticket)
    assert "Paper has not answered since" in desk.get(f"/orders/{order.pk}/").content.decode()


def test_an_action_that_waits_says_so_and_can_be_taken_back(
    desk: Client, ticket: Ticket, order: Order, system: PaperBackend, bia: Agent
) -> None:
    asker = Asker(agent=bia, level=Level.VERIFIED, ticket=ticket.pk)
    row = Order.objects.select_related("account__backend__shop", "backend__shop").get()
    entry = ask(action=AddNote("Call."), account=row.account, order=row, asker=asker, key="k", now=timezone.now())
    system.fails_before = CommerceError("No answer.", permanent=False, code="connect")
    orders.run_due(worker="w", now=timezone.now())
    assert "waits, as the shop system does not answer" in page_of(desk, ticket)
    desk.post(f"/tickets/{ticket.number}/asked/{entry.pk}/withdraw/")
    assert LedgerEntry.objects.get().state == LedgerState.WITHDRAWN

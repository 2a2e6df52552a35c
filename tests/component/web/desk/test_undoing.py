"""An order action that moved no money is taken back from its line, by an action of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import LedgerEntry, Order
from balcao.commerce.types import Level
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders
from balcao.ports.channel import Proof
from balcao.shops.models import Shop
from balcao.testing.orders import an_order
from balcao.tickets.models import Message, Ticket
from balcao.tickets.queries import speaking

DIALOG: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def order(shop: Shop) -> Order:
    now = timezone.now()
    book = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=now)
    return keep_order(backend=book, order=an_order(), now=now)


@pytest.fixture
def ticket(order: Order, arrive: Callable[..., Message], monkeypatch: pytest.MonkeyPatch) -> Ticket:
    monkeypatch.setattr(speaking, "level_of", lambda **_: Level.VERIFIED)
    return arrive(**{"from": "ana@example.com", "proof": Proof.PROVEN}).ticket


def do(client: Client, ticket: Ticket, order: Order, kind: str, fields: dict[str, str]) -> LedgerEntry:
    address = f"/tickets/{ticket.number}/orders/{order.pk}/do/{kind}/"
    part = client.post(f"{address}try/", fields, **DIALOG).content.decode()
    agreed = part.split('name="agreed" value="')[1].split('"')[0]
    assert client.post(address, {**fields, "agreed": agreed}).status_code == 302
    return LedgerEntry.objects.latest("id")


def work() -> None:
    orders.run_due(worker="w", now=timezone.now() + timedelta(seconds=1))


def undo(ticket: Ticket, entry: LedgerEntry) -> str:
    return f"/tickets/{ticket.number}/asked/{entry.pk}/undo/"


def page_of(client: Client, ticket: Ticket) -> str:
    return client.get(f"/tickets/{ticket.number}/").content.decode()


def test_an_address_goes_back_from_its_line(desk: Client, ticket: Ticket, order: Order) -> None:
    entry = do(desk, ticket, order, "change_address", {"line1": "Av. Sete, 1"})
    assert undo(ticket, entry) in page_of(desk, ticket)  # on the toast, too
    work()
    assert f'action="{undo(ticket, entry)}"' in page_of(desk, ticket)

    assert desk.post(undo(ticket, entry)).status_code == 302
    work()

    order.refresh_from_db()
    assert order.document["address"]["line1"] == "Rua das Laranjeiras, 210"
    page = page_of(desk, ticket)
    assert "/undo/" not in page.split('id="timeline"')[1].split('id="composer"')[0]
    assert LedgerEntry.objects.count() == 2


def test_it_is_taken_back_once(desk: Client, ticket: Ticket, order: Order) -> None:
    entry = do(desk, ticket, order, "change_address", {"line1": "Av. Sete, 1"})
    work()
    desk.post(undo(ticket, entry))
    desk.post(undo(ticket, entry))
    work()

    assert LedgerEntry.objects.count() == 2


def test_what_is_not_done_yet_is_not_taken_back(desk: Client, ticket: Ticket, order: Order) -> None:
    entry = do(desk, ticket, order, "change_address", {"line1": "Av. Sete, 1"})
    desk.post(undo(ticket, entry))

    assert "not done yet" in page_of(desk, ticket)
    assert LedgerEntry.objects.count() == 1


def test_a_refund_is_never_taken_back(desk: Client, ticket: Ticket, order: Order) -> None:
    entry = do(desk, ticket, order, "refund", {"amount": "10", "reason": "broken"})
    work()
    assert undo(ticket, entry) not in page_of(desk, ticket)
    desk.post(undo(ticket, entry))

    assert "cannot be taken back" in page_of(desk, ticket)
    assert LedgerEntry.objects.count() == 1


def test_after_a_while_it_is_too_late(desk: Client, ticket: Ticket, order: Order) -> None:
    entry = do(desk, ticket, order, "change_address", {"line1": "Av. Sete, 1"})
    work()
    LedgerEntry.objects.update(settled_at=timezone.now() - timedelta(minutes=16))
    desk.post(undo(ticket, entry))

    assert LedgerEntry.objects.count() == 1


def test_who_may_not_act_takes_nothing_back(
    desk: Client, light: Client, stranger: Client, ticket: Ticket, order: Order
) -> None:
    entry = do(desk, ticket, order, "change_address", {"line1": "Av. Sete, 1"})
    work()
    assert undo(ticket, entry) not in page_of(light, ticket)
    assert light.post(undo(ticket, entry)).status_code == 403
    assert stranger.post(undo(ticket, entry)).status_code == 404

"""Facts of the order in what is written: in macros, behind a brace, and as a whole answer to "where is my order?"."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from balcao.automation.actions import save_macro
from balcao.automation.models import Macro
from balcao.commerce import queries
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Backend, Order
from balcao.commerce.types import Level
from balcao.journal.types import SYSTEM
from balcao.ports.channel import Proof
from balcao.ports.commerce import OrderStage, Scan, Shipment, ShipmentState
from balcao.shops.models import Shop
from balcao.testing.orders import an_order
from balcao.tickets.models import Message, Ticket
from balcao.tickets.queries import speaking

DIALOG: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
PART: dict[str, Any] = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "work"}


@pytest.fixture
def book(shop: Shop) -> Backend:
    return create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=timezone.now())


def kept(book: Backend, **facts: Any) -> Order:
    return keep_order(backend=book, order=an_order(**facts), now=timezone.now())


@pytest.fixture
def order(book: Backend) -> Order:
    """Give Ana's order, on its way."""
    now = timezone.now()
    parcel = Shipment(
        "s1",
        ShipmentState.IN_TRANSIT,
        "Correios",
        "QB1",
        "https://rastreio.example/QB1",
        scans=(Scan(now - timedelta(days=1), "Saiu do centro", "Recife"),),
        promised_at=now + timedelta(days=3),
    )
    return kept(book, stage=OrderStage.SHIPPED, shipments=(parcel,))


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever wrote be verified, however that came about."""
    monkeypatch.setattr(speaking, "level_of", lambda **_: Level.VERIFIED)


def asks(arrive: Callable[..., Message], text: str = "Oi! Cadê meu pedido?", **facts: Any) -> Ticket:
    facts = {"from": "ana@example.com", "proof": Proof.PROVEN, "name": "Ana Souza", "subject": "Pedido"} | facts
    ticket = arrive(text=text, **facts).ticket
    Ticket.objects.filter(pk=ticket.pk).update(language="pt-BR")
    ticket.refresh_from_db()
    return ticket


def page_of(client: Client, ticket: Ticket) -> str:
    return client.get(f"/tickets/{ticket.number}/").content.decode()


def ready(client: Client, ticket: Ticket) -> str:
    page = page_of(client, ticket)
    return page.split("data-ready-text>")[1].split("</p>")[0] if "data-ready-text" in page else ""


@pytest.fixture
def macro(shop: Shop) -> Macro:
    return save_macro(
        macro=None,
        name="Where is it",
        texts={"pt-BR": "Seu pedido {order.number}: {order.state}. {order.tracking_url}", "en": "{order.number}"},
        steps=[],
        actor=SYSTEM,
        now=timezone.now(),
    )


@pytest.mark.usefixtures("verified", "order")
def test_the_whole_truth_stands_ready_in_the_customers_language(desk: Client, arrive: Callable[..., Message]) -> None:
    answer = ready(desk, asks(arrive))

    assert answer.startswith("Olá, Ana")
    assert "1001" in answer
    assert "Correios" in answer
    assert "Saiu do centro, Recife" in answer
    assert "https://rastreio.example/QB1" in answer


@pytest.mark.usefixtures("order")
def test_who_is_not_verified_is_told_the_state_only(desk: Client, arrive: Callable[..., Message]) -> None:
    answer = ready(desk, asks(arrive))

    assert "1001" in answer
    assert "Correios" in answer
    assert "Saiu do centro" not in answer
    assert "rastreio.example" not in answer


@pytest.mark.usefixtures("order")
def test_who_is_not_verified_is_led_to_their_own_page(
    desk: Client, client: Client, order: Order, arrive: Callable[..., Message]
) -> None:
    said = ready(desk, asks(arrive))

    address = said.split("aqui: ")[1].split()[0]
    assert address == queries.page_address(order)
    page = client.get(urlsplit(address).path, follow=True).content.decode()
    assert "1001" in page
    assert "Caneca" not in page


def test_whom_the_order_does_not_know_is_told_nothing(desk: Client, arrive: Callable[..., Message]) -> None:
    assert not ready(desk, asks(arrive, **{"from": "elif@example.com"}))
    assert not ready(desk, asks(arrive, proof=Proof.FAILED))


@pytest.mark.usefixtures("order")
def test_another_matter_has_no_ready_answer(desk: Client, arrive: Callable[..., Message]) -> None:
    assert not ready(desk, asks(arrive, "Quero cancelar, ainda não chegou."))


@pytest.mark.usefixtures("order")
def test_once_it_is_answered_nothing_is_suggested_any_more(desk: Client, arrive: Callable[..., Message]) -> None:
    ticket = asks(arrive)
    fields = {"text": "Está a caminho.", "to": "ana@example.com", "then": "wait", "key": "k1"}
    assert desk.post(f"/tickets/{ticket.number}/reply/", fields).status_code == 302

    assert not ready(desk, ticket)


@pytest.mark.usefixtures("verified", "order", "macro")
def test_a_macro_is_filled_from_the_order(desk: Client, arrive: Callable[..., Message]) -> None:
    ticket = asks(arrive)
    part = desk.get(f"/tickets/{ticket.number}/macros/", {"q": ""}, **DIALOG).content.decode()

    assert 'data-insert="Seu pedido 1001: a caminho. https://rastreio.example/QB1"' in part
    assert "1001</small>" in part


@pytest.mark.usefixtures("verified", "macro")
def test_the_order_in_view_is_the_one_that_counts(
    desk: Client, book: Backend, order: Order, arrive: Callable[..., Message]
) -> None:
    other = kept(book, ref="900", number="900", placed_at=timezone.now() - timedelta(days=99))
    ticket = asks(arrive)
    part = desk.get(f"/tickets/{ticket.number}/macros/?order={other.pk}", **DIALOG).content.decode()

    assert "Seu pedido 900: " in part
    assert "{order.tracking_url}" in part  # it has none: the place stays, so that it stops the send


@pytest.mark.usefixtures("verified", "order")
def test_a_brace_offers_the_facts(desk: Client, arrive: Callable[..., Message]) -> None:
    ticket = asks(arrive)
    part = desk.get(f"/tickets/{ticket.number}/facts/?q=tracking", **DIALOG).content.decode()

    assert 'data-insert="QB1"' in part
    assert 'data-insert="https://rastreio.example/QB1"' in part
    assert "customer" not in part


@pytest.mark.parametrize(
    "text, words",
    [
        ("Veja: {order.tracking_url}", "order 1001 has none"),
        ("Total {order.total}", "is not filled in yet"),
        ("Oi {customer.email}", "{customer.email} is empty"),
    ],
)
@pytest.mark.usefixtures("verified")
def test_an_empty_place_stops_the_send_and_says_why(
    desk: Client, book: Backend, arrive: Callable[..., Message], text: str, words: str
) -> None:
    kept(book)
    ticket = asks(arrive)
    fields = {"text": text, "to": "ana@example.com", "key": "k", "sure": "1"}
    answer = desk.post(f"/tickets/{ticket.number}/reply/", fields, **PART)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "Send anyway" not in page
    assert text in page
    assert not Message.objects.filter(direction="out").exists()


def test_a_fact_that_may_not_be_told_stops_the_send(desk: Client, order: Order, arrive: Callable[..., Message]) -> None:
    ticket = asks(arrive)
    fields = {"text": "{order.total}", "to": "ana@example.com", "key": "k"}

    page = desk.post(f"/tickets/{ticket.number}/reply/", fields, **PART).content.decode()

    assert "not verified enough to be told this" in page


def test_nobody_elses_ticket_tells_facts(stranger: Client, order: Order, arrive: Callable[..., Message]) -> None:
    ticket = asks(arrive)
    assert stranger.get(f"/tickets/{ticket.number}/facts/").status_code == 404

"""Before the sale: products found for an answer, freight asked for by a worker, an order placed for the customer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.models import Account, Backend, LedgerEntry, Order
from balcao.commerce.types import LedgerState
from balcao.jobs import backend as jobs
from balcao.jobs.models import Job
from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers, orders
from balcao.ports.channel import Proof
from balcao.ports.commerce import OrderStage, Product, Variant
from balcao.shops.models import Shop
from balcao.testing.orders import a_product, an_order
from balcao.tickets.models import Message, Ticket, TicketOrder

DIALOG: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
FOUND: dict[str, Any] = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "found-products"}
TABLE = "PAC; BR; 80000..89999; 18,90; 4-7\nSedex; BR; *; 32,50; 1-3"
HOME = {
    "name": "Ana Souza",
    "line1": "Rua das Laranjeiras, 210",
    "city": "Curitiba",
    "region": "PR",
    "postcode": "80010-030",
    "country": "BR",
}


@pytest.fixture
def book(shop: Shop) -> Backend:
    config = Book.Config(freight=TABLE, pix_key="loja@example.com", pix_name="Loja", pix_city="Recife")
    now = timezone.now()
    Shop.objects.filter(pk=shop.pk).update(currency="BRL")
    shop.refresh_from_db()
    backend = create_backend(shop=shop, kind="book", name="Book", config=config, actor=SYSTEM, now=now)
    keep_product(backend=backend, product=replace(a_product(), url="https://loja.example/caneca"), now=now)
    jug = Product("jug", "Jarra Vereda", "BRL", (Variant("jug-1", 21_900, "VER-JAR", stock=2),))
    keep_product(backend=backend, product=jug, now=now)
    return backend


@pytest.fixture
def ticket(book: Backend, arrive: Callable[..., Message]) -> Ticket:
    keep_order(backend=book, order=an_order(), now=timezone.now())
    return arrive(**{"from": "ana@example.com", "proof": Proof.PROVEN}).ticket


def plain(answer: Any) -> str:
    return str(answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def search(client: Client, ticket: Ticket, query: str, more: str = "") -> str:
    return plain(client.get(f"/tickets/{ticket.number}/products/?q={query}{more}", **FOUND))


def work() -> None:
    now = timezone.now()
    jobs.run_due(worker="w")
    orders.run_due(worker="w", now=now + timedelta(seconds=1))
    while seal():
        pass
    followers.run_due(now=now)


def agreed(client: Client, ticket: Ticket, fields: dict[str, Any]) -> dict[str, Any]:
    part = plain(client.post(f"/tickets/{ticket.number}/place/try/", fields, **DIALOG))
    return {**fields, "agreed": part.split('name="agreed" value="')[1].split('"')[0]}


def quote(client: Client, ticket: Ticket, fields: dict[str, Any]) -> str:
    """Ask for freight and let the worker answer; return the job's number."""
    part = plain(client.post(f"/tickets/{ticket.number}/freight/", fields, **DIALOG))
    assert "Asking for the freight" in part
    jobs.run_due(worker="w")
    return part.split(f"/tickets/{ticket.number}/freight/")[1].split("/")[0]


def test_products_are_found_by_the_beginnings_of_words(desk: Client, ticket: Ticket) -> None:
    part = search(desk, ticket, "caneca+VERM")

    assert "Caneca Moringa" in part
    assert "R$59.90" in part
    assert "3 in stock" in part
    assert "Jarra" not in part
    assert "Nothing is sold" in search(desk, ticket, "caneca+zzz")
    assert "Jarra Vereda" in search(desk, ticket, "ver-jar")


def test_what_goes_into_the_answer_is_said_in_the_customers_language(desk: Client, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(language="pt-BR")
    part = search(desk, ticket, "caneca")

    assert "Caneca Moringa (azul): R$ 49,90, em estoque\nhttps://loja.example/caneca" in part
    assert "Caneca Moringa (verde): R$ 39,90, esgotado no momento" in part


def test_searching_costs_the_same_however_much_is_sold(
    desk: Client,
    book: Backend,
    ticket: Ticket,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    for number in range(40):
        one = Product(f"p{number}", f"Caneca {number}", "BRL", (Variant(f"v{number}", 1_000),))
        keep_product(backend=book, product=one, now=timezone.now())
    search(desk, ticket, "caneca")
    with django_assert_max_num_queries(12):
        part = search(desk, ticket, "caneca")
    assert part.count('class="sold"') == 8


def test_a_shop_without_a_shop_system_offers_no_products(desk: Client, arrive: Callable[..., Message]) -> None:
    ticket = arrive().ticket
    assert f"/tickets/{ticket.number}/products/" not in plain(desk.get(f"/tickets/{ticket.number}/"))


def test_the_composer_leads_to_the_products(desk: Client, light: Client, ticket: Ticket) -> None:
    assert f"/tickets/{ticket.number}/products/" in plain(desk.get(f"/tickets/{ticket.number}/"))
    assert f"/tickets/{ticket.number}/products/" not in plain(light.get(f"/tickets/{ticket.number}/"))


def test_another_shops_products_are_not_told(desk: Client, ticket: Ticket, stranger: Client) -> None:
    assert stranger.get(f"/tickets/{ticket.number}/products/?q=caneca").status_code == 404


def test_freight_is_asked_for_by_a_worker_and_comes_into_the_page(desk: Client, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(language="pt-BR")
    job = quote(desk, ticket, {"variant": "mug-blue", "postcode": "80010-030"})

    part = plain(desk.get(f"/tickets/{ticket.number}/freight/{job}/", **DIALOG))

    assert "R$18.90, 4 to 7 working days" in part
    assert "Frete para 80010-030:\n– PAC: R$ 18,90, de 4 a 7 dias úteis\n– Sedex: R$ 32,50" in part


def test_nothing_is_sent_where_the_table_does_not_reach(desk: Client, ticket: Ticket) -> None:
    job = quote(desk, ticket, {"variant": "mug-blue", "postcode": "1000", "country": "PT"})
    assert "Nothing is sent to this postcode" in plain(desk.get(f"/tickets/{ticket.number}/freight/{job}/", **DIALOG))


def test_a_quote_needs_a_postcode_and_is_its_tickets_shops(
    desk: Client, ticket: Ticket, stranger: Client, arrive: Callable[..., Message]
) -> None:
    unknown = arrive(**{"from": "elif@example.com"}).ticket
    assert "Type a postcode" in plain(desk.post(f"/tickets/{unknown.number}/freight/", {"variant": "mug-blue"}))
    assert "Choose a product" in plain(desk.post(f"/tickets/{ticket.number}/freight/", {"postcode": "80010"}))
    assert not Job.objects.exists()
    job = quote(desk, ticket, {"variant": "mug-blue", "postcode": "80010-030"})
    assert stranger.get(f"/tickets/{ticket.number}/freight/{job}/").status_code == 404
    assert desk.get(f"/tickets/{ticket.number}/freight/{int(job) + 99}/").status_code == 404


def test_an_order_is_placed_for_the_customer(desk: Client, book: Backend, ticket: Ticket) -> None:
    fields = {**HOME, "variant": "mug-red", "count-mug-red": "2", "method": "pix", "for": "place"}
    fields |= {"quote": quote(desk, ticket, fields), "way": "0"}
    part = plain(desk.post(f"/tickets/{ticket.number}/place/try/", fields, **DIALOG))
    assert "Place the order: R$138.70" in part
    assert "PAC" in part

    answer = desk.post(f"/tickets/{ticket.number}/place/", {**agreed(desk, ticket, fields), "key": "k"})
    assert answer.status_code == 302
    work()

    order = Order.objects.exclude(ref="1001").get()
    assert (order.stage, order.total) == (OrderStage.DRAFT, 13_870)
    assert TicketOrder.objects.get(order=order).ticket == ticket
    page = plain(desk.get(f"/tickets/{ticket.number}/"))
    assert f"Order {order.number}" in page
    assert "br.gov.bcb.pix" in page  # to be copied and sent
    assert "<svg" in page.split("order-code")[1].split("</details>")[0]


def test_freight_that_was_quoted_for_something_else_does_not_count(desk: Client, ticket: Ticket) -> None:
    fields = {**HOME, "variant": "mug-red", "count-mug-red": "1", "method": "pix"}
    fields |= {"quote": quote(desk, ticket, fields), "way": "0"}

    changed = plain(desk.post(f"/tickets/{ticket.number}/place/try/", {**fields, "count-mug-red": "3"}, **DIALOG))

    assert "Ask for the freight" in changed
    assert 'name="agreed" value=""' in changed
    assert 'name="agreed" value=""' not in plain(
        desk.post(f"/tickets/{ticket.number}/place/try/", {**fields, "count-mug-red": "3", "no_freight": "1"}, **DIALOG)
    )


def test_more_than_there_is_cannot_be_placed(desk: Client, ticket: Ticket) -> None:
    fields = {**HOME, "variant": "jug-1", "count-jug-1": "3", "no_freight": "1"}
    part = plain(desk.post(f"/tickets/{ticket.number}/place/try/", {**fields, "add": "jug-1"}, **DIALOG))

    assert "not that many in stock" in part
    assert "not that many" in part or "sold out" in part
    assert desk.post(f"/tickets/{ticket.number}/place/", {**fields, "agreed": "x"}).status_code == 422
    assert not LedgerEntry.objects.exists()


def test_a_customer_who_buys_for_the_first_time_gets_an_account(
    desk: Client, book: Backend, arrive: Callable[..., Message]
) -> None:
    ticket = arrive(**{"from": "elif@example.com", "name": "Elif Kaya", "proof": Proof.PROVEN}).ticket
    fields = {**HOME, "name": "Elif Kaya", "variant": "mug-blue", "no_freight": "1", "method": "pix"}
    part = plain(desk.post(f"/tickets/{ticket.number}/place/try/", fields, **DIALOG))
    assert "gets an account" in part

    desk.post(f"/tickets/{ticket.number}/place/", agreed(desk, ticket, fields))
    work()

    assert Account.objects.get(ref="elif@example.com").orders.get().stage == OrderStage.DRAFT
    assert LedgerEntry.objects.get().state == LedgerState.DONE


def test_nobody_places_an_order_for_whom_we_do_not_know(
    desk: Client, book: Backend, arrive: Callable[..., Message]
) -> None:
    ticket = arrive(**{"from": "elif@example.com", "proof": Proof.FAILED}).ticket
    fields = {**HOME, "variant": "mug-blue", "no_freight": "1"}

    part = plain(desk.post(f"/tickets/{ticket.number}/place/try/", fields, **DIALOG))

    assert "not verified enough" in part
    assert not Account.objects.filter(ref="elif@example.com").exists()


def test_who_may_not_act_places_nothing(light: Client, ticket: Ticket) -> None:
    assert light.get(f"/tickets/{ticket.number}/place/").status_code == 403

"""Orders by themselves, the list of what waits for approval, and the customer's orders."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.actions.ledger import Asker, ask
from balcao.commerce.models import Backend, LedgerEntry, Order
from balcao.commerce.types import LedgerState, Level, Policy
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders
from balcao.ports.commerce import Account, OrderStage, Refund, Shipment, ShipmentState
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop
from balcao.testing.orders import an_order
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.models import Message
from balcao.tickets.types import OrderRule


def connected(shop: Shop, name: str = "Book") -> Backend:
    policy = Policy(limits={"agent": 6_000})
    return create_backend(
        shop=shop, kind="book", name=name, config=Book.Config(), actor=SYSTEM, now=timezone.now(), policy=policy
    )


@pytest.fixture
def book(shop: Shop) -> Backend:
    return connected(shop)


def kept(book: Backend, number: str = "1001", **facts: Any) -> Order:
    order = an_order(ref=number, number=number, **facts)
    return keep_order(backend=book, order=order, now=timezone.now())


@pytest.fixture
def order(book: Backend) -> Order:
    return kept(book)


@pytest.fixture
def rafael(shop: Shop) -> Agent:
    return make_agent("Rafael", shop=shop, role=Role.SUPERVISOR)


def asked(order: Order, agent: Agent, amount: int = 6_001, key: str = "k1") -> LedgerEntry:
    return ask(
        action=Refund("broken", amount=amount),
        account=order.account,
        order=order,
        asker=Asker(agent=agent, level=Level.VERIFIED),
        key=key,
        now=timezone.now(),
    )


def shown(client: Client, address: str) -> str:
    return client.get(address, follow=True).content.decode().replace("\N{NO-BREAK SPACE}", " ")


def work() -> None:
    orders.run_due(worker="w", now=timezone.now() + timedelta(seconds=1))


# --- Orders -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["1001", "#1001", "ana@example.com", "+55 41 99876-5432", "529.982.247-25", "QB 123 456 789 BR"]
)
def test_an_order_is_found_by_whatever_a_customer_says(query: str, desk: Client, book: Backend) -> None:
    parcel = Shipment("s1", ShipmentState.IN_TRANSIT, "Correios", "QB123456789BR")
    kept(book, stage=OrderStage.SHIPPED, shipments=(parcel,))
    kept(book, "2002", placed_at=timezone.now())

    page = desk.get("/orders/", {"q": query}).content.decode()

    assert ">1001</a>" in page


@pytest.mark.parametrize("address,here", [("/orders/", "Orders"), ("/customers/", "Customers"), ("/", "Inbox")])
def test_the_rail_marks_where_one_is(address: str, here: str, desk: Client, order: Order) -> None:
    rail = shown(desk, address).split('id="rail"')[1].split("</nav>")[0]

    marked = [link for link in rail.split("<a ")[1:] if 'aria-current="page"' in link]
    assert [f'aria-label="{here}"' in link for link in marked] == [True]


def test_what_nobody_ordered_is_said_to_be_unknown(desk: Client, order: Order) -> None:
    assert "No order found." in shown(desk, "/orders/?q=zzz")


def test_the_newest_come_first_and_pages_leave_none_out(desk: Client, book: Backend, shop: Shop) -> None:
    at = datetime(2026, 3, 1, tzinfo=timezone.get_current_timezone())
    other = connected(shop, "Second")
    for number in range(60):  # several at the same moment, over two systems
        kept(other if number % 3 else book, f"{number:03}", placed_at=at + timedelta(minutes=number // 7))

    first = shown(desk, "/orders/")
    older = first.split("?before=")[1].split('"')[0].replace("&amp;", "&")
    second = shown(desk, f"/orders/?before={older}")

    numbers = [part.split("</a>")[0][-3:] for page in (first, second) for part in page.split('scope="row">')[1:]]
    assert len(numbers) == 60
    assert len(set(numbers)) == 60
    assert numbers[0] in {"059", "058", "057", "056"}


@pytest.mark.parametrize("before", ["x", "2026-13-45T00:00:00+00:00~1", "2026-01-01~1", "2026-01-01T00:00:00~1", "~"])
def test_a_place_that_is_none_shows_the_newest(before: str, desk: Client, order: Order) -> None:
    assert ">1001</a>" in desk.get("/orders/", {"before": before}).content.decode()


def test_an_order_shows_what_was_done_and_which_tickets_are_about_it(
    desk: Client, order: Order, bia: Agent, arrive: Callable[..., Message]
) -> None:
    ticket = arrive().ticket
    link_order(ticket=ticket, order=order, rule=OrderRule.AGENT, agent=bia, now=timezone.now())
    asked(order, bia, 1_000)
    work()

    page = shown(desk, f"/orders/{order.pk}/")

    assert "Refund of R$10.00" in page
    assert "<del>R$99.80</del> → <ins>R$89.80</ins>" in page
    assert f'href="/tickets/{ticket.number}/"' in page


def test_a_customer_of_whom_little_is_known_has_a_page(desk: Client, book: Backend) -> None:
    order = kept(book, account=Account("guest-7"))

    assert desk.get(f"/orders/{order.pk}/").status_code == 200
    assert "guest-7" in shown(desk, "/orders/")


def test_orders_of_another_shop_do_not_exist(stranger: Client, order: Order) -> None:
    assert stranger.get(f"/orders/{order.pk}/").status_code == 404
    assert "1001</a>" not in shown(stranger, "/orders/")
    assert "1001</a>" not in shown(stranger, "/orders/?q=1001")


def test_a_customers_page_lists_what_they_bought(
    desk: Client, book: Backend, order: Order, arrive: Callable[..., Message]
) -> None:
    identity = arrive().identity
    assert identity

    page = shown(desk, f"/customers/{identity.customer_id}/")

    assert f'<a href="/orders/{order.pk}/">1001</a>' in page


def test_the_list_costs_the_same_however_many(
    desk: Client, book: Backend, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for number in range(30):
        kept(book, f"{number}")
    shown(desk, "/orders/")

    with django_assert_max_num_queries(16):
        desk.get("/orders/")


# --- Approvals --------------------------------------------------------------------------------------------------------


def test_a_supervisor_approves_and_it_is_done(
    order: Order, bia: Agent, rafael: Agent, sign_in: Callable[[Agent], Client]
) -> None:
    entry = asked(order, bia)
    supervisor = sign_in(rafael)
    page = shown(supervisor, "/approvals/")

    assert "Refund of R$60.01" in page
    assert "Bia" in page
    assert "broken" in page
    supervisor.post(f"/approvals/{entry.pk}/approve/")
    work()

    entry.refresh_from_db()
    assert (entry.state, entry.approver) == (LedgerState.DONE, rafael)
    assert "Nothing waits for approval." in shown(supervisor, "/approvals/")


def test_a_supervisor_declines_and_says_why(
    order: Order, bia: Agent, rafael: Agent, sign_in: Callable[[Agent], Client]
) -> None:
    entry = asked(order, bia)
    supervisor = sign_in(rafael)

    assert "Say why" in shown_after(supervisor, f"/approvals/{entry.pk}/decline/", {"reason": "  "})
    entry.refresh_from_db()
    assert entry.state == LedgerState.ASKED
    supervisor.post(f"/approvals/{entry.pk}/decline/", {"reason": "Ask for photos first."})
    entry.refresh_from_db()

    assert (entry.state, entry.detail) == (LedgerState.DECLINED, "Ask for photos first.")
    assert "Somebody has decided" in shown_after(supervisor, f"/approvals/{entry.pk}/approve/", {})


def shown_after(client: Client, address: str, fields: dict[str, str]) -> str:
    return client.post(address, fields, follow=True).content.decode()


def test_nobody_approves_their_own(book: Backend, rafael: Agent, sign_in: Callable[[Agent], Client]) -> None:
    policy = Policy(limits={"supervisor": 1_000})
    book.policy = {"limits": dict(policy.limits)}
    book.save()
    order = Order.objects.select_related("account__backend__shop", "backend__shop").get(pk=kept(book).pk)
    entry = asked(order, rafael)
    supervisor = sign_in(rafael)

    assert f'action="/approvals/{entry.pk}/approve/"' not in shown(supervisor, "/approvals/")
    assert "Somebody else has to approve this" in shown_after(supervisor, f"/approvals/{entry.pk}/approve/", {})
    assert "You asked for this yourself" in shown_after(supervisor, f"/approvals/{entry.pk}/decline/", {"reason": "x"})
    entry.refresh_from_db()
    assert entry.state == LedgerState.ASKED


def test_only_who_may_approve_sees_what_waits(
    desk: Client, order: Order, bia: Agent, rafael: Agent, sign_in: Callable[[Agent], Client]
) -> None:
    entry = asked(order, bia)

    assert desk.get("/approvals/").status_code == 403
    assert desk.post(f"/approvals/{entry.pk}/approve/").status_code == 403
    assert 'href="/approvals/"' not in shown(desk, "/")
    assert '<span class="count">1</span>' in shown(sign_in(rafael), "/").split('href="/approvals/"')[1].split("</a>")[0]


def test_a_supervisor_of_another_shop_approves_nothing(
    order: Order, bia: Agent, sign_in: Callable[[Agent], Client]
) -> None:
    entry = asked(order, bia)
    zoe = sign_in(make_agent("Zoe", shop=make_shop("other"), role=Role.SUPERVISOR))

    assert "Refund of" not in shown(zoe, "/approvals/")
    assert zoe.post(f"/approvals/{entry.pk}/approve/").status_code == 404
    assert zoe.post(f"/approvals/{entry.pk}/decline/", {"reason": "x"}).status_code == 404

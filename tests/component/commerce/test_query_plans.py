"""Orders are found by indexes, so that a lookup costs the same however many there are."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from balcao.commerce import queries
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.actions.upserting import write_orders
from balcao.commerce.models import Backend, Order
from balcao.customers.models import Customer, Identity
from balcao.ports.commerce import Account, KeyKind, Shipment, ShipmentState
from balcao.testing.orders import ANA, PLACED, an_order
from tests.component.tickets.test_query_plans import Asked, analyze, asked, assert_walks_indexes, plan

MANY = 1_500
LARGE = ("commerce_order", "commerce_orderkey", "commerce_account", "commerce_accountkey")
WALKS_A_SHOP = re.compile(
    r"commerce_(account|order)\w* \(backend_id=\?\)|Index Cond: \(backend_id = \d+\)$", re.MULTILINE
)
WANTED = {
    KeyKind.NUMBER: "1001",
    KeyKind.TRACKING: "QP1001BR",
    KeyKind.EMAIL: "ana@example.com",
    KeyKind.PHONE: "+5541998765432",
    KeyKind.TAX_ID: "52998224725",
    KeyKind.ACCOUNT: "ana",
}


def parcel(code: str) -> tuple[Shipment, ...]:
    return (Shipment("1", ShipmentState.IN_TRANSIT, "Correios", code),)


@pytest.fixture
def many(book: Backend, now: datetime) -> Backend:
    """Give a book in which Ana's order is one among many, each of somebody else."""
    buyers = [
        Account(f"b{n}", f"Buyer {n}", f"b{n}@example.com", f"+55419{90_000_000 + n}", f"{n:011d}") for n in range(MANY)
    ]
    others = [
        an_order(
            ref=f"M{n}",
            number=f"M-{n}",
            account=buyer,
            shipments=parcel(f"QP{n:06d}BR"),
            placed_at=PLACED + timedelta(minutes=n),
        )
        for n, buyer in enumerate(buyers)
    ]
    for start in range(0, MANY, 300):
        write_orders(backend=book, orders=others[start : start + 300], now=now)
    keep_order(backend=book, order=replace(an_order(), account=ANA, shipments=parcel("QP1001BR")), now=now)
    analyze()
    return book


def walks_indexes(statements: Asked) -> None:
    assert_walks_indexes(statements, large=LARGE)


def finds(statements: Asked) -> None:
    """Check that nothing walks everything that one shop system has, be it along an index."""
    walks_indexes(statements)
    for sql, params in statements:
        assert not WALKS_A_SHOP.search(plan(sql, params)), f"{sql}\n{plan(sql, params)}"


@pytest.mark.parametrize("kind", WANTED)
def test_what_people_know_of_an_order_finds_it(many: Backend, kind: KeyKind) -> None:
    with asked() as statements:
        found = queries.find(kind=kind, value=WANTED[kind], shop_ids=[many.shop_id], region="BR")
    assert [row.number for row in found] == ["1001"]
    finds(statements)
    assert "commerce_newest" not in plan(*statements[0]), "it would walk all orders until it met the right ones"


def test_the_orders_of_a_customer(many: Backend, now: datetime) -> None:
    customer = Customer.objects.create(name="Ana", created_at=now)
    ana = Identity.objects.create(
        kind="email", value=ANA.email, match_key=ANA.email, customer=customer, home=customer, created_at=now
    )
    with asked() as statements:
        for find in (queries.orders_of, queries.bought_by):
            assert [row.number for row in find(identities=[ana], shop_ids=[many.shop_id])] == ["1001"]
        assert [row.ref for row in queries.accounts_of(identities=[ana], shop_id=many.shop_id)] == ["ana"]
        assert queries.account_of_key(backend=many, kind=KeyKind.EMAIL, value=ANA.email)
        assert queries.order_of_contact(shop=many.shop, number="1001", email=ANA.email)
        assert queries.named_in("Cadê o pedido 1001?", shop_id=many.shop_id)
    finds(statements)


def test_a_batch_of_a_file_does_not_walk_what_is_there(many: Backend, now: datetime) -> None:
    batch = [an_order(ref=f"N{n}", number=f"N-{n}", account=replace(ANA, ref=f"n{n}")) for n in range(20)]
    with asked() as statements:
        write_orders(backend=many, orders=batch, now=now)
        write_orders(backend=many, orders=batch, now=now)
    finds([each for each in statements if each[0].startswith("SELECT")])


def test_the_newest_orders_are_walked_page_by_page(many: Backend) -> None:
    with asked() as statements:
        page = queries.newest(shop_ids=[many.shop_id], limit=50)
        last = page[-1]
        queries.newest(shop_ids=[many.shop_id], before=(last.placed_at, last.pk), limit=50)
    walks_indexes(statements)
    assert len(page) == 50


def test_the_check_sees_a_table_that_is_read_whole(many: Backend) -> None:
    with asked() as statements:
        list(Order.objects.filter(total=1))
    with pytest.raises(AssertionError):
        walks_indexes(statements)

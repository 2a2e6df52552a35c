"""What we write we read again exactly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.commerce.rules.importing.fields import OF_PRODUCTS, WRITTEN_OF_ORDERS
from balcao.commerce.rules.importing.mapping import OWN
from balcao.commerce.rules.importing.orders import order_of
from balcao.commerce.rules.importing.products import product_of
from balcao.commerce.rules.importing.rows import rows_of_order, rows_of_product
from balcao.kit.tables import Row, rows_in, write_table
from balcao.ports.commerce import (
    Address,
    Comeback,
    Order,
    OrderStage,
    Payment,
    PaymentState,
    Product,
    Scan,
    Shipment,
    ShipmentState,
    Variant,
)
from balcao.testing.orders import ANA, GIFT, PLACED, VISA, a_line, a_product, an_order

BARE = replace(ANA, tax_id="")  # a tax id is never kept, so it is never written
words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12)
lines = st.lists(
    st.builds(
        lambda price, quantity, gone, name: replace(
            a_line(price=price, quantity=quantity + gone, cancelled=gone), name=name
        ),
        st.integers(500, 10**9),
        st.integers(1, 99),
        st.integers(0, 3),
        words,
    ),
    min_size=1,
    max_size=5,
).map(lambda found: tuple(replace(line, ref=str(number)) for number, line in enumerate(found, start=1)))
parcels = st.lists(
    st.builds(
        lambda code, hours, state: Shipment(
            code or "1", state, "Correios", code, shipped_at=PLACED + timedelta(hours=hours)
        ),
        st.from_regex(r"[A-Z]{2}\d{0,9}", fullmatch=True),
        st.integers(1, 99),
        st.sampled_from(ShipmentState),
    ),
    max_size=3,
    unique_by=lambda one: one.ref,
).map(tuple)
orders = st.builds(
    lambda ordered, sent, stage, currency, name, discount: an_order(
        *ordered, shipments=sent, stage=stage, currency=currency, account=replace(BARE, name=name), discount=discount
    ),
    lines,
    parcels,
    st.sampled_from(OrderStage),
    st.sampled_from(["BRL", "TRY", "JPY", "KWD"]),
    words,
    st.integers(0, 500),
)


def read(order: Order) -> Order | None:
    return order_of([Row(number, cells) for number, cells in enumerate(rows_of_order(order), start=2)], OWN).order


@given(orders)
def test_every_order_comes_back_as_it_was(order: Order) -> None:
    assert read(order) == order


def test_what_columns_cannot_say_comes_back_too() -> None:
    order = an_order(
        a_line(),
        replace(a_line(), ref="4-2", returned=1),
        ref="gid://shop/7",
        account=BARE,
        payments=(
            Payment("p1", VISA, 10_000, at=PLACED, instalments=3),
            Payment("p2", GIFT, 5_000, at=PLACED),
            Payment("r1", VISA, 4_990, is_refund=True, state=PaymentState.PENDING, pieces=(("1", 1),)),
        ),
        shipments=(Shipment("s1", ShipmentState.FAILED, scans=(Scan(PLACED, "tentou", "Curitiba"),)),),
        comebacks=(Comeback("c1", (("1", 1),), reason="quebrou"),),
        billing=Address(line1="=2+2", city="Curitiba"),
        notes=("um", "dois"),
        tags=("vip", "presente, com laço"),
        changes=2,
        promised_at=datetime(2026, 11, 9, tzinfo=UTC),
    )

    assert read(order) == order


@pytest.mark.parametrize("name", ["orders.csv", "orders.xlsx", "orders.json"])
def test_orders_come_back_through_every_kind_of_file(tmp_path: Path, name: str) -> None:
    told = [an_order(account=BARE), an_order(a_line(price=123_456), ref="=1+1", number="=1+1", account=BARE)]
    write_table(tmp_path / name, WRITTEN_OF_ORDERS, [cells for order in told for cells in rows_of_order(order)])

    found = list(rows_in(tmp_path / name))

    assert [order_of([row], replace(OWN, columns=_there(found))).order for row in found] == told


def _there(found: list[Row]) -> dict:  # type: ignore[type-arg] # of the fields in a file
    names = {name for row in found for name in row.cells}
    return {field: heading for field, heading in OWN.columns.items() if heading in names}


@pytest.mark.parametrize(
    "product",
    [a_product(), Product("leer", "Leer", "BRL", ()), Product("x", "X", "TRY", (Variant("y", 1),), image="i")],
)
def test_every_product_comes_back_as_it_was(product: Product) -> None:
    rows = [Row(number, cells) for number, cells in enumerate(rows_of_product(product), start=2)]

    assert product_of(rows, OWN).product == product
    assert set(rows[0].cells) <= set(OF_PRODUCTS)

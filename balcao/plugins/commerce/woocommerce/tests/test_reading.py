"""Orders and products of WooCommerce as ours."""

from typing import Any

import pytest

from balcao.plugins.commerce.woocommerce.adapter import WooCommerce
from balcao.plugins.commerce.woocommerce.tests.server import Shop, link_to
from balcao.plugins.commerce.woocommerce.tests.state import BILLING
from balcao.ports.commerce import InstrumentKind, KeyKind, Link, OrderStage, PaymentState, ShipmentState


def test_an_order_tells_what_was_bought_and_paid(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = adapter.order(str(shop.state.bring()["id"]), link)

    assert order
    assert (order.currency, order.total, order.freight, order.tax) == ("BRL", 9390, 1200, 0)
    (line,) = order.lines
    assert (line.quantity, line.unit_price, line.discount, line.tax) == (2, 4550, 910, 0)
    (payment,) = order.payments
    assert (payment.instrument.kind, payment.instrument.label, payment.amount) == (InstrumentKind.CARD, "Cartão", 9390)
    assert (order.account.ref, order.account.email, order.address.postcode) == ("7", "ana@example.com", "01304-000")


def test_prices_without_tax_keep_it_on_the_line(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = adapter.order(str(shop.state.bring(prices_include_tax=False)["id"]), link)
    assert order
    (line,) = order.lines
    assert (line.unit_price, line.discount, line.tax) == (4137, 2 * 4137 - 7445, 745)
    assert order.total == 9390


@pytest.mark.parametrize(
    "currency, total, whole", [("JPY", "9390", 9390), ("KWD", "93.905", 93905), ("TRY", "93.90", 9390)]
)
def test_currencies_without_cents_and_with_thousandths(
    adapter: WooCommerce, link: Link, shop: Shop, currency: str, total: str, whole: int
) -> None:
    order = adapter.order(str(shop.state.bring(currency=currency, total=total)["id"]), link)
    assert order
    assert order.total == whole


def test_fees_are_lines_or_take_off(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    fees = [
        {"id": 900, "name": "Gift wrap", "total": "5.00", "total_tax": "0.00", "meta_data": []},
        {"id": 901, "name": "Club", "total": "-3.00", "total_tax": "0.00", "meta_data": []},
    ]
    order = adapter.order(str(shop.state.bring(fee_lines=fees, total="95.90")["id"]), link)
    assert order
    assert (order.lines[1].name, order.lines[1].unit_price, order.discount, order.total) == (
        "Gift wrap",
        500,
        300,
        9590,
    )


@pytest.mark.parametrize(
    "status, other, settings, stage",
    [
        ("pending", {}, {}, OrderStage.PENDING),
        ("processing", {}, {}, OrderStage.PENDING),
        ("processing", {}, {"preparing": "wc-processing, packing"}, OrderStage.PREPARING),
        ("completed", {}, {}, OrderStage.DELIVERED),
        ("completed", {}, {"shipped": "completed", "delivered": "arrived"}, OrderStage.SHIPPED),
        ("arrived", {}, {"shipped": "completed", "delivered": "arrived"}, OrderStage.DELIVERED),
        ("packing", {}, {}, OrderStage.PREPARING),
        ("cancelled", {}, {}, OrderStage.CANCELLED),
        ("refunded", {}, {}, OrderStage.CANCELLED),
        ("refunded", {"date_completed_gmt": "2026-11-02T09:00:00"}, {}, OrderStage.DELIVERED),
        ("checkout-draft", {}, {}, OrderStage.DRAFT),
    ],
)
def test_a_status_is_a_stage_as_the_shop_means_it(
    adapter: WooCommerce, shop: Shop, status: str, other: dict[str, Any], settings: dict[str, str], stage: OrderStage
) -> None:
    order = adapter.order(str(shop.state.bring(status=status, **other)["id"]), link_to(shop, **settings))
    assert order
    assert order.stage == stage


@pytest.mark.parametrize(
    "status, state, has_link",
    [("pending", "pending", True), ("failed", "failed", False), ("cancelled", "voided", False)],
)
def test_what_is_not_paid_says_why(
    adapter: WooCommerce, link: Link, shop: Shop, status: str, state: str, has_link: bool
) -> None:
    order = adapter.order(str(shop.state.bring(status=status, date_paid_gmt=None)["id"]), link)
    assert order
    assert order.payments[0].state == PaymentState(state)
    assert bool(order.payments[0].link) == has_link


def test_brazilian_addresses_and_parcels_of_extensions_are_read(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    tracked = [
        {"tracking_id": "t1", "tracking_provider": "Correios", "tracking_number": "BR1", "date_shipped": "1793600000"}
    ]
    raw = shop.state.bring(
        billing={**BILLING, "number": "77", "neighborhood": "Cerqueira César", "cpf": "123.456.789-09"},
        meta_data=[{"id": 1, "key": "_wc_shipment_tracking_items", "value": tracked}],
        customer_id=0,
    )
    order = adapter.order(str(raw["id"]), link)
    assert order
    assert order.billing
    assert (order.billing.line1, order.billing.district) == ("Rua Augusta, 100, 77", "Cerqueira César")
    assert (order.account.ref, order.account.tax_id) == ("guest:ana@example.com", "123.456.789-09")
    assert [(one.code, one.state) for one in order.shipments] == [("BR1", ShipmentState.IN_TRANSIT)]


@pytest.mark.parametrize(
    "kind, value, found",
    [
        (KeyKind.NUMBER, "{}", 1),
        (KeyKind.NUMBER, "#{}", 1),
        (KeyKind.NUMBER, "{}-A", 0),
        (KeyKind.EMAIL, "Ana@Example.com", 2),
        (KeyKind.EMAIL, "ana@example.com", 2),
        (KeyKind.PHONE, "+55 11 98765-4321", 2),
        (KeyKind.PHONE, "4321", 0),
        (KeyKind.ACCOUNT, "7", 2),
        (KeyKind.ACCOUNT, "guest:ana@example.com", 0),
        (KeyKind.TRACKING, "BR1", 0),
    ],
)
def test_orders_are_found_by_what_people_say(
    adapter: WooCommerce, link: Link, shop: Shop, kind: KeyKind, value: str, found: int
) -> None:
    shop.state.bring()
    number = shop.state.bring()["number"]
    orders = adapter.find(kind, value.format(number), link)
    assert len(orders) == found
    if found:
        assert orders[0].number == number


def test_numbers_of_an_extension_are_found_by_search(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    other = shop.state.bring()
    raw = shop.state.bring(number=str(other["id"]))
    other["number"] = "A-1"
    (order,) = adapter.find(KeyKind.NUMBER, raw["number"], link)
    assert order.ref == str(raw["id"])


def test_changes_come_page_by_page_also_where_many_are_of_one_second(
    adapter: WooCommerce, link: Link, shop: Shop
) -> None:
    refs = {str(shop.state.bring()["id"]) for _ in range(130)}
    for raw in list(shop.state.orders.values())[20:125]:
        raw["date_modified_gmt"] = "2026-11-01T10:00:00"
    cursor: dict[str, Any] = {}
    seen, calls = set[str](), 0
    while True:
        page = adapter.changes(cursor, link)
        seen |= {order.ref for order in page.orders}
        cursor, calls = dict(page.cursor), calls + 1
        if not page.more:
            break
    assert seen == refs
    assert calls < 8

    fresh = str(shop.state.bring()["id"])
    later = adapter.changes(cursor, link)
    assert later.orders[-1].ref == fresh
    assert len(later.orders) <= 2  # those of the last second once more


def test_products_come_with_their_variations(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    mug, shirt = adapter.changes({}, link).products
    assert adapter.product("6", link) == shirt
    assert [(one.ref, one.price, one.stock) for one in mug.variants] == [("5", 4550, 5)]
    assert [(one.ref, one.options, one.stock) for one in shirt.variants] == [
        ("6:61", {"Size": "S"}, 5),
        ("6:62", {"Size": "M"}, 5),
    ]
    shop.state.products[5]["stock_status"] = "outofstock"
    empty = adapter.product("5", link)
    assert empty
    assert not empty.variants[0].is_available
    assert adapter.product("99", link) is None
    assert adapter.product("mug", link) is None


def test_what_may_be_ordered_later_has_no_bound(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    shop.state.products[5]["stock_status"] = "onbackorder"
    mug = adapter.product("5", link)
    assert mug
    assert (mug.variants[0].stock, mug.variants[0].is_available) == (None, True)

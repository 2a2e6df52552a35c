"""Orders and products of Shopify as ours."""

import pytest

from balcao.plugins.commerce.shopify.adapter import Shopify
from balcao.plugins.commerce.shopify.tests.server import Shop
from balcao.plugins.commerce.shopify.tests.state import gid
from balcao.ports import money
from balcao.ports.commerce import Address, InstrumentKind, KeyKind, Link, OrderStage, PaymentState, ShipmentState


def test_an_order_tells_what_was_bought_paid_and_sent(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = adapter.order(shop.state.bring(sent=True)["id"], link)

    assert order
    assert (order.stage, order.currency, order.total, order.freight) == (OrderStage.DELIVERED, "BRL", 9390, 1200)
    (line,) = order.lines
    assert (line.quantity, line.unit_price, line.discount, line.tax) == (2, 4550, 910, 0)
    assert line.options == {"Colour": "Blue"}
    (payment,) = order.payments
    assert (payment.instrument.kind, payment.instrument.label) == (InstrumentKind.CARD, "Visa ···· 4242")
    (parcel,) = order.shipments
    assert (parcel.state, parcel.code, parcel.pieces) == (ShipmentState.DELIVERED, "BR123", ((line.ref, 2),))
    assert parcel.scans[0].place == "São Paulo"
    assert (order.account.email, order.address.postcode) == ("ana@example.com", "01304-000")


def test_taxes_on_top_stand_on_their_lines(adapter: Shopify, link: Link, shop: Shop) -> None:
    raw = shop.state.bring()
    raw["taxesIncluded"] = False
    raw["totalPriceSet"] = "95.90"
    order = adapter.order(raw["id"], link)
    assert order
    assert (order.lines[0].tax, order.tax, order.total) == (100, 100, 9590)


@pytest.mark.parametrize("currency, total, whole", [("JPY", "9390", 9390), ("KWD", "93.905", 93905)])
def test_currencies_without_cents_and_with_thousandths(
    adapter: Shopify, link: Link, shop: Shop, currency: str, total: str, whole: int
) -> None:
    raw = shop.state.bring()
    raw["presentmentCurrencyCode"], raw["totalPriceSet"] = currency, total
    order = adapter.order(raw["id"], link)
    assert order
    assert order.total == whole


def test_an_authorisation_that_was_captured_counts_once(adapter: Shopify, link: Link, shop: Shop) -> None:
    raw = shop.state.bring()
    (sale,) = raw["transactions"]
    sale["kind"] = "AUTHORIZATION"
    order = adapter.order(raw["id"], link)
    assert order
    assert order.payments[0].state == PaymentState.AUTHORISED

    raw["transactions"].append({**sale, "id": gid("OrderTransaction", 1), "kind": "CAPTURE", "parentTransaction": sale})
    order = adapter.order(raw["id"], link)
    assert order
    assert [payment.state for payment in order.payments] == [PaymentState.CAPTURED]


def test_what_is_not_paid_yet_is_a_payment_to_come(adapter: Shopify, link: Link, shop: Shop) -> None:
    raw = shop.state.bring()
    raw["transactions"], raw["totalOutstandingSet"] = [], raw["totalPriceSet"]
    order = adapter.order(raw["id"], link)
    assert order
    assert [(one.state, one.amount) for one in order.payments] == [(PaymentState.PENDING, order.total)]
    assert not money.open_balance(order)


def test_all_lines_of_a_long_order_are_read(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = adapter.order(shop.state.bring(lines=120)["id"], link)
    assert order
    assert len({line.ref for line in order.lines}) == 120
    assert order.total == 120 * 8190 + 1200


@pytest.mark.parametrize(
    "kind, value, found",
    [
        (KeyKind.NUMBER, "#{}", 1),
        (KeyKind.NUMBER, "{}", 1),
        (KeyKind.EMAIL, "ana@example.com", 2),
        (KeyKind.EMAIL, 'mehmet@example.com" OR name:"{}', 0),
        (KeyKind.PHONE, "+5511987654321", 2),
        (KeyKind.PHONE, "+905321112233", 0),
        (KeyKind.ACCOUNT, gid("Customer", 7), 2),
        (KeyKind.TRACKING, "BR123", 0),
    ],
)
def test_orders_are_found_by_what_people_say(
    adapter: Shopify, link: Link, shop: Shop, kind: KeyKind, value: str, found: int
) -> None:
    shop.state.bring()
    number = shop.state.bring()["name"].lstrip("#")
    orders = adapter.find(kind, value.format(number), link)
    assert len(orders) == found
    if found:
        assert orders[0].number == number


def test_changes_come_page_by_page_and_then_only_what_is_new(adapter: Shopify, link: Link, shop: Shop) -> None:
    refs = [shop.state.bring()["id"] for _ in range(23)]
    cursor: dict[str, object] = {}
    seen, pages = [], 0
    while True:
        page = adapter.changes(cursor, link)
        seen += [order.ref for order in page.orders]
        cursor, pages = dict(page.cursor), pages + 1
        if not page.more:
            break

    assert (list(dict.fromkeys(seen)), pages) == (refs, 3)
    fresh = shop.state.bring()["id"]
    later = adapter.changes(cursor, link)
    assert [order.ref for order in later.orders] == [refs[-1], fresh]  # two minutes are looked through once more
    assert adapter.changes(later.cursor, link).orders[-1].ref == fresh


def test_a_long_history_is_not_walked_by_places(adapter: Shopify, link: Link, shop: Shop) -> None:
    refs = {shop.state.bring()["id"] for _ in range(60)}
    for raw in list(shop.state.rows.values())[-40:-20]:
        raw["updatedAt"] = "2026-11-01T11:30:00Z"  # more than a page of one second
    shop.deepest = 25
    seen, cursor, more = set[str](), dict[str, object](), True
    while more:
        page = adapter.changes(cursor, link)
        seen |= {order.ref for order in page.orders}
        cursor, more = dict(page.cursor), page.more
    assert seen == refs


def test_products_come_with_the_changes_and_one_by_one(adapter: Shopify, link: Link, shop: Shop) -> None:
    (mug,) = adapter.changes({}, link).products
    assert adapter.product(mug.ref, link) == mug
    assert (mug.variants[0].price, mug.variants[0].stock, mug.variants[0].is_available) == (4550, 5, True)
    assert mug.image == "https://cdn.example/mug.png"

    shop.state.rows[mug.ref]["status"] = "ARCHIVED"
    gone = adapter.product(mug.ref, link)
    assert gone
    assert not any(variant.is_available for variant in gone.variants)
    assert adapter.product(gid("Product", 99), link) is None


def test_what_may_be_sold_below_nothing_has_no_bound(adapter: Shopify, link: Link, shop: Shop) -> None:
    shop.state.rows[gid("ProductVariant", 1)]["inventoryQuantity"] = -2
    mug = adapter.product(gid("Product", 1), link)
    assert mug
    assert (mug.variants[0].stock, mug.variants[0].is_available) == (None, True)


def test_freight_is_quoted_by_the_shops_rates_the_cheapest_first(adapter: Shopify, link: Link) -> None:
    quotes = adapter.freight([(gid("ProductVariant", 1), 2)], Address(postcode="80020-310", country="BR"), link)
    assert [(quote.name, quote.amount) for quote in quotes] == [("PAC", 1840), ("Sedex", 3190)]

"""What actions do in a WooCommerce shop: exactly once each, and honestly told."""

from typing import Any

import pytest

from balcao.plugins.commerce.woocommerce.adapter import WooCommerce
from balcao.plugins.commerce.woocommerce.tests.server import Shop
from balcao.ports.commerce import (
    Action,
    AddNote,
    Address,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    CommerceError,
    GiveCredit,
    InstrumentKind,
    Link,
    Order,
    OrderStage,
    Outcome,
    PlaceOrder,
    Refund,
)

ELSEWHERE = Address("Rua XV, 9", "casa 2", "Centro", "Curitiba", "PR", "80020-310", "BR", "Ana Maria Souza")
REFUND, CHANGE = "POST /orders/{id}/refunds", "PUT /orders/{id}"


def an_order(adapter: WooCommerce, link: Link, shop: Shop, **wish: Any) -> Order:
    found = adapter.order(str(shop.state.bring(**wish)["id"]), link)
    assert found
    return found


def paid_back(adapter: WooCommerce, order: Order, link: Link) -> int:
    found = adapter.order(order.ref, link)
    assert found
    return sum(payment.amount for payment in found.payments if payment.is_refund)


@pytest.mark.parametrize(
    "action, route",
    [
        (Refund("late", amount=500), REFUND),
        (Cancel("changed mind"), CHANGE),
        (ChangeAddress(ELSEWHERE), CHANGE),
        (AddNote("Ring twice."), "POST /orders/{id}/notes"),
    ],
)
def test_an_answer_that_was_lost_is_found_again_and_nothing_happens_twice(
    adapter: WooCommerce, link: Link, shop: Shop, action: Action, route: str
) -> None:
    order = an_order(adapter, link, shop)
    assert adapter.recall("once", action, order, link) is None
    shop.fails_after = route

    if isinstance(action, Cancel):  # the money is back by then: what is left is said, not raised
        assert adapter.perform(action, order, link, key="once").outcome == Outcome.PARTLY
    else:
        with pytest.raises(CommerceError) as raised:
            adapter.perform(action, order, link, key="once")
        assert raised.value.uncertain
    shop.fails_after = ""
    recalled = adapter.recall("once", action, order, link)
    adapter.perform(action, order, link, key="once")

    assert recalled
    assert recalled.outcome == Outcome.DONE
    assert shop.asked.count(route) == 1


def test_what_failed_before_it_happened_is_not_recalled(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order, action = an_order(adapter, link, shop), Refund("late", amount=500)
    shop.fails_before = REFUND
    with pytest.raises(CommerceError) as raised:
        adapter.perform(action, order, link, key="late")
    assert raised.value.uncertain
    assert adapter.recall("late", action, order, link) is None


def test_a_refund_is_found_by_its_reason_before_it_is_marked(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order, action = an_order(adapter, link, shop), Refund("late", amount=500)
    adapter.perform(action, order, link, key="late")
    shop.state.refunds[int(order.ref)][0]["meta_data"] = []  # WooCommerce stopped after paying back

    assert adapter.perform(action, order, link, key="late").outcome == Outcome.DONE
    assert paid_back(adapter, order, link) == 500


def test_a_refusal_with_status_500_is_a_refusal(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    shop.state.gateway_refuses = "Charge has already been refunded."
    done = adapter.perform(Refund("late", amount=500), order, link, key="late")

    assert (done.outcome, done.detail) == (Outcome.REFUSED, "Charge has already been refunded.")
    assert done.code == "cannot_create_order_refund"


def test_pieces_and_freight_go_back_with_their_taxes_to_the_cent(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    action = Refund("broken", ((order.lines[0].ref, 1),), freight=1200)
    done = adapter.perform(action, order, link, key="piece")

    assert paid_back(adapter, order, link) == 4095 + 1200
    assert done.order
    assert done.order.payments[-1].pieces == ((order.lines[0].ref, 1),)
    assert not shop.state.restocked


def test_a_method_that_does_not_pay_back_by_itself_is_told(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    for method in ("bacs", "uninstalled"):
        order = an_order(adapter, link, shop, payment_method=method)
        done = adapter.perform(Refund("late", amount=500), order, link, key=method)
        recalled = adapter.recall(method, Refund("late", amount=500), order, link)

        assert recalled
        assert done.outcome == recalled.outcome == Outcome.PARTLY
        assert "send the money" in done.detail
        assert shop.state.refunds[int(order.ref)][0]["refunded_payment"] is False


def test_a_line_that_is_named_twice_is_paid_back_by_the_piece(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    piece = (order.lines[0].ref, 1)
    adapter.perform(Refund("broken", (piece, piece)), order, link, key="both")
    after = adapter.order(order.ref, link)
    assert after
    assert after.payments[-1].amount == 8190
    assert after.payments[-1].pieces == ((piece[0], 2),)


def test_money_goes_back_only_to_where_it_came_from(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    done = adapter.perform(Refund("late", amount=500, instrument="gift"), order, link, key="other")
    assert (done.outcome, done.code) == (Outcome.REFUSED, "instrument")


def test_cancelling_refuses_as_a_whole_where_the_money_cannot_go_back(
    adapter: WooCommerce, link: Link, shop: Shop
) -> None:
    order = an_order(adapter, link, shop)
    shop.state.gateway_refuses = "Insufficient funds."
    done = adapter.perform(Cancel("changed mind"), order, link, key="cancel")

    assert (done.outcome, done.detail) == (Outcome.REFUSED, "Insufficient funds.")
    assert shop.state.orders[int(order.ref)]["status"] == "processing"


def test_what_was_not_paid_is_cancelled_without_money(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop, status="on-hold", date_paid_gmt=None)
    done = adapter.perform(Cancel("changed mind"), order, link, key="cancel")

    assert done.order
    assert (done.outcome, done.order.stage, done.order.cancel_reason) == (
        Outcome.DONE,
        OrderStage.CANCELLED,
        "changed mind",
    )
    assert REFUND not in shop.asked


def test_pieces_are_taken_out_paid_back_and_put_on_the_shelf(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    action = Cancel("too many", ((order.lines[0].ref, 1),))
    done = adapter.perform(action, order, link, key="piece")
    adapter.perform(action, order, link, key="piece")

    assert done.order
    assert (done.order.stage, done.order.lines[0].quantity, done.order.lines[0].cancelled) == (OrderStage.PENDING, 2, 1)
    assert paid_back(adapter, order, link) == 4095
    assert shop.state.restocked == [int(order.lines[0].ref)]


def test_an_address_that_changes_the_taxes_is_told(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    shop.state.taxes_of_elsewhere += 3
    done = adapter.perform(ChangeAddress(ELSEWHERE), order, link, key="address")

    assert done.outcome == Outcome.PARTLY
    assert done.order
    assert (done.order.address.line2, done.order.address.name) == ("casa 2, Centro", "Ana Maria Souza")


def test_the_customers_own_address_changes_on_wish(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    done = adapter.perform(ChangeAddress(ELSEWHERE, as_default=True), order, link, key="address")
    assert done.outcome == Outcome.DONE
    assert shop.state.customers[7]["shipping"]["city"] == "Curitiba"

    guest = an_order(adapter, link, shop, customer_id=0)
    assert (
        adapter.perform(ChangeAddress(ELSEWHERE, as_default=True), guest, link, key="guest").outcome == Outcome.PARTLY
    )


def test_a_default_address_changes_once(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    action = ChangeDefaultAddress("7", ELSEWHERE)
    done = adapter.perform(action, None, link, key="default")
    adapter.perform(action, None, link, key="default")

    assert done.account
    assert done.account.address.city == "Curitiba"
    assert shop.asked.count("PUT /customers/{id}") == 1
    refused = adapter.perform(ChangeDefaultAddress("guest:x@example.com", ELSEWHERE), None, link, key="guest")
    assert refused.outcome == Outcome.REFUSED


def test_an_order_is_placed_once_with_where_it_can_be_paid(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    action = PlaceOrder("7", (("5", 2), ("6:62", 1)), ELSEWHERE, InstrumentKind.PIX, freight=1840)
    done = adapter.perform(action, None, link, key="place")
    again = adapter.perform(action, None, link, key="place")

    assert done.order
    assert (done.order.total, done.ref) == (9100 + 8000 + 1840, again.ref)
    assert done.order.payments[0].link.startswith("https://shop.example/pay/")
    assert [line.variant_ref for line in done.order.lines] == ["5", "6:62"]
    assert shop.asked.count("POST /orders") == 1


@pytest.mark.parametrize("account, variant", [("guest:x@example.com", "5"), ("99", "5"), ("7", "77"), ("7", "no")])
def test_an_order_of_nobody_or_nothing_is_refused(
    adapter: WooCommerce, link: Link, shop: Shop, account: str, variant: str
) -> None:
    action = PlaceOrder(account, ((variant, 1),), ELSEWHERE, InstrumentKind.PIX)
    assert adapter.perform(action, None, link, key="place").outcome == Outcome.REFUSED
    assert not shop.state.orders


def test_a_coupon_is_made_once_for_this_customer(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order, action = an_order(adapter, link, shop), GiveCredit(2500, "sorry")
    done = adapter.perform(action, order, link, key="gift")
    again = adapter.perform(action, order, link, key="gift")

    (coupon,) = shop.state.coupons.values()
    assert (coupon["amount"], coupon["usage_limit"], coupon["email_restrictions"]) == ("25.00", 1, ["ana@example.com"])
    assert done.detail == again.detail == coupon["code"]


def test_a_note_is_written_once(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    for _ in range(2):
        done = adapter.perform(AddNote("Ring twice."), order, link, key="note")
    assert done.order
    assert done.order.notes == ("Ring twice.",)
    assert [note["customer_note"] for note in shop.state.notes[int(order.ref)]] == [False]


def test_an_order_that_is_gone_cannot_be_changed(adapter: WooCommerce, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    shop.state.orders.clear()
    with pytest.raises(CommerceError) as raised:
        adapter.perform(AddNote("x"), order, link, key="note")
    assert (raised.value.code, raised.value.permanent) == ("gone", True)

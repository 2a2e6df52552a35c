"""What actions do in a Shopify shop: exactly once each, and honestly told."""

from dataclasses import replace
from typing import Any

import pytest

from balcao.plugins.commerce.shopify.adapter import Shopify
from balcao.plugins.commerce.shopify.tests.server import Shop
from balcao.plugins.commerce.shopify.tests.state import gid
from balcao.ports import money
from balcao.ports.commerce import (
    ActionKind,
    AddNote,
    Address,
    AddTag,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    CommerceError,
    Exchange,
    GiveCredit,
    InstrumentKind,
    Link,
    Order,
    OrderStage,
    Outcome,
    PlaceOrder,
    Refund,
    RequestReturn,
    SendPaymentLink,
    Swap,
)

ANA = gid("Customer", 7)
ELSEWHERE = Address("Rua XV, 9", "casa 2", "Centro", "Curitiba", "PR", "80020-310", "BR", "Ana Maria Souza")


def an_order(adapter: Shopify, link: Link, shop: Shop, **wish: Any) -> Order:
    found = adapter.order(shop.state.bring(**wish)["id"], link)
    assert found
    return found


def paid_back(adapter: Shopify, order: Order, link: Link) -> int:
    found = adapter.order(order.ref, link)
    assert found
    return sum(payment.amount for payment in found.payments if payment.is_refund)


def test_an_answer_that_was_lost_is_found_again_and_nothing_is_paid_twice(
    adapter: Shopify, link: Link, shop: Shop
) -> None:
    order, action = an_order(adapter, link, shop, sent=True), Refund("late", amount=500)
    shop.fails_after = "Refund"

    with pytest.raises(CommerceError) as raised:
        adapter.perform(action, order, link, key="late")
    shop.fails_after = ""
    recalled = adapter.recall("late", action, order, link)
    again = adapter.perform(action, order, link, key="late")

    assert raised.value.uncertain
    assert recalled
    assert (recalled.outcome, recalled.ref) == (Outcome.DONE, again.ref)
    assert paid_back(adapter, order, link) == 500
    assert shop.asked.count("Refund") == 1


def test_what_failed_before_it_happened_is_not_recalled(adapter: Shopify, link: Link, shop: Shop) -> None:
    order, action = an_order(adapter, link, shop, sent=True), Refund("late", amount=500)
    shop.fails_before = "Refund"

    with pytest.raises(CommerceError):
        adapter.perform(action, order, link, key="late")

    assert adapter.recall("late", action, order, link) is None
    assert not paid_back(adapter, order, link)


def test_two_at_once_with_one_key_pay_back_once(adapter: Shopify, link: Link, shop: Shop) -> None:
    order, action = an_order(adapter, link, shop, sent=True), Refund("late", amount=500)
    known = shop.state.refunded
    adapter.perform(action, order, link, key="late")
    refunds = shop.state.rows[order.ref]["refunds"]
    hidden = refunds.pop()  # as if the second had looked before the first was through

    adapter.perform(action, order, link, key="late")

    assert not refunds
    assert list(known.values()) == [hidden]


def test_pieces_and_freight_go_back_at_what_they_cost(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop, sent=True)
    done = adapter.perform(Refund("broken", ((order.lines[0].ref, 1),), freight=1200), order, link, key="piece")

    assert done.order
    assert paid_back(adapter, order, link) == 4095 + 1200
    assert done.order.payments[-1].pieces == ((order.lines[0].ref, 1),)
    assert (done.order.lines[0].quantity, done.order.lines[0].returned) == (2, 1)
    assert shop.state.rows[order.ref]["refunds"][0]["refundLineItems"][0]["restockType"] == "NO_RESTOCK"


def test_money_that_a_provider_did_not_pay_back_is_no_success(adapter: Shopify, link: Link, shop: Shop) -> None:
    order, action = an_order(adapter, link, shop, sent=True), Refund("late", amount=500)
    shop.state.refund_status = "FAILURE"

    done = adapter.perform(action, order, link, key="late")

    recalled = adapter.recall("late", action, order, link)
    assert recalled
    assert done.outcome == recalled.outcome == Outcome.PARTLY
    assert "did not go back" in done.detail


def test_a_line_that_is_named_twice_is_paid_back_by_the_piece(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop, sent=True)
    piece = (order.lines[0].ref, 1)
    adapter.perform(Refund("broken", (piece, piece)), order, link, key="both")
    after = adapter.order(order.ref, link)
    assert after
    assert after.payments[-1].amount == 8190
    assert after.payments[-1].pieces == ((piece[0], 2),)


def test_money_goes_back_only_to_where_it_came_from(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop, sent=True)
    done = adapter.perform(Refund("late", amount=500, instrument="gid://other"), order, link, key="other")

    assert done.outcome == Outcome.REFUSED
    assert not paid_back(adapter, order, link)


def test_cancelling_waits_for_shopify_and_is_asked_about_when_it_takes_long(
    adapter: Shopify, link: Link, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, action = an_order(adapter, link, shop), Cancel("changed mind")
    shop.state.looks_until_cancelled = 3
    monkeypatch.setattr("balcao.plugins.commerce.shopify.acting._LOOKS", (0.01,))

    with pytest.raises(CommerceError) as first:
        adapter.perform(action, order, link, key="cancel")
    with pytest.raises(CommerceError) as second:
        adapter.recall("cancel", action, order, link)
    assert (
        adapter.recall("cancel", action, order, link) is None
    )  # the job is over; what it did is seen with the next look
    done = adapter.recall("cancel", action, order, link)

    assert first.value.uncertain
    assert second.value.uncertain
    assert done
    assert done.order
    assert (done.outcome, done.order.stage, done.order.cancel_reason) == (
        Outcome.DONE,
        OrderStage.CANCELLED,
        "changed mind",
    )
    assert shop.asked.count("Cancel") == 1
    assert shop.state.rows[order.ref]["cancelReason"] == "CUSTOMER"


def test_what_has_left_shopify_does_not_cancel(adapter: Shopify, link: Link, shop: Shop) -> None:
    done = adapter.perform(Cancel("changed mind"), an_order(adapter, link, shop, sent=True), link, key="cancel")
    assert (done.outcome, done.code, done.detail) == (Outcome.REFUSED, "invalid", "Cannot cancel this order")


def test_pieces_are_taken_out_and_paid_back(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    action = Cancel("too many", ((order.lines[0].ref, 1),))
    done = adapter.perform(action, order, link, key="piece")
    again = adapter.perform(action, order, link, key="piece")

    assert (done.outcome, again.outcome) == (Outcome.DONE, Outcome.DONE)
    assert done.order
    assert (done.order.stage, done.order.lines[0].quantity, done.order.lines[0].cancelled) == (OrderStage.PENDING, 2, 1)
    assert paid_back(adapter, order, link) == 4095
    assert shop.asked.count("EditCommit") == 1


def test_a_dearer_variant_is_left_to_be_paid(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    action = ChangeLines((Swap(order.lines[0].ref, gid("ProductVariant", 2)),))
    done = adapter.perform(action, order, link, key="swap")
    again = adapter.perform(action, order, link, key="swap")

    assert (done.outcome, again.outcome) == (Outcome.PARTLY, Outcome.PARTLY)
    assert "pay the difference" in done.detail
    assert done.order
    assert [(line.quantity, line.cancelled) for line in done.order.lines] == [(2, 1), (1, 0)]
    assert money.open_balance(done.order) == order.total
    assert shop.asked.count("EditCommit") == 1


def test_a_cheaper_variant_pays_the_difference_back(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    action = ChangeLines((Swap(order.lines[0].ref, gid("ProductVariant", 3)),))
    done = adapter.perform(action, order, link, key="swap")

    assert done.outcome == Outcome.DONE
    assert paid_back(adapter, order, link) == 95


@pytest.mark.parametrize("lost, outcome", [("EditCommit", Outcome.PARTLY), ("EditVariant", None)])
def test_an_edit_of_which_no_answer_came_is_known_by_the_lines(
    adapter: Shopify, link: Link, shop: Shop, lost: str, outcome: Outcome | None
) -> None:
    order = an_order(adapter, link, shop)
    action = ChangeLines((Swap(order.lines[0].ref, gid("ProductVariant", 2)),))
    shop.fails_after = lost

    with pytest.raises(CommerceError):
        adapter.perform(action, order, link, key="swap")

    recalled = adapter.recall("swap", action, order, link)
    assert (recalled and recalled.outcome) == outcome


@pytest.mark.parametrize("is_lost, outcome, back", [(True, Outcome.DONE, 95), (False, Outcome.PARTLY, 0)])
def test_what_an_edit_owes_is_known_when_the_answer_about_it_was_lost(
    adapter: Shopify, link: Link, shop: Shop, is_lost: bool, outcome: Outcome, back: int
) -> None:
    order = an_order(adapter, link, shop)
    action = ChangeLines((Swap(order.lines[0].ref, gid("ProductVariant", 3)),))
    shop.fails_after, shop.fails_before = ("Refund", "") if is_lost else ("", "Refund")

    with pytest.raises(CommerceError) as raised:
        adapter.perform(action, order, link, key="swap")
    recalled = adapter.recall("swap", action, order, link)

    assert raised.value.uncertain
    assert recalled
    assert recalled.outcome == outcome
    assert paid_back(adapter, order, link) == back


def test_an_edit_that_was_only_announced_had_no_effect(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    action = ChangeLines((Swap(order.lines[0].ref, gid("ProductVariant", 2)),))
    shop.fails_before = "EditCommit"

    with pytest.raises(CommerceError):
        adapter.perform(action, order, link, key="swap")

    assert adapter.recall("swap", action, order, link) is None


def test_an_exchange_asks_for_pieces_and_names_what_is_sent_for_them(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop, sent=True)
    swap = Swap(order.lines[0].ref, gid("ProductVariant", 2))
    done = adapter.perform(Exchange((swap,), reason="wrong colour"), order, link, key="exchange")
    adapter.perform(Exchange((swap,), reason="wrong colour"), order, link, key="exchange")

    assert done.order
    (comeback,) = done.order.comebacks
    assert (comeback.swaps, comeback.reason, comeback.ref) == ((swap,), "wrong colour", done.ref)
    assert shop.asked.count("Return") == 1


def test_more_pieces_than_were_sent_do_not_come_back(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop, sent=True)
    done = adapter.perform(RequestReturn(((order.lines[0].ref, 3),)), order, link, key="return")
    assert (done.outcome, done.code) == (Outcome.REFUSED, "too_many")


def test_an_address_goes_where_shopify_keeps_its_parts(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    done = adapter.perform(ChangeAddress(ELSEWHERE, as_default=True), order, link, key="address")

    assert done.order
    after = done.order.address
    assert (after.line1, after.line2, after.region, after.country) == ("Rua XV, 9", "casa 2, Centro", "PR", "BR")
    assert after.name == "Ana Maria Souza"
    assert done.order.account.address.line1 == "Rua XV, 9"


def test_a_default_address_that_cannot_be_changed_leaves_the_action_partly_done(
    adapter: Shopify, link: Link, shop: Shop
) -> None:
    order = an_order(adapter, link, shop)
    shop.fails_before = "DefaultAddress"
    done = adapter.perform(ChangeAddress(ELSEWHERE, as_default=True), order, link, key="address")

    assert done.outcome == Outcome.PARTLY
    assert done.order
    assert done.order.address.line1 == "Rua XV, 9"


def test_a_default_address_changes_once(adapter: Shopify, link: Link, shop: Shop) -> None:
    action = ChangeDefaultAddress(ANA, ELSEWHERE)
    assert adapter.recall("default", action, None, link) is None
    done = adapter.perform(action, None, link, key="default")
    adapter.perform(action, None, link, key="default")

    assert done.account
    assert done.account.address.city == "Curitiba"
    assert shop.asked.count("DefaultAddress") == 1


def test_an_order_is_placed_once_and_its_invoice_sent(adapter: Shopify, link: Link, shop: Shop) -> None:
    action = PlaceOrder(ANA, ((gid("ProductVariant", 2), 2),), ELSEWHERE, InstrumentKind.CARD, freight=1840)
    done = adapter.perform(action, None, link, key="place")
    again = adapter.perform(action, None, link, key="place")

    assert done.order
    assert (done.order.stage, done.order.total, done.ref) == (OrderStage.DRAFT, 11840, again.ref)
    assert done.order.payments[0].link.startswith("https://shop.example/pay/")
    assert adapter.order(done.ref, link) == done.order
    assert shop.state.sent == [done.ref]


def test_an_invoice_that_was_not_sent_is_told(adapter: Shopify, link: Link, shop: Shop) -> None:
    shop.fails_before = "SendInvoice"
    action = PlaceOrder(ANA, ((gid("ProductVariant", 2), 1),), ELSEWHERE, InstrumentKind.CARD)
    assert adapter.perform(action, None, link, key="place").outcome == Outcome.PARTLY


def test_a_draft_is_sent_again_once_and_nothing_else_is_done_to_it(adapter: Shopify, link: Link, shop: Shop) -> None:
    placing = PlaceOrder(ANA, ((gid("ProductVariant", 2), 1),), ELSEWHERE, InstrumentKind.CARD)
    draft = adapter.perform(placing, None, link, key="place").order
    assert draft
    action = SendPaymentLink(InstrumentKind.PIX)
    assert adapter.recall("again", action, draft, link) is None
    for _ in range(2):
        assert adapter.perform(action, draft, link, key="again").outcome == Outcome.DONE
    done = adapter.perform(AddNote("x"), draft, link, key="note")

    assert (done.outcome, done.code) == (Outcome.REFUSED, "draft")
    assert shop.state.sent == [draft.ref, draft.ref]  # when it was placed, and once again


def test_a_draft_that_was_paid_is_the_order_that_it_became(adapter: Shopify, link: Link, shop: Shop) -> None:
    placing = PlaceOrder(ANA, ((gid("ProductVariant", 2), 1),), ELSEWHERE, InstrumentKind.CARD)
    draft = adapter.perform(placing, None, link, key="place").order
    assert draft
    shop.state.rows[draft.ref]["order"] = shop.state.bring()

    done = adapter.perform(AddNote("Ring twice."), draft, link, key="note")
    assert done.order
    assert (done.outcome, done.order.notes) == (Outcome.DONE, ("Ring twice.",))
    assert adapter.order(draft.ref, link) == done.order


def test_the_invoice_of_an_order_is_sent_once(adapter: Shopify, link: Link, shop: Shop) -> None:
    order, action = an_order(adapter, link, shop), SendPaymentLink(InstrumentKind.CARD)
    for _ in range(2):
        adapter.perform(action, order, link, key="pay")
    assert shop.state.sent == [order.ref]


def test_a_gift_card_is_issued_once_even_where_its_mark_is_overlooked(adapter: Shopify, link: Link, shop: Shop) -> None:
    order, action = an_order(adapter, link, shop), GiveCredit(2500, "sorry")
    adapter.perform(action, order, link, key="gift")
    (card,) = shop.state.cards.values()
    card["note"] = ""
    again = adapter.perform(action, order, link, key="gift")

    assert again.outcome == Outcome.DONE
    assert len(shop.state.cards) == 1
    assert card["wish"]["initialAmount"] == {"amount": "25.00", "currencyCode": "BRL"}
    assert card["wish"]["customerId"] == ANA


def test_gift_cards_are_offered_only_where_the_shop_says_so(adapter: Shopify, link: Link) -> None:
    assert ActionKind.GIVE_CREDIT in adapter.abilities(link)
    without = replace(link, config=replace(link.config, gift_cards=False))
    assert ActionKind.GIVE_CREDIT not in adapter.abilities(without)


def test_a_tag_and_a_note_are_left_once(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    for _ in range(2):
        adapter.perform(AddTag("vip"), order, link, key="tag")
        done = adapter.perform(AddNote("Ring twice."), order, link, key="note")

    assert done.order
    assert (done.order.tags, done.order.notes) == (("vip",), ("Ring twice.",))
    assert (shop.asked.count("Tag"), shop.asked.count("Update")) == (1, 1)


def test_an_order_that_is_gone_cannot_be_changed(adapter: Shopify, link: Link, shop: Shop) -> None:
    order = an_order(adapter, link, shop)
    del shop.state.rows[order.ref]
    with pytest.raises(CommerceError) as raised:
        adapter.perform(AddNote("x"), order, link, key="note")
    assert (raised.value.code, raised.value.permanent) == ("gone", True)

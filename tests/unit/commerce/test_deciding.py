"""What may be done to an order, and why not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.commerce.rules import booking, remembering
from balcao.commerce.rules.booking import Deed, Page
from balcao.commerce.rules.deciding import Scene, decide
from balcao.commerce.types import Denial, Level, Offer, Policy, RefundTo
from balcao.ports import money
from balcao.ports.commerce import (
    Action,
    ActionKind,
    Address,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    ChangePayment,
    Exchange,
    GiveCredit,
    InstrumentKind,
    OrderStage,
    PlaceOrder,
    Refund,
    RequestReturn,
    Resend,
    SendPaymentLink,
    Swap,
)
from balcao.testing.orders import ANA, GIFT, HOME, PLACED, VISA, a_line, a_product, an_order

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
OFFERS = {one.ref: Offer(one, "mug", "Caneca Moringa", "BRL") for one in a_product().variants}
ELSEWHERE = Address(line1="Rua XV de Novembro, 9", city="Curitiba", postcode="80020-310")
DELIVERED = an_order(stage=OrderStage.DELIVERED)


def a_scene(**facts: Any) -> Scene:
    return Scene(**{"account": ANA, "policy": Policy(), "order": an_order(), "offers": OFFERS, **facts})


def denial(action: Action, **facts: Any) -> Denial | None:
    return decide(action, a_scene(**facts)).denial


@pytest.mark.parametrize(
    "action, facts, expected",
    [
        (Cancel("x"), {"order": None}, Denial.NO_ORDER),
        (Cancel("x"), {"account": replace(ANA, ref="elif")}, Denial.NOT_THEIRS),
        (Cancel("x"), {"abilities": frozenset()}, Denial.NOT_ABLE),
        (Cancel("x"), {"level": Level.PLAUSIBLE}, Denial.LEVEL),
        (Cancel("x"), {"order": DELIVERED}, Denial.STAGE),
        (Cancel("x"), {"is_disputed": True}, Denial.DISPUTED),
        (Cancel("x"), {"is_under_way": True}, Denial.UNDER_WAY),
        (Cancel("x"), {"policy": Policy(cancel_reasons=("late",))}, Denial.REASON),
        (Cancel("x", (("1", 3),)), {}, Denial.TOO_MANY),
        (Cancel("x", (("9", 1),)), {}, Denial.NO_SUCH_LINE),
        (ChangeAddress(ELSEWHERE), {"order": an_order(stage=OrderStage.SHIPPED)}, Denial.STAGE),
        (ChangeAddress(Address(line1="Rua XV")), {}, Denial.ADDRESS),
        (ChangeDefaultAddress("elif", ELSEWHERE), {}, Denial.NOT_THEIRS),
        (ChangePayment("visa"), {}, Denial.SAME_INSTRUMENT),
        (ChangePayment("gift"), {}, Denial.BALANCE),
        (ChangePayment("other"), {}, Denial.NO_SUCH_INSTRUMENT),
        (ChangePayment("gift"), {"order": an_order(payments=())}, Denial.NOT_ONE_PAYMENT),
        (SendPaymentLink(InstrumentKind.PIX), {}, Denial.NOT_ONE_PAYMENT),
        (ChangeLines(()), {}, Denial.EMPTY),
        (ChangeLines((Swap("1", "mug-gold"),), "visa"), {}, Denial.NO_SUCH_VARIANT),
        (ChangeLines((Swap("1", "mug-blue"),), "visa"), {}, Denial.SAME_VARIANT),
        (ChangeLines((Swap("1", "mug-green"),), "visa"), {}, Denial.SOLD_OUT),
        (ChangeLines((Swap("1", "mug-red", 2), Swap("1", "mug-red")), "visa"), {}, Denial.TOO_MANY),
        (
            ChangeLines((Swap("1", "mug-red"),), "visa"),
            {"order": an_order(a_line(quantity=4), changes=1), "policy": Policy(most_changes=1)},
            Denial.CHANGED_ALREADY,
        ),
        (
            ChangeLines((Swap("1", "mug-red"),), "visa"),
            {"order": an_order(replace(a_line(), product_ref="jug"))},
            Denial.OTHER_PRODUCT,
        ),
        (ChangeLines((Swap("1", "mug-red", 4),), "visa"), {"order": an_order(a_line(quantity=4))}, Denial.SOLD_OUT),
        (Refund("x", amount=1), {"order": an_order(payments=())}, Denial.NOT_PAID),
        (Refund("x"), {}, Denial.EMPTY),
        (Refund("x", amount=9_981), {}, Denial.ABOVE_OPEN),
        (Refund("x", freight=1), {}, Denial.ABOVE_OPEN),
        (Refund("x", amount=100, instrument="gift"), {}, Denial.WRONG_INSTRUMENT),
        (RequestReturn((("1", 1),)), {}, Denial.STAGE),
        (RequestReturn((("1", 3),)), {"order": DELIVERED}, Denial.TOO_MANY),
        (RequestReturn((("1", 1),), "gift"), {"order": DELIVERED}, Denial.WRONG_INSTRUMENT),
        (Exchange((Swap("1", "mug-red"),), "visa"), {}, Denial.STAGE),
        (Resend((("1", 1),), "lost"), {}, Denial.STAGE),
        (PlaceOrder("ana", (), HOME, InstrumentKind.PIX), {}, Denial.EMPTY),
        (PlaceOrder("ana", (("mug-green", 1),), HOME, InstrumentKind.PIX), {}, Denial.SOLD_OUT),
        (GiveCredit(5_001, "late"), {}, Denial.ABOVE_CAP),
        (GiveCredit(0, "late"), {}, Denial.EMPTY),
        (GiveCredit(4_990, "return", settles=5_000), {}, Denial.EMPTY),
        (GiveCredit(4_991, "return", settles=4_991, pieces=(("1", 1),)), {}, Denial.ABOVE_OPEN),
        (GiveCredit(9_981, "return", settles=9_981), {}, Denial.ABOVE_OPEN),
        (GiveCredit(9_991, "return", settles=4_990, pieces=(("1", 1),)), {}, Denial.ABOVE_CAP),
        (GiveCredit(4_990, "return", settles=4_990, pieces=(("1", 3),)), {}, Denial.TOO_MANY),
        (GiveCredit(4_990, "return", settles=4_990), {"is_disputed": True}, Denial.DISPUTED),
    ],
)
def test_the_first_reason_against_an_action_is_told(action: Action, facts: dict[str, Any], expected: Denial) -> None:
    assert denial(action, **facts) == expected


def test_a_cancelled_order_gives_everything_back_to_where_it_came_from() -> None:
    effect = decide(Cancel("changed mind"), a_scene()).effect

    assert effect
    assert [(move.instrument.ref, move.amount) for move in effect.movements] == [("visa", 9_980)]
    assert effect.stage == OrderStage.CANCELLED
    assert effect.restocked == (("mug-blue", 2),)


def test_a_dearer_variant_is_paid_for_and_a_cheaper_one_paid_back() -> None:
    dearer = decide(ChangeLines((Swap("1", "mug-red", 2),), "visa"), a_scene()).effect
    order = an_order(a_line(price=7_000))
    cheaper = decide(ChangeLines((Swap("1", "mug-red", 2),), "visa"), a_scene(order=order)).effect

    assert dearer
    assert dearer.paid == 2_000
    assert cheaper
    assert cheaper.given == 2_020


def test_above_the_limit_of_a_role_a_second_pair_of_eyes_is_needed() -> None:
    policy = Policy(limits={"agent": 5_000})

    assert decide(Refund("x", amount=5_001), a_scene(policy=policy, role="agent")).needs_approval
    assert not decide(Refund("x", amount=5_000), a_scene(policy=policy, role="agent")).needs_approval
    assert not decide(Refund("x", amount=5_001), a_scene(policy=policy, role="supervisor")).needs_approval


def test_a_refund_may_go_to_a_gift_card_where_the_shop_says_so() -> None:
    policy = Policy(refund_to=RefundTo.GIFT_CARD)
    effect = decide(Refund("x", amount=100, instrument="gift"), a_scene(policy=policy)).effect

    assert effect
    assert effect.movements[0].instrument == GIFT
    assert effect.movements[0].is_at_once


refunds = st.one_of(
    st.builds(lambda n: Refund("x", pieces=(("1", n),)), st.integers(1, 3)),
    st.builds(lambda n: Refund("x", amount=n), st.integers(1, 8_000)),
    st.builds(lambda n: Refund("x", freight=n), st.integers(1, 1_500)),
    st.builds(lambda n: Cancel("x", (("1", n),)), st.integers(1, 3)),
    st.just(Cancel("x")),
    st.builds(lambda n: ChangeLines((Swap("1", "mug-red", n),), "visa"), st.integers(1, 2)),
    st.just(ChangePayment("gift")),
    st.builds(lambda n: RequestReturn((("1", n),)), st.integers(1, 2)),
)


@given(
    st.lists(refunds, max_size=12), st.integers(0, 2_000), st.sampled_from([OrderStage.PENDING, OrderStage.DELIVERED])
)
def test_whatever_is_done_no_more_goes_back_than_came(deeds: list[Action], discount: int, stage: OrderStage) -> None:
    order = an_order(a_line(), a_line("2", price=1_234, quantity=3), discount=discount, freight=1_490, stage=stage)
    page = Page(replace(ANA, instruments=(VISA, replace(GIFT, balance=20_000))), order)

    for number, action in enumerate(deeds):
        scene = a_scene(account=page.account, order=page.order)
        verdict = decide(action, scene)
        if verdict.effect is None:
            continue
        page = booking.written(Deed(action, verdict.effect, OFFERS, f"k{number}", NOW), page)
        after = page.order
        assert after
        came = sum(p.amount for p in after.payments if not p.is_refund)
        went = sum(p.amount for p in after.payments if p.is_refund)
        assert went <= came
        assert sum(money.paid_with(after).values()) == came - went, "each instrument got at most what it gave"
        assert all(0 <= money.gone(line) <= line.quantity for line in after.lines)
        assert all((one.balance or 0) >= 0 for one in page.account.instruments)


def test_every_kind_of_action_has_its_judge_and_its_writer() -> None:
    kinds = {action.kind for action in Action.__args__}

    assert kinds == set(ActionKind)
    assert {judge.kind for judge in booking._WRITERS} == set(ActionKind)


def test_credit_instead_of_money_is_no_gift_and_settles_its_pieces() -> None:
    credit = GiveCredit(4_990 + 499, "return", settles=4_990, pieces=(("1", 1),))
    before = an_order()
    after = remembering.credited(before, credit, key="k", at=PLACED)

    assert decide(credit, a_scene()).is_allowed
    assert money.open_balance(after) == money.open_balance(before) - 4_990
    assert decide(credit, a_scene(order=after)).is_allowed  # of the second mug
    both = remembering.credited(after, credit, key="k2", at=PLACED)
    assert denial(Refund("again", pieces=(("1", 1),)), order=both) == Denial.NOT_PAID
    assert denial(Refund("again", pieces=(("1", 2),)), order=after) == Denial.TOO_MANY
    assert remembering.credited(after, credit, key="k", at=PLACED) == after
    assert remembering.remembered(before, after).payments == after.payments  # the shop system does not tell of it


def test_limits_are_compared_in_their_own_currency_only() -> None:
    policy = Policy(limits={"agent": 6_000})
    refund = Refund("late", amount=1)
    ours = a_scene(policy=policy, role="agent", currency="BRL")
    foreign = a_scene(policy=policy, role="agent", currency="EUR")

    assert not decide(refund, ours).needs_approval
    assert decide(refund, foreign).needs_approval
    assert not decide(refund, a_scene(policy=policy, role="admin", currency="EUR")).needs_approval
    assert denial(GiveCredit(5_001, "late"), currency="BRL") == Denial.ABOVE_CAP
    assert decide(GiveCredit(5_001, "late"), a_scene(currency="EUR")).needs_approval


def test_a_price_in_another_currency_is_compared_with_none() -> None:
    offers = {ref: replace(offer, currency="EUR") for ref, offer in OFFERS.items()}
    swap = ChangeLines((Swap("1", "mug-red", 2),), "visa")
    effect = decide(swap, a_scene(offers=offers)).effect

    assert effect
    assert (effect.paid, effect.given) == (0, 0)
    page = booking.written(Deed(swap, effect, offers, "k", PLACED), Page(ANA, an_order()))
    assert page.order
    assert [(line.variant_ref, line.unit_price) for line in page.order.lines] == [("mug-red", 4_990)]

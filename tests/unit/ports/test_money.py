"""Money of orders: nothing is lost or made by rounding, and never more goes back than came."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.ports import money
from balcao.ports.commerce import Payment, PaymentState
from balcao.testing.orders import GIFT, VISA, a_line, an_order

amounts = st.integers(min_value=0, max_value=10_000_000)
lines = st.lists(
    st.builds(
        lambda price, quantity, part: a_line(price=price, quantity=quantity, discount=price * quantity * part // 100),
        st.integers(1, 500_000),
        st.integers(1, 9),
        st.integers(0, 100),
    ),
    min_size=1,
    max_size=8,
).map(lambda found: tuple(replace(line, ref=str(number)) for number, line in enumerate(found, start=1)))


@given(amounts, st.lists(st.integers(0, 1_000_000), min_size=1, max_size=20))
def test_shares_add_up_and_are_within_one_cent_of_their_due(amount: int, weights: list[int]) -> None:
    shares = money.spread(amount, weights)

    whole = sum(weights)
    assert sum(shares) == (amount if whole else 0)
    assert all(
        abs(share * whole - amount * weight) < whole for share, weight in zip(shares, weights, strict=True) if whole
    )


def test_what_is_left_goes_to_the_largest_remainders() -> None:
    assert money.spread(100, [1, 1, 1]) == [34, 33, 33]
    assert money.spread(10, [5, 3, 1]) == [6, 3, 1]


@given(lines, st.integers(0, 100))
def test_lines_cost_together_what_the_goods_do(found: tuple, part: int) -> None:  # type: ignore[type-arg] # of lines
    goods = an_order(*found, paid=0).total
    order = an_order(*found, paid=0, discount=goods * part // 100, freight=1_290)

    assert sum(money.line_totals(order).values()) == order.total - order.freight


@given(st.integers(1, 100_000), st.integers(1, 9), st.integers(0, 5_000))
def test_pieces_paid_back_one_by_one_cost_what_the_line_does(price: int, quantity: int, discount: int) -> None:
    order = an_order(a_line(price=price, quantity=quantity), discount=min(discount, price * quantity))
    whole, back = money.price_of(order, [("1", quantity)]), 0

    for number in range(quantity):
        worth = money.price_of(order, [("1", 1)])
        paid = Payment(f"r{number}", VISA, worth, is_refund=True, pieces=(("1", 1),))
        order, back = replace(order, payments=(*order.payments, paid)), back + worth

    assert back == whole == money.line_totals(order)["1"]


def test_gift_cards_are_paid_back_first_and_nothing_gets_more_than_it_gave() -> None:
    order = an_order(payments=(Payment("1", VISA, 7_000), Payment("2", GIFT, 2_980)))

    assert money.way_back(order, 4_000) == [(GIFT, 2_980), (VISA, 1_020)]
    assert sum(part for _, part in money.way_back(order, 99_999)) == order.total


def test_money_that_never_came_is_not_open() -> None:
    order = an_order(payments=(Payment("1", VISA, 9_980, state=PaymentState.FAILED),))

    assert money.open_balance(order) == 0


def test_money_that_went_back_is_not_open_again() -> None:
    order = an_order(payments=(Payment("1", VISA, 9_980), Payment("2", VISA, 4_990, is_refund=True)))

    assert money.open_balance(order) == 4_990


@pytest.mark.parametrize(
    "state, is_open_again",
    [
        (PaymentState.PENDING, False),
        (PaymentState.CAPTURED, False),
        (PaymentState.FAILED, True),
        (PaymentState.VOIDED, True),
    ],
)
def test_what_is_on_its_way_back_is_not_given_twice(state: PaymentState, is_open_again: bool) -> None:
    order = an_order()
    back = Payment("r1", VISA, order.total, is_refund=True, state=state)

    assert money.open_balance(replace(order, payments=(*order.payments, back))) == (order.total if is_open_again else 0)

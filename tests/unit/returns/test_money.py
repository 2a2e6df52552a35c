"""What a return is worth."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from balcao.ports import money as arithmetic
from balcao.ports.commerce import Comeback, Order, Payment, Refund
from balcao.returns.rules.money import Before, bonus, expected, refund_action, returnable
from balcao.returns.types import FreightBack
from balcao.testing.orders import GIFT, PLACED, VISA, a_line, an_order


def paid_back(order: Order, amount: int, pieces: tuple[tuple[str, int], ...]) -> Order:
    """Return the order after its money went back."""
    refund = Payment(f"r{len(order.payments)}", VISA, amount, is_refund=True, at=PLACED, pieces=pieces)
    return replace(order, payments=(*order.payments, refund))


def test_everything_back_gives_everything_back() -> None:
    order = an_order(a_line(quantity=2, price=4_990), freight=1_500)

    worth = expected(order, (("1", 2),), freight=FreightBack.ALL_WITH_ALL)

    assert (worth.goods, worth.freight, worth.total) == (9_980, 1_500, 11_480)
    assert worth.ways == ((VISA, 11_480),)


def test_the_freight_waits_for_the_last_piece_where_the_shop_wants_it_so() -> None:
    order = an_order(a_line(quantity=2), freight=1_500)

    first = expected(order, (("1", 1),), freight=FreightBack.ALL_WITH_ALL)
    second = expected(order, (("1", 1),), freight=FreightBack.ALL_WITH_ALL, before=Before((("1", 1),), 0))

    assert (first.freight, second.freight) == (0, 1_500)


def test_pieces_carry_their_share_of_the_freight() -> None:
    order = an_order(a_line("1", price=3_000, quantity=1), a_line("2", price=1_000, quantity=1), freight=1_000)

    assert expected(order, (("1", 1),), freight=FreightBack.SHARE).freight == 750
    assert expected(order, (("1", 1),), freight=FreightBack.NONE).freight == 0


def test_what_was_given_away_carries_freight_by_the_piece() -> None:
    order = an_order(a_line("1", price=0, quantity=1), a_line("2", price=0, quantity=3), freight=1_000)

    assert expected(order, (("1", 1),), freight=FreightBack.SHARE).freight == 250


def test_a_dearer_way_of_sending_is_the_customers_own() -> None:
    order = an_order(a_line(quantity=1), freight=4_890)

    assert expected(order, (("1", 1),), freight=FreightBack.ALL_WITH_ALL, standard_freight=1_890).freight == 1_890


def test_a_gift_card_is_filled_first() -> None:
    payments = (Payment("p1", VISA, 8_000, at=PLACED), Payment("p2", GIFT, 1_980, at=PLACED))
    order = an_order(a_line(quantity=2, price=4_990), payments=payments)

    assert expected(order, (("1", 2),), freight=FreightBack.SHARE).ways == ((GIFT, 1_980), (VISA, 8_000))


def test_no_more_goes_back_than_is_left() -> None:
    order = paid_back(an_order(a_line(quantity=2, price=4_990), freight=1_500), 8_000, ())

    worth = expected(order, (("1", 2),), freight=FreightBack.ALL_WITH_ALL)

    assert (worth.goods, worth.freight) == (3_480, 0)


def test_credit_carries_a_bonus_in_whole_cents() -> None:
    assert bonus(9_999, basis_points=1_000) == 1_000
    assert bonus(9_999, basis_points=0) == 0


def test_it_is_paid_back_by_an_order_action() -> None:
    order = an_order(a_line(quantity=2), freight=1_500)
    pieces = (("1", 1), ("1", 1))

    action = refund_action(expected(order, pieces, freight=FreightBack.SHARE), pieces, reason="regret")

    assert action == Refund("regret", (("1", 2),), freight=1_500)


def test_a_piece_comes_back_once() -> None:
    order = an_order(a_line(quantity=5, cancelled=1))

    assert returnable(order) == {"1": 4}
    assert returnable(order, (("1", 1), ("1", 1))) == {"1": 2}
    known_there = replace(order, comebacks=(Comeback("c1", (("1", 2),)),))
    assert returnable(known_there, (("1", 2),)) == {"1": 2}, "the same two, as the shop system knows them"
    assert returnable(paid_back(order, 100, (("1", 3),))) == {"1": 2}
    assert returnable(order, (("1", 9),)) == {"1": 0}


_LINES = st.lists(st.tuples(st.integers(0, 50_000), st.integers(1, 5)), min_size=1, max_size=4)


@given(_LINES, st.integers(0, 9_999), st.sampled_from(list(FreightBack)), st.randoms(use_true_random=False))
def test_however_it_comes_back_the_sums_agree(
    lines: list[tuple[int, int]], freight: int, kind: FreightBack, random: Random
) -> None:
    bought = [a_line(str(n), price=price, quantity=count) for n, (price, count) in enumerate(lines)]
    order = an_order(*bought, freight=freight)
    pieces = [line.ref for line in bought for _ in range(line.quantity)]
    random.shuffle(pieces)

    goods = back = 0
    for place, ref in enumerate(pieces):
        before = Before(tuple((one, 1) for one in pieces[:place]), back)
        worth = expected(order, ((ref, 1),), freight=kind, before=before)
        order = paid_back(order, worth.total, ((ref, 1),))
        goods, back = goods + worth.goods, back + worth.freight

    assert goods == sum(price * count for price, count in lines)
    assert back == (0 if kind == FreightBack.NONE else freight)
    assert arithmetic.open_balance(order) == freight - back

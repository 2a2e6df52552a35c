"""Taking an order action back by its opposite."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from balcao.commerce.rules.undoing import Scenery, inverse, is_in_time
from balcao.commerce.types import Effect, Movement
from balcao.ports.commerce import AddNote, Cancel, ChangeAddress, ChangeDefaultAddress, ChangeLines, Refund, Swap
from balcao.testing.orders import ANA, HOME, VISA, a_line, an_order

ELSEWHERE = replace(HOME, line1="Av. Sete, 1")
NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)


def test_an_address_goes_back() -> None:
    order = an_order()
    scenery = Scenery(ANA, ANA, before=order, order_now=replace(order, address=ELSEWHERE))

    assert inverse(ChangeAddress(ELSEWHERE), Effect(), scenery) == ChangeAddress(HOME)


def test_what_was_changed_again_stays() -> None:
    order = an_order()
    third = replace(HOME, line1="Rua Nova, 3")
    scenery = Scenery(ANA, ANA, before=order, order_now=replace(order, address=third))

    assert inverse(ChangeAddress(ELSEWHERE), Effect(), scenery) is None


def test_both_addresses_go_back_only_where_they_were_the_same() -> None:
    order = an_order()
    moved = replace(ANA, address=ELSEWHERE)
    action = ChangeAddress(ELSEWHERE, as_default=True)
    scenery = Scenery(ANA, moved, before=order, order_now=replace(order, address=ELSEWHERE))

    assert inverse(action, Effect(), scenery) == ChangeAddress(HOME, as_default=True)
    other = replace(ANA, address=replace(HOME, line1="Rua Velha, 9"))
    assert inverse(action, Effect(), replace(scenery, account_before=other)) is None
    assert inverse(action, Effect(), replace(scenery, account_now=other)) is None


def test_the_usual_address_goes_back() -> None:
    moved = replace(ANA, address=ELSEWHERE)
    action = ChangeDefaultAddress("ana", ELSEWHERE)

    assert inverse(action, Effect(), Scenery(ANA, moved)) == ChangeDefaultAddress("ana", HOME)
    assert inverse(action, Effect(), Scenery(ANA, ANA)) is None


def test_a_swap_of_the_same_price_goes_back() -> None:
    order = an_order()
    red = replace(order, lines=(replace(order.lines[0], variant_ref="mug-red"),))
    scenery = Scenery(ANA, ANA, before=order, after=red, order_now=red)

    action = ChangeLines((Swap("1", "mug-red", 2),))
    assert inverse(action, Effect(), scenery) == ChangeLines((Swap("1", "mug-blue", 2),))


def test_a_line_that_was_parted_goes_back_by_its_new_part() -> None:
    order = an_order(a_line("1", quantity=3))
    first = replace(order.lines[0], quantity=2)
    parted = replace(order, lines=(first, replace(first, ref="1.2", variant_ref="mug-red", quantity=1)))
    scenery = Scenery(ANA, ANA, before=order, after=parted, order_now=parted)

    action = ChangeLines((Swap("1", "mug-red", 1),))
    assert inverse(action, Effect(), scenery) == ChangeLines((Swap("1.2", "mug-blue", 1),))


def test_money_that_moved_does_not_come_back() -> None:
    order = an_order()
    red = replace(order, lines=(replace(order.lines[0], variant_ref="mug-red"),))
    scenery = Scenery(ANA, ANA, before=order, after=red, order_now=red)
    paid = Effect((Movement(VISA, -1_000),))

    assert inverse(ChangeLines((Swap("1", "mug-red", 2),)), paid, scenery) is None


def test_other_deeds_have_no_opposite() -> None:
    order = an_order()
    scenery = Scenery(ANA, ANA, before=order, after=order, order_now=order)

    for action in (Cancel("late"), Refund("broken", amount=1), AddNote("hm")):
        assert inverse(action, Effect(), scenery) is None


def test_there_is_a_time_for_it() -> None:
    assert is_in_time(NOW - timedelta(minutes=14), now=NOW)
    assert not is_in_time(NOW - timedelta(minutes=16), now=NOW)
    assert not is_in_time(None, now=NOW)

"""The built-in order book: the same key twice writes once, and it does not judge."""

from datetime import datetime

from balcao.commerce import queries
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import set_policy
from balcao.commerce.models import Backend, Order
from balcao.commerce.types import Policy
from balcao.journal.types import SYSTEM
from balcao.ports.commerce import Cancel, InstrumentKind, Outcome, PlaceOrder, Refund
from balcao.testing.orders import HOME
from tests.component.commerce.conftest import order_in


def test_the_same_key_twice_writes_once(book: Backend) -> None:
    order, link = queries.order_value(order_in(book)), queries.link_of(book)

    first = Book().perform(Refund("late", amount=500), order, link, key="r1")
    again = Book().perform(Refund("late", amount=500), order, link, key="r1")

    assert first.outcome == again.outcome == Outcome.DONE
    assert sum(p.is_refund for p in queries.order_value(order_in(book)).payments) == 1
    assert Book().recall("r1", Refund("late", amount=500), order, link) == again
    assert Book().recall("r2", Refund("late", amount=500), order, link) is None


def test_the_book_itself_allows_what_the_shop_does_not(book: Backend, now: datetime) -> None:
    """So that what is refused was refused by our rules alone."""
    set_policy(backend=book, policy=Policy(cancel_stages=frozenset()), actor=SYSTEM, now=now)
    order, link = queries.order_value(order_in(book)), queries.link_of(book)

    assert Book().perform(Cancel("x"), order, link, key="c1").outcome == Outcome.DONE


def test_an_order_placed_for_a_customer_gets_the_next_number(book: Backend) -> None:
    link = queries.link_of(book)
    placing = PlaceOrder("ana", (("mug-red", 2),), HOME, InstrumentKind.PIX, freight=1_490)

    numbers = [Book().perform(placing, None, link, key=f"p{n}").order for n in range(2)]

    assert [order.number for order in numbers if order] == ["B000001", "B000002"]
    placed = queries.order_value(Order.objects.select_related("account").get(number="B000001"))
    assert placed.total == 2 * 5_990 + 1_490
    assert placed.payments[0].amount == placed.total

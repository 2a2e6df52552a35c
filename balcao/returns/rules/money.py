"""What a return is worth: the arithmetic of orders (`ports.money`), and the freight that goes back with the goods."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from balcao.ports import money
from balcao.ports.commerce import Instrument, Order, Refund
from balcao.returns.types import FreightBack

Pieces = tuple[tuple[str, int], ...]
_WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class Before:
    """What other returns of the same order have settled already."""

    pieces: Pieces = ()
    freight: int = 0  # minor units that went back


@dataclass(frozen=True, slots=True)
class Expected:
    """What a customer may expect for pieces that come back, in minor units."""

    goods: int
    freight: int
    ways: tuple[tuple[Instrument, int], ...] = ()  # back to what it was paid with

    @property
    def total(self) -> int:
        """Return what goes back in all."""
        return self.goods + self.freight


def expected(
    order: Order,
    pieces: Pieces,
    *,
    freight: FreightBack,
    standard_freight: int | None = None,
    before: Before = Before(),
) -> Expected:
    """Return what goes back for these pieces as the order stands: never more than is left of what was paid.

    `standard_freight` is what the usual way would have cost, where the customer chose a dearer one and the law gives
    back only that much; None: all of what was paid.
    """
    left = money.open_balance(order)
    goods = min(money.price_of(order, joined(pieces)), left)
    owed = order.freight if standard_freight is None else min(order.freight, standard_freight)
    back = min(_freight(order, pieces, owed, freight, before), left - goods)
    return Expected(goods, back, tuple(money.way_back(order, goods + back)))


def joined(pieces: Iterable[tuple[str, int]]) -> Pieces:
    """Return pieces with each line once."""
    sums: Counter[str] = Counter()
    for line, count in pieces:
        sums[line] += count
    return tuple(sums.items())


def _freight(order: Order, pieces: Pieces, owed: int, kind: FreightBack, before: Before) -> int:
    if kind == FreightBack.NONE:
        return 0
    back = Counter(dict(joined((*before.pieces, *pieces))))
    kept = [line.quantity - line.cancelled - back[line.ref] for line in order.lines]
    if kind == FreightBack.ALL_WITH_ALL:
        due = owed if all(count <= 0 for count in kept) else 0
    else:
        due = _shares(order, back, owed)
    return max(due - before.freight, 0)


def _shares(order: Order, back: Counter[str], owed: int) -> int:
    """Return the part of the freight that pieces carry, by what their lines cost, to the last cent with all of them."""
    totals = money.line_totals(order)
    lines = [line for line in order.lines if line.quantity > line.cancelled]
    shares = money.spread(owed, [max(totals[line.ref], 0) for line in lines])
    if not sum(shares):  # everything was given away: by pieces
        shares = money.spread(owed, [line.quantity - line.cancelled for line in lines])
    there = [line.quantity - line.cancelled for line in lines]
    return sum(
        share * min(back[line.ref], count) // count for line, share, count in zip(lines, shares, there, strict=True)
    )


def bonus(amount: int, *, basis_points: int) -> int:
    """Return what a shop adds where the customer takes credit instead of money, in whole minor units, never less."""
    return -(-amount * basis_points // _WHOLE)


def refund_action(expected: Expected, pieces: Pieces, *, reason: str) -> Refund:
    """Return the order action that pays it back; whether it may is decided by the ledger."""
    return Refund(reason, joined(pieces), freight=expected.freight)


def returnable(order: Order, under_way: Pieces = ()) -> dict[str, int]:
    """Return by line how many pieces can still come back: not gone, not paid back, in no return that is `under_way`.

    A shop system may know of a return, too; the same piece is not counted twice.
    """
    gone, ours, announced = money.settled(order), Counter(dict(joined(under_way))), money.coming_back(order)
    return {
        line.ref: max(line.quantity - max(gone[line.ref] + ours[line.ref], announced[line.ref] + line.cancelled), 0)
        for line in order.lines
    }

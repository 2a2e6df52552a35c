"""Arithmetic of orders in whole minor units, for rules and adapters alike. Nothing is ever lost or made by rounding.

Shares are given by the method of the largest remainder (Hamilton): everybody gets the whole part of their share, and
what is left goes one by one to those whose parts were cut most.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from balcao.ports.commerce import Instrument, InstrumentKind, Line, Order, PaymentState

_MOVED = {PaymentState.CAPTURED, PaymentState.AUTHORISED}
_CAME_TO_NOTHING = {PaymentState.FAILED, PaymentState.VOIDED}


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Share an amount out by weights, to the last cent; equal remainders go to whoever stands first."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    for place in sorted(range(len(weights)), key=lambda n: (-remainders[n], n))[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def line_totals(order: Order) -> dict[str, int]:
    """Return what each line costs, the order's discount spread over the lines by what they cost before."""
    before = [line.quantity * line.unit_price - line.discount + line.tax for line in order.lines]
    off = spread(order.discount, [max(cost, 0) for cost in before])
    return {line.ref: cost - less for line, cost, less in zip(order.lines, before, off, strict=True)}


def gone(line: Line) -> int:
    """Return how many pieces of a line were cancelled or came back."""
    return line.cancelled + line.returned


def settled(order: Order) -> Counter[str]:
    """Return by line how many pieces need no money any more: gone, or paid back while the customer keeps them."""
    paid_back: Counter[str] = Counter()
    for payment in order.payments:
        if payment.is_refund and payment.state not in _CAME_TO_NOTHING:
            for ref, count in payment.pieces:
                paid_back[ref] += count
    return Counter({line.ref: max(gone(line), paid_back[line.ref]) for line in order.lines})


def coming_back(order: Order) -> Counter[str]:
    """Return by line how many pieces the customer has announced to send back."""
    announced: Counter[str] = Counter()
    for comeback in order.comebacks:
        for ref, count in comeback.pieces:
            announced[ref] += count
    return announced


def price_of(order: Order, pieces: Iterable[tuple[str, int]]) -> int:
    """Return what these pieces cost, after those that are settled already.

    Pieces of one line may differ by a cent, so that all of them together cost exactly what the line does.
    """
    totals, lines, before = line_totals(order), {line.ref: line for line in order.lines}, settled(order)
    return sum(
        _up_to(lines[ref], totals[ref], before[ref] + n) - _up_to(lines[ref], totals[ref], before[ref])
        for ref, n in pieces
    )


def _up_to(line: Line, total: int, count: int) -> int:
    return total * count // line.quantity


def paid_with(order: Order) -> dict[str, int]:
    """Return what each instrument holds of the order now: what was paid with it and is not on its way back.

    A refund that is pending has not been paid, but what it asks for cannot be given a second time. What went to an
    instrument that had not paid (credit instead of money) went in place of what would go back first.
    """
    sums: Counter[str] = Counter()
    for payment in order.payments:
        if payment.is_refund and payment.state not in _CAME_TO_NOTHING:
            sums[payment.instrument.ref] -= payment.amount
        elif not payment.is_refund and payment.state in _MOVED:
            sums[payment.instrument.ref] += payment.amount
    elsewhere = -sum(amount for amount in sums.values() if amount < 0)
    for ref in _first_back(sums, instruments_of(order)):
        part = min(elsewhere, max(sums[ref], 0))
        sums[ref] -= part
        elsewhere -= part
    return {ref: amount for ref, amount in sums.items() if amount > 0}


def _first_back(refs: Iterable[str], known: Mapping[str, Instrument]) -> list[str]:
    """Return instruments in the order in which money goes back to them: gift cards first."""
    return sorted(refs, key=lambda ref: known[ref].kind != InstrumentKind.GIFT_CARD)


def open_balance(order: Order) -> int:
    """Return what of the money paid for the order has not gone back yet: no refund may ever be above it."""
    return sum(paid_with(order).values())


def instruments_of(order: Order) -> dict[str, Instrument]:
    """Return the instruments that the order was paid with."""
    return {payment.instrument.ref: payment.instrument for payment in order.payments}


def way_back(order: Order, amount: int) -> list[tuple[Instrument, int]]:
    """Return how an amount goes back to where it came from: gift cards first, then in the order of payment.

    Nothing gets more than was paid with it; what cannot go back is left out.
    """
    held, known = paid_with(order), instruments_of(order)
    back = []
    for ref in _first_back(held, known):
        part = min(amount, held[ref])
        if part > 0:
            back.append((known[ref], part))
            amount -= part
    return back

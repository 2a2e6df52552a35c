"""What our copy keeps when a shop system tells an order anew."""

from dataclasses import replace
from datetime import datetime

from balcao.ports.commerce import GiveCredit, Instrument, InstrumentKind, Line, Order, OrderStage, Payment

_EARLY = {OrderStage.DRAFT, OrderStage.PENDING, OrderStage.PREPARING, OrderStage.CANCELLED}


def is_overtaken(told: Order, known: Order, *, read_at: datetime, known_read_at: datetime) -> bool:
    """Tell whether what is told is older than what we know: answers may overtake each other.

    `read_at` is when it was asked for. It decides where the system does not say when the order changed, or says the
    same moment twice (some count in whole seconds).
    """
    if told.changed_at and known.changed_at and told.changed_at != known.changed_at:
        return told.changed_at < known.changed_at
    return read_at < known_read_at


def remembered(told: Order, known: Order) -> Order:
    """Return the order as told, with what was bought and what a refund was for, where the system forgets it.

    Some zero a line's quantity or leave the line out once it was cancelled or came back. An order whose pieces only
    moved to other lines forgot nothing.
    """
    told = replace(told, payments=_payments(told, known))
    if _pieces(told) >= _pieces(known):
        return told
    lines = {line.ref: line for line in told.lines}
    kept = [_line(lines.pop(line.ref, None), line, told.stage) for line in known.lines]
    return replace(told, lines=(*kept, *lines.values()))


def paid_for(told: Order, pieces: tuple[tuple[str, int], ...], amounts: tuple[int, ...]) -> Order:
    """Return an order after a refund of ours, with the pieces that it was for, where the system only knows the sum.

    Without them the same piece could be paid back again. `amounts` are what the refund moved; of several payments the
    newest carries the pieces.
    """
    refunds = [payment for payment in told.payments if payment.is_refund]
    if not pieces or any(payment.pieces == pieces for payment in refunds):
        return told
    ours = [payment for payment in refunds if not payment.pieces and payment.amount in amounts]
    if not ours:
        return told
    named = replace(ours[-1], pieces=pieces)
    return replace(told, payments=tuple(named if one is ours[-1] else one for one in told.payments))


def credited(told: Order, action: GiveCredit, *, key: str, at: datetime) -> Order:
    """Return an order after credit that was given instead of money: what it settles cannot go back a second time."""
    if not action.settles or any(payment.ref == key for payment in told.payments):
        return told
    card = Instrument(key, InstrumentKind.GIFT_CARD)
    paid = Payment(key, card, action.settles, is_refund=True, at=at, pieces=action.pieces, is_credit=True)
    return replace(told, payments=(*told.payments, paid))


def _payments(told: Order, known: Order) -> tuple[Payment, ...]:
    pieces = {payment.ref: payment.pieces for payment in known.payments if payment.is_refund and payment.pieces}
    named = tuple(
        replace(one, pieces=pieces[one.ref]) if one.is_refund and not one.pieces and one.ref in pieces else one
        for one in told.payments
    )
    refs = {one.ref for one in named}
    return (*named, *(one for one in known.payments if one.is_credit and one.ref not in refs))


def _pieces(order: Order) -> int:
    return sum(line.quantity for line in order.lines)


def _line(told: Line | None, known: Line, stage: OrderStage) -> Line:
    if told and (told.quantity >= known.quantity or told.variant_ref != known.variant_ref):
        return told
    base = told or replace(known, quantity=0)
    missing = known.quantity - base.quantity
    if stage in _EARLY:
        return replace(base, quantity=known.quantity, cancelled=max(base.cancelled, missing - base.returned))
    return replace(base, quantity=known.quantity, returned=max(base.returned, missing - base.cancelled))

"""Money back: on the payments it came from, as much as was shown, once for each key."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.vendure import graph, marks
from balcao.plugins.commerce.vendure.deeds import Deed, Raw, is_traced
from balcao.plugins.commerce.vendure.reading import order_from
from balcao.plugins.commerce.vendure.session import Refused
from balcao.ports import money
from balcao.ports.commerce import Cancel, Done, Line, Order, PaymentState, Refund

PENDING = N_("The refund is pending in Vendure. It is paid once it is settled there or by the payment provider.")
FAILED = N_("The payment provider did not pay back. Look into the payment in Vendure.")
NOT_THAT_MUCH = N_("Not that much of what was paid is left to be paid back.")
STILL_AUTHORISED = N_("The payment is authorised only: capture less of it at the payment provider.")

Parts = Sequence[tuple[str, int]]  # (payment, how much)


def refunded(action: Refund, deed: Deed) -> Done:
    """Pay back pieces, freight and a sum besides."""
    raw = deed.now()
    order = _before(raw, deed)
    worth = money.price_of(order, action.pieces) + action.freight + action.amount
    parts = [(action.instrument, worth)] if action.instrument else _way_back(order, worth)
    check(raw, parts, deed.key, worth=worth)
    pay_back(deed, raw, parts, pieces=action.pieces, reason=action.reason)
    states = _states(deed.now(), deed.key)
    if states and all(state == "Failed" for state in states.values()):
        raise Refused("REFUND_FAILED", FAILED)
    return deed.done(is_whole=not _what_is_left(states), detail=_what_is_left(states), ref="/".join(states))


def cancelled(action: Cancel, deed: Deed) -> Done:
    """Cancel the order or some pieces, and pay back what was paid for them."""
    raw = deed.now()
    order = _before(raw, deed)
    is_whole = not action.pieces
    worth = money.open_balance(order)
    if not is_whole:
        worth = min(money.price_of(order, action.pieces), worth)
    parts = _way_back(order, worth)
    if not _is_cancelled_by(raw, deed.key):
        check(raw, parts, deed.key, worth=worth)
        _cancel(action, deed, is_active=raw["active"])
    left = _give_up_authorised(deed, raw, order, parts, is_whole=is_whole)
    try:
        captured = [(ref, part) for ref, part in parts if _state_of(order, ref) != PaymentState.AUTHORISED]
        pay_back(deed, deed.now(), captured, pieces=action.pieces or _all_pieces(order), reason=action.reason)
    except Refused as refused:  # cancelled it is
        return deed.done(is_whole=False, detail=f"{FAILED}\n{refused.words}")
    left = _what_is_left(_states(deed.now(), deed.key)) or left
    return deed.done(is_whole=not left, detail=left)


def check(raw: Mapping[str, Any], parts: Parts, key: str, *, worth: int) -> None:
    """Raise `Refused` before anything moves, unless there is enough to pay back: others may have done so meanwhile."""
    open_now = {one["id"]: _open(one) + _done_already(one, key) for one in raw["payments"] or ()}
    if sum(part for _, part in parts) != worth or any(part > open_now.get(ref, 0) for ref, part in parts):
        raise Refused("REFUND_AMOUNT_ERROR", NOT_THAT_MUCH)


def pay_back(deed: Deed, raw: Raw, parts: Parts, *, pieces: marks.Pieces, reason: str) -> None:
    """Refund what a deed has not refunded yet; the pieces are named by its first refund."""
    payments = {one["id"]: one for one in raw["payments"] or ()}
    for number, (ref, amount) in enumerate(parts):
        rest = amount - _done_already(payments[ref], deed.key)
        if rest > 0:
            named = pieces if number == 0 and rest == amount else ()
            wanted = {
                "paymentId": ref,
                "amount": rest,
                "reason": marks.marked(reason, deed.key),
                "lines": [{"orderLineId": line, "quantity": count} for line, count in named],
                "shipping": 0,
                "adjustment": 0,
            }
            deed.session.one(graph.REFUND, input=wanted)


def _before(raw: Raw, deed: Deed) -> Order:
    """Return the order as it was before the deed: as it was shown, or, once it has begun, without what is ours.

    Our copy may have been read anew between a lost answer and the question what became of it.
    """
    if not is_traced(raw, deed.key):
        return deed.order
    now, ours = order_from(raw), _states(raw, deed.key)
    taken = _cancelled_pieces(raw, deed.key)
    lines = (_with(line, taken[line.ref]) for line in now.lines)
    kept = (one for one in now.payments if not (one.is_refund and one.ref.rpartition("/")[2] in ours))
    return replace(now, lines=tuple(lines), payments=tuple(kept))


def _with(line: Line, count: int) -> Line:
    """Return a line with pieces that are not gone yet."""
    cancelled = min(count, line.cancelled)
    return replace(line, cancelled=line.cancelled - cancelled, returned=max(line.returned - count + cancelled, 0))


def _cancelled_pieces(raw: Raw, key: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for entry in raw["history"]["items"]:
        if marks.is_marked(entry["data"].get("reason"), key):
            counts.update({str(one["orderLineId"]): one["quantity"] for one in entry["data"]["lines"]})
    return counts


def _cancel(action: Cancel, deed: Deed, *, is_active: bool) -> None:
    lines = [{"orderLineId": ref, "quantity": count} for ref, count in action.pieces]
    wanted: dict[str, Any] = {
        "orderId": deed.order.ref,
        "reason": marks.marked(action.reason, deed.key),
        "cancelShipping": not lines,
    }
    deed.session.one(graph.CANCEL, input={**wanted, "lines": lines} if lines else wanted)
    if is_active:  # of an order that was not paid, Vendure does not keep the reason
        deed.session.one(graph.NOTE, input={"id": deed.order.ref, "note": wanted["reason"], "isPublic": False})


def _is_cancelled_by(raw: Mapping[str, Any], key: str) -> bool:
    entries = [entry["data"] for entry in raw["history"]["items"]]
    return any(marks.is_marked(entry.get("reason") or entry.get("note"), key) for entry in entries)


def _give_up_authorised(deed: Deed, raw: Raw, order: Order, parts: Parts, *, is_whole: bool) -> str:
    """Give up payments that were never captured; return what is left to do where only some of one is not wanted."""
    held = [ref for ref, _ in parts if _state_of(order, ref) == PaymentState.AUTHORISED]
    if held and not is_whole:
        return STILL_AUTHORISED
    for one in raw["payments"] or ():
        if one["id"] in held and one["state"] == "Authorized":
            deed.session.one(graph.CANCEL_PAYMENT, id=one["id"])
    return ""


def _way_back(order: Order, amount: int) -> list[tuple[str, int]]:
    return [(instrument.ref, part) for instrument, part in money.way_back(order, amount)]


def _state_of(order: Order, ref: str) -> PaymentState:
    return next(one.state for one in order.payments if one.ref == ref)


def _all_pieces(order: Order) -> marks.Pieces:
    before = money.settled(order)
    return tuple(
        (line.ref, line.quantity - before[line.ref]) for line in order.lines if line.quantity > before[line.ref]
    )


def _open(payment: Mapping[str, Any]) -> int:
    if payment["state"] not in ("Settled", "Authorized"):
        return 0
    backs: list[int] = [back["total"] for back in payment["refunds"] if back["state"] != "Failed"]
    amount: int = payment["amount"]
    return amount - sum(backs)


def _done_already(payment: Mapping[str, Any], key: str) -> int:
    ours = [back for back in payment["refunds"] if marks.is_marked(back["reason"], key)]
    backs: list[int] = [back["total"] for back in ours if back["state"] != "Failed"]
    return sum(backs)


def _states(raw: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return how the refunds of a deed stand, by their key there."""
    backs = [back for payment in raw["payments"] or () for back in payment["refunds"]]
    return {back["id"]: back["state"] for back in backs if marks.is_marked(back["reason"], key)}


def _what_is_left(states: Mapping[str, str]) -> str:
    if "Failed" in states.values():
        return FAILED
    return PENDING if any(state != "Settled" for state in states.values()) else ""

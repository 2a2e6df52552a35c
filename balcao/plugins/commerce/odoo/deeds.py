"""Carrying an action out once in Odoo, and finding out what became of it.

Before anything else a note with our mark is left on the order: it says what is going to be done, down to the numbers.
Each step after it is either one that may be repeated (the same values written again) or one that leaves the mark in
what it creates, and is looked for first. So the same key has one effect, whatever answers are lost on the way.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.odoo import addresses, figures, marks, records, refunds, returns
from balcao.plugins.commerce.odoo.reading import orders_from
from balcao.plugins.commerce.odoo.rpc import Refused, Rpc
from balcao.ports import money
from balcao.ports.calling import fault, readable
from balcao.ports.commerce import (
    Action,
    ActionKind,
    AddNote,
    AddTag,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    CommerceError,
    Done,
    Order,
    OrderStage,
    Outcome,
    PlaceOrder,
    Refund,
    RequestReturn,
)

GONE = N_("Odoo does not know this order any more.")
ABOVE = N_("More than the order still holds cannot be paid back.")
STILL_OPEN = N_("Odoo did not cancel the order. Cancel it there.")
GOODS_OUT = N_("Goods of this order have left already. Have them brought back in Odoo.")
NO_FREIGHT = N_("To place orders with freight, enter the delivery product's internal reference in the settings.")
TO_SEND = N_("The quotation stands in Odoo. Somebody there has to send it.")
NOT_ABLE = N_("This cannot be done in Odoo from here.")

_TARGETS = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Deed:
    """One action on its way: what is to be done, to which order as it stands now, under which mark."""

    rpc: Rpc
    action: Any
    order: Order | None  # as it was when the action was agreed to
    now: Order | None  # as Odoo has it
    mark: str

    @property
    def key(self) -> int:
        """Return the order's id."""
        return figures.number(self.order.ref) if self.order else 0


def current(rpc: Rpc, ref: str) -> Order | None:
    """Return an order as it stands now."""
    papers = records.read(rpc, [["id", "=", figures.number(ref)]]) if figures.number(ref) else None
    return next(iter(orders_from(papers, rpc.config)), None) if papers else None


def perform(rpc: Rpc, action: Action, order: Order | None, key: str) -> Done:
    """Carry out an action; the same key again has no second effect."""
    now = current(rpc, order.ref) if order else None
    if order and now is None:
        return Done(Outcome.REFUSED, detail=GONE, code="gone")
    doer = _DOERS.get(action.kind)
    if doer is None:
        return Done(Outcome.REFUSED, detail=NOT_ABLE, code="not_able")
    try:
        return doer(Deed(rpc, action, order, now, marks.mark_of(key)))
    except Refused as refused:
        return Done(Outcome.REFUSED, detail=readable(refused.words), code=refused.code)


def recall(rpc: Rpc, key: str, action: Action, order: Order | None) -> Done | None:
    """Say what became of an action; None: it had no effect, or not all of it, so that it may be carried out again."""
    now = current(rpc, order.ref) if order else None
    if order and now is None:
        raise fault(GONE, "gone", uncertain=True)
    deed = Deed(rpc, action, order, now, marks.mark_of(key))
    known = _RECALLERS.get(action.kind)
    return known(deed) if known else None


def _after(deed: Deed, outcome: Outcome = Outcome.DONE, *, ref: str = "", detail: str = "") -> Done:
    """Return how it ended, with the order as it stands; that Odoo cannot tell it now is no reason to doubt the deed."""
    try:
        order = current(deed.rpc, deed.order.ref) if deed.order else None
    except CommerceError:
        order = None
    return Done(outcome, order, ref=ref, detail=detail)


# --- The note that goes before --------------------------------------------------------------------------------------


def noted(deed: Deed) -> dict[str, Any] | None:
    """Return the note that an earlier try left on the order: its words and its time."""
    domain = [["model", "=", "sale.order"], ["res_id", "=", deed.key], ["body", "ilike", deed.mark]]
    found = deed.rpc.search("mail.message", domain, ["body", "date"], limit=1, order="id")
    return found[0] if found else None


def _announce(deed: Deed, words: str) -> None:
    """Leave the note on the order unless an earlier try did."""
    if noted(deed) is None:
        _post(deed, f"Balcão: {words}")


def _post(deed: Deed, words: str) -> None:
    deed.rpc.call(
        "sale.order",
        "message_post",
        ids=[deed.key],
        body=f"{words} {deed.mark}",
        message_type="comment",
        subtype_xmlid="mail.mt_note",
        writes=True,
    )


# --- Notes, tags, addresses -----------------------------------------------------------------------------------------


def _add_note(deed: Deed) -> Done:
    action: AddNote = deed.action
    if noted(deed) is None:
        _post(deed, action.text)
    return _after(deed)


def _was_noted(deed: Deed) -> Done | None:
    return _after(deed) if noted(deed) else None


def _add_tag(deed: Deed) -> Done:
    action: AddTag = deed.action
    found = deed.rpc.search("crm.tag", [["name", "=", action.tag]], ["name"], limit=1)
    tag = int(found[0]["id"]) if found else deed.rpc.create("crm.tag", {"name": action.tag})
    deed.rpc.write("sale.order", [deed.key], {"tag_ids": [[4, tag, 0]]})
    return _after(deed)


def _was_tagged(deed: Deed) -> Done | None:
    return _after(deed) if deed.now and deed.action.tag in deed.now.tags else None


def _change_address(deed: Deed) -> Done:
    action: ChangeAddress = deed.action
    _announce(deed, f"send to {action.address.line1}, {action.address.postcode} {action.address.city}")
    addresses.send_order_to(deed.rpc, deed.key, action.address, deed.mark)
    if action.as_default and deed.order:
        addresses.move_customer(deed.rpc, figures.number(deed.order.account.ref), action.address)
    return _after(deed)


def _was_moved(deed: Deed) -> Done | None:
    return _after(deed) if addresses.goes_to(deed.rpc, deed.key, deed.mark) else None


def _change_default_address(deed: Deed) -> Done:
    action: ChangeDefaultAddress = deed.action
    addresses.move_customer(deed.rpc, figures.number(action.account), action.address)
    return Done(Outcome.DONE, account=addresses.customer(deed.rpc, action.account))


def _has_moved(deed: Deed) -> Done | None:
    action: ChangeDefaultAddress = deed.action
    now = addresses.customer(deed.rpc, action.account)
    is_there = now and (now.address.line1, now.address.postcode) == (action.address.line1, action.address.postcode)
    return Done(Outcome.DONE, account=now) if is_there else None


# --- Cancelling -----------------------------------------------------------------------------------------------------


def _cancel(deed: Deed) -> Done:
    action: Cancel = deed.action
    return _cancel_pieces(deed, action) if action.pieces else _cancel_whole(deed, action)


def _cancel_whole(deed: Deed, action: Cancel) -> Done:
    _announce(deed, f"cancel, {action.reason}")
    if deed.now and deed.now.stage != OrderStage.CANCELLED:
        # Without this word Odoo 15 to 18 answer with a window that asks whether to write to the customer.
        deed.rpc.call(
            "sale.order", "action_cancel", ids=[deed.key], context={"disable_cancel_warning": True}, writes=True
        )
    return _settled(deed, action)


def _settled(deed: Deed, action: Cancel) -> Done:
    """Give back what was paid for a cancelled order, and say what is left to others."""
    after = current(deed.rpc, deed.order.ref) if deed.order else None
    if after is None or after.stage != OrderStage.CANCELLED:
        return Done(Outcome.PARTLY, after, detail=STILL_OPEN)
    # What this cancellation gave back already is not given back again.
    given = refunds.marked(deed.rpc, deed.mark)
    worth = money.open_balance(after) + sum(refunds.amount(row) for row in given)
    return _credited(deed, worth, action.reason, left=GOODS_OUT if _has_left(after) else "")


def _has_left(order: Order) -> bool:
    return any(parcel.shipped_at for parcel in order.shipments)


def _cancel_pieces(deed: Deed, action: Cancel) -> Done:
    """Take pieces out of the order's lines, down to the numbers that the note names."""
    order = deed.order
    if order is None:
        return Done(Outcome.REFUSED, detail=GONE, code="gone")
    worth = min(money.price_of(order, action.pieces), money.open_balance(order))
    counts, lines = dict(action.pieces), {line.ref: line for line in order.lines}
    targets = {ref: lines[ref].quantity - money.gone(lines[ref]) - count for ref, count in counts.items()}
    _announce(deed, f"cancel pieces, {action.reason} {json.dumps({**targets, 'worth': worth})}")
    told = _targets(deed) or {**targets, "worth": worth}
    worth = int(told.pop("worth"))
    commands = [[1, figures.number(ref), {"product_uom_qty": left}] for ref, left in told.items()]
    deed.rpc.write("sale.order", [deed.key], {"order_line": commands})
    return _credited(deed, worth, action.reason)


def _targets(deed: Deed) -> dict[str, int] | None:
    """Return the numbers that the note of an earlier try (or of this one) named: only they may be written."""
    note = noted(deed)
    found = _TARGETS.findall(figures.plain(note["body"])) if note else []
    return json.loads(found[-1]) if found else None


def _was_cancelled(deed: Deed) -> Done | None:
    """Return how a cancellation ended; one that stopped half-way is carried on by carrying it out again."""
    if deed.now is None or noted(deed) is None:
        return None
    told = _targets(deed) or {}
    given = refunds.marked(deed.rpc, deed.mark)
    if not deed.action.pieces:
        is_done = deed.now.stage == OrderStage.CANCELLED and not money.open_balance(deed.now)
        return _given(deed, given, GOODS_OUT if _has_left(deed.now) else "") if is_done else None
    owed, now = told.pop("worth", 0), {line.ref: line.quantity for line in deed.now.lines}
    is_done = all(now.get(ref, 0) <= left for ref, left in told.items())
    return _given(deed, given) if is_done and sum(refunds.amount(row) for row in given) >= owed else None


# --- Money back -----------------------------------------------------------------------------------------------------


def _refund(deed: Deed) -> Done:
    action: Refund = deed.action
    if deed.order is None or deed.now is None:
        return Done(Outcome.REFUSED, detail=GONE, code="gone")
    given = refunds.marked(deed.rpc, deed.mark)
    worth = money.price_of(deed.order, action.pieces) + action.freight + action.amount
    held = money.open_balance(deed.now) + sum(refunds.amount(row) for row in given)
    if worth > held:
        return Done(Outcome.REFUSED, detail=ABOVE, code="above_open")
    _announce(deed, f"pay back {figures.major(worth, deed.now.currency)} {deed.now.currency}, {action.reason}")
    return _credited(deed, worth, action.reason)


def _credited(deed: Deed, worth: int, reason: str, left: str = "") -> Done:
    """Make credit notes of this worth, those that were made under the mark before included."""
    missing = refunds.give(deed.rpc, deed.now, worth, reason, deed.mark) if deed.now else worth
    if missing:
        return _after(deed, Outcome.PARTLY, detail=refunds.NO_INVOICE)
    return _given(deed, refunds.marked(deed.rpc, deed.mark), left)


def _given(deed: Deed, given: list[records.Record], left: str = "") -> Done:
    is_paid = all(refunds.is_paid(row) for row in given)
    ref = ", ".join(str(row["id"]) for row in given)
    detail = left or ("" if is_paid else refunds.TO_PAY)
    return _after(deed, Outcome.PARTLY if detail else Outcome.DONE, ref=ref, detail=detail)


def _was_given(deed: Deed) -> Done | None:
    given = refunds.marked(deed.rpc, deed.mark)
    action: Refund = deed.action
    worth = money.price_of(deed.order, action.pieces) + action.freight + action.amount if deed.order else 0
    return _given(deed, given) if given and sum(refunds.amount(row) for row in given) >= worth else None


# --- Coming back, going out -----------------------------------------------------------------------------------------


def _request_return(deed: Deed) -> Done:
    action: RequestReturn = deed.action
    if (earlier := _was_announced(deed)) is not None:
        return earlier
    _announce(deed, f"return, {action.reason}")
    ref = returns.announce(deed.rpc, deed.key, action.pieces)
    return _after(deed, ref=ref)


def _was_announced(deed: Deed) -> Done | None:
    note = noted(deed)
    found = returns.announced(deed.rpc, deed.key, deed.action.pieces, since=str(note["date"])) if note else None
    return _after(deed, ref=found) if found else None


def _place_order(deed: Deed) -> Done:
    action: PlaceOrder = deed.action
    if (earlier := _was_placed(deed)) is not None:
        return earlier
    lines = [[0, 0, {"product_id": figures.number(ref), "product_uom_qty": count}] for ref, count in action.variants]
    if action.freight:
        freight = _freight_line(deed, action.freight)
        if freight is None:
            return Done(Outcome.REFUSED, detail=NO_FREIGHT, code="freight")
        lines.append([0, 0, freight])
    customer = figures.number(action.account)
    values = {
        "partner_id": customer,
        "partner_shipping_id": addresses.place_of(deed.rpc, customer, action.address, deed.mark),
        "origin": f"Balcão {deed.mark}",
        "order_line": lines,
    }
    deed.rpc.create("sale.order", values)
    return _was_placed(deed) or Done(Outcome.PARTLY, detail=TO_SEND)


def _freight_line(deed: Deed, amount: int) -> dict[str, Any] | None:
    code = deed.rpc.config.freight_product
    fields = ["currency_id"]
    found = deed.rpc.search("product.product", [["default_code", "=", code]], fields, limit=1) if code else []
    if not found:
        return None
    price = figures.major(amount, figures.name(found[0].get("currency_id")))
    line: dict[str, Any] = {"product_id": int(found[0]["id"]), "product_uom_qty": 1, "price_unit": price}
    return line | ({"is_delivery": True} if records.fields_of(deed.rpc, "sale.order.line", ["is_delivery"]) else {})


def _was_placed(deed: Deed) -> Done | None:
    papers = records.read(deed.rpc, [["origin", "ilike", deed.mark]], limit=1)
    placed = next(iter(orders_from(papers, deed.rpc.config)), None)
    return Done(Outcome.PARTLY, placed, ref=placed.ref, detail=TO_SEND) if placed else None


_DOERS: dict[ActionKind, Callable[[Deed], Done]] = {
    ActionKind.ADD_NOTE: _add_note,
    ActionKind.ADD_TAG: _add_tag,
    ActionKind.CHANGE_ADDRESS: _change_address,
    ActionKind.CHANGE_DEFAULT_ADDRESS: _change_default_address,
    ActionKind.CANCEL: _cancel,
    ActionKind.REFUND: _refund,
    ActionKind.REQUEST_RETURN: _request_return,
    ActionKind.PLACE_ORDER: _place_order,
}
_RECALLERS: dict[ActionKind, Callable[[Deed], Done | None]] = {
    ActionKind.ADD_NOTE: _was_noted,
    ActionKind.ADD_TAG: _was_tagged,
    ActionKind.CHANGE_ADDRESS: _was_moved,
    ActionKind.CHANGE_DEFAULT_ADDRESS: _has_moved,
    ActionKind.CANCEL: _was_cancelled,
    ActionKind.REFUND: _was_given,
    ActionKind.REQUEST_RETURN: _was_announced,
    ActionKind.PLACE_ORDER: _was_placed,
}

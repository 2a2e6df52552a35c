"""Carrying actions out in WooCommerce. Each leaves the mark of its key behind, by which it is found again."""

from collections.abc import Callable
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.woocommerce import finding
from balcao.plugins.commerce.woocommerce.giving import give_credit, place_order
from balcao.plugins.commerce.woocommerce.reading import NOTE, customer_of, written_place
from balcao.plugins.commerce.woocommerce.recalling import NOT_CANCELLED, recall
from balcao.plugins.commerce.woocommerce.refunding import joined, pay_back, refund
from balcao.plugins.commerce.woocommerce.rest import Missing, Refused, write
from balcao.plugins.commerce.woocommerce.step import Step, done, note_of
from balcao.ports import money
from balcao.ports.calling import mark_of
from balcao.ports.commerce import (
    Action,
    AddNote,
    Address,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    CommerceError,
    Done,
    GiveCredit,
    Link,
    Order,
    Outcome,
    PlaceOrder,
    Refund,
)

NO_CUSTOMER = N_("The customer has no account in the shop.")

TOTAL_CHANGED = N_("With the new address WooCommerce reckons another total. Compare what was paid with it.")
DEFAULT_LEFT = N_("The order goes to the new address, but the customer's own address could not be changed.")
NOTE_ALONE = N_("The note was left, but could not be marked as ours: it is not shown here.")


def perform(action: Action, order: Order | None, link: Link, *, key: str) -> Done:
    """Carry an action out, unless its mark tells that this was done before. Raises `CommerceError`."""
    seen = finding.order(order.ref, link) if order else None
    known = recall(action, seen, link, key)
    if known:
        return known
    step = Step(link, key, mark_of(key), seen)
    try:
        if isinstance(action, GiveCredit):
            return give_credit(action, step, order)
        return _DEEDS[type(action)](action, step)
    except Refused as refused:
        return Done(Outcome.REFUSED, detail=str(refused), code=refused.code)
    except Missing as missing:
        return Done(Outcome.REFUSED, detail=str(missing), code="gone")


def _change_address(action: ChangeAddress, step: Step) -> Done:
    wish = {"shipping": written_place(action.address, region=step.link.region), "meta_data": step.marked()}
    answer = write(step.link.config, "PUT", step.path, wish)
    # WooCommerce reckons taxes anew for the new place, also of what is paid already.
    if answer["total"] != step.order.raw["total"]:
        return done(step, detail=TOTAL_CHANGED)
    if not action.as_default:
        return done(step)
    try:
        _set_default(step.link, str(step.order.raw["customer_id"] or ""), action.address)
    except CommerceError:
        return done(step, detail=DEFAULT_LEFT)
    return done(step)


def _change_default_address(action: ChangeDefaultAddress, step: Step) -> Done:
    return Done(Outcome.DONE, account=customer_of(_set_default(step.link, action.account, action.address)))


def _set_default(link: Link, customer: str, address: Address) -> Any:
    if not customer.isdigit():
        raise Refused(NO_CUSTOMER, "no_customer")
    wish = {"shipping": written_place(address, region=link.region)}
    return write(link.config, "PUT", f"/customers/{customer}", wish)


def _cancel(action: Cancel, step: Step) -> Done:
    order = step.order.order
    open_sum = money.open_balance(order)
    if action.pieces:
        wish = Refund(action.reason, joined(action.pieces))
        worth = min(money.price_of(order, wish.pieces), open_sum)
        ref, detail = pay_back(step, order, worth, wish, is_cancelled=True)
        return done(step, ref=ref, detail=detail)
    # The money first: that it is refused leaves the order as it was. Its pieces return to stock with the status.
    ref, detail = pay_back(step, order, open_sum, Refund(action.reason)) if open_sum else ("", "")
    meta = step.marked(_balcao_cancel_reason=action.reason)
    try:
        write(step.link.config, "PUT", step.path, {"status": "cancelled", "meta_data": meta})
    except CommerceError:
        if not ref:
            raise
        return done(step, ref=ref, detail=NOT_CANCELLED)
    return done(step, ref=ref, detail=detail)


def _add_note(action: AddNote, step: Step) -> Done:
    text = action.text.strip()
    note = {"note": note_of(text, step.mark), "customer_note": False}
    write(step.link.config, "POST", f"{step.path}/notes", note)
    try:
        meta = step.marked(**{f"{NOTE}{step.mark}": text})
        write(step.link.config, "PUT", step.path, {"meta_data": meta})
    except CommerceError:
        return done(step, detail=NOTE_ALONE)
    return done(step)


_DEEDS: dict[type[Action], Callable[[Any, Step], Done]] = {
    ChangeAddress: _change_address,
    ChangeDefaultAddress: _change_default_address,
    Cancel: _cancel,
    Refund: refund,
    PlaceOrder: place_order,
    AddNote: _add_note,
}

"""Carrying actions out in Shopify. Each leaves the mark of its key behind, by which it is found again."""

import time
from collections.abc import Callable
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.shopify import documents, finding
from balcao.plugins.commerce.shopify.basics import nodes, person, written_place
from balcao.plugins.commerce.shopify.editing import cancel_pieces, change_lines
from balcao.plugins.commerce.shopify.finding import CUSTOMER, DRAFT
from balcao.plugins.commerce.shopify.giving import give_credit, on_draft, place_order
from balcao.plugins.commerce.shopify.graphql import ask, change
from balcao.plugins.commerce.shopify.recalling import NOT_YET, is_over, recall
from balcao.plugins.commerce.shopify.refunding import joined, refund
from balcao.plugins.commerce.shopify.step import Refused, Step, done, must, note_of
from balcao.ports.calling import fault, mark_of
from balcao.ports.commerce import (
    Action,
    AddNote,
    Address,
    AddTag,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    CommerceError,
    Done,
    Exchange,
    GiveCredit,
    Link,
    Order,
    OrderStage,
    Outcome,
    PlaceOrder,
    Refund,
    RequestReturn,
    SendPaymentLink,
)

NO_CUSTOMER = N_("The order has no customer.")
TOO_LONG = N_("The notes of the order are too long for Shopify.")
NOT_CANCELLED = N_("Shopify has not cancelled the order.")
TOO_MANY = N_("Shopify does not take back so many pieces of this line.")

DEFAULT_LEFT = N_("The order goes to the new address, but the customer's own address could not be changed.")
DIFFERENCE = N_("Shopify settles the difference with the order when the exchange is processed there.")

_LONGEST_NOTE = 5000
_LOOKS = (0.2, 0.5, 1.0, 1.5)  # seconds between looking whether a job is done: it takes moments, or minutes
_REASONS = (
    ("fraud", "FRAUD"),
    ("stock", "INVENTORY"),
    ("declined", "DECLINED"),
    ("mind", "CUSTOMER"),
    ("customer", "CUSTOMER"),
    ("needed", "CUSTOMER"),
    ("mistake", "CUSTOMER"),
)


def perform(action: Action, order: Order | None, link: Link, *, key: str) -> Done:
    """Carry an action out, unless its mark tells that this was done before. Raises `CommerceError`."""
    mark = mark_of(key)
    seen = finding.placed(order.ref, link, mark=mark) if order else None
    known = recall(action, seen, link, mark, ref=order.ref if order else "")
    if known:
        return known
    step = Step(link, key, mark, seen)
    try:
        return _done(action, step, order)
    except Refused as refused:
        return Done(Outcome.REFUSED, detail=str(refused), code=refused.code)


def _done(action: Action, step: Step, order: Order | None) -> Done:
    if isinstance(action, GiveCredit):
        return give_credit(action, step, order)
    if order and step.seen is None and order.ref.startswith(DRAFT):
        return on_draft(action, step, order.ref)
    return _DEEDS[type(action)](action, step)


def _send_payment_link(_action: SendPaymentLink, step: Step) -> Done:
    # Its mail may go out twice if we break off here, with the same link; nothing is asked for twice.
    must(change(step.link.config, documents.SEND_ORDER_INVOICE, {"id": step.ref}))
    step.note("done")
    return done(step)


def _change_address(action: ChangeAddress, step: Step) -> Done:
    address = written_place(action.address, region=step.link.region)
    _update(step, {"shippingAddress": address})
    if not action.as_default:
        return done(step)
    customer = (step.order.raw["customer"] or {}).get("id", "")
    try:
        _set_default(step.link, customer, action.address)
    except (Refused, CommerceError):
        return done(step, detail=DEFAULT_LEFT)
    return done(step)


def _change_default_address(action: ChangeDefaultAddress, step: Step) -> Done:
    _set_default(step.link, action.account, action.address)
    found = ask(step.link.config, documents.CUSTOMER, {"id": action.account}).get("customer")
    return Done(Outcome.DONE, account=person(found) if found else None)


def _set_default(link: Link, customer: str, address: Address) -> None:
    if not customer.startswith(CUSTOMER):
        raise Refused(NO_CUSTOMER, "no_customer")
    wish = {"customer": customer, "address": written_place(address, region=link.region)}
    must(change(link.config, documents.DEFAULT_ADDRESS, wish))


def _add_note(action: AddNote, step: Step) -> Done:
    text = "\n".join(part for part in (step.order.raw["note"], action.text.strip()) if part)
    if len(text) > _LONGEST_NOTE:
        raise Refused(TOO_LONG, "too_long")
    _update(step, {"note": text})
    return done(step)


def _update(step: Step, wish: dict[str, Any]) -> None:
    """Change the order, its mark in the same moment."""
    must(change(step.link.config, documents.UPDATE, {"input": {"id": step.ref, **wish, "metafields": [step.noted()]}}))


def _add_tag(action: AddTag, step: Step) -> Done:
    must(change(step.link.config, documents.TAG, {"id": step.ref, "tags": [action.tag.strip()]}))
    return done(step)


def _cancel(action: Cancel, step: Step) -> Done:
    if action.pieces:
        return cancel_pieces(action, step)
    said = action.reason.lower()
    reason = next((code for word, code in _REASONS if word in said), "OTHER")
    wish = {"order": step.ref, "reason": reason, "note": note_of(action.reason, step.mark)}
    job = must(change(step.link.config, documents.CANCEL, wish), errors="orderCancelUserErrors")["job"]
    if job and not job["done"]:
        _await(step, job["id"])
    ended = done(step)
    if ended.order and ended.order.stage != OrderStage.CANCELLED:
        raise Refused(NOT_CANCELLED, "not_cancelled")
    return ended


def _await(step: Step, job: str) -> None:
    """Wait a few seconds for a job of Shopify; one that takes longer is asked about later, by what is noted here."""
    try:
        step.note(job)
        for seconds in _LOOKS:
            time.sleep(seconds)
            if is_over(job, step.link):
                return
    except (Refused, CommerceError) as error:
        raise fault(NOT_YET, "uncertain", uncertain=True) from error
    raise fault(NOT_YET, "uncertain", uncertain=True)


def _request_return(action: RequestReturn, step: Step) -> Done:
    return done(step, ref=_return(step, action.pieces, action.reason, ()))


def _exchange(action: Exchange, step: Step) -> Done:
    pieces = tuple((swap.line, swap.quantity) for swap in action.swaps)
    news = tuple((swap.variant, swap.quantity) for swap in action.swaps)
    ref = _return(step, pieces, action.reason, news)
    return done(step, ref=ref, detail=DIFFERENCE if action.instrument else "")


def _return(step: Step, pieces: tuple[tuple[str, int], ...], reason: str, news: tuple[tuple[str, int], ...]) -> str:
    wish: dict[str, Any] = {
        "orderId": step.ref,
        "notifyCustomer": False,
        "returnLineItems": [
            {
                "fulfillmentLineItemId": sent,
                "quantity": count,
                "returnReason": "OTHER",
                "returnReasonNote": note_of(reason, step.mark),
            }
            for sent, count in _sent_pieces(step, joined(pieces))
        ],
    }
    if news:
        wish["exchangeLineItems"] = [{"variantId": variant, "quantity": count} for variant, count in news]
    return str(must(change(step.link.config, documents.RETURN, {"input": wish}))["return"]["id"])


def _sent_pieces(step: Step, pieces: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
    """Return the pieces by the parcel in which they were sent, as Shopify takes them back."""
    answer = ask(step.link.config, documents.RETURNABLE, {"order": step.ref})["returnableFulfillments"]
    sent = [line for parcel in nodes(answer) for line in nodes(parcel["returnableFulfillmentLineItems"])]
    found: list[tuple[str, int]] = []
    for ref, count in pieces:
        missing = count
        for line in sent:
            part = min(missing, line["quantity"]) if line["fulfillmentLineItem"]["lineItem"]["id"] == ref else 0
            if part:
                found.append((line["fulfillmentLineItem"]["id"], part))
                missing -= part
        if missing:
            raise Refused(TOO_MANY, "too_many")
    return found


_DEEDS: dict[type[Action], Callable[[Any, Step], Done]] = {
    ChangeAddress: _change_address,
    ChangeDefaultAddress: _change_default_address,
    ChangeLines: change_lines,
    Cancel: _cancel,
    Refund: refund,
    RequestReturn: _request_return,
    SendPaymentLink: _send_payment_link,
    Exchange: _exchange,
    PlaceOrder: place_order,
    AddNote: _add_note,
    AddTag: _add_tag,
}

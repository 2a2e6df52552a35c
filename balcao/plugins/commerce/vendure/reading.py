"""An order as we know orders, from what Vendure tells. Prices are those with tax; money is in cents there, too."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from balcao.plugins.commerce.vendure import marks
from balcao.plugins.commerce.vendure.lines import lines_of, pieces_in
from balcao.ports import money
from balcao.ports.commerce import (
    Account,
    Address,
    Comeback,
    Instrument,
    InstrumentKind,
    Line,
    Order,
    OrderStage,
    Payment,
    PaymentState,
    Shipment,
    ShipmentState,
)

NOT_PLACED = ("Created", "AddingItems")  # a basket, no order
_DRAFTS = ("Draft", "ArrangingPayment")
_PAYMENTS = {
    "Authorized": PaymentState.AUTHORISED,
    "Settled": PaymentState.CAPTURED,
    "Declined": PaymentState.FAILED,
    "Error": PaymentState.FAILED,
    "Failed": PaymentState.FAILED,
    "Cancelled": PaymentState.VOIDED,
}
_PARCELS = {"Shipped": ShipmentState.IN_TRANSIT, "Delivered": ShipmentState.DELIVERED}
_KINDS = {
    "pix": InstrumentKind.PIX,
    "boleto": InstrumentKind.BOLETO,
    "gift": InstrumentKind.GIFT_CARD,
    "paypal": InstrumentKind.WALLET,
    "wallet": InstrumentKind.WALLET,
    "transfer": InstrumentKind.TRANSFER,
    "cash": InstrumentKind.CASH,
    "card": InstrumentKind.CARD,
    "stripe": InstrumentKind.CARD,
}
_MOVED = (PaymentState.AUTHORISED, PaymentState.CAPTURED)
_OUR_CANCELLATION = "CANCEL_ORDER"  # how Vendure calls the freight that it took off because the order was cancelled


def order_from(raw: Mapping[str, Any], *, dashboard: str = "") -> Order:
    """Return an order."""
    lines, history = lines_of(raw), raw["history"]["items"]
    surcharge = sum(one["priceWithTax"] for one in raw["surcharges"])
    order = Order(
        ref=raw["id"],
        number=raw["code"],
        stage=_stage(raw, lines),
        currency=raw["currencyCode"],
        account=account_from(raw["customer"]),
        lines=lines,
        address=address_from(raw["shippingAddress"]),
        billing=address_from(raw["billingAddress"]) if (raw["billingAddress"] or {}).get("streetLine1") else None,
        discount=max(-surcharge, 0),
        tax=max(surcharge, 0),
        freight=sum(_freight(one) for one in raw["shippingLines"]),
        payments=_payments(raw["payments"] or ()),
        shipments=_shipments(raw["fulfillments"] or (), history),
        comebacks=_comebacks(history),
        cancel_reason=_cancel_reason(raw, history),
        changes=sum(1 for one in raw["modifications"] if one["lines"]),
        notes=_notes(history),
        placed_at=_when(raw["orderPlacedAt"] or raw["createdAt"]),
        changed_at=_changed_at(raw),
        url=f"{dashboard.rstrip('/')}/orders/{raw['id']}" if dashboard else "",
        version=hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:24],
    )
    return _as_paid(raw, order)


def account_from(raw: Mapping[str, Any] | None) -> Account:
    """Return a customer; a draft may have none yet."""
    if raw is None:
        return Account("")
    usual = [one for one in raw["addresses"] or () if one["defaultShippingAddress"]]
    return Account(
        ref=raw["id"],
        name=f"{raw['firstName']} {raw['lastName']}".strip(),
        email=raw["emailAddress"],
        phone=raw["phoneNumber"] or "",
        address=address_from(usual[0]) if usual else Address(),
    )


def address_from(raw: Mapping[str, Any] | None) -> Address:
    """Return an address, of an order or of a customer."""
    if raw is None:
        return Address()
    return Address(
        line1=raw["streetLine1"] or "",
        line2=raw["streetLine2"] or "",
        city=raw["city"] or "",
        region=raw["province"] or "",
        postcode=raw["postalCode"] or "",
        country=raw.get("countryCode") or (raw.get("country") or {}).get("code") or "",
        name=raw["fullName"] or "",
        phone=raw["phoneNumber"] or "",
    )


def _stage(raw: Mapping[str, Any], lines: tuple[Line, ...]) -> OrderStage:
    """Return how far the order has come: by its parcels, for the state of an order says less (and can be extended)."""
    if raw["state"] in _DRAFTS:
        return OrderStage.DRAFT
    arrived = pieces_in(raw, ("Delivered",)).total()
    left = pieces_in(raw, ("Shipped", "Delivered")).total()
    if raw["state"] == "Cancelled" and not any(line.returned for line in lines):
        return OrderStage.CANCELLED
    if raw["state"] == "Delivered" or (arrived and arrived >= sum(line.quantity - line.cancelled for line in lines)):
        return OrderStage.DELIVERED
    if left or raw["state"] == "Shipped":
        return OrderStage.SHIPPED
    in_hand = any(parcel["state"] != "Cancelled" for parcel in raw["fulfillments"] or ())
    return OrderStage.PREPARING if in_hand else OrderStage.PENDING


def _freight(raw: Mapping[str, Any]) -> int:
    """Return what bringing it cost as it was bought: cancelling the order takes it off like a discount."""
    off = (one["amountWithTax"] for one in raw["discounts"] if one["adjustmentSource"] != _OUR_CANCELLATION)
    price: int = raw["priceWithTax"] + sum(off)
    return price


def _as_paid(raw: Mapping[str, Any], order: Order) -> Order:
    """Return the order with the discounts of lines without pieces, which Vendure forgets: what was paid tells them."""
    paid = sum(one.amount for one in order.payments if not one.is_refund and one.state in _MOVED)
    paid += sum(one["priceChange"] for one in raw["modifications"] if _is_swap(one) and one["priceChange"] < 0)
    empty = {line["id"] for line in raw["lines"] if line["quantity"] == 0}
    lost = order.total - paid
    if not empty or not paid or lost <= 0:
        return order
    costs = [line.quantity * line.unit_price if line.ref in empty else 0 for line in order.lines]
    shares = money.spread(lost, costs)
    lines = (replace(line, discount=line.discount + off) for line, off in zip(order.lines, shares, strict=True))
    return replace(order, lines=tuple(lines))


def _is_swap(modification: Mapping[str, Any]) -> bool:
    return bool(modification["lines"]) and sum(one["quantity"] for one in modification["lines"]) == 0


def _payments(raws: Iterable[Mapping[str, Any]]) -> tuple[Payment, ...]:
    found = []
    for raw in raws:
        instrument = Instrument(raw["id"], _kind(raw["method"]), raw["method"])
        found.append(_payment(raw, instrument, raw["amount"]))
        found += [
            replace(
                _payment(back, instrument, back["total"]),
                ref=f"{raw['id']}/{back['id']}",
                is_refund=True,
                pieces=tuple((one["orderLineId"], one["quantity"]) for one in back["lines"]),
            )
            for back in raw["refunds"]
        ]
    return tuple(found)


def _payment(raw: Mapping[str, Any], instrument: Instrument, amount: int) -> Payment:
    state = _PAYMENTS.get(raw["state"], PaymentState.PENDING)
    return Payment(raw["id"], instrument, amount, state=state, at=_when(raw["createdAt"]))


def _kind(method: str) -> InstrumentKind:
    """Return the kind of thing a payment method is, as far as its code tells."""
    return next((kind for word, kind in _KINDS.items() if word in method.casefold()), InstrumentKind.OTHER)


def _shipments(parcels: Iterable[Mapping[str, Any]], history: Iterable[Mapping[str, Any]]) -> tuple[Shipment, ...]:
    times = {
        (str(entry["data"].get("fulfillmentId")), entry["data"].get("to")): _when(entry["createdAt"])
        for entry in history
        if entry["type"] == "ORDER_FULFILLMENT_TRANSITION"
    }
    return tuple(
        Shipment(
            ref=parcel["id"],
            state=_PARCELS.get(parcel["state"], ShipmentState.PREPARING),
            carrier=parcel["method"],
            code=parcel["trackingCode"] or "",
            pieces=tuple((one["orderLineId"], one["quantity"]) for one in parcel["lines"]),
            shipped_at=times.get((parcel["id"], "Shipped")),
            delivered_at=times.get((parcel["id"], "Delivered")),
        )
        for parcel in parcels
        if parcel["state"] != "Cancelled"
    )


def _note_entries(history: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for entry in history if entry["type"] == "ORDER_NOTE"]


def _notes(history: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    texts = [entry["data"].get("note") or "" for entry in _note_entries(history)]
    return tuple(marks.plain(text) for text in texts if not marks.announced(text) and marks.plain(text))


def _comebacks(history: Iterable[Mapping[str, Any]]) -> tuple[Comeback, ...]:
    """Return the returns that we announced: Vendure has none of its own, so a note stands for each."""
    found = []
    for entry in _note_entries(history):
        text = entry["data"].get("note") or ""
        if announced := marks.announced(text):
            reason = marks.plain(text).partition("\n")[2]
            found.append(Comeback(announced[0], announced[1], reason=reason, at=_when(entry["createdAt"])))
    return tuple(found)


def _cancel_reason(raw: Mapping[str, Any], history: Iterable[Mapping[str, Any]]) -> str:
    reasons = [entry["data"].get("reason") for entry in history if entry["type"] == "ORDER_CANCELLATION"]
    return marks.plain(reasons[-1]) if reasons and raw["state"] == "Cancelled" else ""


def _changed_at(raw: Mapping[str, Any]) -> datetime | None:
    """Return when something of the order last changed: its own time stands still when its state changes."""
    times = [raw["updatedAt"], raw["orderPlacedAt"], *(entry["createdAt"] for entry in raw["history"]["items"])]
    for payment in raw["payments"] or ():
        times += [payment["updatedAt"], *(back["updatedAt"] for back in payment["refunds"])]
    return _when(max(time for time in times if time))


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

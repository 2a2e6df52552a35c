"""The card of an order: how far it has come, what is in it, where it is and how it was paid."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.commerce.models import Order
from balcao.ports import commerce as port
from balcao.ports import money
from balcao.ports.commerce import OrderStage, PaymentState
from balcao.web.desk.orders import words
from balcao.web.desk.orders.codes import Code, codes_of

_ORDER = (OrderStage.PENDING, OrderStage.PREPARING, OrderStage.SHIPPED, OrderStage.DELIVERED)


@dataclass(frozen=True, slots=True)
class Step:
    """One dot of the status track. state: "", "done", "here", "wrong"."""

    words: str
    state: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """One line of the order as it is drawn."""

    name: str
    note: str
    price: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel with what was last seen of it."""

    carrier: str
    code: str
    url: str
    state: str
    scan: str = ""
    scan_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One order as it is drawn."""

    row: Order
    stage: str
    steps: tuple[Step, ...]
    things: tuple[Thing, ...]
    parcels: tuple[Parcel, ...]
    address: str
    receiver: str
    payment: str
    total: str
    back: str  # what went back to the customer; "" for nothing
    codes: tuple[Code, ...]  # by which what is open can be paid
    cancel_reason: str
    promised_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Tell whether the promised day is over and it has not arrived."""
        is_open = self.row.stage not in (OrderStage.DELIVERED, OrderStage.CANCELLED)
        return bool(is_open and self.promised_at and self.promised_at < timezone.now())


def card_of(row: Order, order: port.Order) -> Card:
    """Return the card of an order."""
    promised = [one.promised_at for one in order.shipments if one.promised_at]
    back = sum(payment.amount for payment in order.payments if payment.is_refund and _counts(payment))
    return Card(
        row=row,
        stage=words.stage_words(order.stage),
        steps=tuple(_steps(order)),
        things=tuple(_thing(line, order.currency) for line in order.lines),
        parcels=tuple(_parcel(one) for one in order.shipments),
        address=words.address_words(order.address),
        receiver=order.address.name,
        payment=payment_words(order),
        total=words.money(order.total, order.currency),
        back=words.money(back, order.currency) if back else "",
        codes=tuple(code for one in _pending(order) for code in codes_of(one)),
        cancel_reason=order.cancel_reason,
        promised_at=order.promised_at or max(promised, default=None),
    )


def _counts(payment: port.Payment) -> bool:
    return payment.state not in (PaymentState.FAILED, PaymentState.VOIDED)


def _pending(order: port.Order) -> list[port.Payment]:
    return [one for one in order.payments if one.state == PaymentState.PENDING and not one.is_refund]


def _paid_at(order: port.Order) -> datetime | None:
    moved = (PaymentState.CAPTURED, PaymentState.AUTHORISED)
    return min((p.at for p in order.payments if p.at and not p.is_refund and p.state in moved), default=None)


def _steps(order: port.Order) -> Iterable[Step]:
    if order.stage == OrderStage.CANCELLED:
        yield Step(words.stage_words(OrderStage.PENDING), "done", order.placed_at)
        yield Step(words.stage_words(OrderStage.CANCELLED), "wrong", order.changed_at)
        return
    is_packing = order.stage == OrderStage.PREPARING
    names = (
        pgettext("order track", "Paid"),
        pgettext("order track", "Preparing") if is_packing else pgettext("order track", "Prepared"),
        pgettext("order track", "Shipped"),
        pgettext("order track", "Delivered"),
    )
    shipped = min((one.shipped_at for one in order.shipments if one.shipped_at), default=None)
    delivered = max((one.delivered_at for one in order.shipments if one.delivered_at), default=None)
    times = (_paid_at(order), None, shipped, delivered)
    here = _reached(order)
    for place, (name, at) in enumerate(zip(names, times, strict=True)):
        yield Step(name, "done" if place < here else "here" if place == here else "", at if place <= here else None)


def _reached(order: port.Order) -> int:
    """Return the place of the furthest step that was reached; -1 while nothing is paid."""
    if order.stage == OrderStage.DRAFT:
        return -1
    reached = _ORDER.index(order.stage)
    return reached if reached or money.open_balance(order) or not order.total else -1


def _thing(line: port.Line, currency: str) -> Thing:
    left = line.quantity - money.gone(line)
    notes = [
        pgettext("pieces", "%(count)d ×") % {"count": line.quantity} + f" {words.money(line.unit_price, currency)}"
        if line.quantity > 1
        else "",
        words.options_words(line.options),
        _("%(count)d cancelled") % {"count": line.cancelled} if line.cancelled else "",
        _("%(count)d came back") % {"count": line.returned} if line.returned else "",
    ]
    price = words.money(line.quantity * line.unit_price - line.discount + line.tax, currency)
    return Thing(line.name, " · ".join(note for note in notes if note), price, is_gone=left <= 0)


def _parcel(parcel: port.Shipment) -> Parcel:
    last = parcel.scans[-1] if parcel.scans else None
    scan = " · ".join(part for part in (last.text, last.place) if part) if last else ""
    return Parcel(
        carrier=parcel.carrier,
        code=parcel.code,
        url=parcel.url if parcel.url.startswith(("https://", "http://")) else "",
        state=words.shipment_words(parcel.state),
        scan=scan,
        scan_at=last.at if last else parcel.delivered_at or parcel.shipped_at,
    )


def payment_words(order: port.Order) -> str:
    """Return how an order is paid, and what was added for its way."""
    paid = [one for one in order.payments if not one.is_refund and _counts(one)]
    used = dict.fromkeys(words.instrument_words(one.instrument) for one in paid)
    parts = [" + ".join(used)] if used else []
    if any(one.instalments > 1 for one in paid):
        parts.append(_("%(count)d instalments") % {"count": max(one.instalments for one in paid)})
    if _pending(order):
        parts.append(_("waits for payment"))
    if order.freight:
        parts.append(_("freight %(amount)s") % {"amount": words.money(order.freight, order.currency)})
    return " · ".join(parts)

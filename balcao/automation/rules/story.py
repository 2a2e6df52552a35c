"""How an order stands, as it is told to whoever waits for it: what is worst comes first, and nothing is made better."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from balcao.ports.commerce import Order, OrderStage, Payment, PaymentState, Scan, Shipment, ShipmentState


class Standing(StrEnum):
    """Where an order is for the one who waits for it."""

    DRAFT = "draft"
    UNPAID = "unpaid"
    PLACED = "placed"
    PREPARING = "preparing"
    PACKED = "packed"  # waits for the carrier
    ON_ITS_WAY = "on_its_way"
    FAILED = "failed"  # the carrier tried and could not
    RETURNED = "returned"
    LOST = "lost"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


OVER = (Standing.DELIVERED, Standing.CANCELLED)
_OF_PARCEL = {
    ShipmentState.LOST: Standing.LOST,
    ShipmentState.RETURNED: Standing.RETURNED,
    ShipmentState.FAILED: Standing.FAILED,
    ShipmentState.IN_TRANSIT: Standing.ON_ITS_WAY,
    ShipmentState.LABELLED: Standing.PACKED,
    ShipmentState.PREPARING: Standing.PREPARING,
    ShipmentState.DELIVERED: Standing.DELIVERED,
}
_WORST_FIRST = tuple(_OF_PARCEL)
_OF_STAGE = {
    OrderStage.DRAFT: Standing.DRAFT,
    OrderStage.PENDING: Standing.PLACED,
    OrderStage.PREPARING: Standing.PREPARING,
    OrderStage.SHIPPED: Standing.ON_ITS_WAY,
    OrderStage.DELIVERED: Standing.DELIVERED,
    OrderStage.CANCELLED: Standing.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Story:
    """What is true of an order now."""

    standing: Standing
    is_late: bool = False
    promised_on: date | None = None
    placed_on: date | None = None
    delivered_on: date | None = None
    carrier: str = ""
    code: str = ""
    url: str = ""
    scan: Scan | None = None
    pieces: int = 0
    parcels: int = 0
    arrived: int = 0  # of the parcels
    back: int = 0  # minor units that went back to the customer
    payment: str = ""  # link or code by which what is open can be paid


def story_of(order: Order, *, now: datetime, zone: tzinfo) -> Story:
    """Return how an order stands; days are those of the shop's zone."""
    parcels = _standing_parcels(order.shipments)
    parcel = min(parcels, key=lambda one: _WORST_FIRST.index(one.state), default=None)
    standing = _standing(order, parcel)
    promised = order.promised_at or max((one.promised_at for one in parcels if one.promised_at), default=None)
    promised_on = _day(promised, zone)
    delivered = max((one.delivered_at for one in parcels if one.delivered_at), default=None)
    return Story(
        standing=standing,
        is_late=bool(promised_on and standing not in OVER and promised_on < now.astimezone(zone).date()),
        promised_on=promised_on,
        placed_on=_day(order.placed_at, zone),
        delivered_on=_day(delivered, zone) if standing == Standing.DELIVERED else None,
        carrier=parcel.carrier if parcel else "",
        code=parcel.code if parcel else "",
        url=_web(parcel.url) if parcel else "",
        scan=parcel.scans[-1] if parcel and parcel.scans else None,
        pieces=sum(line.quantity - line.cancelled for line in order.lines),
        parcels=len(parcels),
        arrived=sum(one.state == ShipmentState.DELIVERED for one in parcels),
        back=sum(one.amount for one in order.payments if one.is_refund and one.state == PaymentState.CAPTURED),
        payment=next((_web(one.link) or one.code for one in order.payments if _is_open(one)), ""),
    )


def _standing_parcels(parcels: Sequence[Shipment]) -> list[Shipment]:
    """Return the parcels that count: one that was sent anew is told of by its successor."""
    return [
        one for place, one in enumerate(parcels) if not any(_replaces(later, one) for later in parcels[place + 1 :])
    ]


def _replaces(later: Shipment, parcel: Shipment) -> bool:
    if parcel.state not in (ShipmentState.LOST, ShipmentState.RETURNED, ShipmentState.FAILED):
        return False
    lines = {line for line, _ in parcel.pieces}
    return not lines or not later.pieces or bool(lines & {line for line, _ in later.pieces})


def _standing(order: Order, parcel: Shipment | None) -> Standing:
    if order.stage == OrderStage.CANCELLED:
        return Standing.CANCELLED
    if order.stage in (OrderStage.SHIPPED, OrderStage.DELIVERED) and parcel:
        found = _OF_PARCEL[parcel.state]
        return Standing.DELIVERED if order.stage == OrderStage.DELIVERED and found not in _TROUBLE else found
    if order.stage == OrderStage.PENDING and any(_is_open(one) for one in order.payments) and not _is_paid(order):
        return Standing.UNPAID
    if order.stage == OrderStage.PREPARING and parcel:
        return _OF_PARCEL[parcel.state]
    return _OF_STAGE[order.stage]


_TROUBLE = (Standing.LOST, Standing.RETURNED, Standing.FAILED)


def _is_open(payment: Payment) -> bool:
    return payment.state == PaymentState.PENDING and not payment.is_refund


def _is_paid(order: Order) -> bool:
    moved = (PaymentState.CAPTURED, PaymentState.AUTHORISED)
    return any(one.state in moved and not one.is_refund for one in order.payments)


def _day(moment: datetime | None, zone: tzinfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None


def _web(address: str) -> str:
    return address if address.startswith(("https://", "http://")) else ""

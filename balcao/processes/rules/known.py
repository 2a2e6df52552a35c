"""What an order says to the guards of a process; the names are those of `rules.guards`."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from balcao.ports.commerce import Order, OrderStage, PaymentState, Shipment, ShipmentState
from balcao.ports.money import open_balance

SILENT_AFTER = timedelta(days=10)  # without a scan a parcel counts as lost in its own country (05, 5.5)
_LABELLED = (ShipmentState.LABELLED, ShipmentState.IN_TRANSIT, ShipmentState.DELIVERED, ShipmentState.RETURNED)
_PARCELS = {
    ShipmentState.PREPARING: "waiting",
    ShipmentState.LABELLED: "waiting",
    ShipmentState.IN_TRANSIT: "in_transit",
    ShipmentState.FAILED: "in_transit",
    ShipmentState.DELIVERED: "delivered",
    ShipmentState.LOST: "lost",
    ShipmentState.RETURNED: "returned",
}
_PREPARED = {OrderStage.SHIPPED: "shipped", OrderStage.DELIVERED: "delivered"}


def of_order(order: Order | None, *, now: datetime) -> Mapping[str, object]:
    """Return the facts of an order as it was read last; of none, none."""
    if order is None:
        return {}
    return {
        "open_balance": open_balance(order),
        "cut_off_passed": any(one.state in _LABELLED for one in order.shipments),
        "fulfilment": fulfilment(order),
        "parcel": parcel(order, now=now),
    }


def fulfilment(order: Order) -> str:
    """Return how far the shop has come with an order, in the words of the cancel process."""
    if order.stage in _PREPARED:
        return _PREPARED[order.stage]
    if any(one.state is ShipmentState.LABELLED for one in order.shipments):
        return "packed"
    if order.stage is OrderStage.PREPARING:
        return "picking"
    is_paid = any(one.state is PaymentState.CAPTURED and not one.is_refund for one in order.payments)
    return "paid" if is_paid else "unpaid"


def parcel(order: Order, *, now: datetime) -> str:
    """Return where an order's parcel is; of several, the one that is worst off."""
    states = {_parcel(one, now=now) for one in order.shipments}
    worst = ("lost", "silent", "returned", "waiting", "in_transit", "delivered")
    return next((state for state in worst if state in states), "waiting")


def _parcel(shipment: Shipment, *, now: datetime) -> str:
    state = _PARCELS[shipment.state]
    seen = shipment.scans[-1].at if shipment.scans else shipment.shipped_at
    return "silent" if state == "in_transit" and seen and now - seen > SILENT_AFTER else state

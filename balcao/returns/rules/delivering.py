"""When each line of an order came, as far as the parcels tell."""

from collections.abc import Mapping
from datetime import datetime

from balcao.ports.commerce import Line, Order, Shipment, ShipmentState

_NEVER_CAME = {ShipmentState.LOST, ShipmentState.RETURNED, ShipmentState.FAILED}


def deliveries(order: Order) -> Mapping[str, datetime | None]:
    """Return when the last piece of every line came; None where one is out, or nobody knows when it came.

    Lines that were cancelled as a whole do not count.
    """
    return {line.ref: _delivered_at(line, order) for line in order.lines if line.cancelled < line.quantity}


def _delivered_at(line: Line, order: Order) -> datetime | None:
    parcels = [parcel for parcel in order.shipments if _carries(parcel, line.ref)]
    came = [parcel for parcel in parcels if parcel.state not in _NEVER_CAME]
    times = [parcel.delivered_at for parcel in came if parcel.delivered_at]
    is_whole = sum(_pieces(parcel, line) for parcel in came if parcel.delivered_at) >= line.quantity - line.cancelled
    return max(times) if times and len(times) == len(came) and is_whole else None


def _carries(parcel: Shipment, ref: str) -> bool:
    return not parcel.pieces or any(line == ref for line, _ in parcel.pieces)


def _pieces(parcel: Shipment, line: Line) -> int:
    return sum(count for ref, count in parcel.pieces if ref == line.ref) if parcel.pieces else line.quantity

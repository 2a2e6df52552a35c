"""What is wrong with a shipment before its customer says so: pure, over the order, the shop's patience and the time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from balcao.commerce.types import Watch
from balcao.ports.commerce import Order, OrderStage, Shipment, ShipmentState

_OVER = (OrderStage.DRAFT, OrderStage.DELIVERED, OrderStage.CANCELLED)
_ARRIVED = (ShipmentState.DELIVERED, ShipmentState.RETURNED)
_WITH_CARRIER = (ShipmentState.LABELLED, ShipmentState.IN_TRANSIT)
TOO_OLD = timedelta(days=14)  # what went wrong longer ago is history: switching it on must not flood the desk


class Trouble(StrEnum):
    """What is wrong."""

    LATE = "late"  # the promised day is over
    FAILED = "failed"  # the carrier tried and could not
    LOST = "lost"
    SILENT = "silent"  # the carrier has it, and has seen nothing of it for days


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong from a moment on; `parcel` is "" where it is about the whole order."""

    parcel: str
    trouble: Trouble
    at: datetime


def watched_from(order: Order) -> datetime | None:
    """Return from when on something may be wrong, whatever the shop's patience; None where nothing can be."""
    return min((alarm.at for alarm in _alarms(order, Watch(late_days=0, silent_days=0))), default=None)


def alarms(order: Order, watch: Watch, *, now: datetime) -> list[Alarm]:
    """Return what is wrong now, the worst first; what is too old is left out."""
    found = [one for one in _alarms(order, watch) if now - TOO_OLD < one.at <= now]
    return sorted(found, key=lambda one: _WORST_FIRST.index(one.trouble))


def next_look(order: Order, watch: Watch, *, now: datetime) -> datetime | None:
    """Return when something more may be wrong, None when nothing more can be."""
    return min((one.at for one in _alarms(order, watch) if one.at > now), default=None)


_WORST_FIRST = (Trouble.LOST, Trouble.FAILED, Trouble.LATE, Trouble.SILENT)


def _alarms(order: Order, watch: Watch) -> Iterator[Alarm]:
    if order.stage in _OVER:
        return
    late, silent = timedelta(days=watch.late_days), timedelta(days=watch.silent_days)
    waiting = [parcel for parcel in order.shipments if parcel.state not in _ARRIVED]
    if order.promised_at and (waiting or not order.shipments):
        yield Alarm("", Trouble.LATE, order.promised_at + late)
    for parcel in waiting:
        seen = _last_seen(parcel) or order.changed_at
        if parcel.promised_at and parcel.promised_at != order.promised_at:
            yield Alarm(parcel.ref, Trouble.LATE, parcel.promised_at + late)
        if parcel.state in (ShipmentState.FAILED, ShipmentState.LOST) and seen:
            yield Alarm(parcel.ref, Trouble(parcel.state.value), seen)
        elif parcel.state in _WITH_CARRIER and seen:
            yield Alarm(parcel.ref, Trouble.SILENT, seen + silent)


def _last_seen(parcel: Shipment) -> datetime | None:
    return parcel.scans[-1].at if parcel.scans else parcel.shipped_at

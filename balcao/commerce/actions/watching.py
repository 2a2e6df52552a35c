"""Noting what went wrong with shipments: each thing once."""

from datetime import datetime, timedelta

from balcao.commerce import queries
from balcao.commerce.models import Backend, Order, ShipmentAlarm
from balcao.commerce.rules import watching
from balcao.commerce.rules.watching import Alarm
from balcao.commerce.types import Watch
from balcao.kit.db import locked

_SOON_AGAIN = timedelta(hours=1)


def due(*, backend: Backend, now: datetime, limit: int = 100) -> list[int]:
    """Return orders of a backend of which something may be wrong by now, the longest waiting first."""
    rows = Order.objects.filter(backend=backend, watch_at__lte=now).order_by("watch_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def note_alarms(*, order_id: int, watch: Watch, now: datetime) -> tuple[Order, list[Alarm]] | None:
    """Note what is newly wrong with an order, within the caller's transaction; None when it is not due any more."""
    rows = Order.objects.filter(pk=order_id, watch_at__lte=now).select_related("account", "backend__shop")
    row = locked(rows).first()
    if row is None:
        return None
    order = queries.order_value(row)
    found = watching.alarms(order, watch, now=now)
    known = set(ShipmentAlarm.objects.filter(order=row).values_list("parcel", "trouble"))
    fresh = [one for one in found if (one.parcel[:120], one.trouble.value) not in known]
    ShipmentAlarm.objects.bulk_create(
        [ShipmentAlarm(order=row, parcel=one.parcel[:120], trouble=one.trouble, at=now) for one in fresh],
        ignore_conflicts=True,
    )
    Order.objects.filter(pk=row.pk).update(watch_at=watching.next_look(order, watch, now=now))
    return row, fresh


def look_later(*, order_id: int, now: datetime) -> None:
    """Let an order be looked at again later: it could not be told of now."""
    Order.objects.filter(pk=order_id).update(watch_at=now + _SOON_AGAIN)

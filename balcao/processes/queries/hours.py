"""The hours that a blueprint's limits count by, as the checks want them; chosen as `choosing.hours_for` does."""

from collections.abc import Iterable
from datetime import datetime

from balcao.deadlines import models
from balcao.deadlines.queries.hours import HOURS, key_of, versions_at
from balcao.deadlines.types import Calendar
from balcao.processes.types import ROUND_THE_CLOCK, Hours
from balcao.shops.models import Shop

_ALWAYS = "round-the-clock"  # the calendar that never closes is nobody's own hours


def hours_of(shop: Shop | None, *, at: datetime) -> Hours:
    """Return the hours that hold in a shop (None: where no shop has its own) at an instant."""
    return _hours(shop, list(_calendars()), at)


def hours_of_shops(shops: Iterable[Shop], *, at: datetime) -> list[tuple[Shop, Hours]]:
    """Return the hours of several shops, each kind of hours once, with the first shop that has them."""
    rows = list(_calendars())
    found: list[tuple[Shop, Hours]] = []
    for shop in shops:
        hours = _hours(shop, rows, at)
        if all(hours != other for _, other in found):
            found.append((shop, hours))
    return found


def _calendars() -> Iterable[models.Calendar]:
    return models.Calendar.objects.filter(is_active=True).order_by("pk").prefetch_related("departments__department")


def _hours(shop: Shop | None, rows: list[models.Calendar], at: datetime) -> Hours:
    versions = versions_at([row.pk for row in rows], at=at)
    compiled: dict[int, Calendar] = {pk: HOURS[key_of(version)] for pk, version in versions.items()}
    own = [row for row in rows if row.key != _ALWAYS and row.shop_id in {None, shop.pk if shop else None}]
    own.sort(key=lambda row: row.shop_id is None)  # a shop's own before everybody's
    departments = {
        one.department.key: compiled[row.pk] for row in rows for one in row.departments.all() if one.department.key
    }
    return Hours(
        shop=compiled[own[0].pk] if own else ROUND_THE_CLOCK,
        departments=departments,
        named={row.key: compiled[row.pk] for row in rows},
    )

"""Which hours something counts by."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F, Q

from balcao.deadlines.models import Calendar, CalendarVersion
from balcao.staff.models import Department

ROUND_THE_CLOCK = "round-the-clock"
_ALWAYS = {
    "tz": "UTC",
    "weekly": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "overrides": {},
}
_FROM = datetime(2000, 1, 1, tzinfo=UTC)  # it has always been so


def hours_for(*, shop_id: int, department: Department | None = None, key: str = "") -> Calendar:
    """Return the calendar of this key, else the department's, else the shop's, else the one that never closes."""
    named = Calendar.objects.filter(key=key, is_active=True).first() if key else None
    if named:
        return named
    if department:
        own = Calendar.objects.filter(departments__department=department, is_active=True).first()
        if own:
            return own
    rows = Calendar.objects.filter(Q(shop=shop_id) | Q(shop=None), is_active=True).exclude(key=ROUND_THE_CLOCK)
    return rows.order_by(F("shop").asc(nulls_last=True), "pk").first() or round_the_clock()


@transaction.atomic
def round_the_clock() -> Calendar:
    """Return the calendar by which days count as they pass, nights and holidays too; made when it is first needed."""
    calendar, is_new = Calendar.objects.get_or_create(key=ROUND_THE_CLOCK, defaults={"name": "24/7", "zone": "UTC"})
    if is_new:
        CalendarVersion.objects.create(calendar=calendar, number=1, spec=_ALWAYS, valid_from=_FROM, made_at=_FROM)
    return calendar

"""What a new shop promises until somebody says otherwise: office hours with its country's holidays, usual targets."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.deadlines.actions.calendars import create_calendar
from balcao.deadlines.actions.targets import create_target
from balcao.deadlines.models import Calendar
from balcao.deadlines.rules.holidays import UnknownCountry, holiday_set, names, overrides
from balcao.deadlines.types import ClockKind
from balcao.shops.models import Shop

_MINUTE, _HOUR = 60, 3600
_DAY = 9 * _HOUR  # of office hours
_YEARS_AHEAD = 2
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_FROM = datetime(2000, 1, 1, tzinfo=UTC)  # it has always been so

# (clock, kind, priority, seconds); what is urgent is answered sooner whatever it is about.
TARGETS = (
    (ClockKind.FIRST_RESPONSE, "", "", 4 * _HOUR),
    (ClockKind.FIRST_RESPONSE, "quick", "", _HOUR),
    (ClockKind.FIRST_RESPONSE, "quick", "urgent", 30 * _MINUTE),
    (ClockKind.FIRST_RESPONSE, "action", "urgent", _HOUR),
    (ClockKind.FIRST_RESPONSE, "forwarded", "urgent", _HOUR),
    (ClockKind.FIRST_RESPONSE, "", "urgent", _HOUR),
    (ClockKind.NEXT_RESPONSE, "", "", 8 * _HOUR),
    (ClockKind.NEXT_RESPONSE, "quick", "", 4 * _HOUR),
    (ClockKind.NEXT_RESPONSE, "", "urgent", 2 * _HOUR),
    (ClockKind.RESOLUTION, "", "", 3 * _DAY),
    (ClockKind.RESOLUTION, "quick", "", _DAY),
    (ClockKind.RESOLUTION, "action", "", 2 * _DAY),
    (ClockKind.RESOLUTION, "forwarded", "", 10 * _DAY),  # until its blueprint says another total
    (ClockKind.RESOLUTION, "", "urgent", _DAY),
)


@transaction.atomic
def plant(*, shop: Shop, now: datetime) -> Calendar:
    """Give a shop that has no calendar its first one, and targets; done twice changes nothing."""
    found = Calendar.objects.filter(shop=shop).order_by("pk").first()
    if found:
        return found
    with override(shop.language.lower()):
        name = _("%(shop)s: office hours") % {"shop": shop.name}
    spec = office_spec(zone=shop.time_zone, country=shop.region, language=shop.language, year=now.year)
    calendar = create_calendar(
        key=f"{shop.slug}-office"[:60],
        name=name[:120],
        spec=spec,
        shop=shop,
        country=shop.region,
        now=now,
        valid_from=_FROM,
    )
    for clock, kind, priority, seconds in TARGETS:
        create_target(clock=clock, kind=kind, priority=priority, seconds=seconds, calendar=calendar, shop=shop, now=now)
    return calendar


def office_spec(*, zone: str, country: str, language: str, year: int) -> dict[str, Any]:
    """Return office hours, 9 to 18 from Monday to Friday, closed on a country's holidays for some years."""
    weekly: dict[str, list[str]] = {day: ["09:00-18:00"] for day in _WEEKDAYS}
    spec: dict[str, Any] = {"tz": zone, "weekly": {**weekly, "sat": [], "sun": []}, "overrides": {}}
    return with_holidays(spec, country=country, first=year, last=year + _YEARS_AHEAD, language=language.lower())


def with_holidays(spec: dict[str, Any], *, country: str, first: int, last: int, language: str) -> dict[str, Any]:
    """Return a spec closed on a country's holidays of these years too; unchanged for a country nobody keeps.

    What the spec says of a day already stays. The names and where they are from are kept beside.
    """
    try:
        found = holiday_set(country, first=first, last=last, language=language.lower())
    except UnknownCountry:
        return spec
    said = spec["overrides"]
    named = {day: {"name": name, "source": found.source} for day, name in names(found).items()}
    return {
        **spec,
        "overrides": {**overrides(found, spec["weekly"]), **said},
        "names": {**named, **spec.get("names", {})},
    }

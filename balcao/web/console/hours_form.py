"""The hours of a calendar as a form: a week, and days that differ; read leniently, refused with words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from balcao.deadlines.queries.hours import compiled_spec
from balcao.deadlines.rules.calendars import open_seconds
from balcao.deadlines.rules.specs import DAYS, CalendarRefused, Fault
from balcao.kit.locales import locale_of
from balcao.web.components.formats import short_day

_SEPARATORS = re.compile(r"[,;\n]+")
_EMPTY_ROWS = 2
_DAY = timedelta(days=1)


@dataclass(slots=True)
class DayRow:
    """One day of the week or of the year as it stands in the form."""

    key: str
    label: str
    shifts: str
    name: str = ""
    source: str = ""
    error: str = ""


@dataclass(slots=True)
class HoursDraft:
    """What the form holds: a zone, a week, and dates that differ."""

    zone: str
    week: list[DayRow] = field(default_factory=list)
    dates: list[DayRow] = field(default_factory=list)
    error: str = ""

    @property
    def is_good(self) -> bool:
        """Tell whether nothing was refused."""
        return not (self.error or any(row.error for row in (*self.week, *self.dates)))

    def spec(self) -> dict[str, Any]:
        """Return the hours as they are kept; of two rows with the same date the last one holds."""
        dated = sorted((row for row in self.dates if row.key), key=lambda row: row.key)
        spec: dict[str, Any] = {
            "tz": self.zone,
            "weekly": {row.key: _shifts(row.shifts) for row in self.week},
            "overrides": {row.key: _shifts(row.shifts) for row in dated},
        }
        names = {row.key: {"name": row.name, "source": row.source} for row in dated if row.name}
        return {**spec, "names": names} if names else spec

    def check(self) -> bool:
        """Read the hours; what is refused is said at the row that it is about."""
        try:
            compiled_spec(self.spec())
        except CalendarRefused as refused:
            self._say(refused)
        return self.is_good

    def _say(self, refused: CalendarRefused) -> None:
        kind, _dot, key = refused.where.partition(".")
        rows = self.week if kind == "weekly" else self.dates
        words = fault_words(refused)
        found = next((row for row in rows if row.key == (key or refused.value)), None)
        if found:
            found.error = words
        else:
            self.error = words


def draft_of(spec: Mapping[str, Any]) -> HoursDraft:
    """Return the form of hours that are kept."""
    names = spec.get("names", {})
    return HoursDraft(
        zone=spec["tz"],
        week=[DayRow(day, day_name(number), _written(spec["weekly"].get(day, []))) for number, day in enumerate(DAYS)],
        dates=[
            DayRow(day, day, _written(shifts), **{k: names.get(day, {}).get(k, "") for k in ("name", "source")})
            for day, shifts in sorted(spec["overrides"].items())
        ],
    )


def draft_in(form: QueryDict, zone: str) -> HoursDraft:
    """Return what somebody filled in."""
    week = [DayRow(day, day_name(number), form.get(day, "")) for number, day in enumerate(DAYS)]
    columns = [form.getlist(name) for name in ("date", "shifts", "why", "source")]
    rows = [DayRow(day, day, shifts, name, source) for day, shifts, name, source in zip(*columns, strict=False) if day]
    return HoursDraft(zone, week, rows)


def empty_rows() -> list[DayRow]:
    """Return rows for days to be added."""
    return [DayRow("", "", "") for _number in range(_EMPTY_ROWS)]


def day_name(number: int) -> str:
    """Return what a day of the week is called, Monday being 0."""
    name = str(get_day_names("wide", locale=locale_of(get_language() or "en"))[number])
    return name[:1].upper() + name[1:]


def _shifts(text: str) -> list[str]:
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _written(shifts: list[str]) -> str:
    return ", ".join(shifts)


def fault_words(refused: CalendarRefused) -> str:
    """Say what is wrong with hours."""
    said = {"value": refused.value}
    return {
        Fault.FORM: _("This cannot be read."),
        Fault.FIELD: _("This cannot be read."),
        Fault.ZONE: _("There is no such time zone: %(value)s."),
        Fault.DAY: _("This cannot be read."),
        Fault.DATE: _("There is no such date: %(value)s."),
        Fault.SHIFT: _("“%(value)s” is no shift; write 09:00-12:00, 13:00-18:00."),
        Fault.TIME: _("“%(value)s” holds a time that does not exist; to close at midnight write 24:00."),
        Fault.EMPTY: _("“%(value)s” closes when it opens; the whole day is 00:00-24:00."),
        Fault.OVERLAP: _("“%(value)s” overlaps with another shift, perhaps of the day before."),
    }[refused.fault] % said


# --- What it comes to -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """One day of the weeks ahead."""

    words: str
    shifts: str
    name: str
    is_other: bool  # it differs from its day of the week
    is_today: bool


@dataclass(frozen=True, slots=True)
class PreviewWeek:
    """One week ahead, with the hours that are open in it."""

    days: list[PreviewDay]
    seconds: int


def preview(spec: Mapping[str, Any], *, now: datetime, weeks: int = 5) -> list[PreviewWeek]:
    """Return the next weeks by these hours, from the Monday of this one on."""
    hours, zone = compiled_spec(spec), ZoneInfo(spec["tz"])
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    found = []
    for number in range(weeks):
        first = monday + timedelta(weeks=number)
        days = [_preview_day(spec, first + offset * _DAY, today) for offset in range(7)]
        since, until = (datetime.combine(day, datetime.min.time(), zone) for day in (first, first + timedelta(weeks=1)))
        found.append(PreviewWeek(days, open_seconds(hours, since, until)))
    return found


def _preview_day(spec: Mapping[str, Any], day: date, today: date) -> PreviewDay:
    key, usual = day.isoformat(), spec["weekly"].get(DAYS[day.weekday()], [])
    shifts = spec["overrides"].get(key, usual)
    name = spec.get("names", {}).get(key, {}).get("name", "")
    words = short_day(day, year=today.year, language=get_language() or "en")
    return PreviewDay(words, _written(shifts), name, shifts != usual or bool(name), day == today)

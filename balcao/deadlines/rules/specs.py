"""Calendars as they are written down: tz, weekly {"mon": ["09:00-18:00"]}, overrides {"2026-12-25": []}."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from balcao.deadlines.types import Calendar, Shift

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS = {"tz", "weekly", "overrides"}
_DAY = 24 * 3600
_SHIFT = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Fault(StrEnum):
    """What is wrong with a calendar; the pages say it in the reader's language."""

    FORM = "form"  # not a table, or not a list of shifts
    FIELD = "field"  # a field that no calendar has
    ZONE = "zone"
    DAY = "day"
    DATE = "date"
    SHIFT = "shift"  # not two times
    TIME = "time"  # a time that no clock shows
    EMPTY = "empty"  # closes when it opens
    OVERLAP = "overlap"


_SENTENCES = {
    Fault.FORM: "is not written as it has to be",
    Fault.FIELD: "is no field of a calendar (tz, weekly, overrides)",
    Fault.ZONE: "is no time zone (such as America/Sao_Paulo)",
    Fault.DAY: f"is no day of the week ({', '.join(DAYS)})",
    Fault.DATE: "is no date (YYYY-MM-DD)",
    Fault.SHIFT: "is no shift (such as 09:00-18:00)",
    Fault.TIME: "holds a time that there is not (00:00 to 23:59; to close, also 24:00)",
    Fault.EMPTY: "closes at the minute it opens (the whole day is 00:00-24:00)",
    Fault.OVERLAP: "overlaps with another shift",
}


class CalendarRefused(ValueError):
    """A calendar cannot be read; says what is wrong, where in it, and with which words of it."""

    def __init__(self, fault: Fault, *, where: str, value: object = "") -> None:
        super().__init__(f"{where}: {value!r} {_SENTENCES[fault]}.")
        self.fault = fault
        self.where = where
        self.value = str(value)


def parse_calendar(spec: Mapping[str, Any]) -> Calendar:
    """Read a calendar; raises CalendarRefused."""
    table = _table(spec, "calendar")
    for name in table:
        if name not in _FIELDS:
            raise CalendarRefused(Fault.FIELD, where="calendar", value=name)
    weekly = _table(table.get("weekly"), "weekly")
    for name in weekly:
        if name not in DAYS:
            raise CalendarRefused(Fault.DAY, where="weekly", value=name)
    days = tuple(_shifts(weekly.get(name, []), f"weekly.{name}") for name in DAYS)
    overrides = {
        _date(name): _shifts(texts, f"overrides.{name}")
        for name, texts in _table(table.get("overrides", {}), "overrides").items()
    }
    _refuse_overlaps(days, overrides)
    return Calendar(_zone_name(table.get("tz")), days, tuple(sorted(overrides.items())))


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name; raises CalendarRefused."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones is an OSError
        raise CalendarRefused(Fault.ZONE, where="tz", value=name) from error


def _zone_name(value: Any) -> str:
    if not isinstance(value, str):
        raise CalendarRefused(Fault.ZONE, where="tz", value=value)
    return zone_of(value).key


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CalendarRefused(Fault.FORM, where=where, value=value)
    return value


def _date(text: Any) -> date:
    try:
        if not _DATE.fullmatch(text):
            raise CalendarRefused(Fault.DATE, where="overrides", value=text)
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise CalendarRefused(Fault.DATE, where="overrides", value=text) from error


def _shifts(texts: Any, where: str) -> tuple[Shift, ...]:
    if not isinstance(texts, (list, tuple)):
        raise CalendarRefused(Fault.FORM, where=where, value=texts)
    shifts = sorted(((_shift(text, where), text) for text in texts), key=lambda pair: (pair[0].opens, pair[0].closes))
    for (first, _), (second, text) in pairwise(shifts):
        if second.opens < first.closes:
            raise CalendarRefused(Fault.OVERLAP, where=where, value=text)
    return tuple(shift for shift, _ in shifts)


def _shift(text: Any, where: str) -> Shift:
    match = _SHIFT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise CalendarRefused(Fault.SHIFT, where=where, value=text)
    hour, minute, last_hour, last_minute = map(int, match.groups())
    opens, closes = hour * 3600 + minute * 60, last_hour * 3600 + last_minute * 60
    if max(minute, last_minute) > 59 or opens >= _DAY or closes > _DAY:  # noqa: PLR2004 - minutes of an hour
        raise CalendarRefused(Fault.TIME, where=where, value=text)
    if opens == closes:
        raise CalendarRefused(Fault.EMPTY, where=where, value=text)
    return Shift(opens, closes if closes > opens else closes + _DAY)


def _refuse_overlaps(days: tuple[tuple[Shift, ...], ...], overrides: Mapping[date, tuple[Shift, ...]]) -> None:
    """Refuse night shifts that run into the next day's: in the week, then around each date that differs."""
    for number, name in enumerate(DAYS):
        if _runs_into(days[number - 1], days[number]):
            raise CalendarRefused(Fault.OVERLAP, where=f"weekly.{name}", value=written(days[number][0]))
    for day in overrides:
        for first, second in _neighbours(day):
            before, after = (overrides.get(one, days[one.weekday()]) for one in (first, second))
            if _runs_into(before, after):
                raise CalendarRefused(Fault.OVERLAP, where=f"overrides.{day}", value=written(after[0]))


def _neighbours(day: date) -> Iterator[tuple[date, date]]:
    if day > date.min:
        yield day - timedelta(days=1), day
    if day < date.max:
        yield day, day + timedelta(days=1)


def _runs_into(before: tuple[Shift, ...], after: tuple[Shift, ...]) -> bool:
    return bool(before and after) and before[-1].closes - _DAY > after[0].opens


def written(shift: Shift) -> str:
    """Write a shift as specs do: 09:00-18:00."""
    opens, closes = (f"{time // 3600:02}:{time % 3600 // 60:02}" for time in (shift.opens, shift.closes % _DAY or _DAY))
    return f"{opens}-{closes}"

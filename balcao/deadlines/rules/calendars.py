"""Questions to a calendar: how much of a time was open, when so much will have been, and the worst that may happen."""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta

from balcao.deadlines.rules.specs import CalendarRefused, Fault, parse_calendar
from balcao.deadlines.rules.timetables import LAST_YEAR, NEVER, OutOfRange, Span, timetable
from balcao.deadlines.types import Calendar

__all__ = [
    "CalendarRefused",
    "Fault",
    "OutOfRange",
    "after",
    "closings",
    "from_seconds",
    "latest_start",
    "next_opening",
    "open_seconds",
    "open_seconds_between",
    "parse_calendar",
    "reached",
    "to_seconds",
    "worst_start",
]

_YEARS = 20  # nothing is looked for further ahead
_YEAR = 366 * 24 * 3600
_LAST = int(datetime(LAST_YEAR, 12, 31, tzinfo=UTC).timestamp())


def to_seconds(instant: datetime) -> int:
    """Return an instant as whole seconds since 1970, cut down; clocks count no fractions."""
    if instant.tzinfo is None:
        raise ValueError("An instant without a time zone is none.")
    return int(instant.timestamp() // 1)


def from_seconds(seconds: int) -> datetime:
    """Return the instant so many seconds after 1970, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def open_seconds(calendar: Calendar, since: datetime, until: datetime) -> int:
    """Count the seconds between two instants in which the calendar is open; nothing when they stand the other way."""
    return open_seconds_between(calendar, to_seconds(since), to_seconds(until))


def open_seconds_between(calendar: Calendar, since: int, until: int) -> int:
    """Count open seconds between two instants given in seconds."""
    if until <= since:
        return 0
    span = timetable(calendar).covering(since, until)
    return span.open_before(until) - span.open_before(since)


def after(calendar: Calendar, since: datetime, seconds: int) -> datetime | None:
    """Return the first instant by which so many seconds were open since another; None: never, as far as can be told."""
    instant = reached(calendar, to_seconds(since), seconds)
    return None if instant is None else from_seconds(instant)


def reached(calendar: Calendar, since: int, seconds: int, *, is_patient: bool = False) -> int | None:
    """Do what `after` does, in seconds; the patient wait through long closures too, which have passed already."""
    if seconds <= 0:
        return since
    years = 1
    end = _end(since)
    while True:
        horizon = min(since + years * _YEAR, end)
        span = timetable(calendar).covering(since, horizon)
        need = span.open_before(since) + seconds
        number = bisect_left(span.until, need)
        if not is_patient and _closes_for_long(span, since, number):
            return None
        if number < len(span.until):
            found = span.opens[number] + need - span.before[number]
            return found if found <= end else None
        if horizon == end:
            return None
        years *= 2


def _end(since: int) -> int:
    """Return the instant after which nothing is looked for."""
    return max(since, min(_LAST, since + _YEARS * _YEAR))


def _closes_for_long(span: Span, since: int, until: int) -> bool:
    """Tell whether the calendar is closed for too long between an instant and the open span of a number."""
    current = bisect_right(span.closes, since)
    if current == len(span.opens):
        return span.end - since >= NEVER
    if span.opens[current] - since >= NEVER:
        return True
    if until == len(span.opens) and span.end - span.closes[-1] >= NEVER:
        return True
    return bisect_right(span.long_gaps, current) < bisect_right(span.long_gaps, until)


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """Return the first open instant from another on, itself if it is open; None: never, as far as can be told."""
    since = to_seconds(at)
    first = reached(calendar, since, 1)
    return None if first is None else max(at, from_seconds(first - 1))


# --- The worst case ---------------------------------------------------------------------------------------------------


def latest_start(calendar: Calendar, until: int, seconds: int) -> int | None:
    """Return the last instant from which so many seconds are open until another; None: not within reach."""
    if seconds <= 0:
        return until
    span = timetable(calendar).covering(until - _YEAR, until)
    need = span.open_before(until) - seconds
    number = bisect_right(span.until, need)
    if need < 0 or number == len(span.opens):
        return None
    return span.opens[number] + need - span.before[number]


def closings(calendar: Calendar, since: int, until: int) -> list[int]:
    """Return the closings between two instants."""
    span = timetable(calendar).covering(since, until)
    return span.closes[bisect_right(span.closes, since) : bisect_left(span.closes, until)]


def worst_start(
    calendar: Calendar, *, seconds: int, since: datetime, until: datetime
) -> tuple[datetime, timedelta] | None:
    """Find the start between two instants from which so many open seconds take longest in real time, and how long.

    None when they are never reached from some start. The longest begins at a closing, or one second too late to
    end at one: in between, start and end move together.
    """
    first, last = to_seconds(since), to_seconds(until)
    starts = {first}
    for closing in closings(calendar, first, last + _YEAR):
        starts.add(closing)
        begun = latest_start(calendar, closing, seconds)
        if begun is not None:
            starts.add(begun + 1)
    worst = (-1, -first)
    for start in starts:
        if first <= start <= last:
            end = reached(calendar, start, seconds)
            if end is None:
                return None
            worst = max(worst, (end - start, -start))
    return from_seconds(-worst[1]), timedelta(seconds=worst[0])

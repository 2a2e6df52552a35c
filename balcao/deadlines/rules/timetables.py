"""Calendars compiled: the open spans of some years as sorted instants, with how much was open before each."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from balcao.deadlines.rules.specs import zone_of
from balcao.deadlines.types import Calendar

NEVER = 60 * 24 * 3600  # a calendar closed for so long is taken to stay closed
FIRST_YEAR, LAST_YEAR = 1900, 2200
_AHEAD = 2  # years compiled ahead of the first question
_DAY = timedelta(days=1)
_EPOCH = date(1970, 1, 1)


class OutOfRange(ValueError):
    """An instant lies outside the years that calendars know."""

    def __init__(self) -> None:
        super().__init__(f"Calendars know the years from {FIRST_YEAR} to {LAST_YEAR} only.")


@dataclass(frozen=True, slots=True)
class Span:
    """All open spans between two instants, in whole seconds since 1970 (UTC)."""

    start: int
    end: int
    opens: list[int]
    closes: list[int]
    before: list[int]  # open seconds up to each opening
    until: list[int]  # open seconds up to each closing
    long_gaps: list[int]  # the numbers of the spans before which it was closed for NEVER

    def open_before(self, instant: int) -> int:
        """Count the open seconds of the span up to an instant in it."""
        number = bisect_right(self.opens, instant) - 1
        if number < 0:
            return 0
        return self.before[number] + min(instant, self.closes[number]) - self.opens[number]


class Timetable:
    """A calendar's open spans, compiled for the years that are asked for."""

    __slots__ = ("_calendar", "_span", "_years")

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._years = (0, 0)
        self._span = Span(0, 0, [], [], [], [], [])

    def covering(self, since: int, until: int) -> Span:
        """Return the open spans of a time that holds both instants; raises OutOfRange."""
        span = self._span
        if span.start <= since and until < span.end:
            return span
        return self._extended(year_of(since), year_of(until))

    def _extended(self, first: int, last: int) -> Span:
        years = self._years
        if years == (0, 0):
            years = (first, first + _AHEAD)
        # A day of margin: the year of an instant is asked in UTC, the years compiled are local ones.
        years = (min(years[0], first - 1), max(years[1], last + 1))
        span = _compile(self._calendar, date(years[0], 1, 1), date(years[1] + 1, 1, 1))
        # Another thread may compile at the same time: each sees a whole span, whichever is kept.
        self._years, self._span = years, span
        return span


@lru_cache(maxsize=256)
def timetable(calendar: Calendar) -> Timetable:
    """Return the compiled calendar, one for all that are equal."""
    return Timetable(calendar)


def year_of(instant: int) -> int:
    """Return the year (UTC) of an instant; raises OutOfRange."""
    year = 1970 + round(instant / 31_556_952 - 0.5)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OutOfRange
    return datetime.fromtimestamp(instant, UTC).year


def _compile(calendar: Calendar, first: date, end: date) -> Span:
    zone = zone_of(calendar.zone)
    limits = wall_instant(zone, first, 0, is_closing=False), wall_instant(zone, end, 0, is_closing=False)
    opens: list[int] = []
    closes: list[int] = []
    for opening, closing in _merged(sorted(_open_spans(calendar, zone, first - _DAY, end)), *limits):
        opens.append(opening)
        closes.append(closing)
    before, until, total = [], [], 0
    for opening, closing in zip(opens, closes, strict=True):
        before.append(total)
        total += closing - opening
        until.append(total)
    gaps = [number for number in range(1, len(opens)) if opens[number] - closes[number - 1] >= NEVER]
    return Span(*limits, opens, closes, before, until, gaps)


def _open_spans(calendar: Calendar, zone: ZoneInfo, first: date, end: date) -> Iterator[tuple[int, int]]:
    overrides = dict(calendar.overrides)
    # No zone has changed its clock there and back within three days: where it shows the same around a day, all of the
    # day and its night are plain, and need no look at each time.
    offsets = [_offset(zone, first + timedelta(days=number)) for number in range(-1, (end - first).days + 2)]
    for number in range((end - first).days):
        day = first + timedelta(days=number)
        midnight = (day - _EPOCH).days * 86_400 - offsets[number]
        is_plain = offsets[number] == offsets[number + 3]
        for shift in overrides.get(day, calendar.weekly[day.weekday()]):
            if is_plain:
                yield midnight + shift.opens, midnight + shift.closes
            else:
                yield (
                    wall_instant(zone, day, shift.opens, is_closing=False),
                    wall_instant(zone, day, shift.closes, is_closing=True),
                )


def _offset(zone: ZoneInfo, day: date) -> int:
    offset = datetime.combine(day, time.min, tzinfo=zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _merged(spans: list[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Clip spans to the limits and join those that touch, or overlap because an hour is repeated."""
    current: tuple[int, int] | None = None
    for opening, closing in spans:
        opened, shut = max(opening, start), min(closing, end)
        if opened >= shut:  # nothing of it lies within the limits, or all of it in a missing hour
            continue
        if current and opened <= current[1]:
            current = (current[0], max(current[1], shut))
            continue
        if current:
            yield current
        current = (opened, shut)
    if current:
        yield current


def wall_instant(zone: ZoneInfo, day: date, seconds: int, *, is_closing: bool) -> int:
    """Return the instant of a wall time: after a missing hour's gap, and a closing at a repeated hour's last time."""
    # Adding to an aware time within its zone moves the wall clock: here, and only here, that is what is meant.
    local = datetime.combine(day, time.min, tzinfo=zone) + timedelta(seconds=seconds)
    early, late = local, local.replace(fold=1)
    before, after = early.utcoffset(), late.utcoffset()
    if before is None or after is None or before == after:
        return int(early.timestamp())
    if before > after:  # the clock went back: the hour is repeated
        return int((late if is_closing else early).timestamp())
    return _gap_end(zone, int(late.timestamp()), int(early.timestamp()))


def _gap_end(zone: ZoneInfo, before: int, after: int) -> int:
    """Find the first instant with the later offset between two around a gap."""
    old = datetime.fromtimestamp(before, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after

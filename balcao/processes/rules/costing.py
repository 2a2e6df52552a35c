"""What a limit in one time can take, at worst, of a promise in another."""

from bisect import bisect_left, bisect_right
from functools import lru_cache

from balcao.deadlines.rules.calendars import closings, latest_start, reached
from balcao.deadlines.rules.timetables import timetable
from balcao.deadlines.types import Calendar

YEAR = 366 * 24 * 3600  # starts are looked at for so long


class NeverDue(Exception):
    """A limit is never used up: its calendar has no open time."""


@lru_cache(maxsize=4096)
def cost(limit: int, counted: Calendar, promised: Calendar, since: int) -> tuple[int, int]:
    """Return the most seconds of `promised` that pass while `limit` seconds of `counted` do, and the start.

    Exact for every start at a whole second of the year after `since`. Where `promised` is closed at the start, starting
    later takes no less; where it is open, starting later takes no more, unless the end jumps over a time in which
    `counted` is closed. So the worst start is at an opening, or right behind an instant from which the limit ends just
    at a closing. Raises NeverDue.
    """
    if limit <= 0 or counted == promised:
        if limit > 0 and reached(counted, since, limit) is None:
            raise NeverDue
        return max(limit, 0), since
    span = timetable(promised).covering(since, since + 3 * YEAR)
    worst = (-1, 0)
    for start in _starts(limit, counted, promised, since):
        end = reached(counted, start, limit)
        if end is None or end >= span.end:
            raise NeverDue
        worst = max(worst, (span.open_before(end) - span.open_before(start), -start))
    return worst[0], -worst[1]


def _starts(limit: int, counted: Calendar, promised: Calendar, since: int) -> set[int]:
    until = since + YEAR
    starts = {since, *_openings(promised, since, until)}
    for opening in _openings(counted, since, until):
        starts |= {opening, opening + 1}
    for closing in closings(counted, since, until + YEAR):
        begun = latest_start(counted, closing, limit)
        starts.add(closing)
        if begun is not None:
            starts.add(begun + 1)
    return {start for start in starts if since <= start <= until}


def _openings(calendar: Calendar, since: int, until: int) -> list[int]:
    opens = timetable(calendar).covering(since, until).opens
    return opens[bisect_left(opens, since) : bisect_right(opens, until)]

"""Terms counted in days: the day they begin is not counted, local dates count, the last day ends at 24:00.

BR Código Civil 132; Regulation (EEC, Euratom) 1182/71; TR TBK 92-93.
"""

import calendar
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from balcao.deadlines.rules.specs import zone_of
from balcao.deadlines.rules.timetables import wall_instant

_DAY = timedelta(days=1)
_SATURDAY = 5
_LONGEST = 5000  # of any unit


class Unit(StrEnum):
    """What a term is counted in."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"  # not Saturdays, Sundays and holidays
    MONTHS = "months"
    YEARS = "years"


class Roll(StrEnum):
    """What becomes of a last day on which nobody works."""

    FORWARD = "forward"  # a right of the customer's goes on to the next working day
    NONE = "none"  # a duty of the shop's ends where it ends


def last_day(
    *, start: datetime, amount: int, unit: Unit, zone: str, roll: Roll = Roll.NONE, holidays: Collection[date] = ()
) -> date:
    """Return the last local day of a term; raises ValueError for one out of reach, CalendarRefused for a bad zone."""
    if not 0 <= amount <= _LONGEST:
        raise ValueError(f"A term cannot be less than nothing, nor longer than {_LONGEST} days, months or years.")
    day = counted(start.astimezone(zone_of(zone)).date(), amount, unit, holidays)
    while roll == Roll.FORWARD and is_free(day, holidays):
        day += _DAY
    return day


def counted(day: date, amount: int, unit: Unit, holidays: Collection[date] = ()) -> date:
    """Return the day so many units after another; a month without that day ends with its last one."""
    match unit:
        case Unit.CALENDAR_DAYS:
            return day + amount * _DAY
        case Unit.WORKING_DAYS:
            return _working_days_after(day, amount, holidays)
        case Unit.MONTHS:
            return _months_after(day, amount)
        case Unit.YEARS:
            return _months_after(day, 12 * amount)


def _working_days_after(day: date, amount: int, holidays: Collection[date]) -> date:
    while amount:
        day += _DAY
        amount -= not is_free(day, holidays)
    return day


def _months_after(day: date, amount: int) -> date:
    years, month = divmod(day.month - 1 + amount, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def is_free(day: date, holidays: Collection[date]) -> bool:
    """Tell whether nobody works on a day."""
    return day.weekday() >= _SATURDAY or day in holidays


def ends_at(day: date, *, zone: str) -> datetime:
    """Return the instant at which a local day ends: 24:00."""
    return datetime.fromtimestamp(wall_instant(zone_of(zone), day, 86_400, is_closing=True), UTC)

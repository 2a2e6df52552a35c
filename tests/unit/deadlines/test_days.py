"""Terms in days, months and years, and when their last day ends."""

from datetime import date, datetime

import pytest

from balcao.deadlines.rules.calendars import CalendarRefused
from balcao.deadlines.rules.days import Roll, Unit, ends_at, last_day

CHRISTMAS = {date(2026, 12, 25)}


@pytest.mark.parametrize(
    "start, amount, unit, roll, expected",
    [
        ("2026-12-18", 7, Unit.CALENDAR_DAYS, Roll.NONE, "2026-12-25"),
        ("2026-12-18", 7, Unit.CALENDAR_DAYS, Roll.FORWARD, "2026-12-28"),
        ("2026-12-18", 0, Unit.CALENDAR_DAYS, Roll.NONE, "2026-12-18"),
        ("2026-12-23", 3, Unit.WORKING_DAYS, Roll.NONE, "2026-12-29"),  # Thu, Mon, Tue
        ("2026-12-26", 1, Unit.WORKING_DAYS, Roll.NONE, "2026-12-28"),  # begins on a Saturday
        ("2026-12-26", 0, Unit.WORKING_DAYS, Roll.FORWARD, "2026-12-28"),
        ("2026-11-30", 3, Unit.MONTHS, Roll.NONE, "2027-02-28"),
        ("2027-11-30", 3, Unit.MONTHS, Roll.NONE, "2028-02-29"),
        ("2026-01-31", 13, Unit.MONTHS, Roll.FORWARD, "2027-03-01"),  # a Sunday
        ("2024-02-29", 1, Unit.YEARS, Roll.NONE, "2025-02-28"),
        ("2026-12-25", 2, Unit.YEARS, Roll.NONE, "2028-12-25"),
    ],
)
def test_the_day_it_begins_is_not_counted(start: str, amount: int, unit: Unit, roll: Roll, expected: str) -> None:
    begun = datetime.fromisoformat(f"{start}T10:00:00-03:00")

    found = last_day(start=begun, amount=amount, unit=unit, zone="America/Sao_Paulo", roll=roll, holidays=CHRISTMAS)

    assert found == date.fromisoformat(expected)


def test_the_local_date_counts() -> None:
    late = datetime.fromisoformat("2026-08-03T22:30:00+00:00")
    assert last_day(start=late, amount=1, unit=Unit.CALENDAR_DAYS, zone="Europe/Istanbul") == date(2026, 8, 5)
    assert last_day(start=late, amount=1, unit=Unit.CALENDAR_DAYS, zone="America/Sao_Paulo") == date(2026, 8, 4)


def test_a_term_of_less_than_nothing_and_a_zone_that_is_none_are_refused() -> None:
    start = datetime.fromisoformat("2026-08-03T10:00:00Z")
    with pytest.raises(ValueError, match="less than nothing"):
        last_day(start=start, amount=-1, unit=Unit.CALENDAR_DAYS, zone="UTC")
    with pytest.raises(CalendarRefused):
        last_day(start=start, amount=1, unit=Unit.CALENDAR_DAYS, zone="Nowhere")


@pytest.mark.parametrize(
    "day, zone, expected",
    [
        ("2026-08-13", "America/Sao_Paulo", "2026-08-14T00:00:00-03:00"),
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"),  # there was no midnight
        ("2018-02-17", "America/Sao_Paulo", "2018-02-18T00:00:00-03:00"),
        ("2026-10-31", "America/Havana", "2026-11-01T00:00:00-05:00"),  # midnight came twice: the second
    ],
)
def test_the_last_day_ends_at_midnight(day: str, zone: str, expected: str) -> None:
    assert ends_at(date.fromisoformat(day), zone=zone) == datetime.fromisoformat(expected)

"""Calendars: what is refused, when they open around the changes of the clock, and what takes longest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.deadlines.rules import calendars
from balcao.deadlines.rules.calendars import CalendarRefused, Fault, parse_calendar
from balcao.deadlines.rules.specs import DAYS
from balcao.deadlines.types import Calendar


def spec(*shifts: str, tz: str = "America/Sao_Paulo", **changes: Any) -> dict[str, Any]:
    return {"tz": tz, "weekly": {day: list(shifts) for day in DAYS}, "overrides": {}, **changes}


def calendar(*shifts: str, **changes: Any) -> Calendar:
    return parse_calendar(spec(*shifts, **changes))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


OFFICE = calendar("09:00-18:00", weekly={day: ["09:00-18:00"] for day in DAYS[:5]})


@pytest.mark.parametrize(
    "written, fault, where",
    [
        ([], Fault.FORM, "calendar"),
        (spec(zone="UTC"), Fault.FIELD, "calendar"),
        (spec(tz="Brazil/Nowhere"), Fault.ZONE, "tz"),
        (spec(tz="America"), Fault.ZONE, "tz"),
        (spec(tz="../etc/passwd"), Fault.ZONE, "tz"),
        (spec(tz=None), Fault.ZONE, "tz"),
        (spec(weekly=None), Fault.FORM, "weekly"),
        (spec(weekly={"monday": []}), Fault.DAY, "weekly"),
        (spec(weekly={"tue": "09:00-18:00"}), Fault.FORM, "weekly.tue"),
        (spec(weekly={"tue": ["9-18"]}), Fault.SHIFT, "weekly.tue"),
        (spec(weekly={"tue": [9]}), Fault.SHIFT, "weekly.tue"),
        (spec(weekly={"tue": ["09:60-18:00"]}), Fault.TIME, "weekly.tue"),
        (spec(weekly={"tue": ["24:00-06:00"]}), Fault.TIME, "weekly.tue"),
        (spec(weekly={"tue": ["09:00-24:30"]}), Fault.TIME, "weekly.tue"),
        (spec(weekly={"tue": ["09:00-09:00"]}), Fault.EMPTY, "weekly.tue"),
        (spec(weekly={"tue": ["13:00-18:00", "09:00-13:01"]}), Fault.OVERLAP, "weekly.tue"),
        (spec(weekly={"sun": ["22:00-06:00"], "mon": ["05:00-12:00"]}), Fault.OVERLAP, "weekly.mon"),
        (spec(overrides={"2026-02-30": []}), Fault.DATE, "overrides"),
        (spec(overrides={"20260230": []}), Fault.DATE, "overrides"),
        (spec(overrides={"2026-12-24": ["x"]}), Fault.SHIFT, "overrides.2026-12-24"),
        (spec("22:00-06:00", overrides={"2026-12-24": ["05:00-09:00"]}), Fault.OVERLAP, "overrides.2026-12-24"),
        (spec("09:00-18:00", overrides={"2026-12-24": ["22:00-10:00"]}), Fault.OVERLAP, "overrides.2026-12-24"),
    ],
)
def test_what_cannot_be_a_calendar_is_refused(written: Any, fault: Fault, where: str) -> None:
    with pytest.raises(CalendarRefused) as refusal:
        parse_calendar(written)

    assert (refusal.value.fault, refusal.value.where) == (fault, where)
    assert where in str(refusal.value)


def test_shifts_may_touch_and_days_may_be_left_out() -> None:
    touching = calendar(weekly={"mon": ["00:00-12:00", "12:00-24:00"], "sun": ["22:00-00:00"]})
    monday = at("2026-08-03T00:00:00-03:00")

    assert calendars.after(touching, monday, 24 * 3600) == monday + timedelta(days=1)
    assert calendars.open_seconds(touching, monday - timedelta(hours=2), monday + timedelta(days=2)) == 26 * 3600


def test_equal_calendars_are_one_key() -> None:
    assert calendar("09:00-18:00") == calendar("09:00-18:00")
    assert hash(calendar("09:00-18:00")) == hash(calendar("9:00 - 18:00"))
    assert calendar("09:00-18:00") != calendar("09:00-18:00", tz="Europe/Istanbul")


@pytest.mark.parametrize(
    "zone, shift, day, hours",
    [
        ("Australia/Lord_Howe", "00:00-24:00", "2026-10-04", 23.5),  # the clock goes on by half an hour
        ("Australia/Lord_Howe", "00:00-24:00", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "02:15-04:00", "2026-10-04", 1.5),  # 02:15 does not exist: opens at 02:30
        (
            "Australia/Lord_Howe",
            "01:00-01:45",
            "2026-04-05",
            1.25,
        ),  # 01:30-02:00 comes twice: closes at the second 01:45
        ("America/New_York", "02:10-02:50", "2026-03-08", 0),  # all of it in the missing hour
        ("America/New_York", "22:00-02:30", "2026-03-07", 4),  # closes when the clock passes its closing time
        ("America/New_York", "01:30-06:00", "2026-11-01", 5.5),  # opens at the first 01:30
        ("America/Sao_Paulo", "00:00-24:00", "2018-11-04", 23),  # midnight itself is missing
        ("America/Sao_Paulo", "00:00-24:00", "2018-02-17", 25),
        ("Europe/Istanbul", "00:00-24:00", "2016-03-27", 23),  # the last one
        ("Europe/Istanbul", "00:00-24:00", "2016-10-30", 24),
        ("Pacific/Apia", "00:00-24:00", "2011-12-30", 0),  # a day that was left out
        ("UTC", "00:00-24:00", "2026-10-25", 24),
    ],
)
def test_a_shift_lasts_as_long_as_it_really_does(zone: str, shift: str, day: str, hours: float) -> None:
    only = parse_calendar({"tz": zone, "weekly": {}, "overrides": {day: [shift]}})
    noon = at(f"{day}T12:00:00+00:00")

    assert calendars.open_seconds(only, noon - timedelta(days=3), noon + timedelta(days=3)) == hours * 3600


def test_a_repeated_hour_is_not_counted_twice() -> None:
    handing_over = calendar("01:30-02:00", "22:00-01:30", tz="America/New_York")
    saturday = at("2026-10-31T22:00:00-04:00")

    assert calendars.open_seconds(handing_over, saturday, saturday + timedelta(hours=8)) == 5 * 3600


def test_closing_a_date_removes_its_night_and_leaves_the_night_before() -> None:
    night = calendar("22:00-06:00", overrides={"2026-08-05": []})

    assert calendars.open_seconds(night, at("2026-08-05T00:00:00-03:00"), at("2026-08-06T22:00:00-03:00")) == 6 * 3600
    assert calendars.next_opening(night, at("2026-08-05T07:00:00-03:00")) == at("2026-08-06T22:00:00-03:00")


def test_nothing_is_due_where_it_never_opens() -> None:
    closed = calendar()
    seldom = calendar(overrides={"2026-08-03": ["09:00-10:00"], "2026-12-01": ["09:00-10:00"]})

    assert calendars.after(closed, at("2026-08-01T00:00:00Z"), 60) is None
    assert calendars.next_opening(closed, at("2026-08-01T00:00:00Z")) is None
    assert calendars.after(seldom, at("2026-08-01T00:00:00Z"), 3600) == at("2026-08-03T13:00:00Z")
    assert calendars.after(seldom, at("2026-08-01T00:00:00Z"), 3601) is None
    assert calendars.after(seldom, at("2026-10-04T00:00:00Z"), 3600) == at("2026-12-01T13:00:00Z")
    assert calendars.after(seldom, at("2026-08-10T00:00:00Z"), 3600) is None


def test_the_years_grow_with_the_questions() -> None:
    always = calendar("00:00-24:00", tz="UTC")
    start = at("2026-08-01T00:00:00Z")

    assert calendars.after(always, start, 10 * 365 * 86400) == start + timedelta(days=3650)
    long_ago = at("1999-01-01T00:00:00Z")
    assert calendars.open_seconds(always, long_ago, start) == (start - long_ago).total_seconds()
    assert calendars.after(always, start, 40 * 365 * 86400) is None
    assert calendars.after(always, at("2200-12-30T00:00:00Z"), 700 * 86400) is None
    with pytest.raises(calendars.OutOfRange):
        calendars.open_seconds(always, start, datetime(9999, 1, 1, tzinfo=UTC))


def test_what_is_far_off_is_found_but_not_beyond_twenty_years() -> None:
    seldom = calendar(weekly={"mon": ["09:00-10:00"]}, tz="UTC")
    start = at("2026-08-01T00:00:00Z")

    assert calendars.after(seldom, start, 400 * 3600) == at("2034-03-27T10:00:00Z")
    calendars.open_seconds(seldom, start, at("2080-01-01T00:00:00Z"))  # now many more years are known
    assert calendars.after(seldom, start, 1040 * 3600) == at("2046-07-02T10:00:00Z")
    assert calendars.after(seldom, start, 1050 * 3600) is None


def test_a_start_that_lies_too_far_back_is_none() -> None:
    end = calendars.to_seconds(at("2026-08-03T18:00:00-03:00"))

    assert calendars.latest_start(OFFICE, end, 0) == end
    assert calendars.latest_start(OFFICE, end, 9 * 3600) == end - 9 * 3600
    assert calendars.latest_start(OFFICE, end, 10**9) is None


def test_a_closure_to_the_end_of_what_is_compiled_is_long() -> None:
    once = calendar(overrides={"2026-08-03": ["09:00-18:00"]}, tz="UTC")

    assert calendars.after(once, at("2026-08-03T10:00:00Z"), 9 * 3600) is None
    assert calendars.after(once, at("2026-08-03T10:00:00Z"), 8 * 3600) == at("2026-08-03T18:00:00Z")


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        calendars.after(OFFICE, datetime(2026, 8, 3), 60)  # noqa: DTZ001 - this is what is refused


def test_the_next_opening_is_now_while_it_is_open() -> None:
    assert calendars.next_opening(OFFICE, at("2026-08-03T10:00:00.5-03:00")) == at("2026-08-03T10:00:00.5-03:00")
    assert calendars.next_opening(OFFICE, at("2026-08-03T18:00:00-03:00")) == at("2026-08-04T09:00:00-03:00")
    assert calendars.next_opening(OFFICE, at("2026-08-08T10:00:00-03:00")) == at("2026-08-10T09:00:00-03:00")


def test_the_worst_start_is_a_second_late_for_the_closing_before_the_longest_closure() -> None:
    office = calendar(weekly={day: ["09:00-18:00"] for day in DAYS[:5]}, overrides={"2026-09-07": []})

    found = calendars.worst_start(
        office, seconds=3600, since=at("2026-09-01T00:00:00-03:00"), until=at("2026-09-30T00:00:00-03:00")
    )

    assert found == (at("2026-09-04T17:00:01-03:00"), timedelta(days=3, hours=16))


def test_the_worst_start_misses_a_closing_by_a_second() -> None:
    full_day = 9 * 3600

    found = calendars.worst_start(
        OFFICE, seconds=full_day, since=at("2026-08-03T09:00:00-03:00"), until=at("2026-08-05T12:00:00-03:00")
    )

    # From Monday's opening to the closing is 9 hours; a second later the last second is Tuesday's.
    assert found == (at("2026-08-03T09:00:01-03:00"), timedelta(hours=24))


def test_the_worst_start_knows_starts_before_the_first_one() -> None:
    since = at("2026-08-03T09:30:00-03:00")
    found = calendars.worst_start(OFFICE, seconds=10**7, since=since, until=since + timedelta(days=400))
    assert found is not None
    assert found[1] > timedelta(days=400)


def test_there_is_no_worst_start_where_it_never_opens() -> None:
    since = at("2026-08-03T09:00:00-03:00")
    assert calendars.worst_start(calendar(), seconds=1, since=since, until=since + timedelta(days=1)) is None

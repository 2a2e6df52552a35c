"""Holidays of countries, and what they make of a calendar."""

import json
from datetime import date
from pathlib import Path

import pytest

from balcao.deadlines.rules import holidays
from balcao.deadlines.rules.calendars import parse_calendar
from balcao.deadlines.rules.holidays import UnknownCountry, holiday_dates, holiday_set

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "sla-examples" / "sla_examples.json"
CALENDARS = json.loads(FILE.read_text())["calendars"]
OFFICE = {day: ["09:00-12:00", "12:30-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.mark.parametrize("place, calendar", [("BR", "BR-OFFICE"), ("TR", "TR-OFFICE"), ("US", "US-OFFICE")])
def test_the_holidays_of_2026_are_those_of_the_worked_examples(place: str, calendar: str) -> None:
    found = holiday_set(place, first=2026, last=2026)

    spec = CALENDARS[calendar]
    weekends = [date(2026, 7, 4)]  # which the examples leave out
    assert holidays.overrides(found, spec["weekly"], leaving_out=weekends) == spec["overrides"]


def test_an_eve_keeps_its_morning() -> None:
    eve = holidays.overrides(
        holiday_set("TR", first=2026, last=2026), {**OFFICE, "thu": ["14:00-22:00", "22:00-06:00"]}
    )

    assert eve["2026-05-26"] == ["09:00-12:00", "12:30-13:00"]
    assert eve["2026-03-19"] == []  # who opens after one o'clock does not open
    assert parse_calendar({"tz": "Europe/Istanbul", "weekly": OFFICE, "overrides": eve})


def test_they_are_named_in_the_readers_language_where_they_can_and_say_where_they_are_from() -> None:
    ours, theirs = (holiday_set("TR", first=2026, last=2026, language=one) for one in ("tr", "pt-br"))

    assert holidays.names(ours)["2026-10-29"] == "Cumhuriyet Bayramı"
    assert holidays.names(theirs)["2026-10-29"] == "Republic Day"
    assert holidays.names(holiday_set("BR", first=2026, last=2026, language="pt-br"))["2026-12-25"] == "Natal"
    assert ours.source.startswith("holidays 0.")


def test_a_region_has_holidays_of_its_own() -> None:
    assert date(2026, 7, 9) in holiday_dates("BR-SP", first=2026, last=2026)
    assert date(2026, 7, 9) not in holiday_dates("BR", first=2026, last=2026)
    assert "SP" in holidays.places()["BR"]


def test_only_whole_days_are_dates_and_years_add_up() -> None:
    both = holiday_dates("TR", first=2026, last=2027)

    assert date(2026, 10, 28) not in both
    assert {date(2026, 10, 29), date(2027, 10, 29)} <= both


@pytest.mark.parametrize("place", ["", "XX", "BR-ZZ"])
def test_a_place_that_nobody_keeps_is_told(place: str) -> None:
    with pytest.raises(UnknownCountry):
        holiday_set(place, first=2026, last=2026)
    assert holiday_dates(place, first=2026, last=2026) == frozenset()

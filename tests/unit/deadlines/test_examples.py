"""The worked examples come out as they expect, and a file that is amiss is told so."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from balcao.deadlines.rules.examples import BadExample, Outcome, outcomes
from balcao.deadlines.rules.timetables import timetable

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "sla-examples"
DOCUMENT = json.loads((FOLDER / "sla_examples.json").read_text())
MORE = json.loads((FOLDER / "more_examples.json").read_text())
DAY = {"weekly": {"mon": ["09:00-18:00"]}, "tz": "UTC"}
CLOCK: dict[str, Any] = {
    "id": "X1",
    "kind": "clock",
    "calendar": "A",
    "target_minutes": 60,
    "events": [{"at": "2026-08-03T10:00:00Z", "type": "start"}],
    "expect": {"due_at": "2026-08-03T11:00:00+00:00"},
}
STAGES: dict[str, Any] = {
    "kind": "stages",
    "total": {"calendar": "A", "target_minutes": 300},
    "started_at": "2026-08-03T10:00:00Z",
    "stages": [
        {
            "calendar": "A",
            "target_minutes": 60,
            "entered_at": "2026-08-03T10:00:00Z",
            "left_at": "2026-08-03T11:00:00Z",
        },
        {"calendar": "A", "target_minutes": 120, "entered_at": "2026-08-03T11:00:00Z"},
        {"calendar": "A", "target_minutes": 150},
    ],
}
DAYS: dict[str, Any] = {
    "kind": "days",
    "tz": "UTC",
    "start": "2026-08-03T10:00:00Z",
    "amount": 3,
    "unit": "working_days",
}


def outcome_of(example: Any, **calendars: Any) -> Outcome:
    [outcome] = outcomes({"format": 1, "calendars": {"A": DAY, **calendars}, "examples": [example]})
    return outcome


@pytest.mark.parametrize("outcome", [*outcomes(DOCUMENT), *outcomes(MORE)], ids=lambda outcome: outcome.id)
def test_a_worked_example_comes_out_as_expected(outcome: Outcome) -> None:
    assert outcome.is_ok, outcome.got or outcome.error
    assert not outcome.ignored


def test_there_are_all_of_them() -> None:
    assert len(DOCUMENT["examples"]) == 44
    assert len(MORE["examples"]) == 158


@pytest.fixture
def elsewhere() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Chatham"
    time.tzset()
    timetable.cache_clear()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_they_come_out_the_same_on_a_server_elsewhere() -> None:
    assert [outcome.id for outcome in (*outcomes(DOCUMENT), *outcomes(MORE)) if not outcome.is_ok] == []


@pytest.mark.parametrize(
    "change",
    [
        {"due_at": "2026-08-03T11:00:01+00:00"},
        {"due_at": None},
        {"due_at": "soon"},
        {"due_at": "2026-08-03T11:00:00"},
        {"due_at": 1},
        {"met": True},
        {"consumed_minutes": 0},
        {"state": "paused"},
    ],
)
def test_what_differs_is_not_ok(change: dict[str, Any]) -> None:
    outcome = outcome_of({**CLOCK, "expect": change})

    assert (outcome.is_ok, outcome.error) == (False, "")
    assert outcome.got.keys() == change.keys()


def test_an_instant_is_compared_as_such_and_shown_in_the_offset_expected() -> None:
    outcome = outcome_of({**CLOCK, "expect": {"due_at": "2026-08-03T14:00:00+03:00", "state": "running"}})

    assert outcome.is_ok
    assert outcome.got == {"due_at": "2026-08-03T14:00:00+03:00", "state": "running"}


def test_seconds_are_kept() -> None:
    events = [{"at": "2026-08-03T10:00:20Z", "type": "start"}, {"at": "2026-08-03T10:01:50Z", "type": "fulfil"}]
    expect = {"due_at": "2026-08-03T11:00:20Z", "consumed_minutes": 1.5, "remaining_minutes": 58.5, "met": True}

    assert outcome_of({**CLOCK, "events": events, "expect": expect}).is_ok
    assert not outcome_of({**CLOCK, "events": events, "expect": {"consumed_minutes": 1.51}}).is_ok


def test_a_running_clock_may_be_asked_for_an_instant() -> None:
    expect = {"consumed_minutes": 90, "remaining_minutes": -30, "breached": True, "breached_at": "2026-08-03T11:00:00Z"}

    assert outcome_of({**CLOCK, "now": "2026-08-03T11:30:00Z", "expect": expect}).is_ok
    assert outcome_of({**CLOCK, "expect": {"consumed_minutes": None, "breached": False}}).is_ok


@pytest.mark.parametrize(
    "example, words",
    [
        (7, "no object"),
        ({}, "kind None is not known; known are clock, conversation, stages, days"),
        ({**CLOCK, "kind": ["clock"]}, "is not known"),
        ({name: value for name, value in CLOCK.items() if name != "events"}, "lacks the field 'events'"),
        ({**CLOCK, "calendar": "B"}, "no calendar 'B'"),
        ({**CLOCK, "calendar": "BAD"}, "'9-18' is no shift"),
        ({**CLOCK, "calendar": ["A"]}, "is no text"),
        ({**CLOCK, "target_minutes": "60"}, "no number of minutes"),
        ({**CLOCK, "target_minutes": -1}, "no number of minutes"),
        ({**CLOCK, "events": {}}, "no list"),
        ({**CLOCK, "events": []}, "there are none"),
        ({**CLOCK, "events": [{"at": "2026-08-03T10:00:00Z", "type": "fulfil"}]}, "No event starts"),
        ({**CLOCK, "events": [{"at": "2026-08-03T10:00:00Z", "type": "explode"}]}, "'explode' is not known"),
        ({**CLOCK, "events": [{"at": "2026-08-03T10:00:00", "type": "start"}]}, "no offset"),
        ({**CLOCK, "events": [{"at": "yesterday", "type": "start"}]}, "no instant"),
        ({**CLOCK, "events": [{"at": "9999-08-03T10:00:00Z", "type": "start"}]}, "years from 1900 to 2200"),
        (
            {**CLOCK, "events": [{"at": "2026-08-03T10:00:00Z", "type": "reopen", "policy": "x"}]},
            "known are resume, restart",
        ),
        ({**CLOCK, "expect": {"due": None}}, "unknown field 'due'"),
        ({**STAGES, "expect": {"stages": [{"due": 1}, {}]}}, "expect.stages has the unknown field 'due'"),
        ({**STAGES, "stages": [{"calendar": "B", "target_minutes": 1}], "expect": {}}, "no calendar 'B'"),
        ({**DAYS, "unit": "fortnights", "expect": {}}, "'fortnights' is not known"),
        ({**DAYS, "amount": -1, "expect": {}}, "no whole number"),
        ({**DAYS, "amount": 10**9, "unit": "years", "expect": {}}, "nor longer than"),
        ({**DAYS, "start": "9999-12-31T10:00:00Z", "unit": "days", "expect": {}}, "out of range"),
        ({**DAYS, "holidays": ["Christmas"], "expect": {}}, "no date"),
        ({**DAYS, "tz": "Nowhere", "expect": {}}, "no time zone"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(example: Any, words: str) -> None:
    outcome = outcome_of(example, BAD={"tz": "UTC", "weekly": {"mon": ["9-18"]}})

    assert not outcome.is_ok
    assert words in outcome.error


@pytest.mark.parametrize(
    "example, unread",
    [
        (CLOCK | {"colour": "red"}, ("colour",)),
        (CLOCK | {"events": [CLOCK["events"][0] | {"by": "Ana"}]}, ("events.by",)),
        (CLOCK | {"why": "because", "rule": "X"}, ()),
        (STAGES | {"expect": {}, "total": STAGES["total"] | {"owner": "CS"}}, ("total.owner",)),
        (DAYS | {"expect": {}, "rol": "forward"}, ("rol",)),
        ({"kind": "lunar", "phase": 1}, ()),
    ],
)
def test_a_field_that_nothing_reads_is_named(example: Any, unread: tuple[str, ...]) -> None:
    assert outcome_of(example).ignored == unread


def test_one_that_cannot_be_read_keeps_no_other_from_being_worked_out() -> None:
    broken = [{**CLOCK, "events": [{"type": "start"}]}, None, {**DAYS, "amount": 10**15, "expect": {}}]

    found = outcomes({"calendars": {"A": DAY}, "examples": [*broken, CLOCK], "licence": "any"})

    assert [outcome.is_ok for outcome in found] == [False, False, False, True]


def test_what_is_set_before_the_start_holds_from_the_start() -> None:
    early = [
        {"at": "2026-08-03T09:00:00Z", "type": "set_target", "target_minutes": 30},
        {"at": "2026-08-03T09:00:00Z", "type": "set_calendar", "calendar": "B"},
    ]
    example = {**CLOCK, "events": [*early, *CLOCK["events"]], "expect": {"due_at": "2026-08-04T00:30:00Z"}}

    assert outcome_of(example, B={"tz": "UTC", "weekly": {"tue": ["00:00-24:00"]}, "name": "Tuesdays"}).is_ok


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"examples": {}},
        {"examples": [], "calendars": []},
        {"examples": [], "format": 2},
    ],
)
def test_a_file_of_something_else_is_refused(document: Any) -> None:
    with pytest.raises(BadExample):
        list(outcomes(document))


def test_an_example_may_name_two_calendars_of_the_file() -> None:
    moved = {"at": "2026-08-03T10:30:00Z", "type": "set_calendar", "calendar": "B"}
    example = {**CLOCK, "events": [*CLOCK["events"], moved], "expect": {"due_at": "2026-08-04T00:30:00Z"}}

    assert outcome_of(example, B={"tz": "UTC", "weekly": {"tue": ["00:00-24:00"]}}).is_ok


def test_a_stage_to_come_counts_for_the_forecast() -> None:
    expect = {
        "total_due_at": "2026-08-03T15:00:00Z",
        "stages": [{"met": True}, {"due_at": "2026-08-03T13:00:00Z", "met": None}],
        "forecast_at": "2026-08-03T15:30:00Z",
        "at_risk": True,
    }

    assert outcome_of({**STAGES, "expect": expect}).is_ok
    later = {"forecast_at": "2026-08-03T16:00:00+00:00", "at_risk": True}
    assert outcome_of({**STAGES, "now": "2026-08-03T13:30:00Z", "expect": later}).got == later


def test_a_term_may_begin_with_a_date_and_count_business_days() -> None:
    term = {**DAYS, "tz": "Pacific/Apia", "start": "2026-08-03", "unit": "business_days"}

    assert outcome_of({**term, "expect": {"last_day": "2026-08-06"}}).is_ok
    assert "no date" in outcome_of({**term, "start": "2026-08-33", "expect": {}}).error


def test_days_may_be_working_days_and_end_at_midnight() -> None:
    expect = {"last_day": "2026-08-07", "ends_at": "2026-08-08T00:00:00Z"}

    assert outcome_of({**DAYS, "holidays": ["2026-08-05"], "amount": 3, "expect": expect}).is_ok

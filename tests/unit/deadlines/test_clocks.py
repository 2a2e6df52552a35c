"""Clocks: what becomes of one when events cross."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from balcao.deadlines.rules.calendars import parse_calendar
from balcao.deadlines.rules.clocks import BadEvents, accepts, fires, read
from balcao.deadlines.rules.specs import DAYS
from balcao.deadlines.types import ClockEvent, ClockKind, ClockState, EventType, PauseReason, Reading, ReopenMode, Step

HOUR = 3600
ALWAYS = parse_calendar({"tz": "UTC", "weekly": {day: ["00:00-24:00"] for day in DAYS}})
OFFICE = parse_calendar({"tz": "UTC", "weekly": {day: ["09:00-18:00"] for day in DAYS}})
NEVER = parse_calendar({"tz": "UTC", "weekly": {}})
CALENDARS = {"always": ALWAYS, "office": OFFICE, "never": NEVER}


def at(hour: float, day: int = 3) -> datetime:
    """Return an hour of a day in August 2026; the 3rd is a Monday."""
    return datetime.fromisoformat(f"2026-08-{day:02}T00:00:00+00:00") + timedelta(hours=hour)


def event(type_: EventType, hour: float, day: int = 3, **facts: Any) -> ClockEvent:
    return ClockEvent(at=at(hour, day), type=type_, **facts)


def start(hour: float = 10, hours: float = 4, calendar: str = "always", **facts: Any) -> ClockEvent:
    return event(EventType.START, hour, target_seconds=round(hours * HOUR), calendar=calendar, **facts)


def a_reading(*events: ClockEvent, hour: float = 10, day: int = 3) -> Reading:
    return read(events, CALENDARS, now=at(hour, day))


PAUSE, RESUME, FULFIL = EventType.PAUSE, EventType.RESUME, EventType.FULFIL
SET_TARGET, SET_CALENDAR, START = EventType.SET_TARGET, EventType.SET_CALENDAR, EventType.START


def test_a_running_clock_says_what_is_used_and_left() -> None:
    reading = a_reading(start(), hour=11)

    assert (reading.state, reading.used, reading.remaining) == (ClockState.RUNNING, HOUR, 3 * HOUR)
    assert (reading.due_at, reading.breached_at, reading.is_in_time) == (at(14), None, None)


def test_it_is_breached_after_the_due_instant_not_at_it() -> None:
    assert a_reading(start(), hour=14).breached_at is None
    assert a_reading(start(), hour=14.01).breached_at == at(14)


def test_used_up_at_closing_it_is_late_as_soon_as_it_is_closed() -> None:
    clock = start(9, 9, "office")

    assert a_reading(clock, hour=18).due_at == at(18)
    assert a_reading(clock, event(FULFIL, 18)).is_in_time is True
    assert a_reading(clock, event(FULFIL, 20)).is_in_time is False


def test_a_paused_clock_shows_no_due_instant_but_whom_it_waits_for() -> None:
    reading = a_reading(start(), event(PAUSE, 11, reason="waiting_carrier"), hour=20)

    assert (reading.state, reading.due_at, reading.remaining) == (ClockState.PAUSED, None, 3 * HOUR)
    assert (reading.paused_at, reading.paused_for) == (at(11), PauseReason.CARRIER)


@pytest.mark.parametrize(
    "events, due",
    [
        ([event(RESUME, 11)], at(14)),  # it is not paused
        ([event(PAUSE, 11), event(PAUSE, 12), event(RESUME, 13)], at(16)),  # paused since the first
        ([start(12, 1)], at(14)),  # it runs already
        ([event(PAUSE, 9)], at(14)),  # it does not run yet
        ([event(EventType.REOPEN, 11)], at(14)),  # it has not ended
        ([event(PAUSE, 11), event(RESUME, 11)], at(14)),
        ([event(RESUME, 11), event(PAUSE, 11), event(SET_TARGET, 12, target_seconds=2 * HOUR)], at(12)),
        ([event(SET_TARGET, 10, target_seconds=HOUR)], at(11)),  # set at the start's instant: said last
        ([event(SET_CALENDAR, 10, calendar="office")], at(14)),
    ],
)
def test_what_makes_no_sense_changes_nothing(events: list[ClockEvent], due: datetime) -> None:
    assert a_reading(start(), *events).due_at == due
    assert a_reading(*reversed(events), start()).due_at == due


def test_a_clock_started_and_fulfilled_at_one_instant_is_met() -> None:
    reading = a_reading(start(), event(FULFIL, 10), hour=20)

    assert (reading.state, reading.used, reading.due_at) == (ClockState.MET, 0, at(14))


def test_an_answer_and_a_question_at_one_instant_end_one_cycle_and_begin_another() -> None:
    reading = a_reading(start(), start(11), event(FULFIL, 11), hour=12)

    assert (reading.cycle, reading.started_at, reading.due_at) == (2, at(11), at(15))


def test_events_of_one_type_and_instant_follow_their_numbers() -> None:
    second = event(SET_TARGET, 11, target_seconds=2 * HOUR, sequence=2)
    first = event(SET_TARGET, 11, target_seconds=6 * HOUR, sequence=1)

    assert a_reading(start(), second, first).due_at == at(12)


# --- While it is paused, and after it has ended -----------------------------------------------------------------------


def test_a_target_set_while_paused_may_have_passed_before_the_pause() -> None:
    reading = a_reading(start(), event(PAUSE, 13), event(SET_TARGET, 14, target_seconds=2 * HOUR), hour=15)

    assert (reading.due_at, reading.breached_at, reading.remaining) == (None, at(12), -HOUR)


def test_a_calendar_set_while_paused_holds_from_the_resumption() -> None:
    events = [start(16, 4), event(PAUSE, 17), event(SET_CALENDAR, 17.5, calendar="office"), event(RESUME, 19)]

    assert a_reading(*events).due_at == at(12, day=4)


def test_a_calendar_set_in_flight_leaves_used_time_used() -> None:
    assert a_reading(start(7, 4), event(SET_CALENDAR, 8, calendar="office")).due_at == at(12)


def test_fulfilled_while_paused_it_would_have_run_on_from_there() -> None:
    reading = a_reading(start(), event(PAUSE, 12), event(FULFIL, 20))

    assert (reading.state, reading.used, reading.due_at) == (ClockState.MET, 2 * HOUR, at(22))
    assert reading.is_in_time is True


def test_what_is_set_after_the_end_waits_for_a_reopening() -> None:
    ended = [start(), event(FULFIL, 12), event(SET_TARGET, 13, target_seconds=HOUR)]

    assert (a_reading(*ended).state, a_reading(*ended).due_at) == (ClockState.MET, at(14))
    reopened = a_reading(*ended, event(EventType.REOPEN, 15))
    assert (reopened.target, reopened.due_at, reopened.breached_at) == (HOUR, at(11), at(11))


def test_a_calendar_set_after_the_end_holds_from_a_reopening() -> None:
    ended = [start(20), event(FULFIL, 21), event(SET_CALENDAR, 22, calendar="office")]

    assert a_reading(*ended).due_at == at(24)
    assert a_reading(*ended, event(EventType.REOPEN, 23)).due_at == at(12, day=4)


# --- Reopening --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hour, mode, cycle, used",
    [
        (12 + 7 * 24, None, 1, 2),  # exactly seven days after: not older
        (12 + 7 * 24 + 0.01, None, 2, 0),
        (13, ReopenMode.RESTART, 2, 0),
        (12 + 8 * 24, ReopenMode.RESUME, 1, 2),
    ],
)
def test_reopened_it_goes_on_or_begins_anew(hour: float, mode: ReopenMode | None, cycle: int, used: int) -> None:
    reopening = event(EventType.REOPEN, hour, mode=mode)

    reading = read([start(), event(FULFIL, 12), reopening], CALENDARS, now=reopening.at)

    assert (reading.cycle, reading.used, reading.state) == (cycle, used * HOUR, ClockState.RUNNING)
    assert reading.due_at == reopening.at + timedelta(hours=4 - used)


def test_a_restart_leaves_the_breach_behind_and_a_resumption_does_not() -> None:
    late = [start(), event(FULFIL, 15)]

    assert a_reading(*late).state == ClockState.MISSED
    assert a_reading(*late, event(EventType.REOPEN, 16, mode=ReopenMode.RESUME)).breached_at == at(14)
    assert a_reading(*late, event(EventType.REOPEN, 16, mode=ReopenMode.RESTART)).breached_at is None


def test_a_cancelled_clock_is_neither_due_nor_met() -> None:
    reading = a_reading(start(), event(EventType.CANCEL, 12), hour=30)

    assert (reading.state, reading.due_at, reading.is_in_time) == (ClockState.CANCELLED, None, None)
    assert (reading.used, reading.breached_at, reading.is_never_due) == (2 * HOUR, None, False)


def test_a_reply_and_a_cancellation_at_one_instant_are_a_reply() -> None:
    assert a_reading(start(), event(EventType.CANCEL, 12), event(FULFIL, 12)).state == ClockState.MET


# --- Breach -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [[], [event(EventType.BREACH, 14)]], ids=["by itself", "written"])
def test_a_breach_survives_a_longer_target(written: list[ClockEvent]) -> None:
    events = [start(), *written, event(SET_TARGET, 15, target_seconds=8 * HOUR)]

    assert (a_reading(*events).due_at, a_reading(*events).breached_at) == (at(18), at(14))
    fulfilled = a_reading(*events, event(FULFIL, 16))
    assert (fulfilled.is_in_time, fulfilled.state) == (True, ClockState.MISSED)


def test_a_breach_written_by_hours_that_were_changed_later_stands() -> None:
    moved = [start(), event(EventType.BREACH, 14), event(PAUSE, 11), event(RESUME, 13)]

    assert (a_reading(*moved, hour=15).due_at, a_reading(*moved, hour=15).breached_at) == (at(16), at(14))


def test_a_voided_breach_is_none_until_another_due_instant_passes() -> None:
    void = event(EventType.VOID, 15, reason="The carrier's strike")
    longer = event(SET_TARGET, 16, target_seconds=8 * HOUR)

    assert a_reading(start(), event(EventType.BREACH, 14), void, hour=17).breached_at is None
    assert a_reading(start(), void, longer, hour=17).breached_at is None
    assert a_reading(start(), void, longer, hour=19).breached_at == at(18)
    forgiven = a_reading(start(), void, event(FULFIL, 17))
    assert (forgiven.state, forgiven.is_in_time) == (ClockState.MET, False)


def test_a_shorter_target_is_overdue_at_once_and_longer_again_in_the_same_instant_is_not() -> None:
    shorter = event(SET_TARGET, 13, target_seconds=HOUR, sequence=1)
    longer = event(SET_TARGET, 13, target_seconds=9 * HOUR, sequence=2)

    assert a_reading(start(), shorter, hour=13.1).breached_at == at(11)
    assert a_reading(start(), shorter, longer, hour=13.1).breached_at is None


def test_where_it_never_opens_nothing_is_due_and_it_says_so() -> None:
    reading = a_reading(start(calendar="never"), day=20)

    assert (reading.due_at, reading.is_never_due, reading.breached_at) == (None, True, None)
    assert a_reading(start(calendar="never"), event(FULFIL, 12)).is_in_time is True
    assert fires([start(calendar="never")], CALENDARS) == ()


# --- What it refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "events, words",
    [
        ([], "No event starts"),
        ([event(FULFIL, 10)], "No event starts"),
        ([event(START, 10)], "without a target"),
        ([event(START, 10, target_seconds=60)], "without a target or a calendar"),
        ([start(calendar="gone")], "no calendar 'gone'"),
        ([start(hours=-1)], "gives no target"),
        ([start(), event(SET_TARGET, 11)], "gives no target"),
        ([start(), event(PAUSE, 11, reason="waiting_for_godot")], "no reason to pause"),
    ],
)
def test_a_list_that_is_no_clock_is_refused(events: list[ClockEvent], words: str) -> None:
    with pytest.raises(BadEvents, match=words):
        read(events, CALENDARS, now=at(12))


def test_some_clocks_never_pause_and_some_are_never_reopened() -> None:
    assert not accepts(ClockKind.FIRST_RESPONSE, PAUSE)
    assert not accepts(ClockKind.LEGAL, PAUSE)
    assert accepts(ClockKind.LEGAL, PAUSE, is_suspended_by_law=True)
    assert not accepts(ClockKind.FIRST_RESPONSE, PAUSE, is_suspended_by_law=True)
    assert accepts(ClockKind.STAGE, RESUME)
    assert not accepts(ClockKind.FIRST_RESPONSE, EventType.REOPEN)
    assert not accepts(ClockKind.STAGE, EventType.REOPEN)
    assert accepts(ClockKind.RESOLUTION, EventType.REOPEN)
    assert accepts(ClockKind.FIRST_RESPONSE, FULFIL)


# --- What falls due ---------------------------------------------------------------------------------------------------


def steps(*events: ClockEvent) -> list[tuple[Step, datetime]]:
    return [(fire.step, fire.at) for fire in fires(events, CALENDARS)]


def test_it_warns_by_used_time_then_breaches_then_overruns() -> None:
    second = timedelta(seconds=1)
    assert steps(start(16, 4, "office")) == [
        (Step.WARN_50, at(18)),
        (Step.WARN_75, at(10, day=4)),
        (Step.WARN_90, at(10.6, day=4)),
        (Step.BREACH, at(11, day=4) + second),
        (Step.OVERRUN, at(15, day=4) + second),
    ]


def test_a_pause_fires_what_was_reached_and_its_own_alarm() -> None:
    assert steps(start(), event(PAUSE, 12.5)) == [(Step.WARN_50, at(12)), (Step.LONG_PAUSE, at(12.5, day=6))]


def test_what_was_voided_fires_no_more_and_an_ended_clock_nothing() -> None:
    assert [step for step, _ in steps(start(), event(EventType.VOID, 15))] == [Step.WARN_50, Step.WARN_75, Step.WARN_90]
    assert steps(start(), event(FULFIL, 11)) == []

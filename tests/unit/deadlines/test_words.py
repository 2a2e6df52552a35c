"""How a due time came about, in words."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from balcao.deadlines.rules.calendars import parse_calendar
from balcao.deadlines.rules.specs import DAYS
from balcao.deadlines.rules.tape import BadEvents
from balcao.deadlines.rules.words import Told, duration, explain, in_english
from balcao.deadlines.types import ClockEvent, EventType, ReopenMode

ZONE = ZoneInfo("America/Sao_Paulo")
OFFICE = parse_calendar({"tz": ZONE.key, "weekly": {day: ["09:00-18:00"] for day in DAYS[:5]}})
CLOSED = parse_calendar({"tz": ZONE.key, "weekly": {}})
CALENDARS = {"office": OFFICE, "other": OFFICE, "closed": CLOSED}


def at(hour: float, day: int = 3) -> datetime:
    return datetime(2026, 8, day, tzinfo=ZONE) + timedelta(hours=hour)


def start(hour: float = 16, hours: int = 4, calendar: str = "office") -> ClockEvent:
    return ClockEvent(at(hour), EventType.START, target_seconds=3600 * hours, calendar=calendar)


def event(type_: EventType, hour: float, day: int = 3, **facts: Any) -> ClockEvent:
    return ClockEvent(at(hour, day), type_, **facts)


def told(*events: ClockEvent, now: datetime | None = None) -> list[str]:
    return [in_english(line, zone=ZONE) for line in explain(events, CALENDARS, now=now or at(17))]


def test_a_running_clock_tells_the_open_times_up_to_the_due_instant() -> None:
    assert told(start()) == [
        "Started Mon 03 Aug 2026 16:00 with 4 h by the calendar office.",
        "Mon 03 Aug 2026 16:00 to 18:00: 2 h.",
        "Tue 04 Aug 2026 09:00 to 11:00: 2 h.",
        "Due Tue 04 Aug 2026 11:00.",
        "3 h are left.",
    ]


def test_a_life_with_everything_is_told_in_order() -> None:
    assert told(
        start(10),
        event(EventType.PAUSE, 11, reason="waiting_carrier"),
        event(EventType.RESUME, 20),
        event(EventType.SET_TARGET, 21, target_seconds=7200),
        event(EventType.SET_CALENDAR, 9.5, 4, calendar="other"),
        event(EventType.FULFIL, 12, 4),
    ) == [
        "Started Mon 03 Aug 2026 10:00 with 4 h by the calendar office.",
        "Mon 03 Aug 2026 10:00 to 11:00: 1 h.",
        "Paused Mon 03 Aug 2026 11:00 (waiting carrier).",
        "Resumed Mon 03 Aug 2026 20:00.",
        "Target set Mon 03 Aug 2026 21:00 from 4 h to 2 h, from the start on.",
        "Tue 04 Aug 2026 09:00 to 09:30: 30 min.",
        "By the calendar other since Tue 04 Aug 2026 09:30.",
        "Tue 04 Aug 2026 09:30 to 12:00: 2 h 30 min.",
        "Breached: due Tue 04 Aug 2026 10:00.",
        "Fulfilled Tue 04 Aug 2026 12:00 after 4 h.",
        "Late: it was due Tue 04 Aug 2026 10:00.",
    ]


@pytest.mark.parametrize(
    "events, last",
    [
        ([start(), event(EventType.PAUSE, 17)], "While it is paused it is not due. 3 h are left."),
        ([start(10, 1), event(EventType.PAUSE, 17)], "While it is paused it is not due. It is 6 h over."),
        ([start(calendar="closed")], "Never due: the calendar closed has no open time ahead."),
        ([start(), event(EventType.FULFIL, 17)], "In time: due Tue 04 Aug 2026 11:00."),
        ([start(), event(EventType.CANCEL, 17, reason="solved without an answer")],
         "Cancelled Mon 03 Aug 2026 17:00 (solved without an answer)."),
        ([start(10, 1)], "Breached: due Mon 03 Aug 2026 11:00."),
        ([start(10, 1), event(EventType.BREACH, 11), event(EventType.VOID, 16, reason="strike")], "It is 6 h over."),
        ([start(), event(EventType.FULFIL, 16.5), event(EventType.REOPEN, 17, mode=ReopenMode.RESUME)],
         "3 h 30 min are left."),
        ([start(), event(EventType.FULFIL, 16), event(EventType.REOPEN, 17, mode=ReopenMode.RESTART)],
         "4 h are left."),
    ],
)  # fmt: skip
def test_the_end_says_how_it_stands(events: list[ClockEvent], last: str) -> None:
    assert told(*events)[-1] == last


def test_what_did_nothing_is_not_told() -> None:
    idle = [event(EventType.RESUME, 16.5), event(EventType.SET_TARGET, 16.6, target_seconds=4 * 3600), start(17)]
    assert told(start(), *idle) == told(start())


def test_reopenings_and_forgiveness_are_told() -> None:
    lines = told(
        start(10, 1),
        event(EventType.VOID, 12, reason="strike"),
        event(EventType.FULFIL, 13),
        event(EventType.REOPEN, 14, mode=ReopenMode.RESUME),
        event(EventType.FULFIL, 15),
        event(EventType.REOPEN, 16, mode=ReopenMode.RESTART),
    )
    assert "Forgiven Mon 03 Aug 2026 12:00 (strike)." in lines
    assert "Reopened Mon 03 Aug 2026 14:00; 3 h stay used." in lines
    assert "Reopened Mon 03 Aug 2026 16:00 and begun anew." in lines


def test_closed_time_and_many_open_times_are_summed_up() -> None:
    night = told(start(19), event(EventType.PAUSE, 20))
    assert night[1] == "Mon 03 Aug 2026 19:00 to 20:00: closed, nothing counts."
    [many] = [line for line in explain([start(9, 100)], CALENDARS, now=at(9)) if line.told == Told.COUNTED_MANY]
    assert (many.number, many.seconds) == (12, 100 * 3600)
    assert "100 h in 12 open times" in in_english(many, zone=ZONE)


def test_what_starts_no_clock_is_refused() -> None:
    with pytest.raises(BadEvents):
        told(event(EventType.FULFIL, 10))


@pytest.mark.parametrize(
    "seconds, written", [(0, "0 s"), (59, "59 s"), (60, "1 min"), (5400, "1 h 30 min"), (-3600, "1 h")]
)
def test_a_length_of_time_is_written(seconds: int, written: str) -> None:
    assert duration(seconds) == written

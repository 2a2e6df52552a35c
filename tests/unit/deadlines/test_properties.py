"""What holds of every calendar and every clock, held against a slow walk from minute to minute that shares no code."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from balcao.deadlines.rules import calendars
from balcao.deadlines.rules.calendars import CalendarRefused, after, open_seconds, parse_calendar
from balcao.deadlines.rules.clocks import fires, read
from balcao.deadlines.rules.specs import DAYS
from balcao.deadlines.rules.timetables import timetable
from balcao.deadlines.types import Calendar, ClockEvent, EventType, Reading, ReopenMode, Step

MINUTE = timedelta(minutes=1)
# Days around which the clock changes, or does not any more.
PLACES = [
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2026, 10, 18)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Istanbul", date(2016, 3, 27)),
    ("Europe/Istanbul", date(2026, 3, 29)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]
FEW = settings(max_examples=40, deadline=None)
REACH = 4  # days on either side that are walked


# --- The slow walk ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A calendar as it is written, and the days that are looked at."""

    zone: str
    middle: date
    weekly: tuple[tuple[str, ...], ...]
    overrides: tuple[tuple[date, tuple[str, ...]], ...] = ()

    @property
    def calendar(self) -> Calendar:
        return parse_calendar(
            {
                "tz": self.zone,
                "weekly": dict(zip(DAYS, map(list, self.weekly), strict=True)),
                "overrides": {day.isoformat(): list(shifts) for day, shifts in self.overrides},
            }
        )

    @property
    def start(self) -> datetime:
        return datetime(self.middle.year, self.middle.month, self.middle.day, tzinfo=UTC) - timedelta(days=REACH)

    def at(self, minutes: int) -> datetime:
        return self.start + minutes * MINUTE

    @property
    def minutes(self) -> list[bool]:
        """Say of each minute (UTC) whether it is open."""
        return walked(self)


LENGTH = 2 * REACH * 1440


@lru_cache(maxsize=64)
def walls(zone: str, middle: date) -> list[datetime]:
    """Return what the wall clock shows in each minute, with two days of margin."""
    first = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - timedelta(days=REACH + 2)
    there = ZoneInfo(zone)
    minutes = range(LENGTH + 4 * 1440)
    return [(first + minute * MINUTE).astimezone(there).replace(tzinfo=None) for minute in minutes]


@lru_cache(maxsize=64)
def walked(place: Place) -> list[bool]:
    shown = walls(place.zone, place.middle)
    is_open = [False] * len(shown)
    overrides = dict(place.overrides)
    for offset in range(-REACH - 2, REACH + 3):
        day = place.middle + timedelta(days=offset)
        around = (offset + REACH + 2) * 1440
        near = range(max(0, around - 1440), min(len(shown), around + 3 * 1440))
        for shift in overrides.get(day, place.weekly[day.weekday()]):
            opens, closes = (midnight(day) + span for span in spans(shift))
            # Open from the first minute that shows the opening or later, to the last one that is before the closing.
            first = next((number for number in near if shown[number] >= opens), near.stop)
            last = next((number for number in reversed(near) if shown[number] < closes), -1)
            is_open[first : last + 1] = [True] * max(0, last + 1 - first)
    return is_open[2 * 1440 : 2 * 1440 + LENGTH]


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock has no zone


def spans(shift: str) -> tuple[timedelta, timedelta]:
    opens, closes = (timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in shift.split("-"))
    return opens, closes if closes > opens else closes + timedelta(days=1)


def walk_used(place: Place, since: int, until: int) -> int:
    return sum(place.minutes[since:until])


def walk_due(place: Place, since: int, target: int) -> int | None:
    left = target
    for minute in range(since, LENGTH):
        if left == 0:
            return minute
        left -= place.minutes[minute]
    return None


# --- Whatever calendar ------------------------------------------------------------------------------------------------


def clock_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def shifts(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw up to two shifts of a day, and perhaps one over midnight."""
    steps = st.integers(0, 1440 // 15)
    cuts = sorted(draw(st.sets(steps, max_size=4)))
    cuts = [cut * 15 for cut in cuts]
    found = [f"{clock_time(one)}-{clock_time(other)}" for one, other in zip(cuts[::2], cuts[1::2], strict=False)]
    if len(cuts) % 2 and 0 < cuts[-1] < 1440 and draw(st.booleans()):
        found.append(f"{clock_time(cuts[-1])}-{clock_time(draw(st.integers(0, cuts[-1] // 15 - 1)) * 15)}")
    return tuple(found)


@st.composite
def places(draw: st.DrawFn) -> Place:
    """Draw a calendar near a change of the clock."""
    zone, middle = draw(st.sampled_from(PLACES))
    weekly = draw(
        st.one_of(st.just((("00:00-24:00",),) * 7), st.just((("22:00-02:30",),) * 7), st.tuples(*[shifts()] * 7))
    )
    changed = draw(st.dictionaries(st.integers(-2, 2), shifts(), max_size=2))
    overrides = tuple((middle + timedelta(days=days), one) for days, one in sorted(changed.items()))
    place = Place(zone, middle, weekly, overrides)
    try:
        assume(place.calendar)
    except CalendarRefused:  # shifts that overlap
        assume(False)
    return place


instants = st.integers(0, LENGTH - 1)


@FEW
@given(places(), instants, instants)
def test_open_time_is_what_a_walk_finds(place: Place, one: int, other: int) -> None:
    since, until = sorted((one, other))
    assert open_seconds(place.calendar, place.at(since), place.at(until)) == 60 * walk_used(place, since, until)


@FEW
@given(places(), instants, st.integers(0, 3000))
def test_due_is_what_a_walk_finds(place: Place, since: int, target: int) -> None:
    expected = walk_due(place, since, target)
    found = after(place.calendar, place.at(since), 60 * target)
    if expected is not None:
        assert found == place.at(expected)
    elif found is not None:
        assert found >= place.at(LENGTH)


@FEW
@given(places(), instants, instants, instants)
def test_used_time_adds_up(place: Place, one: int, other: int, third: int) -> None:
    a, b, c = (place.at(minutes) + timedelta(seconds=0.3) for minutes in sorted((one, other, third)))
    calendar = place.calendar
    assert open_seconds(calendar, a, c) == open_seconds(calendar, a, b) + open_seconds(calendar, b, c)


@FEW
@given(places(), instants, instants, st.integers(0, 200_000), st.integers(0, 200_000))
def test_due_is_monotone_in_target_and_start(place: Place, one: int, other: int, less: int, more: int) -> None:
    early, late = sorted((one, other))
    less, more = sorted((less, more))
    first = after(place.calendar, place.at(early), less)
    for then in (after(place.calendar, place.at(early), more), after(place.calendar, place.at(late), less)):
        assert first is None or then is None or first <= then


@FEW
@given(places(), instants, instants)
def test_what_is_used_by_an_instant_was_due_by_it(place: Place, one: int, other: int) -> None:
    start, instant = (place.at(minutes) for minutes in sorted((one, other)))
    due = after(place.calendar, start, open_seconds(place.calendar, start, instant))
    assert due is not None
    assert due <= instant


@FEW
@given(places(), instants, st.integers(1, 100_000))
def test_by_the_due_instant_just_the_target_is_used(place: Place, since: int, target: int) -> None:
    due = after(place.calendar, place.at(since), target)
    assume(due is not None)
    assert due is not None
    assert open_seconds(place.calendar, place.at(since), due) == target
    assert open_seconds(place.calendar, place.at(since), due - timedelta(seconds=1)) == target - 1


@FEW
@given(places(), instants, st.integers(1, 100_000))
def test_the_last_start_that_ends_by_an_instant_is_the_last(place: Place, until: int, target: int) -> None:
    end = calendars.to_seconds(place.at(until))
    start = calendars.latest_start(place.calendar, end, target)
    assume(start is not None)
    assert start is not None
    assert calendars.open_seconds_between(place.calendar, start, end) == target
    assert calendars.open_seconds_between(place.calendar, start + 1, end) == target - 1


@FEW
@given(places(), st.integers(1, 30_000), st.integers(100, 400))
def test_no_start_is_worse_than_the_worst(place: Place, target: int, step: int) -> None:
    since, until = place.at(0), place.at(LENGTH)
    worst = calendars.worst_start(place.calendar, seconds=target, since=since, until=until)
    for start in (since + number * step * MINUTE for number in range(LENGTH // step)):
        end = after(place.calendar, start, target)
        if end is None:
            assert worst is None
            return
        assert worst is None or end - start <= worst[1]
    if worst is not None:
        assert after(place.calendar, worst[0], target) == sum(worst[1:], worst[0])


# --- Whatever clock ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Life:
    """Two calendars of one place, and what happens at which minute, each at another."""

    places: tuple[Place, Place]
    events: tuple[tuple[int, EventType, Any], ...]

    @property
    def calendars(self) -> dict[str, Calendar]:
        return {str(number): place.calendar for number, place in enumerate(self.places)}

    @property
    def written(self) -> list[ClockEvent]:
        return [self._event(number, *event) for number, event in enumerate(self.events)]

    def _event(self, number: int, minute: int, kind: EventType, value: Any) -> ClockEvent:
        facts: dict[EventType, dict[str, Any]] = {
            EventType.START: {"target_seconds": 60 * (value or 0), "calendar": "0"},
            EventType.SET_TARGET: {"target_seconds": 60 * (value or 0)},
            EventType.SET_CALENDAR: {"calendar": str((value or 0) % 2)},
            EventType.REOPEN: {"mode": ReopenMode.RESTART if (value or 0) % 2 else ReopenMode.RESUME},
        }
        return ClockEvent(self.places[0].at(minute), kind, sequence=number, **facts.get(kind, {}))

    def read(self, minute: int = LENGTH - 1) -> Reading:
        return read(self.written, self.calendars, now=self.places[0].at(minute))


HAPPENINGS = st.sampled_from(
    [
        EventType.PAUSE,
        EventType.RESUME,
        EventType.SET_TARGET,
        EventType.SET_CALENDAR,
        EventType.FULFIL,
        EventType.REOPEN,
    ]
)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw a clock's life: a start, then whatever may follow."""
    first, other = draw(places()), draw(places())
    second = Place(first.zone, first.middle, other.weekly)
    try:
        assume(second.calendar)
    except CalendarRefused:
        assume(False)
    minutes = sorted(draw(st.sets(instants, min_size=1, max_size=7)))
    targets = st.integers(0, 2500)
    kinds = [EventType.START, *(draw(HAPPENINGS) for _ in minutes[1:])]
    return Life(
        (first, second), tuple((minute, kind, draw(targets)) for minute, kind in zip(minutes, kinds, strict=True))
    )


@dataclass
class Walk:
    """A clock that is walked: events as they come, then one minute after the other."""

    life: Life
    state: str = "new"
    target: int = 0
    key: int = 0
    start: int = 0
    used: int = 0
    ran: list[int] = field(default_factory=list)  # of each open minute that counted, the minute after it
    waiting: list[tuple[EventType, int]] = field(default_factory=list)

    def happen(self, minute: int, kind: EventType, value: int) -> None:
        match kind, self.state:
            case ((EventType.SET_TARGET | EventType.SET_CALENDAR), "ended"):
                self.waiting.append((kind, value))
            case EventType.SET_TARGET, _:
                self.target = value
            case EventType.SET_CALENDAR, _:
                self.key = value % 2
            case EventType.START, _:
                self.state, self.target, self.start = "runs", value, minute
            case EventType.PAUSE, "runs":
                self.state = "paused"
            case EventType.RESUME, "paused":
                self.state = "runs"
            case EventType.FULFIL, ("runs" | "paused"):
                self.state, self.used = "ended", len(self.ran)
            case EventType.REOPEN, "ended":
                self.reopen(minute, is_anew=bool(value % 2))

    def reopen(self, minute: int, *, is_anew: bool) -> None:
        waiting, self.waiting, self.state = self.waiting, [], "runs"
        for kind, value in waiting:
            self.happen(minute, kind, value)
        self.ran = [] if is_anew else self.ran[: self.used]
        self.start = minute if is_anew else self.start

    def run(self) -> None:
        happening = {minute: (kind, value) for minute, kind, value in self.life.events}
        for minute in range(LENGTH):
            if minute in happening:
                self.happen(minute, *happening[minute])
            if self.state in ("runs", "ended") and self.life.places[self.key].minutes[minute]:
                self.ran.append(minute + 1)

    def due(self) -> int | None:
        if self.state == "paused" or self.target > len(self.ran):
            return None
        return self.ran[self.target - 1] if self.target else self.start


@FEW
@given(lives())
def test_a_clock_is_what_a_walk_finds(life: Life) -> None:
    reading = life.read()
    walk = Walk(life)
    walk.run()

    if (due := walk.due()) is not None:
        assert reading.due_at == life.places[0].at(due)
    elif reading.due_at is not None:
        assert reading.due_at > life.places[0].at(LENGTH - 1)
    if walk.state != "runs":
        assert reading.used == 60 * (walk.used if walk.state == "ended" else len(walk.ran))
    if reading.ended_at and reading.due_at:
        assert reading.is_in_time is (reading.ended_at <= reading.due_at)


@FEW
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_told_does_not_matter(life: Life, random: Any) -> None:
    events = life.written
    random.shuffle(events)
    assert read(events, life.calendars, now=life.places[0].at(LENGTH)) == life.read(LENGTH)


RANKS = [
    {EventType.FULFIL},
    {EventType.PAUSE},
    {EventType.RESUME},
    {EventType.SET_TARGET, EventType.SET_CALENDAR},
    {EventType.START},
]


@FEW
@given(lives(), instants)
def test_events_of_one_instant_happen_in_the_fixed_order(life: Life, minute: int) -> None:
    """A microsecond apart in the order of the rule they come out as at one instant."""
    at = life.places[0].at(minute)
    together = [replace(event, at=at) for event in life.written if event.type != EventType.REOPEN]
    ranks = {kind: number for number, kinds in enumerate(RANKS) for kind in kinds}
    start = together[0]
    assume(not any(event.type == EventType.FULFIL for event in together))  # it ends what began at the same instant
    apart = [
        replace(event, at=at + timedelta(microseconds=10 * ranks[event.type] + number))
        for number, event in enumerate(together)
        if event.type != EventType.START
    ]
    last = [event for event in together if event.type in RANKS[3]]
    target = next((event.target_seconds for event in reversed(last) if event.target_seconds is not None), None)
    calendar = next((event.calendar for event in reversed(last) if event.calendar), "")
    begun = replace(
        start,
        at=at + timedelta(microseconds=900),
        target_seconds=start.target_seconds if target is None else target,
        calendar=calendar or start.calendar,
    )
    now = life.places[0].at(LENGTH)
    assert read(together, life.calendars, now=now) == read([*apart, begun], life.calendars, now=now)


@FEW
@given(places(), instants, st.integers(1, 4000), st.randoms(use_true_random=False))
def test_a_pause_of_closed_time_changes_nothing(place: Place, since: int, target: int, random: Any) -> None:
    closed = [minute for minute in range(since, LENGTH) if not place.minutes[minute]]
    assume(closed)
    first = random.choice(closed)
    end = next((minute for minute in range(first, LENGTH) if place.minutes[minute]), LENGTH)
    start = (since, EventType.START, target)
    pause, resume = (first, EventType.PAUSE, 0), (random.randint(first, end), EventType.RESUME, 0)

    assert Life((place, place), (start, pause, resume)).read() == Life((place, place), (start,)).read()


@FEW
@given(lives(), instants)
def test_a_breach_is_never_taken_back_by_time(life: Life, minute: int) -> None:
    assume(all(event[1] != EventType.REOPEN for event in life.events))
    last = max(minute, life.events[-1][0])
    early, late = life.read(last), life.read(LENGTH + 5000)
    assert early.breached_at in (None, late.breached_at)
    if late.breached_at:
        assert late.breached_at < life.places[0].at(LENGTH + 5000)


@FEW
@given(lives())
def test_steps_come_in_order_and_the_breach_a_second_after_it_is_due(life: Life) -> None:
    reading, steps = life.read(), {fire.step: fire.at for fire in fires(life.written, life.calendars)}
    order = [steps[step] for step in Step if step in steps and step != Step.LONG_PAUSE]
    assert order == sorted(order)
    if reading.ended_at:
        assert not steps
    elif reading.due_at:
        assert steps[Step.BREACH] == reading.due_at + timedelta(seconds=1)


# --- Wherever it runs -------------------------------------------------------------------------------------------------


def on_a_server_in(zone: str, deed: Callable[[], Reading]) -> Reading:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    timetable.cache_clear()
    try:
        return deed()
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


@FEW
@given(lives())
def test_the_servers_own_zone_does_not_matter(life: Life) -> None:
    zones: Iterator[str] = iter(("UTC", "Australia/Lord_Howe", "America/Sao_Paulo"))
    assert len({on_a_server_in(zone, life.read) for zone in zones}) == 1

"""Histories of clocks: what is taken back never happened, what is brought along counts as the union of both."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from balcao.deadlines.rules import histories
from balcao.deadlines.rules.clocks import read
from balcao.deadlines.rules.histories import Row, absorb_row, events_of, mark_row, row_of, standing, undo_row
from balcao.deadlines.types import Calendar, ClockEvent, ClockState, EventType, PauseReason, ReopenMode, Shift

ALWAYS = {"always": Calendar("UTC", ((Shift(0, 24 * 3600),),) * 7)}
BEGAN = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
END = BEGAN + 2000 * MINUTE


def start(at: datetime, key: str = "entry:1") -> Row:
    return row_of(ClockEvent(at, EventType.START, target_seconds=3600, calendar="always"), key=key)


def row(kind: EventType, minute: int, number: int, **more: str) -> Row:
    event = ClockEvent(BEGAN + minute * MINUTE, kind, **more)  # type: ignore[arg-type]
    return row_of(event, key=f"entry:{number}")


@st.composite
def lives(draw: st.DrawFn) -> list[Row]:
    """Draw the history of a clock that starts, pauses, goes on, and maybe ends and is reopened."""
    minutes = sorted(draw(st.lists(st.integers(0, 1500), min_size=1, max_size=9, unique=True)))
    found, state = [start(BEGAN + minutes[0] * MINUTE)], "running"
    for number, minute in enumerate(minutes[1:], 2):
        if state == "running":
            kind = draw(st.sampled_from([EventType.PAUSE, EventType.FULFIL, EventType.CANCEL]))
            reason = {"reason": PauseReason.CARRIER} if kind == EventType.PAUSE else {}
            found.append(row(kind, minute, number, **reason))
            state = "paused" if kind == EventType.PAUSE else "ended"
        elif state == "paused":
            found.append(row(EventType.RESUME, minute, number))
            state = "running"
        else:
            event = ClockEvent(BEGAN + minute * MINUTE, EventType.REOPEN, mode=ReopenMode.RESUME)
            found.append(row_of(event, key=f"entry:{number}"))
            state = "running"
    return found


def minutes_of(rows: list[Row]) -> set[int]:
    """Return the minutes in which a clock ran, by walking them one by one."""
    ran, running = set(), False
    changes = {int((datetime.fromisoformat(r["at"]) - BEGAN) / MINUTE): r["type"] for r in rows}
    for minute in range(2000):
        if minute in changes:
            running = changes[minute] in (EventType.START, EventType.RESUME, EventType.REOPEN)
        if running:
            ran.add(minute)
    return ran


@given(lives(), lives())
def test_a_joined_clock_ran_whenever_either_did(mine: list[Row], theirs: list[Row]) -> None:
    joined = [*mine, absorb_row(theirs, key="entry:99", at=END)]

    reading = read(events_of(joined), ALWAYS, now=END)

    assert reading.used == 60 * len(minutes_of(mine) | minutes_of(theirs))
    assert reading.started_at == min(datetime.fromisoformat(mine[0]["at"]), datetime.fromisoformat(theirs[0]["at"]))


@given(lives(), lives())
def test_it_runs_on_if_either_runs(mine: list[Row], theirs: list[Row]) -> None:
    joined = [*mine, absorb_row(theirs, key="entry:99", at=END)]
    states = {read(events_of(rows), ALWAYS, now=END).state for rows in (mine, theirs)}
    state = read(events_of(joined), ALWAYS, now=END).state
    if ClockState.RUNNING in states:
        assert state == ClockState.RUNNING
    elif ClockState.PAUSED in states:
        assert state == ClockState.PAUSED
    else:
        assert state in (ClockState.MET, ClockState.MISSED, ClockState.CANCELLED)


@given(lives(), lives())
def test_a_join_that_is_undone_never_was(mine: list[Row], theirs: list[Row]) -> None:
    key = "entry:99"
    undone = [*mine, absorb_row(theirs, key=key, at=END), undo_row(of=key, key="entry:100", at=END)]
    assert standing(undone) == mine


@given(lives(), st.integers(0, 8))
def test_what_is_undone_never_happened(rows: list[Row], number: int) -> None:
    gone = rows[1:][number] if number < len(rows) - 1 else None
    if gone:
        undone = [*rows, undo_row(of=gone["key"], key="entry:100", at=END)]
        assert standing(undone) == [one for one in rows if one is not gone]


@given(lives())
def test_a_mark_changes_nothing_but_is_remembered(rows: list[Row]) -> None:
    marked = [rows[0], mark_row(key="entry:1", at=BEGAN, by={"kind": "quick"}), *rows[1:]]
    assert events_of(marked) == events_of(rows)
    assert histories.last_said(marked, "by") == {"kind": "quick"}
    assert histories.last_said([*marked, undo_row(of="entry:1", key="x", at=END)], "by") is None

"""Clocks: how one stands, by the list of what happened to it, and what falls due on its way. See docs/clocks.md."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from balcao.deadlines.rules.calendars import from_seconds, to_seconds
from balcao.deadlines.rules.tape import RESTARTS_AFTER, BadEvents, Tape, in_order, played
from balcao.deadlines.types import Calendar, ClockEvent, ClockKind, EventType, Fire, Reading, Step

__all__ = ["LONG_PAUSE", "RESTARTS_AFTER", "BadEvents", "accepts", "fires", "in_order", "read"]

LONG_PAUSE = 72 * 3600  # a pause this long, in real time, is looked at
_WARNINGS = ((Step.WARN_50, 50), (Step.WARN_75, 75), (Step.WARN_90, 90))
_NEVER_PAUSED = {ClockKind.FIRST_RESPONSE, ClockKind.LEGAL}
_NEVER_REOPENED = {ClockKind.FIRST_RESPONSE, ClockKind.STAGE}  # a stage that is come back to is a new visit


def accepts(kind: ClockKind, event: EventType, *, is_suspended_by_law: bool = False) -> bool:
    """Tell whether such an event may be written for a clock of a kind: some never pause, some are never reopened."""
    if event in {EventType.PAUSE, EventType.RESUME}:
        return kind not in _NEVER_PAUSED or (kind == ClockKind.LEGAL and is_suspended_by_law)
    return event != EventType.REOPEN or kind not in _NEVER_REOPENED


def read(events: Sequence[ClockEvent], calendars: Mapping[str, Calendar], *, now: datetime) -> Reading:
    """Say how a clock stands at an instant; raises BadEvents, or OutOfRange of the calendars."""
    tape = played(events, calendars)
    instant = max(to_seconds(now), tape.reached)
    tape.notice_breach(instant)
    due = tape.due()
    is_running = tape.running is not None
    return Reading(
        state=tape.state(),
        cycle=tape.cycle,
        started_at=from_seconds(tape.started),
        target=tape.target,
        calendar=tape.key,
        used=tape.used_by(instant),
        due_at=_instant(due),
        is_never_due=is_running and due is None,
        paused_at=_instant(tape.paused),
        paused_for=tape.paused_for,
        ended_at=_instant(tape.ended),
        is_in_time=None if tape.ended is None or tape.is_cancelled else due is None or tape.ended <= due,
        breached_at=_instant(tape.breached),
    )


def fires(events: Sequence[ClockEvent], calendars: Mapping[str, Calendar]) -> tuple[Fire, ...]:
    """Say what falls due on a clock's way, earliest first, also what lies in the past; an ended clock fires nothing.

    A breach fires in the first second after the due instant: whoever fulfils at the instant itself is in time.
    """
    tape = played(events, calendars)
    if tape.ended is not None:
        return ()
    found = [Fire(step, from_seconds(at)) for step, at in _steps(tape) if at is not None]
    return tuple(sorted(found, key=lambda fire: fire.at))


def _steps(tape: Tape) -> Iterator[tuple[Step, int | None]]:
    for step, share in _WARNINGS:
        yield step, tape.instant_of(-(-tape.target * share // 100))
    due, overrun = tape.instant_of(tape.target), tape.instant_of(2 * tape.target)
    if due is not None and due > tape.voided:
        yield Step.BREACH, due + 1
        yield Step.OVERRUN, None if overrun is None else overrun + 1
    if tape.paused is not None:
        yield Step.LONG_PAUSE, tape.paused + LONG_PAUSE


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_seconds(seconds)

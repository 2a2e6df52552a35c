"""The fold over what happened to a clock: events are played in their order, and the tape says where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from balcao.deadlines.rules.calendars import open_seconds_between, reached, to_seconds
from balcao.deadlines.types import Calendar, ClockEvent, ClockState, EventType, PauseReason, ReopenMode

RESTARTS_AFTER = 7 * 24 * 3600  # fulfilled longer ago than this, a reopened clock begins anew
# What happens at one instant happens in this order; within a rank by sequence number.
_ORDER = {
    EventType.FULFIL: 0,
    EventType.CANCEL: 1,
    EventType.PAUSE: 2,
    EventType.RESUME: 3,
    EventType.REOPEN: 3,
    EventType.SET_TARGET: 4,
    EventType.SET_CALENDAR: 4,
    EventType.START: 5,
    EventType.BREACH: 6,
    EventType.VOID: 7,
}
_LONG_AGO = -(1 << 62)


class BadEvents(ValueError):
    """A list of events is no clock; says why."""


def in_order(events: Sequence[ClockEvent]) -> list[ClockEvent]:
    """Sort events as they count: by instant, then by the fixed order of types, then by sequence number."""
    return sorted(events, key=lambda event: (event.at, _ORDER[event.type], event.sequence))


def played(events: Sequence[ClockEvent], calendars: Mapping[str, Calendar]) -> "Tape":
    """Play all events; raises BadEvents when they start no clock or name what there is not."""
    tape = Tape(calendars)
    for event in in_order(events):
        tape.play(event)
    if not tape.cycle:
        raise BadEvents("No event starts the clock.")
    return tape


@dataclass(slots=True)
class Tape:
    """Where a clock stands while its events are played; instants and spans in seconds."""

    calendars: Mapping[str, Calendar]
    target: int = -1
    key: str = ""  # of the calendar
    calendar: Calendar | None = None
    cycle: int = 0
    started: int = 0
    runs: list[tuple[int, int, Calendar]] = field(default_factory=list)  # what ran in this cycle, and stopped
    used: int = 0  # in those
    running: int | None = None  # since when it runs now
    paused: int | None = None
    paused_for: PauseReason | None = None
    ended: int | None = None
    is_cancelled: bool = False
    breached: int | None = None
    voided: int = _LONG_AGO  # what was due up to here is forgiven
    reached: int = _LONG_AGO  # the instant up to which events were played
    target_said: datetime | None = None  # when it was last set
    calendar_said: datetime | None = None
    early_end: ClockEvent | None = None  # comes before the start of the same instant
    waiting: list[ClockEvent] = field(default_factory=list)  # what was set after the end: for when it is reopened

    def play(self, event: ClockEvent) -> None:
        """Let one event happen. What makes no sense where the clock stands changes nothing."""
        at = to_seconds(event.at)
        if at > self.reached:
            self.notice_breach(at)
            self.reached = at
        match event.type:
            case EventType.START:
                self._start(event, at)
            case EventType.PAUSE:
                self._pause(event, at)
            case EventType.RESUME:
                self._resume(at)
            case EventType.SET_TARGET | EventType.SET_CALENDAR:
                self._set(event, at)
            case EventType.FULFIL | EventType.CANCEL:
                self._end(event, at)
            case EventType.REOPEN:
                self._reopen(event, at)
            case EventType.BREACH:
                self._breach(at)
            case EventType.VOID:
                self.breached, self.voided = None, at

    def notice_breach(self, instant: int) -> None:
        """Note a due instant that has passed by another; no later target takes it back."""
        if not self.cycle or self.ended is not None or self.breached is not None:
            return
        if self.used_by(instant) < self.target:
            return
        due = self.instant_of(self.target)
        if due is not None and self.voided < due < instant:
            self.breached = due

    def used_by(self, instant: int) -> int:
        """Count the seconds used up to an instant not before the last event."""
        if self.running is None or self.calendar is None:
            return self.used
        return self.used + open_seconds_between(self.calendar, self.running, instant)

    def instant_of(self, seconds: int) -> int | None:
        """Return the first instant of this cycle by which so many seconds are used, were it to run on as it does."""
        used = 0
        for since, until, calendar in self.runs:
            more = open_seconds_between(calendar, since, until)
            if used + more >= seconds:
                return reached(calendar, since, seconds - used, is_patient=True)
            used += more
        since_now = self.running if self.running is not None else self.ended
        if since_now is None or self.calendar is None:
            return None
        return reached(self.calendar, since_now, seconds - used)

    def due(self) -> int | None:
        """Return when the target is used up; of a fulfilled clock, when it would have been."""
        return None if self.paused is not None or self.is_cancelled else self.instant_of(self.target)

    def state(self) -> ClockState:
        """Return the word for how it stands."""
        if self.is_cancelled:
            return ClockState.CANCELLED
        if self.ended is not None:
            return ClockState.MET if self.breached is None else ClockState.MISSED
        return ClockState.RUNNING if self.paused is None else ClockState.PAUSED

    # --- What happens to it -------------------------------------------------------------------------------------------

    def _start(self, event: ClockEvent, at: int) -> None:
        if self.cycle and self.ended is None:
            return  # it runs already: the oldest start counts
        self._set_what_waits(at)
        if event.target_seconds is not None and self.target_said != event.at:
            self._set_target(event)
        if event.calendar and self.calendar_said != event.at:
            self._set_calendar(event, at)
        self._begin(at)
        if self.early_end and self.early_end.at == event.at:
            self._end(self.early_end, at)

    def _begin(self, at: int) -> None:
        if self.target < 0 or self.calendar is None:
            raise BadEvents("The clock starts without a target or a calendar.")
        self.cycle += 1
        self.runs, self.used = [], 0
        self.started = self.running = at
        self.ended = self.breached = None
        self.is_cancelled = False

    def _pause(self, event: ClockEvent, at: int) -> None:
        if self.running is None:
            return
        self._stop(at)
        self.paused, self.paused_for = at, _reason(event)

    def _stop(self, at: int) -> None:
        if self.running is not None and self.calendar is not None:
            self.runs.append((self.running, at, self.calendar))
            self.used += open_seconds_between(self.calendar, self.running, at)
        self.running = None

    def _resume(self, at: int) -> None:
        if self.paused is not None:
            self.running, self.paused, self.paused_for = at, None, None

    def _set(self, event: ClockEvent, at: int) -> None:
        if self.ended is not None:
            self.waiting.append(event)  # what is over is judged by what held then
        elif event.type == EventType.SET_TARGET:
            self._set_target(event)
        else:
            self._set_calendar(event, at)

    def _set_what_waits(self, at: int) -> None:
        waiting, self.waiting, self.ended = self.waiting, [], None
        for event in waiting:
            self._set(event, at)

    def _set_target(self, event: ClockEvent) -> None:
        if event.target_seconds is None or event.target_seconds < 0:
            raise BadEvents(f"{event.type} at {event.at.isoformat()} gives no target.")
        self.target, self.target_said = event.target_seconds, event.at

    def _set_calendar(self, event: ClockEvent, at: int) -> None:
        calendar = self.calendars.get(event.calendar)
        if calendar is None:
            raise BadEvents(f"{event.type} at {event.at.isoformat()}: there is no calendar {event.calendar!r}.")
        was_running = self.running is not None
        self._stop(at)
        self.calendar, self.key, self.calendar_said = calendar, event.calendar, event.at
        self.running = at if was_running else None

    def _end(self, event: ClockEvent, at: int) -> None:
        if not self.cycle:
            self.early_end = event
        if not self.cycle or self.ended is not None:
            return
        self._stop(at)
        self.paused, self.paused_for = None, None
        self.ended, self.is_cancelled = at, event.type == EventType.CANCEL

    def _reopen(self, event: ClockEvent, at: int) -> None:
        if self.ended is None:
            return
        is_old = at - self.ended > RESTARTS_AFTER
        mode = event.mode or (ReopenMode.RESTART if is_old else ReopenMode.RESUME)
        self._set_what_waits(at)
        self.is_cancelled = False
        if mode == ReopenMode.RESTART:
            self._begin(at)
        else:
            self.running = at

    def _breach(self, at: int) -> None:
        if self.breached is None and at > self.voided:
            self.breached = at


def _reason(event: ClockEvent) -> PauseReason | None:
    try:
        return PauseReason(event.reason) if event.reason else None
    except ValueError as error:
        raise BadEvents(f"{event.type} at {event.at.isoformat()}: {event.reason!r} is no reason to pause.") from error

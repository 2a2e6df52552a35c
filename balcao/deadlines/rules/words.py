"""How a due time came about, as lines of facts that a face puts into words; and the words in English."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from balcao.deadlines.rules.calendars import from_seconds, to_seconds
from balcao.deadlines.rules.tape import BadEvents, Tape, in_order
from balcao.deadlines.rules.timetables import timetable
from balcao.deadlines.types import Calendar, ClockEvent, EventType

MOST_SPANS = 8  # open times that are told one by one; of more, only their number and sum


class Told(StrEnum):
    """What a line says; beside each the facts it has."""

    STARTED = "started"  # at, seconds: the target, calendar
    COUNTED = "counted"  # at, until, seconds
    COUNTED_MANY = "counted_many"  # at, until, seconds, number: of open times
    CLOSED = "closed"  # at, until: not a second of it was open
    PAUSED = "paused"  # at, reason
    RESUMED = "resumed"  # at
    TARGET = "target"  # at, seconds, before
    CALENDAR = "calendar"  # at, calendar
    FULFILLED = "fulfilled"  # at, seconds: used
    CANCELLED = "cancelled"  # at, reason
    REOPENED = "reopened"  # at, seconds: used already
    RESTARTED = "restarted"  # at
    BREACHED = "breached"  # at: the due instant that passed
    VOIDED = "voided"  # at, reason
    LEFT = "left"  # seconds: what is left of the target, less than nothing when it is used up
    STANDS = "stands"  # seconds: left, while it is paused
    DUE = "due"  # at
    NEVER_DUE = "never_due"  # calendar
    IN_TIME = "in_time"  # at: when it would have been due
    LATE = "late"  # at: when it was due


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation."""

    told: Told
    at: datetime | None = None
    until: datetime | None = None
    seconds: int = 0
    before: int = 0
    number: int = 0
    calendar: str = ""
    reason: str = ""


def explain(events: Sequence[ClockEvent], calendars: Mapping[str, Calendar], *, now: datetime) -> tuple[Line, ...]:
    """Tell step by step how a clock came to stand as it does; raises BadEvents."""
    tape, lines = Tape(calendars), list[Line]()
    for event in in_order(events):
        before = replace(tape, runs=list(tape.runs))
        tape.play(event)
        lines += _counted_since(before, tape, event)
        lines += _told_of(event, before, tape)
    if not tape.cycle:
        raise BadEvents("No event starts the clock.")
    breached = tape.breached
    tape.notice_breach(max(to_seconds(now), tape.reached))
    lines += _ending(tape, max(to_seconds(now), tape.reached))
    if breached is None and tape.breached is not None:
        lines.append(Line(Told.BREACHED, from_seconds(tape.breached)))
    return tuple(lines)


def _counted_since(before: Tape, tape: Tape, event: ClockEvent) -> Iterator[Line]:
    if len(tape.runs) > len(before.runs) and tape.cycle == before.cycle:
        yield from _counted(*tape.runs[-1])
    if before.breached is None and tape.breached is not None and event.type != EventType.BREACH:
        yield Line(Told.BREACHED, from_seconds(tape.breached))


def _counted(since: int, until: int, calendar: Calendar) -> Iterator[Line]:
    """Tell the open times between two instants, one by one while they are few."""
    span = timetable(calendar).covering(since, until)
    found = [
        (max(span.opens[number], since), min(span.closes[number], until))
        for number in range(bisect_right(span.closes, since), bisect_left(span.opens, until))
    ]
    first, last = from_seconds(since), from_seconds(until)
    if not found and until > since:
        yield Line(Told.CLOSED, first, last)
    elif len(found) > MOST_SPANS:
        yield Line(Told.COUNTED_MANY, first, last, sum(shut - opened for opened, shut in found), number=len(found))
    else:
        for opened, shut in found:
            yield Line(Told.COUNTED, from_seconds(opened), from_seconds(shut), shut - opened)


def _told_of(event: ClockEvent, before: Tape, tape: Tape) -> Iterator[Line]:
    """Tell what an event did; one that did nothing is not told."""
    at = event.at
    match event.type:
        case EventType.START if tape.cycle > before.cycle:
            yield Line(Told.STARTED, at, seconds=tape.target, calendar=tape.key)
        case EventType.PAUSE if before.paused is None and tape.paused is not None:
            yield Line(Told.PAUSED, at, reason=event.reason)
        case EventType.RESUME if before.paused is not None and tape.paused is None:
            yield Line(Told.RESUMED, at)
        case EventType.SET_TARGET if tape.target != before.target:
            yield Line(Told.TARGET, at, seconds=tape.target, before=max(0, before.target))
        case EventType.SET_CALENDAR if tape.key != before.key:
            yield Line(Told.CALENDAR, at, calendar=tape.key)
        case EventType.REOPEN if before.ended is not None:
            is_anew = tape.cycle > before.cycle
            yield Line(Told.RESTARTED, at) if is_anew else Line(Told.REOPENED, at, seconds=tape.used)
        case EventType.BREACH if tape.breached != before.breached:
            yield Line(Told.BREACHED, at)
        case EventType.VOID:
            yield Line(Told.VOIDED, at, reason=event.reason)
    if before.ended is None and tape.ended is not None:
        told = Told.CANCELLED if tape.is_cancelled else Told.FULFILLED
        yield Line(told, from_seconds(tape.ended), seconds=tape.used, reason=event.reason if tape.is_cancelled else "")


def _ending(tape: Tape, now: int) -> Iterator[Line]:
    due = tape.due()
    if tape.is_cancelled:
        return
    if tape.ended is not None:
        if due is not None:
            yield Line(Told.IN_TIME if tape.ended <= due else Told.LATE, from_seconds(due))
    elif tape.paused is not None:
        yield Line(Told.STANDS, seconds=tape.target - tape.used)
    elif due is None:
        yield Line(Told.NEVER_DUE, calendar=tape.key)
    else:
        if tape.running is not None and tape.calendar is not None and due > tape.running:
            yield from _counted(tape.running, due, tape.calendar)
        yield Line(Told.DUE, from_seconds(due))
        yield Line(Told.LEFT, seconds=tape.target - tape.used_by(now))


# --- In English -------------------------------------------------------------------------------------------------------


def in_english(line: Line, *, zone: tzinfo = UTC) -> str:
    """Say a line to an operator, with the times of a zone."""
    return _SENTENCES[line.told].format(
        at=_when(line.at, zone),
        until=_until(line, zone),
        length=duration(line.seconds),
        before=duration(line.before),
        number=line.number,
        calendar=line.calendar,
        because=f" ({line.reason.replace('_', ' ')})" if line.reason else "",
        left=f"{duration(line.seconds)} are left." if line.seconds >= 0 else f"It is {duration(line.seconds)} over.",
    )


def duration(seconds: int) -> str:
    """Write a length of time: "2 h 30 min"; seconds only where there is nothing else."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    parts = [f"{amount} {unit}" for amount, unit in ((hours, "h"), (minutes, "min")) if amount]
    return " ".join(parts) or f"{abs(seconds)} s"


def _when(at: datetime | None, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}" if at else ""


def _until(line: Line, zone: tzinfo) -> str:
    if line.at and line.until and line.at.astimezone(zone).date() == line.until.astimezone(zone).date():
        return f"{line.until.astimezone(zone):%H:%M}"
    return _when(line.until, zone)


_SENTENCES = {
    Told.STARTED: "Started {at} with {length} by the calendar {calendar}.",
    Told.COUNTED: "{at} to {until}: {length}.",
    Told.COUNTED_MANY: "{at} to {until}: {length} in {number} open times.",
    Told.CLOSED: "{at} to {until}: closed, nothing counts.",
    Told.PAUSED: "Paused {at}{because}.",
    Told.RESUMED: "Resumed {at}.",
    Told.TARGET: "Target set {at} from {before} to {length}, from the start on.",
    Told.CALENDAR: "By the calendar {calendar} since {at}.",
    Told.FULFILLED: "Fulfilled {at} after {length}.",
    Told.CANCELLED: "Cancelled {at}{because}.",
    Told.REOPENED: "Reopened {at}; {length} stay used.",
    Told.RESTARTED: "Reopened {at} and begun anew.",
    Told.BREACHED: "Breached: due {at}.",
    Told.VOIDED: "Forgiven {at}{because}.",
    Told.LEFT: "{left}",
    Told.STANDS: "While it is paused it is not due. {left}",
    Told.DUE: "Due {at}.",
    Told.NEVER_DUE: "Never due: the calendar {calendar} has no open time ahead.",
    Told.IN_TIME: "In time: due {at}.",
    Told.LATE: "Late: it was due {at}.",
}

"""Worked examples of clocks (see tests/fixtures/sla-examples): each is worked out and held against what it expects."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from balcao.deadlines.rules import days
from balcao.deadlines.rules.calendars import parse_calendar
from balcao.deadlines.rules.clocks import read
from balcao.deadlines.rules.example_fields import (
    LIMIT,
    TOLD_OF_A_CALENDAR,
    BadExample,
    array,
    beginning,
    day,
    fields_of,
    ignored,
    instant,
    seconds,
    table,
    text,
    whole,
    word,
)
from balcao.deadlines.rules.forecast import Limit, forecast
from balcao.deadlines.rules.replies import Said, Sender, Wait, first_reply, next_replies
from balcao.deadlines.types import Calendar, ClockEvent, EventType, Reading, ReopenMode

__all__ = ["FORMAT", "BadExample", "Outcome", "outcomes"]

FORMAT = 1
_UNITS = {
    "days": days.Unit.CALENDAR_DAYS,
    "business_days": days.Unit.WORKING_DAYS,
    **{unit.value: unit for unit in days.Unit},
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one example."""

    id: str
    expect: Any
    got: Any
    is_ok: bool
    error: str = ""
    ignored: tuple[str, ...] = ()  # fields that say nothing to anybody here, perhaps misspelt


def outcomes(document: Any) -> Iterator[Outcome]:
    """Work out every example of a document; raises BadExample where it is none of examples."""
    fields = fields_of(document, "The file", {"examples"})
    if fields.get("format", FORMAT) != FORMAT:
        raise BadExample(f"The file is of the format {fields['format']!r}; known is {FORMAT}.")
    calendars = _Calendars(table(fields.get("calendars", {}), "The field 'calendars'"))
    for number, example in enumerate(array(fields["examples"], "The field 'examples'"), 1):
        yield _outcome(example, number, calendars)


def _outcome(example: Any, number: int, calendars: "_Calendars") -> Outcome:
    plain: Mapping[str, Any] = example if isinstance(example, Mapping) else {}
    name, expect = str(plain.get("id", f"#{number}")), plain.get("expect")
    unread = tuple(ignored(plain))
    try:
        got = _asked(expect, _worked_out(example, calendars), "expect")
    except (ValueError, OverflowError) as error:  # BadExample, BadEvents, CalendarRefused, OutOfRange; a date too far
        return Outcome(name, expect, None, is_ok=False, error=str(error), ignored=unread)
    return Outcome(name, expect, _shown_like(got, expect), is_ok=_is_equal(got, expect), ignored=unread)


def _worked_out(example: Any, calendars: "_Calendars") -> dict[str, Any]:
    kind = table(example, "The example").get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise BadExample(f"The kind {kind!r} is not known; known are {', '.join(_KINDS)}.")
    return _KINDS[kind](example, calendars)


class _Calendars(Mapping[str, Calendar]):
    """The calendars of a file, each read when an example asks for it: a bad one spoils no other example."""

    def __init__(self, specs: Mapping[str, Any]) -> None:
        self._specs = specs
        self._read: dict[str, Calendar] = {}

    def __getitem__(self, name: str) -> Calendar:
        if name not in self._read:
            spec = self._specs[name]
            if isinstance(spec, Mapping):
                spec = {field: value for field, value in spec.items() if field not in TOLD_OF_A_CALENDAR}
            self._read[name] = parse_calendar(spec)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)


# --- The kinds --------------------------------------------------------------------------------------------------------


def _clock(example: Mapping[str, Any], calendars: _Calendars) -> dict[str, Any]:
    fields = fields_of(example, "The example", {"calendar", "target_minutes", "events", "expect"})
    events = [_event(one, number) for number, one in enumerate(array(fields["events"], "events"), 1)]
    if not events:
        raise BadExample("events: there are none.")
    is_asked_now = "now" in fields
    now = instant(fields["now"], "now") if is_asked_now else max(event.at for event in events)
    reading = read([*_set_first(fields, events, calendars), *events], calendars, now=now)
    return {
        **_standing(reading, is_asked_now=is_asked_now),
        "remaining_minutes": _minutes(reading.remaining),
        "state": reading.state.value,
        "breached": reading.breached_at is not None,
        "breached_at": reading.breached_at,
    }


def _set_first(
    fields: Mapping[str, Any], events: Sequence[ClockEvent], calendars: _Calendars
) -> tuple[ClockEvent, ClockEvent]:
    """Return the example's own target and calendar as set before everything else."""
    begin = min(event.at for event in events)
    target = seconds(fields["target_minutes"], "target_minutes")
    key = text(fields["calendar"], "calendar")
    if key not in calendars:
        raise BadExample(f"calendar: there is no calendar {key!r}.")
    return (
        ClockEvent(begin, EventType.SET_TARGET, target_seconds=target),
        ClockEvent(begin, EventType.SET_CALENDAR, calendar=key),
    )


def _event(event: Any, number: int) -> ClockEvent:
    where = f"The event {number}"
    given = fields_of(event, where, {"at", "type"})
    return ClockEvent(
        at=instant(given["at"], f"{where}: at"),
        type=word(EventType, given["type"], f"{where}: type"),
        sequence=number,
        target_seconds=seconds(given["target_minutes"], f"{where}: target_minutes")
        if "target_minutes" in given
        else None,
        calendar=text(given.get("calendar", ""), f"{where}: calendar"),
        reason=text(given.get("reason", ""), f"{where}: reason"),
        mode=word(ReopenMode, given["policy"], f"{where}: policy") if "policy" in given else None,
    )


def _conversation(example: Mapping[str, Any], calendars: _Calendars) -> dict[str, Any]:
    needed = {"calendar", "first_reply_target", "next_reply_target", "messages", "expect"}
    fields = fields_of(example, "The example", needed)
    said = [_said(one, number) for number, one in enumerate(array(fields["messages"], "messages"), 1)]

    def waited(wait: Wait, target: str) -> dict[str, Any]:
        events = _visit(wait.since, wait.answered_at, target=fields[target], calendar=fields["calendar"])
        standing = _standing(read(events, calendars, now=wait.answered_at or wait.since))
        return {"due_at": standing["due_at"], "minutes": standing["consumed_minutes"], "met": standing["met"]}

    first = first_reply(said)
    return {
        "first_reply": waited(first, "first_reply_target") if first else None,
        "next_replies": [waited(wait, "next_reply_target") for wait in next_replies(said)],
    }


def _said(message: Any, number: int) -> Said:
    where = f"The message {number}"
    fields = fields_of(message, where, {"at", "from"})
    return Said(instant(fields["at"], f"{where}: at"), word(Sender, fields["from"], f"{where}: from"))


def _stages(example: Mapping[str, Any], calendars: _Calendars) -> dict[str, Any]:
    fields = fields_of(example, "The example", {"total", "started_at", "stages", "expect"})
    promise = fields_of(fields["total"], "The total", LIMIT)
    stages = [_stage(one, number, calendars) for number, one in enumerate(array(fields["stages"], "stages"), 1)]
    visits = [stage for stage in stages if stage["entered_at"]]
    started = instant(fields["started_at"], "started_at")
    seen = [started, *(visit["left_at"] or visit["entered_at"] for visit in visits)]
    now = instant(fields["now"], "now") if "now" in fields else max(seen)
    clocks = [(started, None, promise), *((visit["entered_at"], visit["left_at"], visit) for visit in visits)]
    total, *readings = [
        read(_visit(since, until, target=of["target_minutes"], calendar=of["calendar"]), calendars, now=now)
        for since, until, of in clocks
    ]
    left = [Limit(seconds(one["target_minutes"], "A stage"), one["calendar"]) for one in stages if one not in visits]
    foreseen = forecast(total=total, stage=readings[-1] if readings else None, left=left, calendars=calendars, now=now)
    standings = [_standing(reading) for reading in readings]
    foretold = {"forecast_at": foreseen.done_at, "at_risk": foreseen.is_at_risk}
    return {"total_due_at": total.due_at, "stages": standings, **foretold}


def _stage(stage: Any, number: int, calendars: _Calendars) -> dict[str, Any]:
    where = f"The stage {number}"
    fields = fields_of(stage, where, LIMIT)
    if text(fields["calendar"], f"{where}: calendar") not in calendars:
        raise BadExample(f"{where}: there is no calendar {fields['calendar']!r}.")
    instants = {name: fields.get(name) for name in ("entered_at", "left_at")}
    return {**fields, **{name: value and instant(value, f"{where}: {name}") for name, value in instants.items()}}


def _days(example: Mapping[str, Any], calendars: _Calendars) -> dict[str, Any]:
    needed = {"tz", "start", "amount", "unit", "expect"}
    fields = fields_of(example, "The example", needed)
    if text(fields["unit"], "unit") not in _UNITS:
        raise BadExample(f"unit: {fields['unit']!r} is not known; known are {', '.join(_UNITS)}.")
    zone = text(fields["tz"], "tz")
    last = days.last_day(
        start=beginning(fields["start"], "start", zone=zone),
        amount=whole(fields["amount"], "amount"),
        unit=_UNITS[fields["unit"]],
        zone=zone,
        roll=word(days.Roll, fields.get("roll", "none"), "roll"),
        holidays={day(one, "holidays") for one in array(fields.get("holidays", []), "holidays")},
    )
    return {"last_day": last.isoformat(), "ends_at": days.ends_at(last, zone=zone)}


_KINDS: Mapping[str, Callable[[Mapping[str, Any], _Calendars], dict[str, Any]]] = {
    "clock": _clock,
    "conversation": _conversation,
    "stages": _stages,
    "days": _days,
}


def _visit(since: datetime, until: datetime | None, *, target: Any, calendar: Any) -> Sequence[ClockEvent]:
    limit, key = seconds(target, "A target"), text(calendar, "A calendar")
    start = ClockEvent(since, EventType.START, target_seconds=limit, calendar=key)
    return [start, ClockEvent(until, EventType.FULFIL)] if until else [start]


def _standing(reading: Reading, *, is_asked_now: bool = False) -> dict[str, Any]:
    """Return what every clock is asked; what is used is told where it stands still, or of the instant asked for."""
    is_still = is_asked_now or reading.ended_at is not None or reading.paused_at is not None
    consumed = _minutes(reading.used) if is_still else None
    return {"due_at": reading.due_at, "consumed_minutes": consumed, "met": reading.is_in_time}


def _minutes(amount: int) -> float:
    return amount // 60 if amount % 60 == 0 else amount / 60


# --- Comparing --------------------------------------------------------------------------------------------------------


def _asked(expect: Any, known: Any, where: str) -> Any:
    """Return of what is known the parts that the example speaks of."""
    if isinstance(expect, Mapping) and isinstance(known, Mapping):
        for name in expect:
            if name not in known:
                raise BadExample(f"{where} has the unknown field {name!r}; known are {', '.join(known)}.")
        return {name: _asked(expect[name], known[name], f"{where}.{name}") for name in expect}
    if isinstance(expect, list) and isinstance(known, list) and len(expect) == len(known):
        return [_asked(one, other, where) for one, other in zip(expect, known, strict=True)]
    return known


def _shown_like(got: Any, expect: Any) -> Any:
    """Return what came out as JSON, instants in the offset in which they were expected."""
    if isinstance(got, Mapping):
        hints = expect if isinstance(expect, Mapping) else {}
        return {name: _shown_like(value, hints.get(name)) for name, value in got.items()}
    if isinstance(got, list):
        hint_list = expect if isinstance(expect, list) else []
        return [_shown_like(one, hint) for one, hint in zip_longest(got, hint_list[: len(got)])]
    if isinstance(got, datetime):
        hint = _as_instant(expect)
        return (got if hint is None else got.astimezone(hint.tzinfo)).isoformat()
    return got


def _is_equal(got: Any, expect: Any) -> bool:
    """Compare instants as such, minutes to the second, everything else as it stands."""
    if isinstance(got, datetime):
        return got == _as_instant(expect)
    if isinstance(got, Mapping) and isinstance(expect, Mapping):
        return got.keys() == expect.keys() and all(_is_equal(got[name], expect[name]) for name in got)
    if isinstance(got, list) and isinstance(expect, list):
        return len(got) == len(expect) and all(map(_is_equal, got, expect))
    if isinstance(got, bool) or isinstance(expect, bool) or got is None or expect is None:
        return got is expect
    if isinstance(got, (int, float)) and isinstance(expect, (int, float)):
        return abs(got - expect) * 60 < 0.5  # noqa: PLR2004 - half a second
    return bool(got == expect)


def _as_instant(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None

"""A clock's history as it is kept: rows of JSON that are only added to, and what of them counts.

Beside the events of a clock there are three rows of another type: `undo` names the key of rows that did not happen
after all (an answer that was recalled before it left), `absorb` brings along the history of the same clock of a ticket
that was merged into this one, `mark` says something that changes nothing yet (by what a target was chosen).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from balcao.deadlines.types import ClockEvent, EventType, PauseReason, ReopenMode

Row = Mapping[str, Any]

UNDO, ABSORB, MARK = "undo", "absorb", "mark"
_MINE_STAYS = (EventType.SET_TARGET, EventType.SET_CALENDAR, EventType.BREACH, EventType.VOID)
_ENDS = (EventType.FULFIL, EventType.CANCEL)


def row_of(event: ClockEvent, *, key: str, **more: Any) -> dict[str, Any]:
    """Return an event as it is kept; `key` says what it follows from, `more` what else is worth knowing."""
    told = {
        "target": event.target_seconds,
        "calendar": event.calendar,
        "reason": event.reason,
        "mode": event.mode.value if event.mode else "",
        **more,
    }
    kept = {name: value for name, value in told.items() if value not in (None, "")}
    return {"key": key, "type": event.type.value, "at": event.at.isoformat(), **kept}


def undo_row(*, of: str, key: str, at: datetime) -> dict[str, Any]:
    """Return the row that takes back what followed from a key."""
    return {"key": key, "type": UNDO, "at": at.isoformat(), "of": of}


def absorb_row(rows: Iterable[Row], *, key: str, at: datetime, **more: Any) -> dict[str, Any]:
    """Return the row that brings another clock's history along, as it stands."""
    return {"key": key, "type": ABSORB, "at": at.isoformat(), "rows": list(standing(rows)), **more}


def mark_row(*, key: str, at: datetime, **more: Any) -> dict[str, Any]:
    """Return a row that only says something."""
    return {"key": key, "type": MARK, "at": at.isoformat(), **more}


def last_said(rows: Sequence[Row], name: str) -> Any:
    """Return what the last row says that says something under a name; None when none does."""
    undone = {row["of"] for row in rows if row["type"] == UNDO}
    return next((row[name] for row in reversed(rows) if name in row and row["key"] not in undone), None)


def has(rows: Iterable[Row], *, key: str, kind: str) -> bool:
    """Tell whether a history holds a row of a type that follows from a key."""
    return any(row["key"] == key and row["type"] == kind for row in rows)


def events_of(rows: Iterable[Row]) -> list[ClockEvent]:
    """Return the events of a history: without what was taken back, with what was brought along."""
    return [_event(row, number) for number, row in enumerate(standing(rows))]


def standing(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that count, as plain events."""
    rows = list(rows)
    undone = {row["of"] for row in rows if row["type"] == UNDO}
    found: list[Row] = []
    for row in rows:
        if row["key"] in undone or row["type"] in (UNDO, MARK):
            continue
        if row["type"] == ABSORB:
            found = _joined(found, row["rows"], at=row["at"])
        else:
            found.append(row)
    return found


def _event(row: Row, number: int) -> ClockEvent:
    return ClockEvent(
        at=datetime.fromisoformat(row["at"]),
        type=EventType(row["type"]),
        sequence=number,
        target_seconds=row.get("target"),
        calendar=row.get("calendar", ""),
        reason=row.get("reason", ""),
        mode=ReopenMode(row["mode"]) if row.get("mode") else None,
    )


# --- Two histories that become one ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Life:
    """The cycle that a history is in: when it ran, and how it stands at the end."""

    started: datetime
    ran: list[tuple[datetime, datetime]]
    last: str  # the type of its last change of standing
    ended: datetime
    reason: str

    @property
    def is_running(self) -> bool:
        return self.last in (EventType.START, EventType.RESUME, EventType.REOPEN)


def _joined(mine: Sequence[Row], theirs: Sequence[Row], *, at: str) -> list[Row]:
    """Return one history of two: the earlier start, and time that either of them ran."""
    if not mine or not theirs:
        return list(mine or theirs)
    until = datetime.fromisoformat(at)
    one, other = _life(mine, until), _life(theirs, until)
    first = next(row for row in mine if row["type"] == EventType.START)
    spans = list(_united([*one.ran, *other.ran]))
    start = {**first, "at": min(one.started, other.started).isoformat()}
    kept = [row for row in mine if row["type"] in _MINE_STAYS]
    return [start, *kept, *_gaps(start, spans, one, other, until)]


def _life(rows: Sequence[Row], until: datetime) -> _Life:
    life = _Life(until, [], "", until, "")
    since: datetime | None = None
    for row in sorted(rows, key=lambda row: datetime.fromisoformat(row["at"])):
        at, kind = datetime.fromisoformat(row["at"]), row["type"]
        if kind == EventType.START or (kind == EventType.REOPEN and row.get("mode") == ReopenMode.RESTART):
            life.started, life.ran, since = at, [], at
        elif kind in (EventType.RESUME, EventType.REOPEN):
            since = since or at
        elif kind in (EventType.PAUSE, *_ENDS):
            if since is not None and since < at:
                life.ran.append((since, at))
            since, life.ended, life.reason = None, at, row.get("reason", "")
        else:
            continue
        life.last = kind
    if since is not None and since < until:
        life.ran.append((since, until))
    return life


def _united(spans: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    current: tuple[datetime, datetime] | None = None
    for start, end in sorted(spans):
        if current and start <= current[1]:
            current = current[0], max(current[1], end)
            continue
        if current:
            yield current
        current = start, end
    if current:
        yield current


def _gaps(
    start: Row, spans: Sequence[tuple[datetime, datetime]], one: _Life, other: _Life, until: datetime
) -> Iterator[Row]:
    """Give the rows that let a clock run in these spans only, and stand at the end as either of them does."""
    key, at = start["key"], datetime.fromisoformat(start["at"])
    reason = next((life.reason for life in (one, other) if life.reason in set(PauseReason)), PauseReason.CUSTOMER)
    for begin, end in spans:
        if at < begin:
            yield {"key": key, "type": EventType.PAUSE, "at": at.isoformat(), "reason": reason}
            yield {"key": key, "type": EventType.RESUME, "at": begin.isoformat()}
        at = end
    if one.is_running or other.is_running:
        if at < until:
            yield {"key": key, "type": EventType.PAUSE, "at": at.isoformat(), "reason": reason}
            yield {"key": key, "type": EventType.RESUME, "at": until.isoformat()}
        return
    waiting = [life for life in (one, other) if life.last == EventType.PAUSE]
    if waiting:
        yield {"key": key, "type": EventType.PAUSE, "at": at.isoformat(), "reason": waiting[0].reason or reason}
        return
    last = max((one, other), key=lambda life: life.ended)
    yield {"key": key, "type": last.last, "at": last.ended.isoformat(), "reason": last.reason}

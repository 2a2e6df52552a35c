"""Clocks in hand: read and locked together, added to in memory, written together.

Here alone a clock's row is made to say what its events say. A change of a clock leaves no journal entry of its own: it
follows from one, whose position is the key of its row in the history. What nobody else says does: a breach.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from balcao.deadlines.models import Clock, Escalation, Timer
from balcao.deadlines.queries.hours import HOURS, id_in, prefetch
from balcao.deadlines.rules import clocks as rules
from balcao.deadlines.rules import histories, ladder
from balcao.deadlines.types import ClockEvent, ClockKind, ClockState, EventType, Fire, Reading, Step
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.kit.db import insert, locked
from balcao.kit.gathering import gathering

_TABLE = Clock._meta.db_table  # noqa: SLF001 - Django's public-by-custom options
_CACHED = (
    "events",
    "fired",
    "state",
    "due_at",
    "target_seconds",
    "calendar_version_id",
    "paused_for",
    "paused_left",
    "started_at",
    "ended_at",
    "breached_at",
    "is_voided",
    "is_at_risk",
    "inputs_hash",
)


class Hand:
    """Clocks of some tickets, as their rows stand, and those of them that were changed since."""

    def __init__(self, clocks: Iterable[Clock] = ()) -> None:
        self.clocks = list(clocks)
        self._of: dict[int, list[Clock]] = {}  # by ticket
        self._changed: dict[int, Clock] = {}  # by identity: a new clock has no key yet
        self._broken: list[Clock] = []  # those found late, of which nobody has heard
        for clock in self.clocks:
            self._of.setdefault(clock.ticket_id, []).append(clock)

    def of(self, ticket_id: int, *kinds: str) -> list[Clock]:
        """Return a ticket's clocks of these kinds, the oldest first."""
        return [clock for clock in self._of.get(ticket_id, ()) if clock.kind in kinds]

    def begin(self, clock: Clock, event: ClockEvent, *, key: str, **more: Any) -> Clock:
        """Take a new clock in hand, with the event that starts it."""
        self.clocks.append(clock)
        self._of.setdefault(clock.ticket_id, []).append(clock)
        self.add(clock, event, key=key, **more)
        return clock

    def add(self, clock: Clock, event: ClockEvent, *, key: str, **more: Any) -> bool:
        """Add an event to a clock; False when it was added before."""
        if histories.has(clock.events, key=key, kind=event.type):
            return False
        return self.put(clock, histories.row_of(event, key=key, **more))

    def put(self, clock: Clock, row: dict[str, Any]) -> bool:
        """Add a row to a clock's history; the same row again changes nothing."""
        if histories.has(clock.events, key=row["key"], kind=row["type"]):
            return False
        clock.events = [*clock.events, row]
        refresh(clock)
        self.touch(clock)
        return True

    def note_breach(self, clock: Clock, *, now: datetime | None = None) -> None:
        """Write down a promise that is broken by now: as an event it survives whatever changes later."""
        due = reading_of(clock, now=now).breached_at
        event = ClockEvent(due, EventType.BREACH) if due else None
        if event and self.add(clock, event, key=f"breach {event.at.isoformat()}"):
            self._broken.append(clock)

    def touch(self, clock: Clock) -> None:
        """Have a clock written that was changed otherwise."""
        self._changed[id(clock)] = clock

    def is_changed(self, clock: Clock) -> bool:
        """Tell whether a clock waits to be written."""
        return id(clock) in self._changed

    def drop(self, clock: Clock) -> None:
        """Leave a clock unwritten."""
        self._changed.pop(id(clock), None)

    def write(self, *, is_news: bool = True) -> list[Clock]:
        """Write what was changed, within the caller's transaction; return it. What is no news leaves no entry."""
        for clock in [clock for clock in self._changed.values() if clock.breached_at]:
            self.note_breach(clock)
        changed, broken = list(self._changed.values()), self._broken
        self._changed, self._broken = {}, []
        fresh = [clock for clock in changed if clock._state.adding]  # noqa: SLF001 - Django's public-by-custom state
        _update([clock for clock in changed if not clock._state.adding])  # noqa: SLF001
        with gathering(Clock, room=len(fresh)):
            for clock in fresh:
                insert(clock)
        _wind(changed)
        for clock in broken:
            if clock.breached_at and is_news:
                record(name="clock.breached", at=clock.breached_at, **told(clock))
        return changed


def take(ticket_ids: Iterable[int]) -> Hand:
    """Lock and read all clocks of these tickets, within the caller's transaction."""
    rows = locked(Clock.objects.filter(ticket_id__in=set(ticket_ids)).select_related("owner__lead").order_by("pk"))
    return _in_hand(list(rows))


def take_clocks(clock_ids: Iterable[int]) -> Hand:
    """Lock and read these clocks, within the caller's transaction."""
    return _in_hand(list(locked(Clock.objects.filter(pk__in=set(clock_ids)).order_by("pk"))))


def _in_hand(clocks: list[Clock]) -> Hand:
    prefetch(row["calendar"] for clock in clocks for row in clock.events if "calendar" in row)
    return Hand(clocks)


def reading_of(clock: Clock, *, now: datetime | None = None) -> Reading:
    """Read a clock at an instant; without one, at the last thing that happened to it."""
    events = histories.events_of(clock.events)
    at = max(event.at for event in events)
    return rules.read(events, HOURS, now=max(now, at) if now else at)


def refresh(clock: Clock) -> None:
    """Let a clock's row say what its events say."""
    found = reading_of(clock)
    clock.state = found.state
    clock.due_at = found.due_at
    clock.target_seconds = found.target
    clock.calendar_version_id = id_in(found.calendar)
    clock.paused_for = found.paused_for or ""
    clock.paused_left = found.remaining if found.state == ClockState.PAUSED else None
    clock.started_at = found.started_at
    clock.ended_at = found.ended_at
    clock.breached_at = found.breached_at
    clock.is_voided = found.breached_at is None and any(row["type"] == EventType.VOID for row in clock.events)
    clock.is_at_risk = is_at_risk(clock)
    clock.inputs_hash = hash_of(clock)


def hash_of(clock: Clock) -> str:
    """Return the digest of what a clock's row is read from."""
    rows = json.dumps(clock.events, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(rows.encode()).hexdigest()


def is_at_risk(clock: Clock) -> bool:
    """Tell whether a running clock will be late by its forecast, although it is not yet."""
    is_open = clock.state == ClockState.RUNNING and clock.breached_at is None
    return bool(is_open and clock.forecast_at and clock.due_at and clock.forecast_at > clock.due_at)


def told(clock: Clock, **facts: Any) -> dict[str, Any]:
    """Return what every journal entry about a clock says of it."""
    known = {
        "ticket": clock.ticket_id,
        "clock": clock.pk,
        "kind": clock.kind,
        "subject": [clock.subject_kind, clock.subject_id],
        "department": clock.owner_id,
        "due_at": clock.due_at.isoformat() if clock.due_at else None,
    }
    return {
        "actor": SYSTEM,
        "about": [Subject(SubjectKind.TICKET, clock.ticket_id)],
        "shop_id": clock.shop_id,
        "facts": {**known, **facts},
    }


def _update(clocks: Sequence[Clock]) -> None:
    """Write these rows by one prepared statement: `bulk_update` would write a CASE of hundreds of branches."""
    if not clocks:
        return
    fields = [field for field in Clock._meta.concrete_fields if field.attname in _CACHED]  # noqa: SLF001 - as above
    places = ", ".join(f"{connection.ops.quote_name(str(field.column))} = %s" for field in fields)
    rows = [
        [*(field.get_db_prep_save(getattr(clock, field.attname), connection) for field in fields), clock.pk]
        for clock in clocks
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {_TABLE} SET {places} WHERE id = %s", rows)  # noqa: S608 - our own names


# --- Timers -----------------------------------------------------------------------------------------------------------


def _wind(clocks: Sequence[Clock]) -> None:
    """Set the timers of these clocks to their next steps; one that does not run has no escalation left to answer."""
    open_ones = [clock for clock in clocks if clock.state == ClockState.RUNNING]
    idle = [clock for clock in clocks if clock.state != ClockState.RUNNING]
    _settle(idle)
    answers = _answers(open_ones)
    moments = {clock.pk: next_step(clock, answer_by=answers.get(clock.pk)) for clock in clocks}
    timers = [Timer(clock_id=pk, fire_at=moment[0], step=moment[1]) for pk, moment in moments.items() if moment]
    Timer.objects.bulk_create(timers, update_conflicts=True, unique_fields=["clock"], update_fields=["fire_at", "step"])
    stopped = [pk for pk, moment in moments.items() if moment is None]
    if stopped:
        Timer.objects.filter(clock__in=stopped).delete()


def next_step(clock: Clock, *, answer_by: datetime | None = None) -> tuple[datetime, str] | None:
    """Return when to look at a clock again, and for what; None when nothing will be due."""
    return ladder.next_moment(steps_left(clock), answer_by=answer_by)


def steps_left(clock: Clock) -> list[Fire]:
    """Return the steps of a clock's ladder that were not fired yet, the next one first."""
    if clock.ended_at is not None:
        return []
    fires = [
        fire
        for fire in rules.fires(histories.events_of(clock.events), HOURS)
        if fire.step != Step.LONG_PAUSE or clock.kind != ClockKind.LEGAL  # there it is the law that lets it stand
    ]
    urged = [datetime.fromisoformat(row["at"]) for row in clock.events if row.get("urged")]
    fires = sorted([*fires, *(Fire(Step.AT_ONCE, at) for at in urged)], key=lambda fire: fire.at)
    return ladder.pending(fires, reading_of(clock), fired=clock.fired, is_voided=clock.is_voided)


def _settle(clocks: Sequence[Clock]) -> None:
    since = {clock.pk: clock.ended_at or reading_of(clock).paused_at for clock in clocks if clock.fired}
    rows = Escalation.objects.filter(clock__in=since, answered_at__isnull=True) if since else Escalation.objects.none()
    asked = [row for row in rows if (at := since[row.clock_id]) and row.at <= at]  # a long pause is asked about later
    for escalation in asked:
        escalation.answered_at = since[escalation.clock_id]
    Escalation.objects.bulk_update(asked, ["answered_at"])


def _answers(clocks: Sequence[Clock]) -> dict[int, datetime]:
    """Return of each clock by when the first of its escalations has to be answered."""
    asked = [clock.pk for clock in clocks if clock.fired]
    if not asked:
        return {}
    rows = Escalation.objects.filter(clock__in=asked, answered_at__isnull=True, answer_by__isnull=False)
    return {row.clock_id: row.answer_by for row in rows.order_by("-answer_by") if row.answer_by}

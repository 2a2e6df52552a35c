"""What may happen to one clock. Each is one event under lock; the same key twice is a no-op.

The key says what it follows from, as a rule a journal entry ("entry:1234"): who writes that entry writes the reason.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from balcao.deadlines.actions.hand import Hand, hash_of, is_at_risk, reading_of, refresh, take, take_clocks, told
from balcao.deadlines.models import Calendar, Clock
from balcao.deadlines.queries.hours import id_in, key_of, version_at
from balcao.deadlines.rules.clocks import accepts
from balcao.deadlines.rules.histories import undo_row
from balcao.deadlines.types import ClockEvent, ClockKind, ClockRefused, EventType, PauseReason, Refusal, ReopenMode
from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind
from balcao.staff.models import Agent, Department
from balcao.staff.types import Permission


@transaction.atomic
def start_clock(
    *,
    shop_id: int,
    kind: ClockKind,
    subject_kind: str,
    subject_id: int,
    ticket_id: int,
    target_seconds: int,
    calendar: Calendar,
    at: datetime,
    key: str,
    owner: Department | None = None,
    number: int = 1,
    rule: str = "",
    **more: Any,
) -> Clock:
    """Start a clock from an instant on; one of the same subject, kind, number and rule is returned as it is.

    `more` is kept in its first event: what else is worth knowing of why it started.
    """
    hand = take([ticket_id])
    same = (kind, subject_kind, subject_id, number, rule)
    for clock in hand.clocks:
        if (clock.kind, clock.subject_kind, clock.subject_id, clock.number, clock.rule) == same:
            return clock
    clock = Clock(
        shop_id=shop_id,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        ticket_id=ticket_id,
        owner=owner,
        number=number,
        rule=rule,
    )
    hours = key_of(version_at(calendar, at=at))
    event = ClockEvent(at, EventType.START, target_seconds=target_seconds, calendar=hours)
    hand.begin(clock, event, key=key, **more)
    hand.write()
    return clock


def pause(*, clock: Clock, reason: PauseReason, at: datetime, key: str) -> Clock:
    """Stop a clock's time while somebody outside is waited for; refused for what never pauses."""
    _check(clock, EventType.PAUSE)
    return _happen(clock, ClockEvent(at, EventType.PAUSE, reason=reason), key)


def resume(*, clock: Clock, at: datetime, key: str) -> Clock:
    """Let a clock's time run on."""
    return _happen(clock, ClockEvent(at, EventType.RESUME), key)


def set_target(*, clock: Clock, target_seconds: int, at: datetime, key: str) -> Clock:
    """Give a clock another target; it counts from the clock's own start, so it may be late at once."""
    return _happen(clock, ClockEvent(at, EventType.SET_TARGET, target_seconds=target_seconds), key)


def set_calendar(*, clock: Clock, calendar: Calendar, at: datetime, key: str) -> Clock:
    """Let the rest of a clock's time count by other hours; what is used stays used."""
    hours = key_of(version_at(calendar, at=at))
    return _happen(clock, ClockEvent(at, EventType.SET_CALENDAR, calendar=hours), key)


def fulfil(*, clock: Clock, at: datetime, key: str) -> Clock:
    """Say that what was promised was done."""
    return _happen(clock, ClockEvent(at, EventType.FULFIL), key)


def reopen(*, clock: Clock, at: datetime, key: str, mode: ReopenMode | None = None) -> Clock:
    """Let an ended clock run again; without a mode it begins anew if its end is older than seven days."""
    _check(clock, EventType.REOPEN)
    return _happen(clock, ClockEvent(at, EventType.REOPEN, mode=mode), key)


def cancel(*, clock: Clock, at: datetime, key: str, reason: str = "") -> Clock:
    """End a clock that measures nothing any more; it counts neither as kept nor as broken."""
    return _happen(clock, ClockEvent(at, EventType.CANCEL, reason=reason), key)


@transaction.atomic
def undo(*, clock: Clock, of: str, at: datetime, key: str) -> Clock:
    """Take back what followed from a key: it did not happen after all."""
    hand = take_clocks([clock.pk])
    hand.put(hand.clocks[0], undo_row(of=of, key=key, at=at))
    hand.write()
    return hand.clocks[0]


@transaction.atomic
def void_breach(*, clock: Clock, agent: Agent, reason: str, now: datetime) -> Clock:
    """Forgive a clock what was late up to now, because a supervisor says why."""
    if not agent.may(Permission.DEADLINE_VOID):
        raise ClockRefused(Refusal.NOT_ALLOWED)
    if not reason.strip():
        raise ClockRefused(Refusal.NO_REASON)
    hand = take_clocks([clock.pk])
    clock = hand.clocks[0]
    if clock.breached_at is None:
        raise ClockRefused(Refusal.NO_BREACH)
    event = ClockEvent(now, EventType.VOID, reason=reason.strip()[:300])
    hand.add(clock, event, key=f"void {now.isoformat()}", agent=agent.pk)
    hand.write()
    entry = told(clock) | {"actor": Actor(ActorKind.AGENT, agent.pk)}
    record(name="clock.breach.voided", at=now, **entry, personal={"reason": event.reason})
    return clock


@transaction.atomic
def set_forecast(*, clock: Clock, forecast_at: datetime | None, now: datetime) -> Clock:
    """Keep when a promise will be met if all that is left takes its whole limits; tell it when that is too late."""
    hand = take_clocks([clock.pk])
    clock = hand.clocks[0]
    if clock.forecast_at == forecast_at and clock.is_at_risk == is_at_risk(clock):
        return clock
    was = clock.is_at_risk
    clock.forecast_at = forecast_at
    clock.is_at_risk = is_at_risk(clock)
    clock.save(update_fields=["forecast_at", "is_at_risk"])
    if clock.is_at_risk != was:
        forecast = forecast_at.isoformat() if forecast_at else None
        record(name="clock.at_risk" if clock.is_at_risk else "clock.safe", at=now, **told(clock, forecast_at=forecast))
    return clock


@transaction.atomic
def recompute(*, clock: Clock) -> bool:
    """Read a clock's row from its events anew; tell whether it had said something else."""
    hand = take_clocks([clock.pk])
    clock = hand.clocks[0]
    before = _facts(clock)
    refresh(clock)
    hand.touch(clock)
    hand.write()
    return before != _facts(clock)


def differs(clock: Clock) -> bool:
    """Tell whether a clock's row says something else than its events; changes nothing."""
    found = reading_of(clock)
    kept = (clock.state, clock.due_at, clock.target_seconds, clock.calendar_version_id, clock.breached_at)
    read = (found.state, found.due_at, found.target, id_in(found.calendar), found.breached_at)
    return kept != read or clock.inputs_hash != hash_of(clock)


def _facts(clock: Clock) -> tuple[object, ...]:
    return tuple(getattr(clock, field.attname) for field in Clock._meta.concrete_fields)  # noqa: SLF001


def _check(clock: Clock, event: EventType) -> None:
    if not accepts(ClockKind(clock.kind), event):
        raise ClockRefused(Refusal.NEVER)


@transaction.atomic
def _happen(clock: Clock, event: ClockEvent, key: str) -> Clock:
    hand: Hand = take_clocks([clock.pk])
    hand.add(hand.clocks[0], event, key=key)
    hand.write()
    return hand.clocks[0]

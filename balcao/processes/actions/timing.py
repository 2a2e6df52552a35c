"""The clocks of stages and tasks, and what boards keep of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from balcao.deadlines.actions import clocks
from balcao.deadlines.actions.choosing import hours_for, round_the_clock
from balcao.deadlines.actions.hand import reading_of
from balcao.deadlines.models import Calendar, Clock
from balcao.deadlines.queries.hours import HOURS, key_of, version_at
from balcao.deadlines.rules import histories
from balcao.deadlines.rules.calendars import after as open_after
from balcao.deadlines.types import ClockKind, PauseReason
from balcao.processes import types
from balcao.processes.models import Task, Visit
from balcao.processes.queries.accounts import pauses_in
from balcao.processes.types import Unit

SPENT = ("used_seconds", "lasted_seconds", "waited_seconds", "limit_seconds")  # what a stay took, once it was left
VISIT, TASK = "visit", "task"  # whose clock it is, in the words of `deadlines.Clock.subject_kind`


def start_visit(visit: Visit, *, stage: types.Stage, now: datetime) -> None:
    """Start the clock of a stay in a stage; the caller saves the visit."""
    visit.clock = clocks.start_clock(
        shop_id=visit.shop_id,
        kind=ClockKind.STAGE,
        subject_kind=VISIT,
        subject_id=visit.pk,
        ticket_id=visit.process.ticket_id,
        target_seconds=stage.limit_seconds,
        calendar=_hours(visit, stage.unit, stage.calendar),
        at=now,
        key=f"visit:{visit.pk}",
        owner=visit.department,
        number=visit.number,
    )
    visit.due_at = visit.clock.due_at


def end_visit(visit: Visit, *, now: datetime) -> None:
    """End the clock of a stay and note what it took; the caller saves the visit."""
    visit.lasted_seconds = int((now - visit.entered_at).total_seconds())
    if visit.clock is None:
        visit.waited_seconds = 0
        return
    clock = clocks.fulfil(clock=visit.clock, at=now, key=f"visit:{visit.pk}:left")
    visit.due_at, visit.breached_at = clock.due_at, clock.breached_at
    visit.used_seconds, visit.limit_seconds = reading_of(clock, now=now).used, clock.target_seconds
    waits = pauses_in(histories.events_of(clock.events))
    waited = sum(int(((one.until or now) - one.since).total_seconds()) for one in waits)
    visit.waited_seconds = min(max(waited, 0), visit.lasted_seconds)


def start_task(task: Task, *, task_type: types.Task, visit: Visit, now: datetime) -> None:
    """Start the clock of a parallel task; the caller saves the task."""
    start_free_task(
        task, visit=visit, seconds=task_type.limit_seconds, unit=task_type.unit, calendar=task_type.calendar, now=now
    )


def start_free_task(
    task: Task, *, visit: Visit, seconds: int, unit: Unit = Unit.BUSINESS, calendar: str = "", now: datetime
) -> None:
    """Start the clock of a task that an agent gave to a department; the caller saves the task."""
    hours = (
        round_the_clock()
        if unit is Unit.CALENDAR
        else hours_for(shop_id=visit.shop_id, department=task.department, key=calendar)
    )
    task.clock = clocks.start_clock(
        shop_id=visit.shop_id,
        kind=ClockKind.STAGE,
        subject_kind=TASK,
        subject_id=task.pk,
        ticket_id=visit.process.ticket_id,
        target_seconds=seconds,
        calendar=hours,
        at=now,
        key=f"task:{task.pk}",
        owner=task.department,
    )
    task.due_at = task.clock.due_at


def end_task(task: Task, *, now: datetime) -> None:
    """End the clock of a task that was done."""
    if task.clock:
        clocks.fulfil(clock=task.clock, at=now, key=f"task:{task.pk}:done")


def drop_task(task: Task, *, now: datetime) -> None:
    """End the clock of a task that is no longer wanted: neither kept nor broken."""
    if task.clock:
        clocks.cancel(clock=task.clock, at=now, key=f"task:{task.pk}:dropped")


def pause_visit(visit: Visit, *, reason: PauseReason, now: datetime, key: str) -> None:
    """Let a stage's clock stand while somebody outside is waited for."""
    if visit.clock:
        _keep(visit, clocks.pause(clock=visit.clock, reason=reason, at=now, key=key))


def resume_visit(visit: Visit, *, now: datetime, key: str) -> None:
    """Let a stage's clock run on."""
    if visit.clock:
        _keep(visit, clocks.resume(clock=visit.clock, at=now, key=key))


def retarget_visit(visit: Visit, *, stage: types.Stage, now: datetime, key: str) -> None:
    """Let a running stay count by the limit and hours that another version of its blueprint gives it."""
    if visit.clock:
        hours = _hours(visit, stage.unit, stage.calendar)
        clock = clocks.set_target(clock=visit.clock, target_seconds=stage.limit_seconds, at=now, key=key)
        _keep(visit, clocks.set_calendar(clock=clock, calendar=hours, at=now, key=key))


def after(visit: Visit, *, stage: types.Stage, seconds: int, since: datetime) -> datetime:
    """Return when so much of a stage's own time has passed; real time where its calendar never opens."""
    hours = HOURS[key_of(version_at(_hours(visit, stage.unit, stage.calendar), at=since))]
    return open_after(hours, since, seconds) or since + timedelta(seconds=seconds)


def keep_up(clock_ids: Iterable[int]) -> int:
    """Let visits and tasks say what their clocks say by now; return how many were behind."""
    changed = 0
    for clock in Clock.objects.filter(pk__in=set(clock_ids), subject_kind=VISIT).select_related("visit"):
        changed += _keep(clock.visit, clock)
    for clock in Clock.objects.filter(pk__in=set(clock_ids), subject_kind=TASK).select_related("task"):
        changed += Task.objects.filter(clock=clock).exclude(due_at=clock.due_at).update(due_at=clock.due_at)
    return changed


def _keep(visit: Visit, clock: Clock) -> bool:
    facts = (clock.due_at, clock.paused_for, clock.breached_at)
    if (visit.due_at, visit.paused_for, visit.breached_at) == facts:
        return False
    visit.due_at, visit.paused_for, visit.breached_at = facts
    visit.save(update_fields=["due_at", "paused_for", "breached_at"])
    return True


def _hours(visit: Visit, unit: Unit, calendar: str) -> Calendar:
    if unit is Unit.CALENDAR:
        return round_the_clock()
    return hours_for(shop_id=visit.shop_id, department=visit.department, key=calendar)

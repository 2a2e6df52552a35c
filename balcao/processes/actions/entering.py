"""Entering a stage and leaving it: the visit, its clock, its tasks and what it does by itself."""

from datetime import datetime, timedelta

from balcao.journal.types import Actor
from balcao.kit import wake
from balcao.processes import types
from balcao.processes.actions import counting, timing
from balcao.processes.actions.telling import tell
from balcao.processes.models import Effect, Forward, Process, Task, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.types import EffectState, ForwardState, ProcessState, Stage, Transition
from balcao.staff.models import Agent, Department
from balcao.tickets.actions import changing, holding_open
from balcao.tickets.types import Status

REMINDER = "reminder"  # an effect of ours, not of the blueprint: words to whom the stage waits for


def enter(
    *,
    process: Process,
    way: Transition | None,
    move: types.Move,
    mover: Agent | None,
    actor: Actor,
    reason: str = "",
    remark: str = "",
    now: datetime,
) -> Visit:
    """Let a process stand in the stage that a move leads to, within the caller's transaction."""
    blueprint = blueprint_by_id(process.version_id)
    stage = blueprint.stage(move.course.stage)
    department = department_of(stage.owner)
    before = _departments_before(process)
    visit = Visit.objects.create(
        process=process,
        blueprint_id=process.blueprint_id,
        shop_id=process.shop_id,
        stage=stage.key,
        number=move.course.visit,
        department=department,
        outside=stage.owner if department is None and stage.owner in set(types.Party) else "",
        entered_at=now,
        entered_by=way.key if way else "",
        reason=reason if way and way.reasons else "",
        remark=remark,
        mover=mover,
        is_rework=bool(way and way.is_rework),
        left_at=now if stage.is_end else None,
    )
    _count_bounces(process, visit, before)
    process.stage = stage.key
    process.save(update_fields=["stage", "returns_to_sender", "reworks"])
    if not stage.is_end:
        timing.start_visit(visit, stage=stage, now=now)
        visit.look_at = _look_at(blueprint, stage, visit)
        visit.save(update_fields=["clock", "due_at", "look_at"])
        counting.visit_opened(visit)
        _open_tasks(visit, stage, now)
    _want(visit, stage, move.effects, now)
    pause = stage.pauses.value if stage.pauses and stage.stops_total else ""
    tell(
        "process.stage.entered",
        process,
        visit,
        actor=actor,
        now=now,
        way=way.key if way else "",
        pauses_total=pause,
        is_rework=visit.is_rework,
        outside=visit.outside,
    )
    if stage.is_end:
        _end(process, visit, stage, actor, now)
    return visit


def leave(*, visit: Visit, way: Transition, actor: Actor, now: datetime) -> None:
    """Let a process leave a stage: its clock ends, what it still wanted is dropped, within the caller's transaction."""
    if visit.left_at is not None:  # an end that is opened again was left as soon as it was entered
        _reopen(visit.process, visit, actor, now)
        return
    counting.visit_closed(visit)
    timing.end_visit(visit, now=now)
    visit.left_at, visit.left_by, visit.look_at, visit.paused_for = now, way.key, None, ""
    visit.save(update_fields=["left_at", "left_by", "look_at", "breached_at", "due_at", "paused_for", *timing.SPENT])
    Effect.objects.filter(visit=visit, kind=REMINDER, state=EffectState.DUE).delete()
    Forward.objects.filter(visit=visit, state=ForwardState.ASKED).update(state=ForwardState.WITHDRAWN, decided_at=now)
    _drop_tasks(visit, now)
    late = visit.breached_at is not None
    tell("process.stage.left", visit.process, visit, actor=actor, now=now, way=way.key, is_late=late)


def department_of(role: str) -> Department | None:
    """Return the department that plays a role in blueprints; None for somebody outside, or where nobody does."""
    return Department.objects.filter(key=role, is_active=True).first() if role else None


def _departments_before(process: Process) -> list[int | None]:
    """Return who had the last two visits, the last one first."""
    return list(process.visits.order_by("-number").values_list("department_id", flat=True)[:2])


def _count_bounces(process: Process, visit: Visit, before: list[int | None]) -> None:
    came_back = len(before) > 1 and visit.department_id == before[1] != before[0]
    process.returns_to_sender += bool(came_back and visit.department_id)
    process.reworks += visit.is_rework


def _open_tasks(visit: Visit, stage: Stage, now: datetime) -> None:
    for task in stage.tasks:
        row = Task.objects.create(
            process=visit.process,
            visit=visit,
            key=task.key,
            department=department_of(task.department),
            is_obligatory=task.is_obligatory,
            made_at=now,
        )
        timing.start_task(row, task_type=task, visit=visit, now=now)
        row.save(update_fields=["clock", "due_at"])
        counting.task_opened(row, shop_id=visit.shop_id)


def _drop_tasks(visit: Visit, now: datetime) -> None:
    for task in visit.tasks.filter(done_at=None, dropped_at=None).select_related("clock"):
        counting.task_closed(task, shop_id=visit.shop_id)
        timing.drop_task(task, now=now)
        task.dropped_at = now
        task.save(update_fields=["dropped_at"])


def _want(visit: Visit, stage: Stage, effects: tuple[types.Effect, ...], now: datetime) -> None:
    """Store what is to happen by itself; the worker does it after commit."""
    for effect in effects:
        once = "" if effect.is_once else f":{visit.number}"
        Effect.objects.create(
            process=visit.process,
            visit=visit,
            key=f"process:{visit.process_id}:{effect.key}{once}",
            kind=effect.kind,
            step=effect.key,
            spec=dict(effect.arguments),
            due_at=now,
            made_at=now,
        )
    for reminder in stage.reminders:
        Effect.objects.create(
            process=visit.process,
            visit=visit,
            key=f"process:{visit.process_id}:{visit.number}:reminder:{reminder.after_seconds}",
            kind=REMINDER,
            spec={"texts": dict(reminder.texts)},
            due_at=timing.after(visit, stage=stage, seconds=reminder.after_seconds, since=now),
            made_at=now,
        )
    if effects:
        wake.notify(wake.Topic.WORK)


def _look_at(blueprint: types.Blueprint, stage: Stage, visit: Visit) -> datetime | None:
    """Return when time alone may open an automatic way out of a stage; None: it cannot."""
    guards = [
        guard for way in blueprint.ways_from(stage.key) if way.actor is types.Actor.AUTOMATIC for guard in way.guards
    ]
    waits = [
        visit.entered_at + timedelta(seconds=int(str(g.arguments["seconds"]))) for g in guards if g.name == "waited"
    ]
    limits = [visit.due_at for guard in guards if guard.name == "limit_passed" and visit.due_at]
    return min([*waits, *limits], default=None)


def _end(process: Process, visit: Visit, stage: Stage, actor: Actor, now: datetime) -> None:
    process.state, process.ended_at = ProcessState.ENDED, now
    process.outcome = stage.outcome.value if stage.outcome else ""
    process.save(update_fields=["state", "ended_at", "outcome"])
    holding_open.release(ticket=process.ticket)
    tell("process.ended", process, visit, actor=actor, now=now, outcome=process.outcome)
    if process.ticket.status not in (Status.SOLVED, Status.CLOSED, Status.SPAM, Status.TRASH):
        changing.set_status(ticket=process.ticket, status=Status.SOLVED, agent=None, now=now)


def _reopen(process: Process, visit: Visit, actor: Actor, now: datetime) -> None:
    """Take up a process again that had ended; its ticket is the shop's turn."""
    process.state, process.ended_at, process.outcome = ProcessState.RUNNING, None, ""
    process.save(update_fields=["state", "ended_at", "outcome"])
    holding_open.hold(ticket=process.ticket)
    tell("process.reopened", process, visit, actor=actor, now=now)
    if process.ticket.status in (Status.SOLVED, Status.CLOSED):
        changing.set_status(ticket=process.ticket, status=Status.OPEN, agent=None, now=now)


def look_again(visit: Visit, *, now: datetime) -> None:
    """Note when time alone may open a way next: what has passed once is not looked at for ever."""
    blueprint = blueprint_by_id(visit.process.version_id)
    later = _look_at(blueprint, blueprint.stage(visit.stage), visit)
    visit.look_at = later if later and later > now else None
    visit.save(update_fields=["look_at"])

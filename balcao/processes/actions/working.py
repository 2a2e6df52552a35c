"""Working on a stage: who has it, what stands beside it, for whom it waits."""

from datetime import datetime
from typing import Any

from django.db import transaction

from balcao.deadlines.types import PauseReason
from balcao.kit.db import locked
from balcao.kit.redact import redact_cards
from balcao.processes.actions import counting, timing
from balcao.processes.actions.moving import ProcessRefused, go_on, hold
from balcao.processes.actions.telling import actor_of, tell
from balcao.processes.models import Process, Task, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.courses import last_visit
from balcao.processes.types import Refusal, RefusalCode
from balcao.staff.models import Agent, Department
from balcao.tickets.actions.tallies import shift


@transaction.atomic
def give_visit(*, visit: Visit, assignee: Agent | None, agent: Agent | None, now: datetime) -> Visit:
    """Say who of a department does a stage; nobody: whoever is free."""
    process = hold(visit.process_id)
    visit = _open(process, visit)
    if visit.assignee_id != (assignee.pk if assignee else None):
        was_counted = counting.counted_visit(visit)
        before, visit.assignee = visit.assignee_id, assignee
        visit.save(update_fields=["assignee"])
        shift(was_counted, counting.counted_visit(visit))
        after = visit.assignee_id
        tell("process.stage.given", process, visit, actor=actor_of(agent), now=now, before=before, after=after)
    return visit


@transaction.atomic
def pause(*, visit: Visit, reason: PauseReason, agent: Agent | None, now: datetime) -> Visit:
    """Let a stage wait for somebody outside; the total promise waits with it if that is the customer."""
    process = hold(visit.process_id)
    visit = _open(process, visit)
    if visit.paused_for != reason:
        timing.pause_visit(visit, reason=reason, now=now, key=f"visit:{visit.pk}:pause:{now.isoformat()}")
        stops = reason is PauseReason.CUSTOMER
        facts: dict[str, Any] = {"reason": reason.value, "pauses_total": reason.value if stops else ""}
        tell("process.paused", process, visit, actor=actor_of(agent), now=now, **facts)
    return visit


@transaction.atomic
def resume(*, visit: Visit, agent: Agent | None, now: datetime) -> Visit:
    """Let a stage go on after a pause."""
    process = hold(visit.process_id)
    visit = _open(process, visit)
    if visit.paused_for:
        reason = visit.paused_for
        timing.resume_visit(visit, now=now, key=f"visit:{visit.pk}:resume:{now.isoformat()}")
        stage = blueprint_by_id(process.version_id).stage(visit.stage)
        stops = stage.pauses.value if stage.pauses and stage.stops_total else ""
        tell("process.resumed", process, visit, actor=actor_of(agent), now=now, reason=reason, pauses_total=stops)
    return visit


@transaction.atomic
def add_task(
    *, visit: Visit, title: str, department: Department, seconds: int, is_obligatory: bool, agent: Agent, now: datetime
) -> Task:
    """Give another department a piece of work beside a stage; the same one twice at the same moment is one."""
    process = hold(visit.process_id)
    visit = _open(process, visit)
    title = redact_cards(" ".join(title.split()))[:200]
    again = visit.tasks.filter(title=title, department=department, done_at=None).first()
    if again:
        return again
    key = f"own:{visit.tasks.count() + 1}"
    task = Task.objects.create(
        process=process,
        visit=visit,
        key=key,
        title=title,
        department=department,
        is_obligatory=is_obligatory,
        made_at=now,
    )
    timing.start_free_task(task, visit=visit, seconds=seconds, now=now)
    task.save(update_fields=["clock", "due_at"])
    counting.task_opened(task, shop_id=visit.shop_id)
    facts: dict[str, Any] = {"task": task.pk, "key": key, "owner": department.pk}
    tell("process.task.given", process, visit, actor=actor_of(agent), now=now, personal={"title": title}, **facts)
    return task


@transaction.atomic
def do_task(*, task: Task, result: str, agent: Agent | None, now: datetime) -> Task:
    """Say that a task is done and what came of it; done twice is done once."""
    process = hold(task.process_id)
    task = locked(Task.objects.filter(pk=task.pk).select_related("visit", "clock")).get()
    if task.done_at:
        return task
    if task.dropped_at:
        raise ProcessRefused(Refusal(RefusalCode.STALE))
    counting.task_closed(task, shop_id=process.shop_id)
    task.done_at, task.done_by, task.result = now, agent, redact_cards(result.strip())
    task.save(update_fields=["done_at", "done_by", "result"])
    timing.end_task(task, now=now)
    tell("process.task.done", process, task.visit, actor=actor_of(agent), now=now, task=task.pk, key=task.key)
    go_on(process=process, now=now)
    return task


def resume_for_customer(*, process: Process, at: datetime) -> None:
    """Let a stage go on that waited for the customer, because they wrote."""
    visit = process.visits.filter(left_at=None, paused_for=PauseReason.CUSTOMER).first()
    if visit:
        resume(visit=visit, agent=None, now=at)


def _open(process: Process, visit: Visit) -> Visit:
    """Return the visit as it stands now; refuse one that is over."""
    fresh = last_visit(process)
    if fresh.pk != visit.pk or fresh.left_at:
        raise ProcessRefused(Refusal(RefusalCode.STALE))
    fresh.process = process
    return fresh

"""Where a process stands and what its guards may look at, as the rules want to see it."""

from datetime import datetime

from balcao.commerce.queries import order_value
from balcao.processes import models
from balcao.processes.rules.known import of_order
from balcao.processes.types import Course, EffectState, Facts, ForwardState

_OUTCOMES = {EffectState.DONE: True, EffectState.FAILED: False}


def last_visit(process: "models.Process") -> "models.Visit":
    """Return the visit where a process stands; of an ended one its end."""
    return process.visits.select_related("process", "clock", "department").order_by("-number")[0]


def course_of(process: "models.Process", visit: "models.Visit") -> Course:
    """Return the course of a process up to a visit, its last one."""
    gone = models.Forward.objects.filter(visit__process=process, state=ForwardState.GONE)
    taken = gone.order_by("visit__number").values_list("visit__number", "transition")
    wanted = process.effects.filter(step__gt="").values_list("step", flat=True)
    return Course(visit.stage, visit.number, tuple(taken), frozenset(wanted))


def facts_of(process: "models.Process", visit: "models.Visit", *, now: datetime) -> Facts:
    """Return everything known of a process now; approvals are added by who has them."""
    order = order_value(process.order) if process.order else None
    return Facts(
        now=now,
        entered_at=visit.entered_at,
        fields=process.fields,
        tasks={task.key: task.done_at is not None for task in process.tasks.order_by("pk")},
        known={**of_order(order, now=now), **process.facts},
        effects=_effects(process),
        limit_passed=visit.breached_at is not None or (visit.due_at is not None and visit.due_at <= now),
    )


def _effects(process: "models.Process") -> dict[str, bool | None]:
    rows = process.effects.filter(step__gt="").order_by("pk").values_list("step", "state")
    return {step: _OUTCOMES.get(EffectState(state)) for step, state in rows}

"""Where a process stands and what its guards may look at, as the rules want to see it."""

from datetime import datetime

from balcao.commerce.models import Order
from balcao.commerce.queries import offers, order_value
from balcao.ports import commerce as port
from balcao.processes import models
from balcao.processes.rules.known import of_order
from balcao.processes.types import BlueprintKind, Course, EffectState, Facts, ForwardState, ProcessState

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
    found = {**of_order(order, now=now), **_stock(process.order, order), **process.facts}
    return Facts(
        now=now,
        entered_at=visit.entered_at,
        fields=process.fields,
        tasks={task.key: task.done_at is not None for task in process.tasks.order_by("pk")},
        known={**found, "is_disputed": is_disputed(process.order)},  # of now, whatever was noted before
        effects=_effects(process),
        limit_passed=visit.breached_at is not None or (visit.due_at is not None and visit.due_at <= now),
    )


def _effects(process: "models.Process") -> dict[str, bool | None]:
    rows = process.effects.filter(step__gt="").order_by("pk").values_list("step", "state")
    return {step: _OUTCOMES.get(EffectState(state)) for step, state in rows}


def is_disputed(order: Order | None) -> bool:
    """Tell whether the buyer's bank is asked to take the payment back: nothing is paid back beside that."""
    if order is None:
        return False
    rows = models.Process.objects.filter(order=order, state=ProcessState.RUNNING)
    return rows.filter(blueprint__key=BlueprintKind.CHARGEBACK).exists()


def _stock(row: Order | None, order: port.Order | None) -> dict[str, object]:
    """Return whether what was bought can be sent once more; nothing where the shop does not say."""
    if row is None or order is None:
        return {}
    wanted = {line.variant_ref: line.quantity - line.cancelled for line in order.lines if line.variant_ref}
    known = offers(backend=row.backend, refs=wanted)
    if not wanted or set(known) != set(wanted):
        return {}
    has = [
        offer.variant.is_available and (offer.variant.stock is None or offer.variant.stock >= wanted[ref])
        for ref, offer in known.items()
    ]
    return {"in_stock": all(has)}

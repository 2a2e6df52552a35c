"""Where a process stands and what its guards may look at, as the rules want to see it."""

from collections import Counter
from datetime import datetime

from django.db.models import Q

from balcao.commerce.models import Order
from balcao.commerce.queries import offers, order_value
from balcao.ports import commerce as port
from balcao.ports.money import gone
from balcao.processes import models
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.rules.known import of_order
from balcao.processes.types import BlueprintKind, Course, EffectState, Facts, ForwardState, Outcome, ProcessState
from balcao.tickets.queries.speaking import Speaking

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
    found = {**of_order(order, now=now), **_stock(process, order), **process.facts, **_level(process, visit, now=now)}
    return Facts(
        now=now,
        entered_at=visit.entered_at,
        fields=process.fields,
        tasks={task.key: task.done_at is not None for task in process.tasks.order_by("pk")},
        known={  # of now, whatever was noted before
            **found,
            "is_disputed": is_disputed(process.order),
            "is_other_currency": order is not None and order.currency != process.shop.currency,
        },
        effects=_effects(process),
        limit_passed=visit.breached_at is not None or (visit.due_at is not None and visit.due_at <= now),
    )


def _effects(process: "models.Process") -> dict[str, bool | None]:
    rows = process.effects.filter(step__gt="").order_by("pk").values_list("step", "state")
    return {step: _OUTCOMES.get(EffectState(state)) for step, state in rows}


def is_disputed(order: Order | None) -> bool:
    """Tell whether the buyer's bank is asked to take the payment back, or took it: nothing is paid back beside that."""
    if order is None:
        return False
    rows = models.Process.objects.filter(order=order, blueprint__key=BlueprintKind.CHARGEBACK)
    return rows.filter(Q(state=ProcessState.RUNNING) | Q(outcome=Outcome.LOST)).exists()


def _level(process: "models.Process", visit: "models.Visit", *, now: datetime) -> dict[str, object]:
    """Return how sure we are of the customer, where a way on asks for it: now, or when they decided something here."""
    ways = blueprint_by_id(process.version_id).ways_from(visit.stage)
    if not any(guard.name == "level_at_least" for way in ways for guard in way.guards):
        return {}
    return {"level": level_of(process, now=now)}


def level_of(process: "models.Process", *, now: datetime) -> int:
    """Return how sure we are of the customer of a process: as the server saw it on its ticket or in its course.

    What they decided while they were verified stands, whenever it is carried out.
    """
    noted = process.facts.get("level")
    known = noted if isinstance(noted, int) else 0
    if process.order is None:
        return known
    return max(known, Speaking(process.ticket, process.order.account, process.order, now=now).level)


def _stock(process: "models.Process", order: port.Order | None) -> dict[str, object]:
    """Return whether what is to be sent can be had: what is wanted instead, else what was bought.

    Nothing is said where the shop does not say, or nothing is to be sent.
    """
    if process.order is None or order is None:
        return {}
    wanted = _to_send(process, order)
    known = offers(backend=process.order.backend, refs=wanted)
    if not wanted or set(known) != set(wanted):
        return {}
    has = [
        offer.variant.is_available and (offer.variant.stock is None or offer.variant.stock >= wanted[ref])
        for ref, offer in known.items()
    ]
    return {"in_stock": all(has)}


def _to_send(process: "models.Process", order: port.Order) -> Counter[str]:
    """Return by variant how many pieces are to be sent: those of the fact `to_send`, else what is left of the order."""
    noted = process.facts.get("to_send")
    if isinstance(noted, list) and noted:
        pieces = [(str(variant), int(count)) for variant, count in noted]
    else:
        pieces = [(line.variant_ref, line.quantity - gone(line)) for line in order.lines if line.variant_ref]
    wanted: Counter[str] = Counter()
    for variant, count in pieces:
        wanted[variant] += count
    return +wanted

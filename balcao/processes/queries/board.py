"""The stage board: the stages of a blueprint as columns, the next due first, with kept counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from balcao.kit.prepared import Prepared
from balcao.processes import models
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.standing import PROMISE, promise_from
from balcao.processes.rules.counting import stage_key, stages_prefix
from balcao.processes.types import Stage
from balcao.staff.models import Agent
from balcao.tickets.queries.counts import kept_under
from balcao.tickets.types import DueFacts

MOST_CARDS = 16  # of a column: what is due next, more than a screen holds
_COLUMNS = (
    "pk",
    "shop_id",
    "department_id",
    "process__ticket__number",
    "process__ticket__subject",
    "process__ticket__identity__customer__name",
    "process__ticket__identity__name",
    "process__ticket__identity__value",
    "process__order__number",
    "assignee__name",
    "is_rework",
    *PROMISE,
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cards of a board are wanted; nothing given: all."""

    department: int | None = None
    assignee: int | None = None
    is_late: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether all are wanted."""
        return self == Filter()


@dataclass(frozen=True, slots=True)
class Card:
    """A process that stands in a stage."""

    visit: int
    shop: int
    department: int | None
    number: int  # of its ticket
    subject: str
    customer: str  # their name, else how they write
    order: str
    assignee: str
    is_rework: bool
    promise: DueFacts


@dataclass(frozen=True, slots=True)
class Column:
    """One stage with the first of what stands in it; `count` is kept, None where only some of it is wanted."""

    stage: Stage
    cards: Sequence[Card]
    count: int | None
    has_more: bool


def board_of(
    *, blueprint: "models.Blueprint", agent: Agent, shop_id: int | None, wanted: Filter, now: datetime
) -> list[Column]:
    """Return the columns of a board; the queries depend on how many stages the blueprint has."""
    shops = frozenset([shop_id]) & agent.shop_ids() if shop_id else agent.shop_ids()
    kept = kept_under(prefix=stages_prefix(blueprint.pk), shops=shops)
    narrowed = _narrowed(shops, wanted, now, every_shop=agent.every_shop and not shop_id)
    stages = stages_of(blueprint, kept) if shops else []
    counts = {stage.key: kept.get(stage_key(blueprint.pk, stage.key), 0) for stage in stages}
    first = {stage: _first(blueprint.pk, stage, narrowed) for stage, count in counts.items() if count}
    cards = _cards(pk for found in first.values() for pk in found[:MOST_CARDS])
    return [
        Column(
            stage,
            [cards[pk] for pk in first.get(stage.key, [])[:MOST_CARDS]],
            counts[stage.key] if wanted.is_empty else None,
            len(first.get(stage.key, [])) > MOST_CARDS,
        )
        for stage in stages
    ]


def stages_of(blueprint: "models.Blueprint", kept: dict[str, int]) -> list[Stage]:
    """Return the stages to show: those of the present version, then those of others in which something still stands."""
    current = blueprint_by_id(blueprint.current_id) if blueprint.current_id else None
    stages = [stage for stage in current.stages if not stage.is_end] if current else []
    known = {stage_key(blueprint.pk, stage.key) for stage in stages}
    if all(key in known or not count for key, count in kept.items()):
        return stages
    return stages + _of_others(blueprint, {stage.key for stage in stages})


def _of_others(blueprint: "models.Blueprint", known: set[str]) -> list[Stage]:
    found: dict[str, Stage] = {}
    versions = blueprint.versions.exclude(published_at=None).order_by("-number")
    for pk in versions.values_list("pk", flat=True):
        for stage in blueprint_by_id(pk).stages:
            if stage.key not in known and not stage.is_end:
                found.setdefault(stage.key, stage)
    standing = models.Visit.objects.filter(blueprint=blueprint, stage__in=found, left_at__isnull=True)
    present = set(standing.values_list("stage", flat=True).distinct())
    return [stage for key, stage in found.items() if key in present]


def _narrowed(shops: frozenset[int], wanted: Filter, now: datetime, *, every_shop: bool) -> Q:
    narrowed = Q(left_at__isnull=True)
    if not every_shop:
        narrowed &= Q(shop_id__in=shops)
    if wanted.department:
        narrowed &= Q(department_id=wanted.department)
    if wanted.assignee:
        narrowed &= Q(assignee_id=wanted.assignee)
    if wanted.is_late:
        narrowed &= Q(due_at__lte=now)
    return narrowed


def _first(blueprint: int, stage: str, narrowed: Q) -> list[int]:
    """Find a column in at most two steps along its index: first what has a due time, then what waits; one too many."""
    rows = models.Visit.objects.filter(narrowed, blueprint_id=blueprint, stage=stage).values_list("pk", flat=True)
    found = list(rows.filter(due_at__isnull=False).order_by("due_at", "id")[: MOST_CARDS + 1])
    if len(found) <= MOST_CARDS:
        found += rows.filter(due_at__isnull=True).order_by("id")[: MOST_CARDS + 1 - len(found)]
    return found


def _cards(visits: Iterable[int]) -> Mapping[int, Card]:
    """Return the cards of all columns, by visit, in one query."""
    ids = list(visits)
    return {value[0]: _card(value) for value in _FACTS(ids)} if ids else {}


def _facts(visits: Sequence[int]) -> "QuerySet[models.Visit, tuple[Any, ...]]":
    return models.Visit.objects.filter(pk__in=visits).values_list(*_COLUMNS)


_FACTS = Prepared(_facts)


def _card(value: tuple[Any, ...]) -> Card:
    visit, shop, department, number, subject, customer, name, identity, order, assignee, is_rework, *promise = value
    return Card(
        visit=visit,
        shop=shop,
        department=department,
        number=number,
        subject=subject,
        customer=customer or name or identity,
        order=order or "",
        assignee=assignee or "",
        is_rework=is_rework,
        promise=promise_from(*promise),
    )

"""The stage board: the stages of a blueprint as columns, the next due first, with kept counts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from balcao.processes import models
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.rules.counting import stage_key, stages_prefix
from balcao.processes.types import Stage
from balcao.staff.models import Agent
from balcao.tickets.queries.counts import kept_under

MOST_CARDS = 20  # of a column
_FACTS = ("process__ticket__identity__customer", "process__order", "department", "assignee", "clock")


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
class Column:
    """One stage with the first of what stands in it; `count` is kept, None where only some of it is wanted."""

    stage: Stage
    cards: "list[models.Visit]"
    count: int | None
    has_more: bool


def board_of(
    *, blueprint: "models.Blueprint", agent: Agent, shop_id: int | None, wanted: Filter, now: datetime
) -> list[Column]:
    """Return the columns of a board; the queries depend on how many stages the blueprint has."""
    shops = frozenset([shop_id]) & agent.shop_ids() if shop_id else agent.shop_ids()
    kept = kept_under(prefix=stages_prefix(blueprint.pk), shops=shops)
    narrowed = _narrowed(shops, wanted, now, every_shop=agent.every_shop and not shop_id)
    return [
        _column(blueprint.pk, stage, narrowed, kept, is_whole=wanted.is_empty)
        for stage in stages_of(blueprint, kept)
        if shops
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


def _column(blueprint: int, stage: Stage, narrowed: Q, kept: dict[str, int], *, is_whole: bool) -> Column:
    """Read a column in at most two steps along its index: first what has a due time, then what waits."""
    count = kept.get(stage_key(blueprint, stage.key), 0)
    if not count:
        return Column(stage, [], 0 if is_whole else None, has_more=False)
    rows = models.Visit.objects.filter(narrowed, blueprint_id=blueprint, stage=stage.key).select_related(*_FACTS)
    cards = list(rows.filter(due_at__isnull=False).order_by("due_at", "id")[: MOST_CARDS + 1])
    if len(cards) <= MOST_CARDS:
        cards += rows.filter(due_at__isnull=True).order_by("id")[: MOST_CARDS + 1 - len(cards)]
    return Column(stage, cards[:MOST_CARDS], count if is_whole else None, len(cards) > MOST_CARDS)

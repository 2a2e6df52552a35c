"""What an agent's departments owe: open stages and tasks by when they are due, walked along an index per department."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice

from django.db.models import Q, QuerySet

from balcao.processes import models
from balcao.processes.queries.permits import departments_of
from balcao.processes.rules.counting import free_key, owed_key
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket
from balcao.tickets.types import ACTIVE_QUEUES

PAGE = 50
SOON = timedelta(hours=2)
MOST_COUNTED = 99
_MOST_AT_RISK = 500
_TASK, _VISIT = 0, 1  # of those due at the same moment tasks come first


class Slice(StrEnum):
    """Which of it."""

    ALL = "stages"
    FREE = "stagesfree"  # nobody has taken it
    SOON = "stagessoon"  # late, or due within two hours
    RISK = "stagesrisk"  # the promise to the customer will not hold by the forecast


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """A place in the list: dated work by its due time, then what waits and has none."""

    is_undated: bool
    at: float  # seconds since 1970; 0 without a due time
    kind: int
    id: int


@dataclass(frozen=True, slots=True)
class Owed:
    """One piece of work with its ticket: a stage, or (if set) a task beside one."""

    visit: "models.Visit"
    task: "models.Task | None" = None

    @property
    def ticket(self) -> Ticket:
        """Return the ticket that it is about."""
        return self.visit.process.ticket


@dataclass(frozen=True, slots=True)
class OwedPage:
    """Some of it, and where the next page begins (None: this was the last)."""

    work: list[Owed]
    next_key: Key | None


def owed_page(
    *,
    agent: Agent,
    wanted: Slice = Slice.ALL,
    shop_id: int | None = None,
    after: Key | None = None,
    now: datetime,
    limit: int = PAGE,
) -> OwedPage:
    """Return one page of what the agent's departments owe; the queries depend on how many departments these are."""
    if not departments_of(agent) or (shop_id and not agent.sees_shop(shop_id)):
        return OwedPage([], None)
    narrowed = _narrowed(agent, wanted, shop_id, now)
    found = list(islice(_keys(agent, narrowed, wanted, after, limit + 1), limit + 1))
    return OwedPage(_with_facts(found[:limit]), found[limit - 1] if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """What of the visits and of the tasks is wanted."""

    visits: Q
    tasks: Q


def _narrowed(agent: Agent, wanted: Slice, shop_id: int | None, now: datetime) -> _Narrowed:
    both = Q()
    if wanted is Slice.FREE:
        both &= Q(assignee__isnull=True)
    elif wanted is Slice.SOON:
        both &= Q(due_at__lte=now + SOON)
    shops = [shop_id] if shop_id else None if agent.every_shop else sorted(agent.shop_ids())
    visits, tasks = both & Q(left_at__isnull=True), both & Q(done_at__isnull=True, dropped_at__isnull=True)
    if shops is not None:
        visits, tasks = visits & Q(shop_id__in=shops), tasks & Q(process__shop_id__in=shops)
    if wanted is Slice.RISK:
        at_risk = _at_risk()
        visits, tasks = visits & Q(process__ticket_id__in=at_risk), tasks & Q(process__ticket_id__in=at_risk)
    return _Narrowed(visits, tasks)


def _at_risk() -> list[int]:
    """Return tickets at risk, the next due first: looked up first, for they are few and stages are many."""
    rows = Ticket.objects.filter(is_at_risk=True, queue__in=ACTIVE_QUEUES).order_by("due_at", "id")
    return list(rows.values_list("pk", flat=True)[:_MOST_AT_RISK])


def _keys(agent: Agent, narrowed: _Narrowed, wanted: Slice, after: Key | None, limit: int) -> Iterator[Key]:
    """Walk all departments at once, first what has a due time."""
    legs = (False,) if wanted is Slice.SOON else (False, True)
    for is_undated in legs:
        if after is None or after.is_undated <= is_undated:
            place = after if after and after.is_undated == is_undated else None
            walks = [
                walk(department, is_undated=is_undated, after=place, limit=limit)
                for department in departments_of(agent)
                for walk in (_walk(models.Visit, narrowed.visits, _VISIT), _walk(models.Task, narrowed.tasks, _TASK))
            ]
            yield from heapq.merge(*walks)


def _walk(model: "type[models.Visit | models.Task]", wanted: Q, kind: int) -> Callable[..., Iterable[Key]]:
    def walk(department: int, *, is_undated: bool, after: Key | None, limit: int) -> Iterable[Key]:
        rows = model._default_manager.filter(wanted, department_id=department, due_at__isnull=is_undated)  # noqa: SLF001
        if after:
            rows = rows.filter(_beyond(after, kind))
        found = rows.order_by("due_at", "id").values_list("due_at", "id")[:limit]
        return [Key(is_undated, at.timestamp() if at else 0.0, kind, pk) for at, pk in found]

    return walk


def _beyond(after: Key, kind: int) -> Q:
    """Return what of a kind stands behind a place."""
    last = after.id if kind == after.kind else -1 if kind > after.kind else 2**62
    if after.is_undated:
        return Q(id__gt=last)
    at = datetime.fromtimestamp(after.at, tz=UTC)
    return Q(due_at__gte=at) & (Q(due_at__gt=at) | Q(id__gt=last))


def _with_facts(keys: list[Key]) -> list[Owed]:
    """Return the work at these places with what rows show, in two queries."""
    visits = _visits([key.id for key in keys if key.kind == _VISIT])
    tasks = _tasks([key.id for key in keys if key.kind == _TASK])
    found = {(_VISIT, row.pk): Owed(row) for row in visits} | {(_TASK, row.pk): Owed(row.visit, row) for row in tasks}
    return [found[key.kind, key.id] for key in keys if (key.kind, key.id) in found]


_FACTS = ("process__ticket", "department", "assignee", "clock")


def _visits(ids: list[int]) -> "QuerySet[models.Visit] | list[models.Visit]":
    return models.Visit.objects.filter(pk__in=ids).select_related(*_FACTS) if ids else []


def _tasks(ids: list[int]) -> "QuerySet[models.Task] | list[models.Task]":
    if not ids:
        return []
    return models.Task.objects.filter(pk__in=ids).select_related(
        "visit__process__ticket", "department", "assignee", "clock"
    )


def tickets_among(*, agent: Agent, ticket_ids: Iterable[int]) -> set[int]:
    """Return those of these tickets on which a department of the agent owes a stage now."""
    rows = models.Visit.objects.filter(process__ticket_id__in=list(ticket_ids), left_at__isnull=True)
    mine = rows.filter(department_id__in=departments_of(agent))
    if not agent.every_shop:
        mine = mine.filter(shop_id__in=agent.shop_ids())
    return set(mine.values_list("process__ticket_id", flat=True))


# --- Counts -----------------------------------------------------------------------------------------------------------


def kept_count(kept: Mapping[str, int], *, agent: Agent, wanted: Slice) -> int:
    """Return how much an agent's departments owe, from the kept counts; of all of it, or of what nobody has."""
    key = free_key if wanted is Slice.FREE else owed_key
    return sum(kept.get(key(department), 0) for department in departments_of(agent))


def narrow_count(*, agent: Agent, wanted: Slice, shop_id: int | None = None, now: datetime) -> int:
    """Return how many stages of an agent's departments are due soon or at risk, counting no further than 99."""
    if not departments_of(agent):
        return 0
    narrowed = _narrowed(agent, wanted, shop_id, now).visits
    rows = models.Visit.objects.filter(narrowed, department_id__in=departments_of(agent))
    return rows[:MOST_COUNTED].count()

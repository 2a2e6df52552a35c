"""Where tickets stand in their processes, for the rows of lists: one query for a page of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from balcao.deadlines.types import ClockKind
from balcao.kit.prepared import Prepared
from balcao.processes import models
from balcao.processes.queries.blueprints import blueprint_by_id, derived
from balcao.processes.rules import usual
from balcao.processes.types import Texts
from balcao.tickets.types import DueFacts

PROMISE = (
    "due_at",
    "paused_for",
    "breached_at",
    "clock__paused_left",
    "clock__fired",
    "clock__is_at_risk",
)  # of a stay
_COLUMNS = (
    "process__ticket_id",
    "pk",
    "process_id",
    "process__version_id",
    "stage",
    "department__name",
    "outside",
    "assignee__name",
    *PROMISE,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The stage in which a running process stands: the how manieth of its usual path, whose it is, by when."""

    ticket: int
    visit: int
    process: int
    stage: str
    names: Texts
    place: int
    of: int
    department: str  # its name; "" while somebody outside has it
    outside: str  # a `Party`
    assignee: str
    promise: DueFacts


def standing_of(ticket_ids: Iterable[int]) -> dict[int, Standing]:
    """Return by ticket where those of them stand that are in a running process, in one query."""
    ids = list(ticket_ids)
    return {value[0]: _standing(value) for value in _STANDING(ids)} if ids else {}


def _open_visits(ticket_ids: Sequence[int]) -> "QuerySet[models.Visit, tuple[Any, ...]]":
    rows = models.Visit.objects.filter(process__ticket_id__in=ticket_ids, left_at__isnull=True)
    return rows.values_list(*_COLUMNS)


_STANDING = Prepared(_open_visits)


def _standing(value: tuple[Any, ...]) -> Standing:
    ticket, visit, process, version, stage, department, outside, assignee, *promise = value
    place, of = place_of(version, stage)
    return Standing(
        ticket=ticket,
        visit=visit,
        process=process,
        stage=stage,
        names=blueprint_by_id(version).stage(stage).names,
        place=place,
        of=of,
        department=department or "",
        outside=outside,
        assignee=assignee or "",
        promise=promise_from(*promise),
    )


def promise_from(
    due_at: datetime | None,
    paused_for: str,
    breached_at: datetime | None,
    left: int | None,
    fired: Sequence[str] | None,
    is_at_risk: bool | None,  # noqa: FBT001 - a column, not a switch
) -> DueFacts:
    """Return what the columns of `PROMISE` say, as lists say it of a ticket's promise."""
    return DueFacts(due_at, ClockKind.STAGE, paused_for, left, warned(fired), breached_at, bool(is_at_risk))


def promise_of(visit: "models.Visit") -> DueFacts:
    """Return what the clock of a stay says, as lists say it of a ticket's promise; the clock should be loaded."""
    clock = visit.clock
    more = (clock.paused_left, clock.fired, clock.is_at_risk) if clock else (None, None, None)
    return promise_from(visit.due_at, visit.paused_for, visit.breached_at, *more)


def promise_of_task(task: "models.Task") -> DueFacts:
    """Return what the clock of a task says, likewise."""
    clock = task.clock
    breached = clock.breached_at if clock else None
    return DueFacts(task.due_at, ClockKind.STAGE, "", None, warned(clock.fired if clock else None), breached)


def warned(fired: Sequence[str] | None) -> int:
    """Return of which share of the time a clock has told that it is used, in per cent."""
    return max((int(step.rpartition("_")[2]) for step in fired or () if step.startswith("warn_")), default=0)


def place_of(version: int, stage: str) -> tuple[int, int]:
    """Return the how manieth of how many stages of a version's usual path a stage is."""
    return derived(version, usual.places)[stage]


def usual_path(version: int, stage: str) -> tuple[str, ...]:
    """Return a stage of a version and those that usually follow it."""
    return derived(version, usual.usual_paths)[stage]

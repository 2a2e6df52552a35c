"""A ticket's whole way through its process: what was done, what runs, what is ahead, and what waits for somebody."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind
from balcao.processes import models
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.courses import course_of, facts_of
from balcao.processes.queries.standing import usual_path
from balcao.processes.rules import moving
from balcao.processes.types import (
    Actor,
    Blueprint,
    Course,
    EffectState,
    Facts,
    ForwardState,
    Opening,
    ProcessState,
    Stage,
)
from balcao.staff.models import Department
from balcao.tickets.models import Ticket

_VISITS = ("department", "assignee", "clock", "mover")


def process_of_ticket(ticket: Ticket) -> "models.Process | None":
    """Return the process that runs on a ticket, else the last one that did."""
    rows = models.Process.objects.filter(ticket=ticket).select_related(
        "version", "blueprint", "started_by", "order__account__backend"
    )
    return rows.order_by("-state", "-id").first()  # "running" before "ended"


@dataclass(frozen=True, slots=True)
class Leg:
    """One stage of the way: a stay that was or is, or (without one) a stage that usually follows."""

    stage: Stage
    visit: "models.Visit | None" = None
    times: int = 1  # the how manieth stay in this stage

    @property
    def is_done(self) -> bool:
        """Tell whether it was left."""
        return self.visit is not None and self.visit.left_at is not None

    @property
    def is_running(self) -> bool:
        """Tell whether the process stands here."""
        return self.visit is not None and self.visit.left_at is None

    def is_late(self, now: datetime) -> bool:
        """Tell whether its limit was passed."""
        if self.visit is None:
            return False
        is_over = self.is_running and self.visit.due_at is not None and self.visit.due_at <= now
        return self.visit.breached_at is not None or is_over


class Track:
    """A process with its stays, tasks and steps; each kind is read when it is asked for, in one query."""

    def __init__(self, process: "models.Process") -> None:
        self.process = process
        self.blueprint: Blueprint = blueprint_by_id(process.version_id)

    @cached_property
    def visits(self) -> "list[models.Visit]":
        """Return all stays, the first one first."""
        return list(self.process.visits.select_related(*_VISITS).order_by("number"))

    @cached_property
    def visit(self) -> "models.Visit":
        """Return the stay where the process stands; of an ended one its end."""
        visit = self.visits[-1]
        visit.process = self.process
        return visit

    @property
    def is_running(self) -> bool:
        """Tell whether it goes on."""
        return self.process.state == ProcessState.RUNNING

    @property
    def stage(self) -> Stage:
        """Return the stage where it stands."""
        return self.blueprint.stage(self.visit.stage)

    @cached_property
    def legs(self) -> list[Leg]:
        """Return the way: what was, what is, and while it goes on what usually follows; stays of no time are none."""
        known = {stage.key: stage for stage in self.blueprint.stages}
        stays = [visit for visit in self.visits if visit.stage in known and visit.entered_at != visit.left_at]
        stays += [self.visit] if self.visit not in stays and self.visit.stage in known else []
        before = [visit.stage for visit in stays]
        done = [
            Leg(known[visit.stage], visit, before[: number + 1].count(visit.stage))
            for number, visit in enumerate(stays)
        ]
        ahead = usual_path(self.process.version_id, self.visit.stage)[1:] if self.is_running else ()
        return done + [Leg(known[key]) for key in ahead]

    @cached_property
    def tasks(self) -> "list[models.Task]":
        """Return the tasks of the present stage and those of others that are still wanted, in the order given."""
        rows = self.process.tasks.filter(dropped_at=None).select_related("department", "assignee", "done_by", "clock")
        return [row for row in rows.order_by("pk") if row.visit_id == self.visit.pk or row.done_at is None]

    @cached_property
    def asked(self) -> "list[models.Forward]":
        """Return the ways that wait for a second pair of eyes."""
        rows = models.Forward.objects.filter(visit__process=self.process, state=ForwardState.ASKED)
        return list(rows.select_related("agent", "visit").order_by("pk"))

    @cached_property
    def failed(self) -> "list[models.Effect]":
        """Return the automatic steps at which somebody has to look."""
        return list(self.process.effects.filter(state=EffectState.FAILED).select_related("visit").order_by("pk"))

    @cached_property
    def departments(self) -> list[Department]:
        """Return the active departments, by name."""
        return list(Department.objects.filter(is_active=True).order_by("name"))

    @cached_property
    def promised_at(self) -> datetime | None:
        """Return until when the customer was promised the end; None while that waits or nothing was promised."""
        rows = Clock.objects.filter(ticket_id=self.process.ticket_id, kind=ClockKind.RESOLUTION, ended_at__isnull=True)
        return rows.values_list("due_at", flat=True).order_by("-number").first()

    @cached_property
    def course(self) -> Course:
        """Return where the process stands, for the rules."""
        return course_of(self.process, self.visit)

    def facts(self, now: datetime) -> Facts:
        """Return what its guards may look at now."""
        return facts_of(self.process, self.visit, now=now)

    def openings(self, *, agent: int, now: datetime) -> list[Opening]:
        """Return the ways out of the present stage, each open or with all that stands against it."""
        return moving.openings(self.blueprint, self.course, self.facts(now), actor=Actor.AGENT, agent=agent)

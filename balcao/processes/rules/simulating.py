"""A virtual ticket: how a walk would go from an instant on, and what may still come from a stage."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from balcao.deadlines.rules.calendars import after, open_seconds
from balcao.deadlines.types import Calendar
from balcao.processes.rules import paths
from balcao.processes.types import Blueprint, Hours, Outlook, SimulatedVisit, Simulation, Stage, Step


class NoSuchWay(ValueError):
    """A step of a walk takes a transition that does not leave its stage."""


def simulate(blueprint: Blueprint, steps: Sequence[Step], *, starts_at: datetime, hours: Hours) -> Simulation:
    """Walk through a blueprint from its start; raises NoSuchWay. Guards are not asked: any walk may be tried."""
    return _Ticket(blueprint, hours, starts_at).walked(steps)


def steps_along(blueprint: Blueprint, stages: Sequence[str]) -> list[Step]:
    """Return the steps that lead through some stages, each with its whole limit; raises NoSuchWay."""
    steps = [Step(_way_between(blueprint, one, other)) for one, other in pairwise(stages)]
    return steps if blueprint.stage(stages[-1]).is_end else [*steps, *_to_an_end(blueprint, stages[-1])]


def outlook(
    blueprint: Blueprint, stage: str, *, now: datetime, hours: Hours, remaining_seconds: int | None = None
) -> Outlook:
    """Forecast the end from a stage that has so much of its limit left (None: all), by the longest way, no rework.

    Where `total_seconds` is more than what is left of the promise, the ticket is at risk, though nothing is late yet.
    """
    promised = hours.of(unit=blueprint.total_unit, calendar=blueprint.total_calendar)
    entered: dict[str, tuple[datetime, int]] = {stage: (now, 0)}
    best: tuple[datetime, int] = (now, 0)
    for key in _forward_from(blueprint, stage):
        if key not in entered:
            continue
        at, used = entered[key]
        here = blueprint.stage(key)
        if here.is_end:
            best = max(best[0], at), max(best[1], used)
            continue
        left = latest_leaving(here, at, hours, remaining_seconds if key == stage else None)
        if left is None:
            return Outlook(None, used)
        spent = used + (0 if here.stops_total else open_seconds(promised, at, left))
        for way in paths.ways(blueprint, key):
            if not way.is_rework:
                before = entered.get(way.target, (left, spent))
                entered[way.target] = max(before[0], left), max(before[1], spent)
    return Outlook(best[0], best[1])


def _forward_from(blueprint: Blueprint, stage: str) -> Iterator[str]:
    order = paths.forward_order(blueprint)
    yield from order[order.index(stage) :]


def latest_leaving(stage: Stage, at: datetime, hours: Hours, remaining: int | None) -> datetime | None:
    """Return when a stage is left at the latest: at the end of its limit and of those of its obligatory tasks."""
    own = stage.limit_seconds if remaining is None else max(remaining, 0)
    ends = [after(hours.of(unit=stage.unit, calendar=stage.calendar, owner=stage.owner), at, own)]
    for task in stage.tasks:
        if task.is_obligatory and remaining is None:
            counted = hours.of(unit=task.unit, calendar=task.calendar, owner=task.department)
            ends.append(after(counted, at, task.limit_seconds))
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _way_between(blueprint: Blueprint, one: str, other: str) -> str:
    found = [way for way in blueprint.ways_from(one) if way.target == other]
    if not found:
        raise NoSuchWay(f"{one} -> {other}")
    return min(found, key=lambda way: way.is_rework).key


def _to_an_end(blueprint: Blueprint, stage: str) -> list[Step]:
    """Return the one step that ends a walk, if there is one: the promise is kept or broken on entering the end."""
    ends = [way.key for way in blueprint.ways_from(stage) if blueprint.stage(way.target).is_end]
    return [Step(ends[0])] if ends else [Step()]


class _Ticket:
    """A walk in the making."""

    def __init__(self, blueprint: Blueprint, hours: Hours, starts_at: datetime) -> None:
        self.blueprint, self.hours, self.at = blueprint, hours, starts_at
        self.promised: Calendar = hours.of(unit=blueprint.total_unit, calendar=blueprint.total_calendar)
        self.stage = blueprint.start
        self.used = 0
        self.breached_at: datetime | None = None
        self.visits: list[SimulatedVisit] = []
        self.stuck = False

    def walked(self, steps: Sequence[Step]) -> Simulation:
        for step in steps:
            if self.stage.is_end or self.stuck:
                break
            self._stay(step)
        if self.stage.is_end:
            due = self._total_due()
            self.visits.append(SimulatedVisit(self.stage.key, self.at, None, None, False, due, self.used))
        return self._result()

    def _stay(self, step: Step) -> None:
        stage, since = self.stage, self.at
        counted = self.hours.of(unit=stage.unit, calendar=stage.calendar, owner=stage.owner)
        due = after(counted, since, stage.limit_seconds)
        left = latest_leaving(stage, since, self.hours, None)
        if step.seconds is not None:
            left = after(counted, since, step.seconds)
        if left is None:
            self.stuck = True
            self.visits.append(SimulatedVisit(stage.key, since, due, None, False, self._total_due(), self.used))
            return
        self._spend(stage, since, left)
        is_late = due is not None and left > due
        self.at = left
        self.visits.append(SimulatedVisit(stage.key, since, due, left, is_late, self._total_due(), self.used))
        if step.transition:
            self._go(step.transition)
        else:
            self.stuck = True

    def _spend(self, stage: Stage, since: datetime, until: datetime) -> None:
        if stage.stops_total:
            return
        left = self.blueprint.total_seconds - self.used
        self.used += open_seconds(self.promised, since, until)
        if self.breached_at is None and self.used > self.blueprint.total_seconds:
            self.breached_at = after(self.promised, since, left)

    def _go(self, transition: str) -> None:
        for way in self.blueprint.ways_from(self.stage.key):
            if way.key == transition:
                self.stage = self.blueprint.stage(way.target)
                return
        raise NoSuchWay(f"{self.stage.key}: {transition}")

    def _total_due(self) -> datetime | None:
        """Return when the promise is due as things stand: once it is broken, when it was."""
        return self.breached_at or after(self.promised, self.at, self.blueprint.total_seconds - self.used)

    def _result(self) -> Simulation:
        ended = self.at if self.stage.is_end else None
        ahead = (
            None
            if ended
            else outlook(
                self.blueprint,
                self.stage.key,
                now=self.at,
                hours=self.hours,
                remaining_seconds=0 if self.stuck else None,
            )
        )
        forecast = ended or (ahead.ends_at if ahead else None)
        return Simulation(tuple(self.visits), self._total_due(), ended, self.used, self.breached_at, forecast)

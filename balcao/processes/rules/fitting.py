"""Whether the stage limits of every path fit into the total promise, and into the bounds of the law, at worst.

The worst path is the longest walk from the start to an end in which each loop is gone as often as its rework allows and
each stage and task uses its whole limit. It is compared in the promise's own time, over every start of a year: a stage
that begins on Friday at 17:59 before a holiday is among them.

- Stages that count in the promise's own time cost just their limits: exact.
- Following stages that count in one other time are taken together; their cost is the most that passes of the promise
  meanwhile (`costing.cost`): exact for such a run alone.
- Where runs in different times follow each other, and where the promise stands in between, each run is taken at its own
  worst start, though they may not meet in one ticket: never too little, sometimes too much. The alternative, every
  combination of starts, would let a path through that a customer's late answer then breaks.
- Stages that stop the promise cost nothing.
- A way out of an end (a reopening) begins a new path, whose date is told anew.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from balcao.deadlines.rules.calendars import from_seconds, to_seconds, worst_start
from balcao.deadlines.types import Calendar, PauseReason
from balcao.processes.rules.costing import YEAR, NeverDue, cost
from balcao.processes.rules.paths import Node, TooManyLoops, ordered_nodes, steps_from
from balcao.processes.types import (
    Advice,
    Blueprint,
    Bound,
    Fit,
    Hours,
    Party,
    Share,
    Stage,
    Suggestion,
    Unit,
)

__all__ = ["TooManyLoops", "fit_bound", "fit_total"]


@dataclass(frozen=True, slots=True)
class _Leg:
    stage: Stage
    task: str
    seconds: int  # its limit; 0 while the promise stands
    counted: Calendar | None  # None: the promise stands


@dataclass(frozen=True, slots=True)
class _Walk:
    """A way so far: what is sure, and the run of stages in one time that goes on."""

    done: int = 0
    counted: Calendar | None = None
    run: int = 0
    legs: tuple[object, ...] = ()  # (the legs before, the last one): shared by all walks that go on from here

    def is_no_worse_than(self, other: "_Walk") -> bool:
        """Tell whether whatever follows, the other one takes at least as long."""
        return self.done <= other.done and self.run <= other.run and (self.counted == other.counted or not self.run)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: how long to the first of some stages, in whose time, and which stages cost nothing."""

    promised: Calendar
    since: int
    ends: Collection[str]
    stands: Callable[[Stage], bool]
    hours: Hours


def fit_total(blueprint: Blueprint, *, hours: Hours, since: datetime) -> Fit:
    """Compare the worst path with the total promise; raises TooManyLoops."""
    promised = hours.of(unit=blueprint.total_unit, calendar=blueprint.total_calendar)
    ends = {stage.key for stage in blueprint.stages if stage.is_end}
    question = _Question(promised, to_seconds(since), ends, lambda stage: stage.stops_total, hours)
    return _fit(blueprint, question, limit=blueprint.total_seconds, bound="")


def fit_bound(blueprint: Blueprint, bound: Bound, *, hours: Hours, since: datetime) -> Fit:
    """Compare the worst way to a bound's stages with the law; raises TooManyLoops."""

    def stands(stage: Stage) -> bool:
        is_customers = stage.owner == Party.CUSTOMER or stage.pauses is PauseReason.CUSTOMER
        return bound.spares_customer and is_customers

    promised = hours.of(unit=bound.unit, calendar=bound.calendar)
    question = _Question(promised, to_seconds(since), bound.until, stands, hours)
    return _fit(blueprint, question, limit=bound.limit_seconds, bound=bound.key)


def _fit(blueprint: Blueprint, question: _Question, *, limit: int, bound: str) -> Fit:
    try:
        worst = _worst_walk(blueprint, question)
    except NeverDue:
        return Fit(limit, None, (), bound)
    legs = _legs(worst)
    shares = tuple(_shares(legs, question))
    suggestions = tuple(_suggestions(legs, shares, worst.done - limit, question)) if worst.done > limit else ()
    return Fit(limit, worst.done, shares, bound, _starts_at(legs, worst.done, question), suggestions)


def _worst_walk(blueprint: Blueprint, question: _Question) -> _Walk:
    first: Node = (blueprint.start.key, ())
    walks: dict[Node, list[_Walk]] = {first: [_Walk()]}
    worst = _Walk()
    for node in ordered_nodes(blueprint):
        if node[0] in question.ends:
            closed = [_closed(walk, question) for walk in walks.get(node, ())]
            worst = max([worst, *closed], key=lambda walk: walk.done)
            continue
        stage = blueprint.stage(node[0])
        if stage.is_end:
            continue
        onward = [
            _onward(walk, leg, question) for walk in walks.get(node, ()) for leg in _ways_through(stage, question)
        ]
        for target in steps_from(blueprint, node):
            for walk in onward:
                _keep(walks.setdefault(target, []), walk)
    return worst


def _ways_through(stage: Stage, question: _Question) -> Iterator[_Leg]:
    """Give the stage's own limit and those of its obligatory tasks: the longest of them lets the work go on."""
    if question.stands(stage):
        yield _Leg(stage, "", 0, None)
        return
    of = question.hours.of
    yield _Leg(stage, "", stage.limit_seconds, of(unit=stage.unit, calendar=stage.calendar, owner=stage.owner))
    for task in stage.tasks:
        if task.is_obligatory:
            counted = of(unit=task.unit, calendar=task.calendar, owner=task.department)
            yield _Leg(stage, task.key, task.limit_seconds, counted)


def _onward(walk: _Walk, leg: _Leg, question: _Question) -> _Walk:
    legs = (walk.legs, leg)
    if leg.counted is not None and leg.counted == walk.counted:
        return _Walk(walk.done, walk.counted, walk.run + leg.seconds, legs)
    before = _closed(walk, question).done
    if leg.counted is None:
        return _Walk(before, None, 0, legs)
    if leg.counted == question.promised:
        return _Walk(before + cost(leg.seconds, leg.counted, question.promised, question.since)[0], None, 0, legs)
    return _Walk(before, leg.counted, leg.seconds, legs)


def _closed(walk: _Walk, question: _Question) -> _Walk:
    if walk.counted is None:
        return walk
    return _Walk(walk.done + cost(walk.run, walk.counted, question.promised, question.since)[0], None, 0, walk.legs)


def _keep(kept: list[_Walk], walk: _Walk) -> None:
    if not any(walk.is_no_worse_than(other) for other in kept):
        kept[:] = [other for other in kept if not other.is_no_worse_than(walk)] + [walk]


def _legs(walk: _Walk) -> list[_Leg]:
    legs: list[_Leg] = []
    rest: object = walk.legs
    while isinstance(rest, tuple) and rest:
        rest, leg = rest
        if isinstance(leg, _Leg):
            legs.append(leg)
    return legs[::-1]


def _runs(legs: list[_Leg], question: _Question) -> Iterator[list[_Leg]]:
    """Give the legs as the walk took them together."""
    run: list[_Leg] = []
    for leg in legs:
        goes_on = run and leg.counted is not None and leg.counted == run[-1].counted != question.promised
        if run and not goes_on:
            yield run
            run = []
        run.append(leg)
    if run:
        yield run


def _shares(legs: list[_Leg], question: _Question) -> Iterator[Share]:
    for run in _runs(legs, question):
        limits = sum(leg.seconds for leg in run)
        counted = run[0].counted
        whole = cost(limits, counted, question.promised, question.since)[0] if counted else 0
        given = passed = 0
        for leg in run:  # pro rata, and exact in sum
            passed += leg.seconds
            share = whole * passed // limits - given if limits else 0
            given += share
            yield Share(leg.stage.key, share, *_own_limit(leg), leg.task)


def _own_limit(leg: _Leg) -> tuple[int, Unit]:
    for task in leg.stage.tasks:
        if task.key == leg.task:
            return task.limit_seconds, task.unit
    return leg.stage.limit_seconds, leg.stage.unit


def _starts_at(legs: list[_Leg], worst: int, question: _Question) -> datetime | None:
    """Find a start that is worst for the first run; among equals the one whose promise ends latest."""
    first = next(_runs(legs, question), [])
    counted = first[0].counted if first else None
    if counted is not None and counted != question.promised:
        return from_seconds(cost(sum(leg.seconds for leg in first), counted, question.promised, question.since)[1])
    since = from_seconds(question.since)
    found = worst_start(question.promised, seconds=worst, since=since, until=from_seconds(question.since + YEAR))
    return found[0] if found else None


def _suggestions(
    legs: list[_Leg], shares: tuple[Share, ...], overrun: int, question: _Question
) -> Iterator[Suggestion]:
    seen: set[str] = set()
    for leg, share in sorted(zip(legs, shares, strict=True), key=lambda pair: -pair[1].seconds):
        if leg.stage.key in seen:
            if share.seconds:
                yield Suggestion(Advice.LESS_REWORK, leg.stage.key, share.seconds)
            continue
        seen.add(leg.stage.key)
        if leg.stage.owner in set(Party) and share.seconds:
            yield Suggestion(Advice.PAUSE_TOTAL, leg.stage.key, share.seconds)
        elif share.seconds > overrun:
            yield Suggestion(Advice.SHORTEN, leg.stage.key, overrun)
        if leg.counted is not None and leg.counted != question.promised and share.seconds > leg.seconds:
            yield Suggestion(Advice.COUNT_ALIKE, leg.stage.key, share.seconds - leg.seconds)
    yield Suggestion(Advice.RAISE_TOTAL, seconds=sum(share.seconds for share in shares))

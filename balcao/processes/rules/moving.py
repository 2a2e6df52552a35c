"""The state machine: which ways are open, and what taking one comes to. Nothing is written here."""

from collections.abc import Iterator
from dataclasses import replace

from balcao.processes.rules.guards import holds, is_filled
from balcao.processes.types import (
    Actor,
    Answer,
    Approval,
    Blueprint,
    Course,
    Effect,
    Facts,
    Move,
    Opening,
    Refusal,
    RefusalCode,
    Request,
    Stage,
    Transition,
)


def begin(blueprint: Blueprint) -> Move:
    """Return the course of a new process and the effects its first stage wants."""
    stage = blueprint.start
    effects = tuple(stage.effects)
    return Move(Answer.MOVED, Course(stage.key, wanted=frozenset(one.key for one in effects)), effects)


def openings(blueprint: Blueprint, course: Course, facts: Facts, *, actor: Actor, agent: int = 0) -> list[Opening]:
    """Return the ways that somebody may see from the present stage, each open or with all that stands against it."""
    return [
        Opening(way, tuple(_refusals(blueprint, course, facts, way, agent)))
        for way in blueprint.ways_from(course.stage)
        if _may(actor, way)
    ]


def next_by_itself(blueprint: Blueprint, course: Course, facts: Facts) -> Request | None:
    """Return the request for the first automatic way that is open now, if there is one."""
    for opening in openings(blueprint, course, facts, actor=Actor.AUTOMATIC):
        if opening.is_open:
            return Request(opening.transition.key, course.visit, Actor.AUTOMATIC)
    return None


def move(blueprint: Blueprint, course: Course, facts: Facts, request: Request) -> Move:
    """Take a transition once: the same request again is `repeated` and wants nothing more."""
    if (request.visit, request.transition) in course.taken:
        return Move(Answer.REPEATED, course)
    if request.visit != course.visit:
        return _refused(course, Refusal(RefusalCode.STALE))
    way = next((one for one in blueprint.ways_from(course.stage) if one.key == request.transition), None)
    if way is None:
        return _refused(course, Refusal(RefusalCode.NOT_FROM_HERE))
    if not _may(request.actor, way):
        return _refused(course, Refusal(RefusalCode.ACTOR))
    refusals = [*_refusals(blueprint, course, facts, way, request.agent), *_reason_refusals(way, request.reason)]
    return _refused(course, *refusals) if refusals else _moved(blueprint, course, way)


def _moved(blueprint: Blueprint, course: Course, way: Transition) -> Move:
    effects = tuple(_wanted(blueprint.stage(way.target), course))
    after = replace(
        course,
        stage=way.target,
        visit=course.visit + 1,
        taken=(*course.taken, (course.visit, way.key)),
        wanted=course.wanted | {one.key for one in effects},
    )
    return Move(Answer.MOVED, after, effects)


def _wanted(stage: Stage, course: Course) -> Iterator[Effect]:
    yield from (one for one in stage.effects if not (one.is_once and one.key in course.wanted))


def _refused(course: Course, *refusals: Refusal) -> Move:
    return Move(Answer.REFUSED, course, refusals=refusals)


def _may(actor: Actor, way: Transition) -> bool:
    """Tell whether somebody may take a way at all: an agent any, in the customer's name or by hand."""
    return actor is Actor.AGENT or actor is way.actor


def _refusals(blueprint: Blueprint, course: Course, facts: Facts, way: Transition, agent: int) -> Iterator[Refusal]:
    if way.most and course.times(way.key) >= way.most:
        yield Refusal(RefusalCode.TOO_OFTEN, str(way.most))
    yield from (Refusal(RefusalCode.GUARD, guard.name) for guard in way.guards if not holds(guard, facts))
    yield from (Refusal(RefusalCode.FIELD, key) for key in missing_fields(blueprint, course.stage, way, facts))
    yield from (Refusal(RefusalCode.TASK, key) for key in open_tasks(blueprint, course.stage, way, facts))
    if way.approval and not _is_approved(way.approval, facts, way.key, agent):
        yield Refusal(RefusalCode.APPROVAL, way.approval.role)


def missing_fields(blueprint: Blueprint, stage: str, way: Transition, facts: Facts) -> list[str]:
    """Return the keys of the required fields that are empty: those of leaving, of the way itself, of entering."""
    leaving = () if way.drops_work else blueprint.stage(stage).exit_fields
    keys = dict.fromkeys((*leaving, *way.fields, *blueprint.stage(way.target).entry_fields))
    return [key for key in keys if blueprint.field(key).is_required and not is_filled(facts.fields.get(key))]


def open_tasks(blueprint: Blueprint, stage: str, way: Transition, facts: Facts) -> list[str]:
    """Return the keys of obligatory tasks in the way: the stage's own, and on closing every one that was begun."""
    if way.drops_work:
        return []
    own = {task.key for task in blueprint.stage(stage).tasks if task.is_obligatory}
    if blueprint.stage(way.target).is_end:
        begun = (task for one in blueprint.stages for task in one.tasks if task.key in facts.tasks)
        own |= {task.key for task in begun if task.is_obligatory}
    return sorted(key for key in own if not facts.tasks.get(key, False))


def needs_approval(approval: Approval, facts: Facts) -> bool:
    """Tell whether a second pair of eyes is needed; an amount that is not known, or not comparable, needs it."""
    if not approval.field or facts.known.get("is_other_currency") is True:
        return True
    amount = facts.fields.get(approval.field)
    return not isinstance(amount, int) or amount > approval.limit


def _is_approved(approval: Approval, facts: Facts, transition: str, agent: int) -> bool:
    if not needs_approval(approval, facts):
        return True
    given = facts.approvals.get(transition, frozenset())
    return any(role == approval.role and who != agent for role, who in given)


def _reason_refusals(way: Transition, reason: str) -> Iterator[Refusal]:
    is_listed = not way.reasons or reason in {one.key for one in way.reasons}
    if (way.needs_reason and not reason.strip()) or (reason and not is_listed):
        yield Refusal(RefusalCode.REASON)

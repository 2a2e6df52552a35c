"""The editor's check: everything that is wrong with a blueprint, and whether its limits fit; no fault is saved."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from balcao.deadlines.types import PauseReason
from balcao.processes.rules import paths
from balcao.processes.rules.fitting import fit_bound, fit_total
from balcao.processes.rules.naming import name_faults
from balcao.processes.types import (
    ANYWHERE,
    LANGUAGES,
    Blueprint,
    Department,
    Fault,
    FaultCode,
    Fit,
    Hours,
    Report,
    Stage,
    Texts,
)


def check(
    blueprint: Blueprint,
    *,
    hours: Hours,
    since: datetime,
    departments: Collection[str] = frozenset(Department),
    blueprints: Collection[str] | None = None,
    templates: Collection[str] | None = None,
    languages: Collection[str] = LANGUAGES,
) -> Report:
    """Return all faults of a blueprint, and how its worst paths fit if there is none in the path itself.

    `since`: from when on starts are looked at. `blueprints` and `templates`: the keys there are; None: not checked.
    """
    faults = list(_path_faults(blueprint))
    can_be_weighed = not faults
    faults += name_faults(blueprint, departments, hours, blueprints, templates)
    faults += [Fault(where, FaultCode.NO_TEXT, missing) for where, missing in _missing(blueprint, languages)]
    faults += _still_asking(blueprint)
    faults += _limit_faults(blueprint, hours)
    if not can_be_weighed:
        return Report(tuple(faults))
    try:
        total = fit_total(blueprint, hours=hours, since=since)
        bounds = tuple(fit_bound(blueprint, bound, hours=hours, since=since) for bound in blueprint.bounds)
    except paths.TooManyLoops:
        return Report((*faults, Fault("transitions", FaultCode.TOO_MANY_LOOPS)))
    faults += [fault for fit in (total, *bounds) for fault in _fit_faults(fit)]
    return Report(tuple(faults), total, bounds)


# --- The path ---------------------------------------------------------------------------------------------------------


def _path_faults(blueprint: Blueprint) -> Iterator[Fault]:
    starts = [stage for stage in blueprint.stages if stage.is_start]
    ends = [stage.key for stage in blueprint.stages if stage.is_end]
    unknown = list(_unknown_stages(blueprint))
    yield from unknown
    if len(starts) != 1:
        yield Fault("stages", FaultCode.SEVERAL_STARTS if starts else FaultCode.NO_START)
    if not ends:
        yield Fault("stages", FaultCode.NO_END)
    yield from _loop_faults(blueprint)
    if len(starts) == 1 and not unknown:
        there = paths.reached(blueprint, starts[0].key)
        for stage in blueprint.stages:
            if stage.key not in there:
                yield Fault(f"stages.{stage.key}", FaultCode.UNREACHABLE)
        yield from _dead_ends(blueprint, ends)


def _dead_ends(blueprint: Blueprint, ends: list[str]) -> Iterator[Fault]:
    leading = paths.leading_to(blueprint, ends)
    for stage in blueprint.stages:
        if stage.key not in leading:
            yield Fault(f"stages.{stage.key}", FaultCode.DEAD_END)


def _unknown_stages(blueprint: Blueprint) -> Iterator[Fault]:
    keys = {stage.key for stage in blueprint.stages}
    for way in blueprint.transitions:
        sources = () if way.sources == (ANYWHERE,) else way.sources
        for name in (*sources, way.target):
            if name not in keys:
                yield Fault(f"transitions.{way.key}", FaultCode.UNKNOWN_STAGE, name)
    for bound in blueprint.bounds:
        for name in set(bound.until) - keys:
            yield Fault(f"bounds.{bound.key}", FaultCode.UNKNOWN_STAGE, name)


def _loop_faults(blueprint: Blueprint) -> Iterator[Fault]:
    in_order = set(paths.forward_order(blueprint))
    looping = [stage.key for stage in blueprint.stages if stage.key not in in_order]
    if looping:
        yield Fault("transitions", FaultCode.LOOP, ", ".join(looping))
    for way in blueprint.transitions:
        if way.is_rework and not way.most:
            yield Fault(f"transitions.{way.key}", FaultCode.UNBOUNDED)
        for source in way.sources:
            if not way.is_rework and any(stage.key == source and stage.is_end for stage in blueprint.stages):
                yield Fault(f"transitions.{way.key}", FaultCode.LEAVES_END, source)


# --- The words --------------------------------------------------------------------------------------------------------


def _missing(blueprint: Blueprint, languages: Collection[str]) -> Iterator[tuple[str, str]]:
    """Give where a text lacks a language, and which; a stage without any customer words shows the one before."""
    for where, texts in _texts(blueprint):
        for language in languages:
            if not texts.get(language, "").strip():
                yield where, language


def _texts(blueprint: Blueprint) -> Iterator[tuple[str, Texts]]:
    yield "names", blueprint.names
    for one in blueprint.fields:
        yield f"fields.{one.key}.names", one.names
        yield from ((f"fields.{one.key}.choices.{choice.key}", choice.names) for choice in one.choices)
    for stage in blueprint.stages:
        yield from _stage_texts(stage)
    for way in blueprint.transitions:
        yield f"transitions.{way.key}.names", way.names
        yield from ((f"transitions.{way.key}.reasons.{reason.key}", reason.names) for reason in way.reasons)


def _stage_texts(stage: Stage) -> Iterator[tuple[str, Texts]]:
    where = f"stages.{stage.key}"
    yield f"{where}.names", stage.names
    if _has_words(stage.customer_names) or _has_words(stage.customer_texts) or stage.is_start:
        yield f"{where}.customer_names", stage.customer_names
        yield f"{where}.customer_texts", stage.customer_texts
    for task in stage.tasks:
        yield f"{where}.tasks.{task.key}", task.names
    for number, reminder in enumerate(stage.reminders):
        yield f"{where}.reminders.{number}", reminder.texts


def _still_asking(blueprint: Blueprint) -> Iterator[Fault]:
    """Give the stages without words of their own that follow on one in which the customer is waited for."""
    silent = {one.key for one in blueprint.stages if not _has_words(one.customer_names)}
    asking = [one for one in blueprint.stages if one.pauses is PauseReason.CUSTOMER and one.key not in silent]
    told = {way.target for stage in asking for way in blueprint.ways_from(stage.key)}
    yield from (Fault(f"stages.{key}", FaultCode.STILL_ASKS) for key in sorted(silent & told))


def _has_words(texts: Mapping[str, str]) -> bool:
    return any(text.strip() for text in texts.values())


# --- The limits -------------------------------------------------------------------------------------------------------


def _limit_faults(blueprint: Blueprint, hours: Hours) -> Iterator[Fault]:
    if not blueprint.total_seconds:
        yield Fault("total_seconds", FaultCode.NO_TOTAL)
    for stage in blueprint.stages:
        if not stage.is_end and not stage.limit_seconds:
            yield Fault(f"stages.{stage.key}", FaultCode.NO_LIMIT)
        own = hours.of(unit=stage.unit, calendar=stage.calendar, owner=stage.owner)
        for task in stage.tasks:
            counted = hours.of(unit=task.unit, calendar=task.calendar, owner=task.department)
            if not task.limit_seconds:
                yield Fault(f"stages.{stage.key}.tasks.{task.key}", FaultCode.NO_LIMIT)
            elif task.is_obligatory and counted == own and task.limit_seconds > stage.limit_seconds:
                yield Fault(f"stages.{stage.key}.tasks.{task.key}", FaultCode.TASK_TOO_LONG, str(task.limit_seconds))


def _fit_faults(fit: Fit) -> Iterator[Fault]:
    where = f"bounds.{fit.bound}" if fit.bound else "total_seconds"
    if fit.worst_seconds is None:
        yield Fault(where, FaultCode.NEVER_DUE)
    elif not fit.fits:
        over = fit.worst_seconds - fit.limit_seconds
        yield Fault(where, FaultCode.BREAKS_LAW if fit.bound else FaultCode.DOES_NOT_FIT, str(over))

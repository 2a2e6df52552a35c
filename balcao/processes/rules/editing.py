"""Edits of a blueprint that touch more than one part of it: adding, removing, taking advice. Each returns a new one."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from balcao.processes.types import (
    ANYWHERE,
    BUSINESS_DAY,
    Advice,
    Blueprint,
    BlueprintKind,
    Department,
    Field,
    Outcome,
    Party,
    Stage,
    Suggestion,
    Texts,
    Transition,
    reason_for,
)

_LONGEST = 60
_T = TypeVar("_T", Stage, Transition, Field)


def fresh_key(words: str, taken: Collection[str], *, fallback: str) -> str:
    """Make a key of some words that no other has: "Foto do dano" becomes foto_do_dano."""
    plain = unicodedata.normalize("NFKD", words.casefold().replace("ı", "i")).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: _LONGEST - 4].strip("_")
    stem = stem if stem[:1].isalpha() else fallback
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key


def blank(*, key: str, names: Texts, first: Texts, last: Texts, way: Texts) -> Blueprint:
    """Return a path to begin with: one stage, one end, one way between them, five days."""
    start = Stage(
        "begun", first, Department.CS, BUSINESS_DAY, customer_names=first, customer_texts=first, is_start=True
    )
    end = Stage("done", last, outcome=Outcome.DONE, customer_names=last, customer_texts=last)
    return Blueprint(
        key=key,
        names=names,
        kind=BlueprintKind.OTHER,
        total_seconds=5 * BUSINESS_DAY,
        stages=(start, end),
        transitions=(Transition("finish", (start.key,), end.key, way),),
    )


def replaced(rows: Iterable[_T], row: _T) -> tuple[_T, ...]:
    """Return rows with the one of the same key exchanged."""
    return tuple(row if one.key == row.key else one for one in rows)


def with_stage(blueprint: Blueprint, stage: Stage) -> Blueprint:
    """Exchange a stage; if it is the start now, no other one is."""
    stages = replaced(blueprint.stages, stage)
    if stage.is_start:
        stages = tuple(replace(one, is_start=one.key == stage.key) for one in stages)
    return replace(blueprint, stages=stages)


def with_way(blueprint: Blueprint, way: Transition) -> Blueprint:
    """Exchange a transition."""
    return replace(blueprint, transitions=replaced(blueprint.transitions, way))


def with_field(blueprint: Blueprint, field: Field) -> Blueprint:
    """Exchange a field."""
    return replace(blueprint, fields=replaced(blueprint.fields, field))


def add_stage(
    blueprint: Blueprint, *, names: Texts, way_names: Texts, after: str = "", is_end: bool = False
) -> tuple[Blueprint, str]:
    """Add a stage, behind another with a way to it; return the blueprint and the new key."""
    key = fresh_key(names["en"], {one.key for one in blueprint.stages}, fallback="stage")
    stage = _new_stage(blueprint, key, names, after, is_end=is_end)
    grown = replace(blueprint, stages=_put_after(blueprint.stages, stage, after))
    if not after:
        return grown, key
    return add_way(grown, source=after, target=key, names=way_names)[0], key


def insert_stage(blueprint: Blueprint, *, way: str, names: Texts, way_names: Texts) -> tuple[Blueprint, str]:
    """Put a new stage into a way: it leads there now, and a second one on to where it led."""
    old = blueprint.transition(way)
    key = fresh_key(names["en"], {one.key for one in blueprint.stages}, fallback="stage")
    before = next((source for source in old.sources if source != ANYWHERE), "")
    stage = _new_stage(blueprint, key, names, before, is_end=False)
    grown = replace(blueprint, stages=_put_after(blueprint.stages, stage, before))
    grown = with_way(grown, replace(old, target=key))
    return add_way(grown, source=key, target=old.target, names=way_names)[0], key


def _new_stage(blueprint: Blueprint, key: str, names: Texts, near: str, *, is_end: bool) -> Stage:
    if is_end:
        return Stage(key, names, outcome=Outcome.DONE)
    owner = next((one.owner for one in blueprint.stages if one.key == near and one.owner), Department.CS.value)
    owner = Department.CS if owner in set(Party) else owner
    return Stage(key, names, owner, BUSINESS_DAY, blueprint.total_unit)


def _put_after(stages: tuple[Stage, ...], stage: Stage, after: str) -> tuple[Stage, ...]:
    place = next((number for number, one in enumerate(stages, 1) if one.key == after), len(stages))
    return (*stages[:place], stage, *stages[place:])


def remove_stage(blueprint: Blueprint, key: str) -> Blueprint:
    """Take a stage away, with the ways that lead from it alone or to it."""
    ways = []
    for way in blueprint.transitions:
        sources = tuple(source for source in way.sources if source != key)
        if sources and way.target != key:
            ways.append(replace(way, sources=sources))
    bounds = [replace(one, until=tuple(stage for stage in one.until if stage != key)) for one in blueprint.bounds]
    return replace(
        blueprint,
        stages=tuple(one for one in blueprint.stages if one.key != key),
        transitions=tuple(ways),
        bounds=tuple(one for one in bounds if one.until),
    )


def add_way(blueprint: Blueprint, *, source: str, target: str, names: Texts) -> tuple[Blueprint, str]:
    """Add a way between two stages; return the blueprint and the new key."""
    taken = {one.key for one in blueprint.transitions}
    key = fresh_key(f"{source} to {target}", taken, fallback="way")
    is_rework = any(one.key == source and one.is_end for one in blueprint.stages)
    way = Transition(key, (source,), target, names, is_rework=is_rework, most=1 if is_rework else 0)
    return replace(blueprint, transitions=(*blueprint.transitions, way)), key


def remove_way(blueprint: Blueprint, key: str) -> Blueprint:
    """Take a way away."""
    return replace(blueprint, transitions=tuple(one for one in blueprint.transitions if one.key != key))


def move_way(blueprint: Blueprint, key: str, *, by: int) -> Blueprint:
    """Put a way before or behind its neighbour from the same stage: of automatic ones the first open one is taken."""
    ways = list(blueprint.transitions)
    here = next(number for number, one in enumerate(ways) if one.key == key)
    sources = set(ways[here].sources)
    ahead = range(here + 1, len(ways)) if by > 0 else range(here - 1, -1, -1)
    there = next((number for number in ahead if sources & set(ways[number].sources)), here)
    ways.insert(there, ways.pop(here))
    return replace(blueprint, transitions=tuple(ways))


def add_field(blueprint: Blueprint, *, names: Texts) -> tuple[Blueprint, str]:
    """Add a field; return the blueprint and the new key."""
    key = fresh_key(names["en"], {one.key for one in blueprint.fields}, fallback="field")
    return replace(blueprint, fields=(*blueprint.fields, Field(key, names))), key


def remove_field(blueprint: Blueprint, key: str) -> Blueprint:
    """Take a field away, also from what asks for it."""

    def without(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in keys if one != key)

    return replace(
        blueprint,
        fields=tuple(one for one in blueprint.fields if one.key != key),
        stages=tuple(
            replace(one, entry_fields=without(one.entry_fields), exit_fields=without(one.exit_fields))
            for one in blueprint.stages
        ),
        transitions=tuple(replace(one, fields=without(one.fields)) for one in blueprint.transitions),
    )


def whole_hours(seconds: int) -> int:
    """Return a length rounded up to hours: nobody promises seconds."""
    return -(-seconds // 3600) * 3600


def can_take(blueprint: Blueprint, suggestion: Suggestion) -> bool:
    """Tell whether a suggestion can be followed by one press."""
    return take_advice(blueprint, suggestion) != blueprint


def take_advice(blueprint: Blueprint, suggestion: Suggestion) -> Blueprint:
    """Follow a suggestion of the fit; where it cannot be, return the blueprint as it is."""
    if suggestion.advice is Advice.RAISE_TOTAL:
        return replace(blueprint, total_seconds=whole_hours(suggestion.seconds))
    stage = next((one for one in blueprint.stages if one.key == suggestion.stage), None)
    if stage is None:
        return blueprint
    if suggestion.advice is Advice.LESS_REWORK:
        return _less_rework(blueprint, stage.key)
    return with_stage(blueprint, replace(stage, **_advised(blueprint, stage, suggestion)))


def _advised(blueprint: Blueprint, stage: Stage, suggestion: Suggestion) -> dict[str, Any]:
    match suggestion.advice:
        case Advice.SHORTEN if stage.limit_seconds > suggestion.seconds:
            return {"limit_seconds": stage.limit_seconds - suggestion.seconds}
        case Advice.COUNT_ALIKE:
            return {"unit": blueprint.total_unit, "calendar": blueprint.total_calendar}
        case Advice.PAUSE_TOTAL if stage.owner in set(Party):
            return {"pauses": reason_for(Party(stage.owner)), "pauses_total": True}
    return {}


def _less_rework(blueprint: Blueprint, stage: str) -> Blueprint:
    ways = tuple(
        replace(way, most=way.most - 1) if way.is_rework and way.target == stage and way.most > 1 else way
        for way in blueprint.transitions
    )
    return replace(blueprint, transitions=ways)

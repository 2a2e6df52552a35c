"""What the buttons of the editor do, after what stands in the form beside them was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.processes.rules import editing
from balcao.processes.rules.guards import GUARDS
from balcao.processes.types import (
    BUSINESS_DAY,
    LANGUAGES,
    STAGE_NEWS,
    Blueprint,
    Bound,
    Department,
    Effect,
    EffectKind,
    Reminder,
    Stage,
    Suggestion,
    Task,
    Transition,
    Unit,
)
from balcao.web.console.designing import posted as reading
from balcao.web.console.designing.posted import Posted

_Part = TypeVar("_Part", Stage, Transition)


@dataclass(frozen=True, slots=True)
class Panel:
    """What the form at the side is about: the whole ("" and ""), or one stage, way or field."""

    kind: str = ""
    key: str = ""

    @property
    def query(self) -> str:
        """Return it as the address says it."""
        return f"{self.kind}={self.key}" if self.kind else ""

    def is_in(self, blueprint: Blueprint) -> bool:
        """Tell whether the blueprint has such a part."""
        rows: Mapping[str, Any] = {
            "stage": blueprint.stages,
            "way": blueprint.transitions,
            "field": blueprint.fields,
        }
        return not self.kind or any(one.key == self.key for one in rows.get(self.kind, ()))


def panel_of(asked: Mapping[str, str]) -> Panel:
    """Return the panel that an address or a form names."""
    return next((Panel(kind, asked[kind]) for kind in ("stage", "way", "field") if asked.get(kind)), Panel())


def in_every_language(say: Callable[[], str]) -> dict[str, str]:
    """Say some words of ours in every language of a blueprint."""
    found = {}
    for code in LANGUAGES:
        with override(code.lower()):
            found[code] = say()
    return found


def go_on() -> dict[str, str]:
    """Return the words of a way that nobody has named yet."""
    return in_every_language(lambda: _("Go on"))


def carry_out(blueprint: Blueprint, panel: Panel, posted: Posted, deed: str) -> tuple[Blueprint, Panel]:
    """Read the form of a panel and do what its button says; return what came of it and where to look next."""
    name, _colon, rest = deed.partition(":")
    if name == "grow":
        return _grown_by(blueprint, rest)
    match panel.kind:
        case "stage":
            read = editing.with_stage(blueprint, reading.read_stage(posted, blueprint.stage(panel.key)))
            return _of_stage(read, panel, posted, name, rest)
        case "way":
            read = editing.with_way(blueprint, reading.read_way(posted, blueprint.transition(panel.key)))
            return _of_way(read, panel, posted, name, rest)
        case "field":
            read = editing.with_field(blueprint, reading.read_field(posted, blueprint.field(panel.key)))
            return _of_field(read, panel, name, rest)
    return _of_whole(reading.read_whole(posted, blueprint), panel, posted, name, rest)


def _grown_by(blueprint: Blueprint, what: str) -> tuple[Blueprint, Panel]:
    if what == "field":
        grown, key = editing.add_field(blueprint, names=in_every_language(lambda: _("New fact")))
        return grown, Panel("field", key)
    return _grown(blueprint, "", is_end=what == "end")


def follow(blueprint: Blueprint, suggestions: tuple[Suggestion, ...], chosen: str) -> Blueprint:
    """Take a piece of advice that is (still) given."""
    for suggestion in suggestions:
        if chosen == f"{suggestion.advice}:{suggestion.stage}":
            return editing.take_advice(blueprint, suggestion)
    return blueprint


# --- Of a stage -------------------------------------------------------------------------------------------------------


def _of_stage(blueprint: Blueprint, panel: Panel, posted: Posted, name: str, rest: str) -> tuple[Blueprint, Panel]:
    stage = blueprint.stage(panel.key)
    match name:
        case "add" | "remove" | "up":
            return editing.with_stage(blueprint, _rows_of_stage(blueprint, stage, posted, name, rest)), panel
        case "after" | "end":
            return _grown(blueprint, panel.key, is_end=name == "end")
        case "way" if posted.text("to"):
            grown, key = editing.add_way(blueprint, source=panel.key, target=posted.text("to"), names=go_on())
            return grown, Panel("way", key)
        case "delete":
            return editing.remove_stage(blueprint, panel.key), Panel()
    return blueprint, panel


def _grown(blueprint: Blueprint, after: str, *, is_end: bool) -> tuple[Blueprint, Panel]:
    names = in_every_language((lambda: _("New end")) if is_end else (lambda: _("New stage")))
    grown, key = editing.add_stage(blueprint, names=names, way_names=go_on(), after=after, is_end=is_end)
    return grown, Panel("stage", key)


def _rows_of_stage(blueprint: Blueprint, stage: Stage, posted: Posted, name: str, rest: str) -> Stage:
    what, _colon, number = rest.partition(":")
    if name == "remove":
        return _lessened(stage, what, number) if what in _STAGE_ROWS else stage
    match what:
        case "tasks":
            return replace(stage, tasks=(*stage.tasks, _new_task(blueprint, stage)))
        case "reminders":
            return replace(stage, reminders=(*stage.reminders, Reminder(stage.limit_seconds // 2, {})))
        case "effects" if posted.text("new_effect") in set(EffectKind):
            effect = _new_effect(blueprint, stage, EffectKind(posted.text("new_effect")))
            return replace(stage, effects=(*stage.effects, effect))
    return stage


_STAGE_ROWS = ("tasks", "effects", "reminders")


def _lessened(part: _Part, what: str, number: str) -> _Part:
    rows: Any = {what: _without(getattr(part, what), number)}
    return replace(part, **rows)


def _without(rows: tuple[Any, ...], number: str) -> tuple[Any, ...]:
    return tuple(row for place, row in enumerate(rows) if str(place) != number)


def _new_task(blueprint: Blueprint, stage: Stage) -> Task:
    names = in_every_language(lambda: _("New task"))
    taken = {task.key for one in blueprint.stages for task in one.tasks}
    key = editing.fresh_key(f"task {stage.key}", taken, fallback="task")
    return Task(key, names, Department.CS, min(stage.limit_seconds, BUSINESS_DAY) or BUSINESS_DAY, stage.unit)


def _new_effect(blueprint: Blueprint, stage: Stage, kind: EffectKind) -> Effect:
    taken = {effect.key for one in blueprint.stages for effect in one.effects}
    key = editing.fresh_key(f"{kind} {stage.key}", taken, fallback="step")
    if kind is EffectKind.MESSAGE:
        return Effect(key, kind, {"template": STAGE_NEWS}, is_once=False)
    return Effect(key, kind, {}, is_once=kind is EffectKind.ORDER_ACTION)


# --- Of a way ---------------------------------------------------------------------------------------------------------


def _of_way(blueprint: Blueprint, panel: Panel, posted: Posted, name: str, rest: str) -> tuple[Blueprint, Panel]:
    way = blueprint.transition(panel.key)
    match name:
        case "add" | "remove":
            return editing.with_way(blueprint, _rows_of_way(blueprint, way, posted, name, rest)), panel
        case "insert":
            names = in_every_language(lambda: _("New stage"))
            grown, key = editing.insert_stage(blueprint, way=panel.key, names=names, way_names=go_on())
            return grown, Panel("stage", key)
        case "earlier" | "later":
            return editing.move_way(blueprint, panel.key, by=1 if name == "later" else -1), panel
        case "delete":
            return editing.remove_way(blueprint, panel.key), Panel("stage", way.sources[0])
    return blueprint, panel


def _rows_of_way(blueprint: Blueprint, way: Transition, posted: Posted, name: str, rest: str) -> Transition:
    what, _colon, number = rest.partition(":")
    if name == "remove":
        return _lessened(way, what, number) if what in ("guards", "reasons") else way
    if what == "reasons":
        names = in_every_language(lambda: _("New reason"))
        return replace(way, reasons=(*way.reasons, reading.new_choice(way.reasons, names, "reason")))
    chosen = posted.text("new_guard")
    return replace(way, guards=(*way.guards, reading.new_guard(chosen, blueprint))) if chosen in GUARDS else way


# --- Of a field and of the whole --------------------------------------------------------------------------------------


def _of_field(blueprint: Blueprint, panel: Panel, name: str, rest: str) -> tuple[Blueprint, Panel]:
    field = blueprint.field(panel.key)
    match name:
        case "add":
            names = in_every_language(lambda: _("New answer"))
            added = reading.new_choice(field.choices, names, "answer")
            return editing.with_field(blueprint, replace(field, choices=(*field.choices, added))), panel
        case "remove":
            choices = _without(field.choices, rest.partition(":")[2])
            return editing.with_field(blueprint, replace(field, choices=choices)), panel
        case "delete":
            return editing.remove_field(blueprint, panel.key), Panel()
    return blueprint, panel


def _of_whole(blueprint: Blueprint, panel: Panel, posted: Posted, name: str, rest: str) -> tuple[Blueprint, Panel]:
    match name:
        case "add" if posted.text("new_bound") and blueprint.stages:
            return replace(blueprint, bounds=(*blueprint.bounds, _new_bound(blueprint, posted))), panel
        case "remove":
            return replace(blueprint, bounds=_without(blueprint.bounds, rest.partition(":")[2])), panel
    return blueprint, panel


def _new_bound(blueprint: Blueprint, posted: Posted) -> Bound:
    ends = tuple(stage.key for stage in blueprint.stages if stage.is_end)
    return Bound(posted.text("new_bound"), ends or (blueprint.stages[0].key,), 30 * 86400, Unit.CALENDAR)

"""Whether the names in a blueprint mean something: of fields, guards, departments, calendars, actions and texts."""

from collections.abc import Collection, Iterator

from balcao.ports.commerce import ActionKind
from balcao.processes.rules.guards import GUARDS, takes
from balcao.processes.types import (
    STAGE_NEWS,
    Blueprint,
    Choice,
    Effect,
    EffectKind,
    Fault,
    FaultCode,
    FieldType,
    Guard,
    Hours,
    Party,
    Stage,
    Transition,
)

_NEEDED = {
    EffectKind.ORDER_ACTION: "action",
    EffectKind.RETRY_ACTION: "of",
    EffectKind.MESSAGE: "template",
    EffectKind.WEBHOOK: "event",
    EffectKind.START: "blueprint",
    EffectKind.NOTIFY: "department",
}


def name_faults(
    blueprint: Blueprint,
    departments: Collection[str],
    hours: Hours,
    blueprints: Collection[str] | None,
    templates: Collection[str] | None,
) -> Iterator[Fault]:
    calendars = {"", *hours.named}
    if blueprint.total_calendar not in calendars:
        yield Fault("total_calendar", FaultCode.UNKNOWN_CALENDAR, blueprint.total_calendar)
    for bound in blueprint.bounds:
        if bound.calendar not in calendars:
            yield Fault(f"bounds.{bound.key}", FaultCode.UNKNOWN_CALENDAR, bound.calendar)
    for stage in blueprint.stages:
        where = f"stages.{stage.key}"
        yield from _stage_names(blueprint, stage, where, departments, calendars)
        for effect in stage.effects:
            yield from _effect_faults(blueprint, effect, f"{where}.effects.{effect.key}", departments, blueprints)
            yield from _template_faults(effect, f"{where}.effects.{effect.key}", templates)
    for way in blueprint.transitions:
        yield from _transition_names(blueprint, way, f"transitions.{way.key}", departments)
    for one in blueprint.fields:
        yield from _parents(one.choices, f"fields.{one.key}")
        if one.type is FieldType.CHOICE and not one.choices:
            yield Fault(f"fields.{one.key}", FaultCode.NO_CHOICES)


def _stage_names(
    blueprint: Blueprint, stage: Stage, where: str, departments: Collection[str], calendars: Collection[str]
) -> Iterator[Fault]:
    if stage.owner not in set(Party) | set(departments) and not (stage.is_end and not stage.owner):
        yield Fault(where, FaultCode.UNKNOWN_DEPARTMENT, stage.owner)
    yield from _unknown_fields(blueprint, (*stage.entry_fields, *stage.exit_fields), where)
    if stage.calendar not in calendars:
        yield Fault(where, FaultCode.UNKNOWN_CALENDAR, stage.calendar)
    for task in stage.tasks:
        if task.department not in departments:
            yield Fault(f"{where}.tasks.{task.key}", FaultCode.UNKNOWN_DEPARTMENT, task.department)
        if task.calendar not in calendars:
            yield Fault(f"{where}.tasks.{task.key}", FaultCode.UNKNOWN_CALENDAR, task.calendar)


def _transition_names(
    blueprint: Blueprint, way: Transition, where: str, departments: Collection[str]
) -> Iterator[Fault]:
    yield from _unknown_fields(blueprint, way.fields, where)
    yield from _parents(way.reasons, where)
    for guard in way.guards:
        yield from _guard_faults(blueprint, guard, where)
    if way.approval:
        if way.approval.role not in departments:
            yield Fault(where, FaultCode.UNKNOWN_DEPARTMENT, way.approval.role)
        if way.approval.field:
            yield from _unknown_fields(blueprint, (way.approval.field,), where)


def _guard_faults(blueprint: Blueprint, guard: Guard, where: str) -> Iterator[Fault]:
    if guard.name not in GUARDS:
        yield Fault(where, FaultCode.UNKNOWN_GUARD, guard.name)
        return
    if not takes(guard):
        yield Fault(where, FaultCode.UNKNOWN_ARGUMENT, guard.name)
        return
    several = guard.arguments.get("fields")
    named = [guard.arguments.get("field", ""), *(several if isinstance(several, list) else [])]
    yield from _unknown_fields(blueprint, [str(key) for key in named if key], where)
    effects = {effect.key for stage in blueprint.stages for effect in stage.effects}
    if (effect := guard.arguments.get("effect")) is not None and effect not in effects:
        yield Fault(where, FaultCode.UNKNOWN_ACTION, str(effect))


def _effect_faults(
    blueprint: Blueprint, effect: Effect, where: str, departments: Collection[str], blueprints: Collection[str] | None
) -> Iterator[Fault]:
    needed = _NEEDED.get(effect.kind, "")
    value = effect.arguments.get(needed, "")
    if needed and not value:
        yield Fault(where, FaultCode.UNKNOWN_ARGUMENT, needed)
    elif effect.kind is EffectKind.ORDER_ACTION:
        if value not in set(ActionKind):
            yield Fault(where, FaultCode.UNKNOWN_ACTION, value)
        if not effect.is_once:
            yield Fault(where, FaultCode.MONEY_TWICE, value)
        taken = [key for name, key in effect.arguments.items() if name != needed]
        yield from _unknown_fields(blueprint, taken, where)
    elif effect.kind is EffectKind.RETRY_ACTION:
        actions = (one for stage in blueprint.stages for one in stage.effects if one.kind is EffectKind.ORDER_ACTION)
        if value not in {one.key for one in actions}:
            yield Fault(where, FaultCode.UNKNOWN_ACTION, value)
    elif effect.kind is EffectKind.START and blueprints is not None and value not in blueprints:
        yield Fault(where, FaultCode.UNKNOWN_BLUEPRINT, value)
    elif effect.kind is EffectKind.NOTIFY and value not in departments:
        yield Fault(where, FaultCode.UNKNOWN_DEPARTMENT, value)


def _template_faults(effect: Effect, where: str, templates: Collection[str] | None) -> Iterator[Fault]:
    template = effect.arguments.get("template", "")
    if template and templates is not None and template not in {STAGE_NEWS, *templates}:
        yield Fault(where, FaultCode.UNKNOWN_TEMPLATE, template)


def _unknown_fields(blueprint: Blueprint, keys: Collection[str], where: str) -> Iterator[Fault]:
    known = {one.key for one in blueprint.fields}
    yield from (Fault(where, FaultCode.UNKNOWN_FIELD, key) for key in keys if key not in known)


def _parents(choices: tuple[Choice, ...], where: str) -> Iterator[Fault]:
    tops = {choice.key for choice in choices if not choice.parent}
    for choice in choices:
        if choice.parent and choice.parent not in tops:
            yield Fault(f"{where}.{choice.key}", FaultCode.UNKNOWN_PARENT, choice.parent)

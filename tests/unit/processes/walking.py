"""Facts that open a way, for tests that walk through blueprints."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from balcao.processes.rules.moving import missing_fields
from balcao.processes.types import Blueprint, Choice, Course, Facts, Field, FieldType, Guard, Transition

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ELIF, MEHMET = 1, 2  # she asks, he is the second pair of eyes

PLAIN: dict[FieldType, object] = {
    FieldType.TEXT: "words",
    FieldType.NUMBER: 3,
    FieldType.MONEY: 4000,
    FieldType.DATE: "2026-12-01",
    FieldType.PHOTO: [7],
    FieldType.YES_NO: True,
    FieldType.DEPARTMENT: "wh",
    FieldType.AGENT: 1,
    FieldType.ADDRESS: {"line1": "Rua Nova, 1", "city": "Recife", "postcode": "50010-000"},
}
KNOWN = {
    "within_policy": ("within_policy", True),
    "needs_review": ("needs_review", True),
    "needs_no_review": ("needs_review", False),
    "before_cut_off": ("cut_off_passed", False),
    "after_cut_off": ("cut_off_passed", True),
    "not_disputed": ("is_disputed", False),
    "return_known": ("return_known", True),
    "in_stock": ("in_stock", True),
    "out_of_stock": ("in_stock", False),
}


def value_for(field: Field) -> object:
    return field.choices[0].key if field.type is FieldType.CHOICE else PLAIN[field.type]


def opened(blueprint: Blueprint, course: Course, way: Transition, facts: Facts | None = None) -> Facts:
    """Return facts in which a way is open: guards hold, fields are filled, tasks are done, Mehmet agrees."""
    before = facts or Facts(NOW, NOW)
    fields = dict(before.fields)
    known: dict[str, Any] = {**before.known, "open_balance": 5000}
    effects = dict(before.effects)
    for guard in way.guards:
        _satisfy(guard, fields, known, effects)
    begun = {task.key: True for task in blueprint.stage(course.stage).tasks}
    filled = replace(before, fields=fields, known=known, effects=effects, tasks={**before.tasks, **begun})
    for key in missing_fields(blueprint, course.stage, way, filled):
        fields[key] = value_for(blueprint.field(key))
    approvals = {way.key: frozenset({(way.approval.role, MEHMET)})} if way.approval else {}
    return replace(filled, fields=fields, approvals=approvals, limit_passed=True, now=NOW + timedelta(days=99))


def reason_for(way: Transition) -> str:
    reasons: tuple[Choice, ...] = way.reasons
    return reasons[0].key if reasons else "because" if way.needs_reason else ""


def _satisfy(guard: Guard, fields: dict[str, Any], known: dict[str, Any], effects: dict[str, Any]) -> None:
    words: dict[str, Any] = dict(guard.arguments)
    if guard.name in KNOWN:
        name, value = KNOWN[guard.name]
        known[name] = value
    elif guard.name in {"fulfilment_in", "parcel_in", "return_parcel_in"}:
        known[guard.name.removesuffix("_in")] = words["values"][0]
    elif guard.name == "field_in":
        if fields.get(words["field"]) not in words["values"]:
            fields[words["field"]] = words["values"][0]
    elif guard.name in {"field_is_yes", "field_is_no"}:
        fields[words["field"]] = guard.name == "field_is_yes"
    elif guard.name == "amount_within_balance":
        fields[words["field"]] = 4000
    elif guard.name == "level_at_least":
        known["level"] = words["level"]
    elif guard.name in {"effect_done", "effect_failed"}:
        effects[words["effect"]] = guard.name == "effect_done"
    else:
        assert guard.name == "limit_passed", guard.name

"""What differs between two versions, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.processes.rules.comparing import Change, How, Part, differences
from balcao.processes.types import ANYWHERE, Actor, Blueprint, Unit
from balcao.web.components.promises import pause_words
from balcao.web.console.designing import words

_NAMED = {"names", "customer_names", "customer_texts", "why"}


def changes_in_words(old: Blueprint, new: Blueprint) -> list[str]:
    """Return every difference as a line."""
    roles = words.Roles()
    return [_line(change, old, new, roles) for change in differences(old, new)]


def _line(change: Change, old: Blueprint, new: Blueprint, roles: words.Roles) -> str:
    name = _name(change, new if change.how is not How.REMOVED else old)
    given = {"name": name}
    match change.how:
        case How.ADDED:
            return {
                Part.STAGE: _("New stage “%(name)s”"),
                Part.WAY: _("New way “%(name)s”"),
                Part.FIELD: _("New fact “%(name)s”"),
                Part.BOUND: _("New limit of the law %(name)s"),
            }[change.part] % given
        case How.REMOVED:
            return {
                Part.STAGE: _("Stage “%(name)s” is gone"),
                Part.WAY: _("Way “%(name)s” is gone"),
                Part.FIELD: _("Fact “%(name)s” is gone"),
                Part.BOUND: _("Limit of the law %(name)s is gone"),
            }[change.part] % given
    what = attribute_words(change.attribute)
    before, after = (_value(change, value, one, roles) for value, one in ((change.before, old), (change.after, new)))
    if not before and not after:
        return f"{name}: {what}"
    return f"{name}: {what}: {before or '–'} → {after or '–'}"


def _name(change: Change, blueprint: Blueprint) -> str:
    match change.part:
        case Part.STAGE:
            return words.stage_name(blueprint, change.key)
        case Part.WAY:
            return words.said(blueprint.transition(change.key).names, change.key)
        case Part.FIELD:
            return words.field_name(blueprint, change.key)
        case Part.BOUND:
            return change.key
    return _("The process")


def attribute_words(name: str) -> str:
    """Return what an attribute of a part is called."""
    return {
        "names": pgettext("change", "name"),
        "customer_names": pgettext("change", "name for the customer"),
        "customer_texts": pgettext("change", "words for the customer"),
        "owner": pgettext("change", "owner"),
        "limit_seconds": pgettext("change", "limit"),
        "unit": pgettext("change", "time it counts in"),
        "calendar": pgettext("change", "calendar"),
        "pauses": pgettext("change", "who is waited for"),
        "pauses_total": pgettext("change", "the promise stands"),
        "entry_fields": pgettext("change", "facts on entry"),
        "exit_fields": pgettext("change", "facts before leaving"),
        "tasks": pgettext("change", "parallel tasks"),
        "effects": pgettext("change", "automatic steps"),
        "reminders": pgettext("change", "reminders"),
        "is_start": pgettext("change", "beginning"),
        "outcome": pgettext("change", "outcome"),
        "sources": pgettext("change", "leads from"),
        "target": pgettext("change", "leads to"),
        "actor": pgettext("change", "who takes it"),
        "guards": pgettext("change", "conditions"),
        "fields": pgettext("change", "facts"),
        "needs_reason": pgettext("change", "a reason is asked for"),
        "reasons": pgettext("change", "reasons"),
        "approval": pgettext("change", "approval"),
        "is_rework": pgettext("change", "a way back"),
        "most": pgettext("change", "how often"),
        "drops_work": pgettext("change", "leaves work undone"),
        "type": pgettext("change", "what it holds"),
        "is_required": pgettext("change", "required"),
        "choices": pgettext("change", "answers"),
        "customer_may_fill": pgettext("change", "the customer may fill it in"),
        "until": pgettext("change", "until"),
        "spares_customer": pgettext("change", "the customer's time is not counted"),
        "kind": pgettext("change", "matter"),
        "total_seconds": pgettext("change", "promise"),
        "total_unit": pgettext("change", "time the promise counts in"),
        "total_calendar": pgettext("change", "calendar of the promise"),
        "why": pgettext("change", "thoughts"),
    }.get(name, name)


def _value(change: Change, value: Any, blueprint: Blueprint, roles: words.Roles) -> str:
    name = change.attribute
    if name in _NAMED:
        return f"“{words.said(value)}”" if isinstance(value, dict) else ""
    if name in ("limit_seconds", "total_seconds"):
        return words.span_words(value, _unit(change, blueprint))
    if name in _LISTS:
        return ", ".join(_LISTS[name](one, blueprint, roles) for one in value)
    return _WORDS[name](value, blueprint, roles) if value and name in _WORDS else _plain(value)


_Say = Callable[[Any, Blueprint, words.Roles], str]
_LISTS: Mapping[str, _Say] = {
    "sources": lambda one, read, _roles: _("any stage") if one == ANYWHERE else words.stage_name(read, one),
    "until": lambda one, read, _roles: words.stage_name(read, one),
    "entry_fields": lambda one, read, _roles: words.field_name(read, one),
    "exit_fields": lambda one, read, _roles: words.field_name(read, one),
    "fields": lambda one, read, _roles: words.field_name(read, one),
    "effects": lambda one, _read, roles: words.effect_words(one, roles),
    "guards": words.guard_words,
    "tasks": lambda one, _read, _roles: words.said(one.names, one.key),
    "reasons": lambda one, _read, _roles: words.said(one.names, one.key),
    "choices": lambda one, _read, _roles: words.said(one.names, one.key),
}
_WORDS: Mapping[str, _Say] = {
    "unit": lambda unit, _read, _roles: dict(words.unit_choices())[unit],
    "total_unit": lambda unit, _read, _roles: dict(words.unit_choices())[unit],
    "owner": lambda role, _read, roles: roles.named(role),
    "approval": lambda approval, _read, roles: roles.named(approval.role),
    "pauses": lambda reason, _read, _roles: pause_words(reason),
    "actor": lambda actor, _read, _roles: words.actor_words(Actor(actor)),
    "kind": lambda kind, _read, _roles: words.kind_words(kind),
    "outcome": lambda outcome, _read, _roles: words.outcome_words(outcome),
    "type": lambda kind, _read, _roles: words.field_type_words(kind),
    "target": lambda stage, read, _roles: words.stage_name(read, stage),
    "reminders": lambda rows, _read, _roles: str(len(rows)),
}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    return str(value or "")


def _unit(change: Change, blueprint: Blueprint) -> Unit:
    if change.part is Part.STAGE:
        return blueprint.stage(change.key).unit
    if change.part is Part.BOUND:
        return next(one.unit for one in blueprint.bounds if one.key == change.key)
    return blueprint.total_unit

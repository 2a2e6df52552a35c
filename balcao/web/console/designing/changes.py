"""What differs between two versions, in words."""

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
    match change.attribute:
        case name if name in _NAMED:
            return f"“{words.said(value)}”" if isinstance(value, dict) else ""
        case "limit_seconds" | "total_seconds":
            return words.span_words(value, _unit(change, blueprint))
        case "unit" | "total_unit":
            return dict(words.unit_choices())[value]
        case "owner":
            return roles.named(value)
        case "pauses":
            return pause_words(value) if value else ""
        case "actor":
            return words.actor_words(Actor(value))
        case "target":
            return words.stage_name(blueprint, value)
        case "sources" | "until":
            anywhere = _("any stage")
            return ", ".join(anywhere if one == ANYWHERE else words.stage_name(blueprint, one) for one in value)
        case "entry_fields" | "exit_fields" | "fields":
            return ", ".join(words.field_name(blueprint, one) for one in value)
        case "effects":
            return ", ".join(words.effect_words(one, roles) for one in value)
        case "guards":
            return ", ".join(words.guard_words(one, blueprint, roles) for one in value)
        case "tasks" | "reasons" | "choices":
            return ", ".join(words.said(one.names, one.key) for one in value)
        case "reminders":
            return str(len(value))
        case "approval":
            return roles.named(value.role) if value else ""
    return _plain(value)


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

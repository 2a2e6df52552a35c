"""What happened to a process, as lines of the timeline: sentences without their subject."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from balcao.processes.models import Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.types import Blueprint, EffectKind
from balcao.web.components.promises import pause_words
from balcao.web.desk.processes.words import (
    field_words,
    outcome_words,
    stage_or_key,
    task_words,
    text,
    way_or_key,
    why_words,
)

ENTERED = "process.stage.entered"
SIGNS = {
    "process.started": "steps",
    ENTERED: "arrow-bend-double-up-right",
    "process.stage.left": "warning-fill",
    "process.ended": "flag-pennant",
    "process.reopened": "arrow-counter-clockwise",
    "process.paused": "pause",
    "process.resumed": "clock",
    "process.stage.given": "user-switch",
    "process.task.given": "check",
    "process.task.done": "check",
    "process.forward.asked": "seal-question",
    "process.forward.declined": "prohibit",
    "process.effect.failed": "warning",
}


def is_told(name: str, facts: Mapping[str, Any]) -> bool:
    """Tell whether an entry is worth a line: that a stage was left says the next one, save where it was late."""
    if name == "process.stage.left":
        return bool(facts.get("is_late"))
    if name == ENTERED:
        return bool(facts.get("way"))  # the first one is entered by starting
    if name == "process.effect.done":
        return facts.get("kind") == EffectKind.RETURN_LABEL
    return True


def event_words(name: str, facts: Mapping[str, Any], departments: Mapping[int, str], agents: Mapping[int, str]) -> str:
    """Return what happened."""
    blueprint = blueprint_by_id(facts["version"])
    values = {
        "process": text(blueprint.names),
        "stage": stage_or_key(blueprint, facts.get("stage", "")),
        "way": way_or_key(blueprint, facts.get("way", "")),
        "department": departments.get(facts.get("department") or 0, ""),
        "agent": agents.get(facts.get("after") or 0, ""),
        "task": task_words(blueprint, facts.get("key", ""), facts.get("title", "")),
        "outcome": outcome_words(facts.get("outcome", "")),
        "reason": pause_words(facts.get("reason", "")),
        "fields": ", ".join(field_words(blueprint, key) for key in facts.get("fields", ())),
    }
    return _sentence(name, facts, blueprint) % values


def whys_of(visits: Collection[int]) -> dict[int, str]:
    """Return of stays, by id, why the process came there; of those only where somebody said."""
    rows = Visit.objects.filter(pk__in=visits).exclude(reason="", remark="").select_related("process")
    return {row.pk: why_words(blueprint_by_id(row.process.version_id), row) for row in rows}


def _sentence(name: str, facts: Mapping[str, Any], blueprint: Blueprint) -> str:
    if name == "process.stage.given":
        return _("gave the stage %(stage)s to %(agent)s") if facts.get("after") else _("put the stage %(stage)s back")
    if name == ENTERED:
        return _entered(facts)
    if name in ("process.effect.failed", "process.effect.retried", "process.effect.done"):
        return _effect(name, facts, blueprint)
    return {
        "process.started": _("started: %(process)s"),
        "process.stage.left": _("came late out of the stage %(stage)s"),
        "process.ended": _("brought it to its end: %(stage)s"),
        "process.reopened": _("took it up again after %(stage)s"),
        "process.paused": _("let the stage %(stage)s wait: %(reason)s"),
        "process.resumed": _("let the stage %(stage)s go on"),
        "process.task.given": _("gave a task: %(task)s"),
        "process.task.done": _("did the task: %(task)s"),
        "process.fields.filled": _("filled in: %(fields)s"),
        "process.forward.asked": _("asked for agreement: %(way)s"),
        "process.forward.declined": _("did not agree: %(way)s"),
        "process.version.taken": _("moved it to the new version of the process"),
        "process.signalled": _("told other systems of the stage %(stage)s"),
    }.get(name, name)


def _entered(facts: Mapping[str, Any]) -> str:
    if facts.get("is_rework"):
        return _("sent it back to %(stage)s (%(way)s)")
    if facts.get("department"):
        return _("forwarded it to %(stage)s, %(department)s (%(way)s)")
    return _("forwarded it to %(stage)s (%(way)s)")


def _effect(name: str, facts: Mapping[str, Any], blueprint: Blueprint) -> str:
    kind = facts.get("kind", "")
    if not kind:
        steps = (effect for stage in blueprint.stages for effect in stage.effects)
        kind = next((effect.kind for effect in steps if effect.key == facts.get("key")), "")
    said = {
        EffectKind.ORDER_ACTION: _("the order action of %(stage)s"),
        EffectKind.RETRY_ACTION: _("the order action of %(stage)s"),
        EffectKind.MESSAGE: _("the message of %(stage)s"),
        EffectKind.RETURN_LABEL: _("the label"),
    }
    thing = (
        said.get(EffectKind(kind), _("a step of %(stage)s")) if kind in set(EffectKind) else _("a step of %(stage)s")
    )
    return {
        "process.effect.failed": _("could not do %(thing)s"),
        "process.effect.retried": _("had %(thing)s tried again"),
        "process.effect.done": _("made %(thing)s"),
    }[name].replace("%(thing)s", thing)

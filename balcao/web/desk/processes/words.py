"""What stages, ways and everything that stands against them are called, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from balcao.processes.models import Visit
from balcao.processes.types import (
    Blueprint,
    Choice,
    Guard,
    Outcome,
    Party,
    Refusal,
    RefusalCode,
    Texts,
)
from balcao.tickets.rules.topics import said_in
from balcao.web.desk.processes.guards import GUARD_WORDS

_PARTIES = {
    Party.CUSTOMER: pgettext_lazy("outside party", "Customer"),
    Party.CARRIER: pgettext_lazy("outside party", "Carrier"),
    Party.SUPPLIER: pgettext_lazy("outside party", "Supplier"),
    Party.MARKETPLACE: pgettext_lazy("outside party", "Marketplace"),
    Party.PAYMENT_PROVIDER: pgettext_lazy("outside party", "Payment provider"),
    Party.AUTHORITY: pgettext_lazy("outside party", "Outside body"),
}
_OUTCOMES = {
    Outcome.DONE: pgettext_lazy("process", "Done"),
    Outcome.REFUSED: pgettext_lazy("process", "Refused"),
    Outcome.CANCELLED: pgettext_lazy("process", "Taken back"),
    Outcome.EXPIRED: pgettext_lazy("process", "Expired"),
    Outcome.LOST: pgettext_lazy("process", "Lost"),
}
_REFUSALS = {
    RefusalCode.NOT_FROM_HERE: gettext_lazy("There is no such way from here."),
    RefusalCode.STALE: gettext_lazy("The process has moved on since you looked."),
    RefusalCode.ACTOR: gettext_lazy("This way is not yours to take."),
    RefusalCode.REASON: gettext_lazy("A reason is needed."),
    RefusalCode.RUNNING: gettext_lazy("Another process runs on this ticket: bring it to its end first."),
    RefusalCode.ASKED_ALREADY: gettext_lazy("A way out of this stage waits for approval already."),
    RefusalCode.NO_SUCH_STAGE: gettext_lazy("The new version has no such stage."),
}


def text(texts: Texts) -> str:
    """Return a blueprint's words in the reader's language, in English where that is missing."""
    return said_in(texts, [get_language() or "en"])


def party_words(party: str) -> str:
    """Return what somebody outside is called."""
    return str(_PARTIES[Party(party)])


def outcome_words(outcome: str) -> str:
    """Return how a process ended."""
    return str(_OUTCOMES[Outcome(outcome)]) if outcome in set(Outcome) else ""


def owner_words(role: str, departments: Mapping[str, str]) -> str:
    """Return who owns a stage: a department by its own name, or somebody outside."""
    return party_words(role) if role in set(Party) else departments.get(role, role)


def field_words(blueprint: Blueprint, key: str) -> str:
    """Return what a field is called."""
    return next((text(field.names) for field in blueprint.fields if field.key == key), key)


def task_words(blueprint: Blueprint, key: str, title: str = "") -> str:
    """Return what a task is called: by whoever gave it, or by the blueprint."""
    if title:
        return title
    tasks = (task for stage in blueprint.stages for task in stage.tasks)
    return next((text(task.names) for task in tasks if task.key == key), key)


def choice_words(choices: Sequence[Choice], key: str) -> str:
    """Return a choice with the one that it stands below: "Defective: on arrival"."""
    found = {choice.key: choice for choice in choices}
    if key not in found:
        return key
    chosen = found[key]
    parent = found.get(chosen.parent)
    return f"{text(parent.names)}: {text(chosen.names)}" if parent else text(chosen.names)


def why_words(blueprint: Blueprint, visit: Visit) -> str:
    """Return why a process came to a stage: the reason chosen and what was written, "" where nobody said."""
    way = next((one for one in blueprint.transitions if one.key == visit.entered_by), None)
    reason = choice_words(way.reasons, visit.reason) if way and visit.reason else ""
    return " · ".join(filter(None, [reason, visit.remark]))


def refusal_words(refusal: Refusal, blueprint: Blueprint, departments: Mapping[str, str], *, way: str = "") -> str:
    """Return what stands against a way, as a sentence."""
    detail = refusal.detail
    if refusal.code is RefusalCode.GUARD:
        return guard_words(_guard(blueprint, way, detail), blueprint)
    if refusal.code is RefusalCode.FIELD:
        return _("%(field)s is missing or cannot be read.") % {"field": field_words(blueprint, detail)}
    if refusal.code is RefusalCode.TASK:
        return _("The task “%(task)s” is not done yet.") % {"task": task_words(blueprint, detail)}
    if refusal.code is RefusalCode.APPROVAL:
        return _("%(department)s has to agree, and somebody else than who asks.") % {
            "department": departments.get(detail, detail)
        }
    if refusal.code is RefusalCode.TOO_OFTEN:
        return _("This way back was taken as often as it may be (%(count)s).") % {"count": detail}
    return str(_REFUSALS[refusal.code])


def _guard(blueprint: Blueprint, way: str, name: str) -> Guard:
    guards = [guard for one in blueprint.transitions if one.key == way for guard in one.guards if guard.name == name]
    return guards[0] if guards else Guard(name)


def guard_words(guard: Guard, blueprint: Blueprint) -> str:
    """Return a condition that does not hold, as a sentence that says what is missing."""
    values: dict[str, Any] = {
        "field": "",
        "values": "",
        "fields": "",
        "effect": "",
        "time": "",
        "score": "",
        "level": "",
    }
    arguments = guard.arguments
    if "field" in arguments:
        values["field"] = field_words(blueprint, str(arguments["field"]))
    if isinstance(listed := arguments.get("values"), list):
        values["values"] = _values(blueprint, str(arguments.get("field", "")), guard.name, listed)
    if isinstance(several := arguments.get("fields"), list):
        values["fields"] = ", ".join(field_words(blueprint, str(key)) for key in several)
    values |= {name: arguments[name] for name in ("score", "level") if name in arguments}
    return str(GUARD_WORDS.get(guard.name, gettext_lazy("A condition of this way does not hold."))) % values


def _values(blueprint: Blueprint, field: str, guard: str, listed: list[object]) -> str:
    choices = next((one.choices for one in blueprint.fields if one.key == field), ())
    if choices:
        return ", ".join(choice_words(choices, str(key)) for key in listed)
    known = FULFILMENTS if guard == "fulfilment_in" else PARCELS
    return ", ".join(str(known.get(str(key), key)) for key in listed)


FULFILMENTS = {
    "unpaid": pgettext_lazy("order", "not paid"),
    "paid": pgettext_lazy("order", "paid"),
    "picking": pgettext_lazy("order", "being picked"),
    "packed": pgettext_lazy("order", "packed"),
    "shipped": pgettext_lazy("order", "on its way"),
    "delivered": pgettext_lazy("order", "delivered"),
}
PARCELS = {
    "waiting": pgettext_lazy("parcel", "waiting for the carrier"),
    "in_transit": pgettext_lazy("parcel", "on its way"),
    "silent": pgettext_lazy("parcel", "without news for long"),
    "delivered": pgettext_lazy("parcel", "delivered"),
    "lost": pgettext_lazy("parcel", "lost"),
    "returned": pgettext_lazy("parcel", "came back to the shop"),
}


def stage_or_key(blueprint: Blueprint, key: str) -> str:
    """Return what a stage is called; its key where the version knows it no longer."""
    return next((text(stage.names) for stage in blueprint.stages if stage.key == key), key)


def way_or_key(blueprint: Blueprint, key: str) -> str:
    """Return what a way is called; its key where the version knows it no longer."""
    return next((text(way.names) for way in blueprint.transitions if way.key == key), key)


def bucket_words(bucket: str, departments: Mapping[str, str]) -> str:
    """Return whose time it was."""
    if bucket.startswith("department:"):
        key = bucket.removeprefix("department:")
        return departments.get(key, key)
    if bucket in set(Party):
        return party_words(bucket)
    return {
        "unowned": pgettext("time", "Nobody had it"),
        "solved": pgettext("time", "Solved, before it was opened again"),
    }.get(bucket, bucket)

"""What a notice about a promise says: who has to do what by when. In the language that is active."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from balcao.deadlines.rules.ladder import UP
from balcao.deadlines.types import ClockKind, Step
from balcao.kit.i18n import N_
from balcao.kit.locales import spoken_day

AT_RISK = "at_risk"  # by the forecast
_WARNINGS = (Step.WARN_75, Step.WARN_90)


def deadline_words(facts: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> str:
    """Say what has to be done, by whom, by when; times are the reader's."""
    by = datetime.fromisoformat(facts["by"]) if facts.get("by") else None
    said = {
        "number": facts.get("number", ""),
        "who": facts.get("who") or _("nobody yet"),
        "by": _moment(by, now, zone) if by else "",
    }
    step, kind = facts.get("step", ""), ClockKind(facts["due_kind"])
    if step in _WARNINGS:
        return _due(kind) % said
    if step == AT_RISK:
        return _("%(number)s: by the forecast it will be late; due %(by)s (%(who)s)") % said
    if step == Step.LONG_PAUSE:
        return _("%(number)s has been paused for three days: is that still right? (%(who)s)") % said
    said["why"] = facts.get("why") or ""
    said["what"] = (_("%(number)s cannot wait: %(why)s.") if facts.get("is_urged") else _late(kind)) % said
    head = _UPWARDS.get(step)
    words = _(head) % said if head else said["what"]
    ask = _("To be taken up by %(by)s: %(who)s.") % said if by else f"({said['who']})"
    return f"{words} {ask}"


_UPWARDS = {
    UP: N_("Nobody has taken it up. %(what)s"),
    Step.OVERRUN: N_("Twice the time is used. %(what)s"),
}


def _due(kind: ClockKind) -> str:
    return {
        ClockKind.FIRST_RESPONSE: _("%(number)s: the first answer is due %(by)s (%(who)s)"),
        ClockKind.NEXT_RESPONSE: _("%(number)s: the next answer is due %(by)s (%(who)s)"),
        ClockKind.RESOLUTION: _("%(number)s: the solution is due %(by)s (%(who)s)"),
        ClockKind.STAGE: _("%(number)s: a stage is due %(by)s (%(who)s)"),
        ClockKind.LEGAL: _("%(number)s: what the law asks for is due %(by)s (%(who)s)"),
    }[kind]


def _late(kind: ClockKind) -> str:
    return {
        ClockKind.FIRST_RESPONSE: _("%(number)s: the first answer is late."),
        ClockKind.NEXT_RESPONSE: _("%(number)s: the next answer is late."),
        ClockKind.RESOLUTION: _("%(number)s: the solution is late."),
        ClockKind.STAGE: _("%(number)s: a stage is late."),
        ClockKind.LEGAL: _("%(number)s: what the law asks for is late."),
    }[kind]


def _moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{spoken_day(local.date(), year=now.year, language=get_language() or 'en')}, {local:%H:%M}"

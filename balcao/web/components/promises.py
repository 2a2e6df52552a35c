"""How time left is said: one pill for every list and head, in words, and in words that a browser keeps true."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from balcao.deadlines.types import ClockKind, PauseReason
from balcao.tickets.rules import is_due_soon
from balcao.tickets.types import DueFacts
from balcao.web.components import formats

_MINUTE = 60
_MANY_DAYS = 7  # from then on hours do not matter
_LEFT = {0: "80", 50: "40", 75: "20", 90: "8"}  # per cent of the ring: what is known is a step, not a share
_CLOCKS = {
    ClockKind.FIRST_RESPONSE: pgettext_lazy("clock", "First answer"),
    ClockKind.NEXT_RESPONSE: pgettext_lazy("clock", "Next answer"),
    ClockKind.RESOLUTION: pgettext_lazy("clock", "Solution"),
    ClockKind.STAGE: pgettext_lazy("clock", "Stage"),
    ClockKind.LEGAL: pgettext_lazy("clock", "Legal term"),
}
_REASONS = {
    PauseReason.CUSTOMER: pgettext_lazy("pause", "Waiting for the customer"),
    PauseReason.CARRIER: pgettext_lazy("pause", "Waiting for the carrier"),
    PauseReason.SUPPLIER: pgettext_lazy("pause", "Waiting for the supplier"),
    PauseReason.MARKETPLACE: pgettext_lazy("pause", "Waiting for the marketplace or an outside body"),
    PauseReason.PAYMENT_PROVIDER: pgettext_lazy("pause", "Waiting for the payment provider"),
}


@dataclass(frozen=True, slots=True)
class DuePill:
    """Time left as a pill draws it. state: "ok", "soon", "late" or "paused"."""

    state: str
    words: str
    title: str
    due: str = ""  # the instant, for the browser that keeps the words true; "" while nothing runs
    left: str = ""  # of the ring
    risk: bool = False
    what: str = ""  # which promise it is of, "" while it is paused


def clock_words(kind: str) -> str:
    """Return what a clock measures, to begin a sentence with."""
    return str(_CLOCKS[ClockKind(kind)]) if kind in set(ClockKind) else _("Promise")


def pause_words(reason: str) -> str:
    """Return whom a paused clock waits for."""
    return str(_REASONS[PauseReason(reason)]) if reason in set(PauseReason) else _("Paused")


def due_pill(facts: DueFacts, *, now: datetime, zone: tzinfo, language: str) -> DuePill | None:
    """Return the pill of a ticket; None when nothing is promised."""
    if facts.due_at is None:
        return _paused(facts) if facts.paused_for else None
    due, moment = facts.due_at, formats.moment_words(facts.due_at, now=now, zone=zone, language=language)
    what = {"clock": clock_words(facts.due_kind), "when": moment}
    if due <= now:
        title = _("%(clock)s was due %(when)s") % what
        return DuePill("late", _late(now - due), title, due.isoformat(), what=what["clock"])
    title = _("%(clock)s due %(when)s") % what
    left, ring = left_words(due - now), _LEFT.get(facts.warned, _LEFT[0])
    if facts.is_at_risk:
        title = _("%(title)s; by the forecast it will be late") % {"title": title}
        return DuePill("soon", at_risk_words(due - now), title, due.isoformat(), ring, risk=True, what=what["clock"])
    if is_due_soon(facts):
        return DuePill("soon", _shapes()["soon"].replace("{}", left), title, due.isoformat(), ring, what=what["clock"])
    return DuePill("ok", left, title, due.isoformat(), ring, what=what["clock"])


def _paused(facts: DueFacts) -> DuePill:
    reason, seconds = pause_words(facts.paused_for), facts.paused_left
    word = pgettext("promise", "paused")
    if seconds is None:
        return DuePill("paused", word, reason)
    if seconds <= 0:
        title = _("%(reason)s; late before the pause") % {"reason": reason}
    else:
        left = left_words(timedelta(seconds=seconds))
        title = _("%(reason)s; %(left)s are left when it goes on") % {"reason": reason, "left": left}
    return DuePill("paused", word, title)


def left_words(left: timedelta) -> str:
    """Return the time that is left, rounded down: 48 min, 2 h 10, 3 d 4 h."""
    return _length(int(left.total_seconds()) // _MINUTE)


def at_risk_words(left: timedelta) -> str:
    """Return the time that is left of what will be late by the forecast."""
    return _shapes()["risk"].replace("{}", left_words(left))


def _late(over: timedelta) -> str:
    """Return by how much something is late, rounded up."""
    return _shapes()["late"].replace("{}", _length(max(-(-int(over.total_seconds()) // _MINUTE), 1)))


def _length(minutes: int) -> str:
    shapes = _shapes()
    hours, days = minutes // 60, minutes // (60 * 24)
    if minutes < 1:
        return shapes["none"]
    if not hours:
        return shapes["minutes"].replace("{m}", str(minutes))
    if not days:
        shape = shapes["hours"] if minutes % 60 else shapes["hour"]
        return shape.replace("{h}", str(hours)).replace("{m}", f"{minutes % 60:02d}")
    shape = shapes["days"] if days < _MANY_DAYS and hours % 24 else shapes["day"]
    return shape.replace("{d}", str(days)).replace("{h}", str(hours % 24))


def shapes_json() -> str:
    """Return the words of time left as the browser gets them."""
    return json.dumps(_shapes(), ensure_ascii=False)


def _shapes() -> dict[str, str]:
    return _shapes_in(get_language() or "en")


@lru_cache(maxsize=8)
def _shapes_in(_language: str) -> dict[str, str]:
    """Return the shapes of time left in the active language: letters in braces stand for numbers."""
    return {
        "none": pgettext("time left", "< 1 min"),
        "minutes": pgettext("time left", "{m} min"),
        "hour": pgettext("time left", "{h} h"),
        "hours": pgettext("time left", "{h} h {m}"),
        "day": pgettext("time left", "{d} d"),
        "days": pgettext("time left", "{d} d {h} h"),
        "soon": pgettext("time left", "{} left"),
        "late": pgettext("time left", "{} late"),
        "risk": pgettext("time left", "at risk, {}"),
    }

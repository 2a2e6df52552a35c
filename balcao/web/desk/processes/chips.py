"""The stage track: one chip for each stage of the way, done, running, next or late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.processes.queries.tracks import Leg, Track
from balcao.web.components import formats
from balcao.web.components.promises import DuePill, left_words
from balcao.web.desk.processes import times
from balcao.web.desk.processes.words import owner_words, party_words, text

_WIDE = 5  # chips that fit with their words; of more, only the present one and the next are drawn with them


@dataclass(frozen=True, slots=True)
class Chip:
    """One stage as the track draws it: time is what it took, is left of it, or may take."""

    name: str
    who: str
    time: str
    title: str
    pill: DuePill | None = None  # of what runs: the browser keeps its time true
    sign: str = ""
    classes: str = ""
    is_here: bool = False


def chips_of(track: Track, departments: Mapping[str, str], *, now: datetime) -> list[Chip]:
    """Return the chips of a track, ends left out."""
    legs = [leg for leg in track.legs if not leg.stage.is_end]
    here = next((number for number, leg in enumerate(legs) if leg.is_running), len(legs))
    is_long = len(legs) > _WIDE
    slim = ["slim" if is_long and number - here not in (0, 1) else "" for number in range(len(legs))]
    return [_chip(leg, departments, now, shape) for leg, shape in zip(legs, slim, strict=True)]


def _chip(leg: Leg, departments: Mapping[str, str], now: datetime, shape: str) -> Chip:
    name = text(leg.stage.names)
    if leg.times > 1:
        name = _("%(stage)s, again (%(count)s)") % {"stage": name, "count": leg.times}
    owner = _owner(leg, departments)
    if leg.visit is None:
        limit = times.limit_words(leg.stage.limit_seconds, leg.stage.unit)
        title = f"{name} · {owner} · {times.limit_title(leg.stage)}"
        return Chip(name, owner, limit, title, classes=shape)
    return _running(leg, name, owner, now) if leg.is_running else _done(leg, name, owner, now, shape)


def _owner(leg: Leg, departments: Mapping[str, str]) -> str:
    visit = leg.visit
    if visit and visit.department:
        return visit.department.name
    return party_words(visit.outside) if visit and visit.outside else owner_words(leg.stage.owner, departments)


def _done(leg: Leg, name: str, owner: str, now: datetime, shape: str) -> Chip:
    visit, is_late = leg.visit, leg.is_late(now)
    used = left_words(timedelta(seconds=visit.used_seconds)) if visit and visit.used_seconds is not None else ""
    state = pgettext("stage", "late") if is_late else pgettext("stage", "done")
    title = " · ".join(filter(None, [f"{name}: {state}", owner, used, times.limit_title(leg.stage)]))
    classes = f"done {'was-late' if is_late else ''} {shape}".strip()
    return Chip(name, owner, used, title, sign="warning-fill" if is_late else "check", classes=classes)


def _running(leg: Leg, name: str, owner: str, now: datetime) -> Chip:
    visit = leg.visit
    pill = times.visit_pill(visit, now=now) if visit else None
    state = "late" if leg.is_late(now) else "paused" if visit and visit.paused_for else ""
    sign = {"late": "warning-fill", "paused": "pause-fill"}.get(state, "clock")
    title = " · ".join(filter(None, [name, owner, pill.title if pill else "", times.limit_title(leg.stage)]))
    tenths = times.used_tenths(visit, now=now) if visit else 0
    time = pill.words if pill else ""
    return Chip(name, owner, time, title, pill, sign, f"running used-{tenths} {state}".strip(), is_here=True)


def promised_words(due_at: datetime, *, now: datetime, language: str) -> str:
    """Return the day until which it is promised, with the time if that is today."""
    zone = timezone.get_current_timezone()
    return formats.moment_words(due_at, now=now, zone=zone, language=language).partition(",")[0]

"""The stage track: one chip for each stage of the way, done, running, next or late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.processes.queries.tracks import Leg, Track
from balcao.web.components import formats
from balcao.web.components.promises import left_words
from balcao.web.desk.processes import times
from balcao.web.desk.processes.words import owner_words, party_words, text

_WIDE = 5  # chips that fit with their words; of more, those far from the present one are drawn narrow
_NEAR = 1


@dataclass(frozen=True, slots=True)
class Chip:
    """One stage as the track draws it."""

    name: str
    who: str
    title: str
    sign: str = ""
    classes: str = ""
    is_here: bool = False


def chips_of(track: Track, departments: Mapping[str, str], *, now: datetime) -> list[Chip]:
    """Return the chips of a track, ends left out."""
    legs = [leg for leg in track.legs if not leg.stage.is_end]
    here = next((number for number, leg in enumerate(legs) if leg.is_running), len(legs))
    is_long = len(legs) > _WIDE
    return [
        _chip(leg, departments, now, is_slim=is_long and abs(number - here) > _NEAR) for number, leg in enumerate(legs)
    ]


def _chip(leg: Leg, departments: Mapping[str, str], now: datetime, *, is_slim: bool) -> Chip:
    name = text(leg.stage.names)
    if leg.times > 1:
        name = _("%(stage)s, again (%(count)s)") % {"stage": name, "count": leg.times}
    owner = _owner(leg, departments)
    if leg.visit is None:
        limit = times.limit_words(leg.stage.limit_seconds, leg.stage.unit)
        title = f"{name} · {owner} · {times.limit_title(leg.stage)}"
        return Chip(name, f"{owner} · {limit}", title, classes="slim" if is_slim else "")
    return _running(leg, name, owner, now) if leg.is_running else _done(leg, name, owner, now, is_slim=is_slim)


def _owner(leg: Leg, departments: Mapping[str, str]) -> str:
    visit = leg.visit
    if visit and visit.department:
        return visit.department.name
    return party_words(visit.outside) if visit and visit.outside else owner_words(leg.stage.owner, departments)


def _done(leg: Leg, name: str, owner: str, now: datetime, *, is_slim: bool) -> Chip:
    visit, is_late = leg.visit, leg.is_late(now)
    used = left_words(timedelta(seconds=visit.used_seconds)) if visit and visit.used_seconds is not None else ""
    state = pgettext("stage", "late") if is_late else pgettext("stage", "done")
    who = f"{owner} · {used}" if used else owner
    title = " · ".join(filter(None, [f"{name}: {state}", who, times.limit_title(leg.stage)]))
    classes = f"done{' was-late' if is_late else ''}{' slim' if is_slim else ''}"
    return Chip(name, who, title, "warning-fill" if is_late else "check", classes)


def _running(leg: Leg, name: str, owner: str, now: datetime) -> Chip:
    visit = leg.visit
    pill = times.visit_pill(visit, now=now) if visit else None
    state = "late" if leg.is_late(now) else "paused" if visit and visit.paused_for else ""
    sign = {"late": "warning-fill", "paused": "pause-fill"}.get(state, "clock")
    who = f"{owner} · {pill.words}" if pill else owner
    title = " · ".join(filter(None, [name, owner, pill.title if pill else "", times.limit_title(leg.stage)]))
    tenths = times.used_tenths(visit, now=now) if visit else 0
    return Chip(name, who, title, sign, f"running used-{tenths} {state}".strip(), is_here=True)


def promised_words(due_at: datetime, *, now: datetime, language: str) -> str:
    """Return the day until which it is promised, with the time if that is today."""
    zone = timezone.get_current_timezone()
    return formats.moment_words(due_at, now=now, zone=zone, language=language).partition(",")[0]

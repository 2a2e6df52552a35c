"""The hours of calendars, compiled once per process: a version never changes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from balcao.deadlines.models import Calendar, CalendarVersion
from balcao.deadlines.rules.calendars import parse_calendar
from balcao.deadlines.types import Calendar as Hours

_SPOKEN = ("names",)  # what a spec says for people only

_compiled: dict[str, Hours] = {}


def compiled_spec(spec: Mapping[str, Any]) -> Hours:
    """Read the hours of a version's spec; raises CalendarRefused."""
    return parse_calendar({name: value for name, value in spec.items() if name not in _SPOKEN})


def key_of(version: CalendarVersion) -> str:
    """Return what events call a version, and have it ready for whoever reads them.

    The key holds a digest of the hours: an id that was rolled back may come again with others.
    """
    written = json.dumps(version.spec, sort_keys=True, separators=(",", ":")).encode()
    key = f"{version.pk}.{hashlib.sha256(written).hexdigest()[:8]}"
    if key not in _compiled:
        _compiled[key] = compiled_spec(version.spec)
    return key


def id_in(key: str) -> int:
    """Return the id of the version that a key names."""
    return int(key.partition(".")[0])


def prefetch(keys: Iterable[str]) -> None:
    """Have these versions ready, read in one query as far as they are not yet."""
    missing = {id_in(key) for key in keys if key not in _compiled}
    if missing:
        for version in CalendarVersion.objects.filter(pk__in=missing):
            key_of(version)


class _AllHours(Mapping[str, Hours]):
    """All versions by the key that events call them by, read when they are asked for."""

    def __getitem__(self, key: str) -> Hours:
        if key not in _compiled:
            prefetch([key])
        return _compiled[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_compiled)

    def __len__(self) -> int:
        return len(_compiled)


HOURS: Mapping[str, Hours] = _AllHours()


def versions_at(calendar_ids: Iterable[int], *, at: datetime) -> dict[int, CalendarVersion]:
    """Return of each calendar the version that holds at an instant, the first one before that; in one query."""
    found: dict[int, CalendarVersion] = {}
    for version in CalendarVersion.objects.filter(calendar_id__in=set(calendar_ids)).order_by("number"):
        if version.calendar_id not in found or version.valid_from <= at:
            found[version.calendar_id] = version
    return found


def version_at(calendar: Calendar, *, at: datetime) -> CalendarVersion:
    """Return the version of a calendar that holds at an instant."""
    return versions_at([calendar.pk], at=at)[calendar.pk]

"""Reading clocks: those of a ticket, and how each came to stand as it does."""

from collections.abc import Iterable
from datetime import datetime

from balcao.deadlines.models import CalendarVersion, Clock, Escalation
from balcao.deadlines.queries.hours import HOURS, id_in, prefetch
from balcao.deadlines.rules.clocks import read
from balcao.deadlines.rules.histories import events_of
from balcao.deadlines.rules.words import Line, explain
from balcao.deadlines.types import ClockState, Reading

_OPEN = (ClockState.RUNNING, ClockState.PAUSED)


def clocks_of(ticket_id: int) -> list[Clock]:
    """Return a ticket's clocks: those that are open first, the one that is due first before the others."""
    rows = Clock.objects.filter(ticket_id=ticket_id).select_related("owner", "calendar_version__calendar")
    found = list(rows.order_by("pk"))
    prefetch_hours(found)
    return sorted(found, key=_place)


def _place(clock: Clock) -> tuple[bool, bool, float, int]:
    is_open = clock.state in _OPEN
    due = clock.due_at.timestamp() if clock.due_at else 0.0
    return not is_open, clock.due_at is None, due if is_open else -due, clock.pk


def prefetch_hours(clocks: Iterable[Clock]) -> None:
    """Have the hours ready by which these clocks count, in one query."""
    prefetch(row["calendar"] for clock in clocks for row in clock.events if "calendar" in row)


def standing(clock: Clock, *, now: datetime) -> Reading:
    """Say how a clock stands at an instant."""
    return read(events_of(clock.events), HOURS, now=now)


def explanation(clock: Clock, *, now: datetime) -> tuple[Line, ...]:
    """Tell step by step how a clock came to stand as it does."""
    return explain(events_of(clock.events), HOURS, now=now)


def calendar_names(lines: Iterable[Line]) -> dict[str, str]:
    """Return what the calendars are called that an explanation names by the keys of their versions."""
    keys = {line.calendar for line in lines if line.calendar}
    rows = CalendarVersion.objects.filter(pk__in=[id_in(key) for key in keys]).select_related("calendar")
    names = {row.pk: row.calendar.name for row in rows}
    return {key: names.get(id_in(key), "") for key in keys}


def escalations_of(clock_ids: Iterable[int]) -> dict[int, list[Escalation]]:
    """Return of each clock who was asked to do something, the oldest first."""
    rows = Escalation.objects.filter(clock__in=list(clock_ids)).select_related("answered_by").prefetch_related("told")
    found: dict[int, list[Escalation]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.clock_id, []).append(row)
    return found

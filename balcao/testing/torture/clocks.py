"""Promises in the mill: what the shop promises there, and whether each step of a clock was fired exactly once."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

_MINUTE = 60
_SLACK = timedelta(minutes=30)  # what fell due in the last rounds may still wait for its turn


def promise(shop: Any, *, now: datetime) -> None:
    """Let a shop that never closes promise answers within minutes, so that some come too late."""
    from balcao.deadlines.actions.calendars import create_calendar
    from balcao.deadlines.actions.targets import create_target
    from balcao.deadlines.types import ClockKind
    from balcao.testing.hours import round_the_clock

    hours = create_calendar(key="always", name="Always", spec=round_the_clock(), shop=shop, now=now)
    for clock, minutes in (
        (ClockKind.FIRST_RESPONSE, 20),
        (ClockKind.NEXT_RESPONSE, 60),
        (ClockKind.RESOLUTION, 240),
    ):
        create_target(clock=clock, seconds=minutes * _MINUTE, calendar=hours, shop=shop, now=now)


def findings() -> dict[str, Any]:
    """Return how often each step was told, and which clocks say something else than their events."""
    from balcao.deadlines.actions.clocks import differs
    from balcao.deadlines.models import Clock, Escalation, Timer
    from balcao.journal.models import Entry

    entries = list(Entry.objects.filter(name__in=["clock.warned", "clock.breached", "clock.pause.long"]))
    clocks = list(Clock.objects.all())
    rows = Counter(row["type"] for clock in clocks for row in clock.events)
    told = Counter((e.name, e.facts["clock"], e.facts.get("share"), e.at.isoformat()) for e in entries)
    names = Counter(entry.name for entry in entries)
    last = max((entry.at for entry in Entry.objects.order_by("-id")[:50]), default=None)
    return {
        "told_twice": [str(step) for step, count in told.items() if count > 1],
        "breached": names["clock.breached"],
        "breach_rows": rows["breach"],
        "untold": [clock.pk for clock in clocks if clock.breached_at and "breach" not in _types(clock)],
        "differing": [clock.pk for clock in clocks if differs(clock)],
        "late_timers": Timer.objects.filter(fire_at__lt=last - _SLACK).count() if last else 0,
        "escalated": Escalation.objects.count(),
    }


def _types(clock: Any) -> set[str]:
    return {row["type"] for row in clock.events}


def strange(found: dict[str, Any]) -> list[str]:
    """Return what is wrong with the clocks of a run."""
    said = [
        (found["told_twice"], f"steps of clocks told twice: {found['told_twice']}"),
        (
            found["breached"] != found["breach_rows"],
            f"breaches: {found['breached']} told, {found['breach_rows']} noted",
        ),
        (found["untold"], f"clocks late without an event: {found['untold']}"),
        (found["differing"], f"clocks that say something else than their events: {found['differing']}"),
        (found["late_timers"], f"{found['late_timers']} timers were not fired"),
    ]
    return [words for is_so, words in said if is_so]

"""What `balcao doctor` looks at of promises: hours, timers, and whether the clocks follow the journal."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from balcao.cli.findings import Finding, State
from balcao.deadlines.actions.clocks import differs
from balcao.deadlines.models import Calendar, Clock, Timer
from balcao.deadlines.queries.clocks import prefetch_hours
from balcao.deadlines.queries.hours import compiled_spec, versions_at
from balcao.deadlines.rules.calendars import next_opening
from balcao.journal.models import Entry
from balcao.journal.queries import reader_position

_LATE = timedelta(seconds=30)
_BEHIND = timedelta(minutes=5)
_SAMPLE = 500  # of the newest clocks
_AHEAD = timedelta(days=60)


def check_promises(*, now: datetime) -> Iterator[Finding]:
    """Look at the hours that promises count by, at their timers, and at what their rows say."""
    hours = list(_hours(now))
    yield from hours
    late = list(_behind(now))
    yield from late
    wrong = list(_wrong())
    yield from wrong
    if not (hours or late or wrong):
        yield Finding("promises", State.OK, "Calendars open, timers fire, clocks say what happened.")


def _hours(now: datetime) -> Iterator[Finding]:
    """Find calendars that never open, and those whose holidays run out."""
    calendars = {row.pk: row for row in Calendar.objects.filter(is_active=True)}
    for pk, version in versions_at(calendars, at=now).items():
        calendar = calendars[pk]
        if next_opening(compiled_spec(version.spec), now) is None:
            words = f"The calendar {calendar.name} never opens: what counts by it is never due."
            yield Finding("calendars", State.WARNING, words, "Give it hours on the console's page of calendars.")
        last = max(version.spec.get("names", {}), default="")
        if last and last < (now + _AHEAD).date().isoformat():
            words = f"The holidays of the calendar {calendar.name} end with {last}."
            yield Finding("calendars", State.WARNING, words, "Bring the next year's in, on its page of the console.")


def _behind(now: datetime) -> Iterator[Finding]:
    """Find whether the clocks were told what happened, and their timers fired."""
    unread = Entry.objects.filter(position__gt=reader_position("promises")).order_by("position")
    oldest = unread.values_list("at", flat=True).first()
    if oldest and oldest < now - _BEHIND:
        words = f"The clocks were not told what happened since {oldest:%Y-%m-%d %H:%M} UTC."
        yield Finding("promises", State.FAILED, words, "Is a worker running? Its log says what holds the follower up.")
    late = Timer.objects.filter(fire_at__lt=now - _LATE).count()
    if late:
        words = f"{late} timers should have fired over 30 seconds ago."
        yield Finding("promises", State.FAILED, words, "Is a worker running?")


def _wrong() -> Iterator[Finding]:
    """Find clocks of which the row says something else than its events, among the newest."""
    clocks = list(Clock.objects.order_by("-pk")[:_SAMPLE])
    prefetch_hours(clocks)
    wrong = [clock.pk for clock in clocks if differs(clock)]
    if wrong:
        shown = ", ".join(str(pk) for pk in islice(wrong, 5))
        yield Finding("promises", State.FAILED, f"{len(wrong)} clocks do not say what happened to them ({shown}).")

"""Whether the total promise will hold: the forecast of every running process, and when it has to be made anew."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from balcao.deadlines.actions.clocks import set_forecast
from balcao.deadlines.actions.hand import reading_of
from balcao.deadlines.models import Clock
from balcao.deadlines.queries.hours import HOURS
from balcao.deadlines.rules.calendars import after
from balcao.deadlines.types import ClockKind, ClockState
from balcao.processes.actions.moving import look
from balcao.processes.models import Process, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.courses import last_visit
from balcao.processes.queries.hours import hours_of
from balcao.processes.rules.simulating import outlook
from balcao.tickets.actions.holding import take_hold

BATCH = 100
_EVERY = timedelta(minutes=5)  # a stage beyond its limit moves the forecast with every minute

log = logging.getLogger(__name__)


def run_due(*, now: datetime) -> int:
    """Look at processes in which time alone may have changed something; return how many."""
    due = Visit.objects.filter(look_at__lte=now).order_by("look_at").values_list("process_id", flat=True)[:BATCH]
    return sum(_look(process, now) for process in list(due))


def _look(process_id: int, now: datetime) -> bool:
    try:
        process = Process.objects.select_related("ticket__shop", "shop", "version").get(pk=process_id)
        look(process=process, now=now)
        process.refresh_from_db()
        foresee(process=process, now=now)
    except Exception:  # the others are not held up; this one is looked at again soon
        log.exception("Process %s could not be looked at", process_id)
        Visit.objects.filter(process=process_id, look_at__lte=now).update(look_at=now + _EVERY)
    return True


@transaction.atomic
def foresee(*, process: Process, now: datetime) -> None:
    """Keep with the total promise when it will be met if every stage left takes its whole limit.

    A stage beyond its limit is taken to end now; it is looked at again every few minutes until it is over.
    """
    take_hold(process.ticket)  # before its clocks, like everybody
    visit = last_visit(process)
    total = Clock.objects.filter(ticket_id=process.ticket_id, kind=ClockKind.RESOLUTION).order_by("-number").first()
    if visit.left_at or total is None or total.ended_at or visit.clock is None:
        return
    blueprint = blueprint_by_id(process.version_id)
    stage = reading_of(visit.clock, now=now)
    remaining = max(stage.remaining, 0)
    ahead = outlook(blueprint, visit.stage, now=now, hours=hours_of(process.shop, at=now), remaining_seconds=remaining)
    running = reading_of(total, now=now)
    done_at = after(HOURS[running.calendar], now, ahead.total_seconds) if ahead.ends_at else None
    set_forecast(clock=total, forecast_at=done_at, now=now)
    if stage.state == ClockState.RUNNING and (stage.remaining <= 0 or visit.look_at is None):
        _look_later(visit, stage.due_at, now)


def _look_later(visit: Visit, due_at: datetime | None, now: datetime) -> None:
    """Let the visit be looked at when its limit is over, and from then on every few minutes."""
    later = due_at if due_at and due_at > now else now + _EVERY
    if visit.look_at is None or visit.look_at <= now or visit.look_at > later:
        Visit.objects.filter(pk=visit.pk, left_at=None).update(look_at=later)

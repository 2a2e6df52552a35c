"""What processes mean for the total promise: how long it may take, and when it waits for somebody outside."""

from collections.abc import Iterable

from balcao.deadlines.actions.choosing import hours_for, round_the_clock
from balcao.deadlines.models import Clock
from balcao.deadlines.queries.hours import key_of, version_at
from balcao.deadlines.rules.histories import last_said
from balcao.deadlines.types import ClockKind, ClockState, EventType
from balcao.journal.models import Entry
from balcao.pipeline.promises.batch import OPEN, Batch
from balcao.pipeline.promises.standing import begin
from balcao.processes.actions import timing
from balcao.processes.types import Unit


def begin_process(batch: Batch, entry: Entry) -> None:
    """Let the total be what the blueprint says, from the ticket's own start."""
    ticket, key = entry.facts["ticket"], f"entry:{entry.position}"
    begin(batch, ticket, entry.at, key=key, by=batch.by(ticket), is_asked=False)  # for a ticket older than its clocks
    total = batch.last(ticket, ClockKind.RESOLUTION)
    batch.mark(total, entry.at, key=key, process=entry.facts["process"], holds="")
    set_total(batch, entry)
    if total and total.state == ClockState.PAUSED:  # the departments begin to work
        batch.happen(total, EventType.RESUME, entry.at, key=key)


def set_total(batch: Batch, entry: Entry) -> None:
    """Let the total take as long as the blueprint says, or another version of it; the history stays."""
    total, key = batch.last(entry.facts["ticket"], ClockKind.RESOLUTION), f"entry:{entry.position}"
    if total is None or "total_seconds" not in entry.facts:
        return
    seconds, hours = entry.facts["total_seconds"], _hours(entry)
    if seconds != total.target_seconds:
        batch.happen(total, EventType.SET_TARGET, entry.at, key=key, target_seconds=seconds)
    if hours != last_said(total.events, "calendar"):
        batch.happen(total, EventType.SET_CALENDAR, entry.at, key=key, calendar=hours)


def _hours(entry: Entry) -> str:
    if entry.facts.get("total_unit") == Unit.CALENDAR:
        calendar = round_the_clock()
    else:
        calendar = hours_for(shop_id=entry.shop_id, key=entry.facts.get("total_calendar", ""))
    return key_of(version_at(calendar, at=entry.at))


def end_process(batch: Batch, entry: Entry) -> None:
    """Let the ticket's own standing say again when the total waits."""
    total = batch.last(entry.facts["ticket"], ClockKind.RESOLUTION)
    batch.mark(total, entry.at, key=f"entry:{entry.position}", process=0, holds="")


def hold_or_go_on(batch: Batch, entry: Entry) -> None:
    """Let the total wait with the stage, for whom its blueprint says, or go on with it."""
    key, reason = f"entry:{entry.position}", entry.facts.get("pauses_total", "")
    total = batch.last(entry.facts["ticket"], ClockKind.RESOLUTION)
    if total is None or total.state not in OPEN:
        return
    batch.mark(total, entry.at, key=key, holds=reason)
    if reason and total.state == ClockState.RUNNING:
        batch.happen(total, EventType.PAUSE, entry.at, key=key, reason=reason)
    elif not reason and total.state == ClockState.PAUSED:
        batch.happen(total, EventType.RESUME, entry.at, key=key)


def wait_with_stage(batch: Batch, entry: Entry) -> None:
    """Let the total wait because a department said so of its stage; a pause of the stage alone leaves it running."""
    if entry.facts.get("pauses_total"):
        hold_or_go_on(batch, entry)


def keep_up(clocks: Iterable[Clock]) -> None:
    """Let boards say what the clocks of stages and tasks say by now."""
    stages = [clock.pk for clock in clocks if clock.kind == ClockKind.STAGE]
    if stages:
        timing.keep_up(stages)

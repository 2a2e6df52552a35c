"""Timers: the steps of clocks that are due, fired once each and with the instants at which they were due."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from balcao.deadlines.actions import escalating
from balcao.deadlines.models import Clock, Escalation, Timer
from balcao.journal import queries as journal
from balcao.journal.models import Entry
from balcao.kit.gathering import gathering, settle
from balcao.pipeline.promises import totals
from balcao.pipeline.promises.batch import Batch, gather
from balcao.pipeline.promises.facts import keep_facts
from balcao.pipeline.steps import reached
from balcao.pipeline.telling_late import Crier

BATCH = 100  # clocks that are looked at in one transaction
_MOST = 20  # transactions of one turn: 2,000 clocks
_ENTRIES = 4  # that firing a clock writes, as a rule
_MENDED_BY = timedelta(minutes=10)  # a clock that cannot be read is looked at again

log = logging.getLogger(__name__)


def run_due(*, now: datetime) -> int:
    """Fire what is due by now; return how many clocks were looked at. Done twice it changes nothing."""
    until = told_until(now)
    done = 0
    for _ in range(_MOST):
        if not Timer.objects.filter(fire_at__lte=until).exists():  # asked outside a transaction, for SQLite's sake
            break
        count = _fire_batch(until, now)
        reached("timer.fired")
        if not count:
            break  # another worker has them in hand
        done += count
    return done


def told_until(now: datetime) -> datetime:
    """Return up to when the clocks know what happened: nobody is late who answered in time but was not read yet."""
    position = journal.reader_position("promises")
    unread = Entry.objects.filter(position__gt=position).order_by("position").values_list("at", flat=True).first()
    unsealed = Entry.objects.filter(position__isnull=True).order_by("id").values_list("at", flat=True).first()
    return min(at for at in (now, unread, unsealed) if at)


@transaction.atomic
def _fire_batch(until: datetime, now: datetime) -> int:
    """Fire what is due on a batch of clocks; what another worker holds is left to it."""
    waiting = Timer.objects.filter(fire_at__lte=until).order_by("fire_at")
    tickets = set(waiting.values_list("clock__ticket_id", flat=True)[:BATCH])
    batch = gather([], tickets, skip_locked=True)
    held = Timer.objects.filter(fire_at__lte=until, clock__in=[clock.pk for clock in batch.hand.clocks])
    due = set(held.values_list("clock", flat=True))  # as they stand now that nobody else can fire them
    clocks = [clock for clock in batch.hand.clocks if clock.pk in due]
    reached("timer.claimed")
    with gathering(Entry, Escalation, room=_ENTRIES * len(clocks)):
        _fire(batch, clocks, until, now)
    return len(clocks)


def _fire(batch: Batch, clocks: Sequence[Clock], until: datetime, now: datetime) -> None:
    crier = Crier(batch, clocks, now)
    for clock in clocks:
        batch.hand.touch(clock)  # its timer is wound again, whatever came of it
        try:
            fired = escalating.fire(batch.hand, clock, until=until)
        except DatabaseError:
            raise
        except Exception:  # the others are not held up for ever
            log.exception("Clock %s cannot be read", clock.pk)
            batch.hand.drop(clock)
            Timer.objects.filter(clock=clock).update(fire_at=now + _MENDED_BY)
            continue
        crier.cry(clock, [step.step for step in fired])
    for asked in escalating.unanswered(clocks, until=until):
        crier.go_up(asked)
    settle()  # the timers are wound by what was asked just now
    changed = batch.hand.write()
    keep_facts(batch, {clock.ticket_id for clock in changed}, now)
    totals.keep_up(changed)

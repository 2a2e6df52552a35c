"""Clocks made anew: for tickets that have none, from their journal; and other targets for those that run.

What was late long ago is no news: steps that fell due before are noted, and nobody is told of them.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from balcao.deadlines.actions.defaults import plant
from balcao.deadlines.actions.escalating import pass_over
from balcao.deadlines.models import Calendar, Clock
from balcao.deadlines.types import ClockKind
from balcao.journal.models import Entry, Reader
from balcao.journal.types import SubjectKind
from balcao.kit.db import locked
from balcao.pipeline.promises import law, totals
from balcao.pipeline.promises.batch import OPEN, PROMISES, Batch, gather
from balcao.pipeline.promises.facts import keep_facts
from balcao.pipeline.promises.standing import aim
from balcao.pipeline.promises.telling import TELLERS, tickets_of
from balcao.processes.models import Process
from balcao.processes.types import ProcessState
from balcao.shops.models import Shop
from balcao.tickets.models import Ticket

AT_ONCE = 100  # tickets in one transaction
_READER = "promises"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What became of some tickets."""

    tickets: int = 0  # that have clocks now, or other targets
    clocks: int = 0
    unread: int = 0  # entries of the journal that nobody could read


def without_clocks() -> "QuerySet[Ticket]":
    """Return the tickets that have no clock of their own; those of which only machines wrote stay among them."""
    theirs = Clock.objects.filter(ticket_id=OuterRef("pk"), subject_kind="ticket")
    return Ticket.objects.filter(~Exists(theirs)).order_by("pk")


def with_running_promises() -> "QuerySet[Ticket]":
    """Return the tickets of which a promise runs, or is paused."""
    open_ones = Clock.objects.filter(ticket_id=OuterRef("pk"), subject_kind="ticket", kind__in=PROMISES, state__in=OPEN)
    return Ticket.objects.filter(Exists(open_ones)).order_by("pk")


def without_terms() -> "QuerySet[Ticket]":
    """Return the tickets on which a process runs of which no term of the law is counted; most owe none."""
    counted = Clock.objects.filter(ticket_id=OuterRef("pk"), subject_kind=law.PROCESS)
    running = Process.objects.filter(ticket=OuterRef("pk"), state=ProcessState.RUNNING)
    return Ticket.objects.filter(Exists(running), ~Exists(counted)).order_by("pk")


def plant_where_missing(*, now: datetime) -> None:
    """Give shops that promise nothing yet what shops usually promise."""
    for shop in Shop.objects.exclude(pk__in=Calendar.objects.exclude(shop=None).values("shop")):
        plant(shop=shop, now=now)


@transaction.atomic
def rebuild(*, tickets: Collection[int], now: datetime) -> Rebuilt:
    """Give those of these tickets that have no clocks what their journal says, up to where the follower has read."""
    Reader.objects.get_or_create(name=_READER)
    reader = locked(Reader.objects.filter(name=_READER)).get()  # what follows is told by the follower, in its order
    together = set(tickets)
    while (found := _named(entries := _entries(together, until=reader.position))) - together:
        together |= found  # merged with them, or split off: one is told nothing without the other
    batch = gather(entries, together)
    bare = {ticket for ticket in together if not batch.clocks(ticket, *ClockKind)}
    unread = sum(not _told(batch, entry) for entry in entries if bare.intersection(tickets_of(entry)))
    clocks = [clock for clock in _kept(batch, now) if clock.ticket_id in bare]
    return Rebuilt(len({clock.ticket_id for clock in clocks}), len(clocks), unread)


def _entries(tickets: Collection[int], *, until: int) -> Sequence[Entry]:
    about = Entry.objects.filter(subjects__kind=SubjectKind.TICKET, subjects__subject_id__in=tickets)
    ids = about.filter(name__in=list(TELLERS), position__lte=until).values("pk")
    return list(Entry.objects.filter(pk__in=ids).order_by("position").prefetch_related("subjects"))


def _named(entries: Sequence[Entry]) -> set[int]:
    return {ticket for entry in entries for ticket in tickets_of(entry)}


def _told(batch: Batch, entry: Entry) -> bool:
    """Tell an entry; one of an older version may lack what is asked of it."""
    try:
        TELLERS[entry.name](batch, entry)
    except LookupError:
        log.warning("Entry %s (%s) tells clocks nothing", entry.position, entry.name, exc_info=True)
        return False
    return True


@transaction.atomic
def begin_terms(*, tickets: Collection[int], now: datetime) -> Rebuilt:
    """Let run what the law wants of the processes that run on these tickets, from when the customer said it."""
    batch = gather([], tickets)
    rows = Process.objects.filter(ticket__in=batch.tickets, state=ProcessState.RUNNING)
    for process in rows.select_related("shop", "order__account__backend__shop").order_by("pk"):
        law.begin_late(batch, process, now=now)
    changed = _kept(batch, now)
    return Rebuilt(len({clock.ticket_id for clock in changed}), len(changed))


@transaction.atomic
def take_targets(*, tickets: Collection[int], now: datetime) -> Rebuilt:
    """Let the promises of these tickets take as long as the targets say by now, counted from their own start."""
    batch = gather([], tickets)
    for ticket in sorted(batch.tickets):
        for clock in batch.open(ticket, *PROMISES):
            aim(batch, clock, now, key=f"targets {now.isoformat()}", by=batch.by(ticket))
    changed = _kept(batch, now)
    return Rebuilt(len({clock.ticket_id for clock in changed}), len(changed))


def _kept(batch: Batch, now: datetime) -> list[Clock]:
    for clock in batch.hand.clocks:
        if batch.hand.is_changed(clock):
            pass_over(batch.hand, clock, until=now)
    changed = batch.hand.write(is_news=False)
    keep_facts(batch, {clock.ticket_id for clock in changed} | batch.stale, now)
    totals.keep_up(changed)
    return changed

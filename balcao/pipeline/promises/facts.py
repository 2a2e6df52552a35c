"""What lists show of a ticket's clocks, kept after they changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from balcao.deadlines.actions.hand import reading_of
from balcao.deadlines.models import Clock
from balcao.deadlines.rules.ladder import warned
from balcao.deadlines.types import ClockKind, ClockState
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.pipeline.promises.batch import OPEN, Batch
from balcao.tickets.actions.promising import set_due_facts_of
from balcao.tickets.models import Ticket
from balcao.tickets.types import DueFacts


def keep_facts(batch: Batch, ticket_ids: Iterable[int], now: datetime) -> None:
    """Let the rows of these tickets say what their clocks say, and tell open pages of those that say something else."""
    facts = {pk: facts_of(batch.hand.of(pk, *ClockKind)) for pk in ticket_ids if pk in batch.tickets}
    tell_changes(set_due_facts_of(tickets=[batch.tickets[pk] for pk in facts], facts=facts), now)


def facts_of(clocks: Sequence[Clock]) -> DueFacts:
    """Return what lists show: the promise, or the law's term, that is due first; else the pause that all are in."""
    open_ones = [clock for clock in clocks if clock.state in OPEN]
    late = [clock.breached_at for clock in open_ones if clock.breached_at]
    shown = DueFacts(breached_at=min(late, default=None), is_at_risk=any(clock.is_at_risk for clock in open_ones))
    running = [
        (clock.due_at, clock.pk, clock) for clock in open_ones if clock.state == ClockState.RUNNING and clock.due_at
    ]
    if running:
        first = min(running)[2]
        share = warned(reading_of(first), fired=first.fired) if first.fired else 0
        return replace(shown, due_at=first.due_at, due_kind=first.kind, warned=share)
    paused = [(clock.paused_left or 0, clock.pk, clock) for clock in open_ones if clock.paused_for]
    if paused:
        last = min(paused)[2]
        return replace(shown, due_kind=last.kind, paused_for=last.paused_for, paused_left=last.paused_left)
    return shown


def tell_changes(changed: Sequence[Ticket], now: datetime) -> None:
    """Say once for each shop which tickets show another due time: for pages that are open, not for histories."""
    for shop in sorted({ticket.shop_id for ticket in changed}):
        tickets = sorted(ticket.pk for ticket in changed if ticket.shop_id == shop)
        about = [Subject(SubjectKind.TICKET, pk) for pk in tickets]
        record(name="ticket.due.changed", at=now, actor=SYSTEM, about=about, shop_id=shop)

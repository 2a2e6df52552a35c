"""Keeping the counts of the views: writers append changes, the clock folds them in."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F

from balcao.kit.db import insert_all, locked
from balcao.tickets import rules
from balcao.tickets.models import Tally, TallyChange, Ticket

Counted = tuple[int, frozenset[str]]  # the shop and the keys a ticket is counted under


def counted(ticket: Ticket) -> Counted:
    """Return where a ticket is counted as its row stands; a merged one nowhere."""
    if ticket.merged_into_id:
        return ticket.shop_id, frozenset()
    keys = rules.tally_keys(
        queue=ticket.queue,
        assignee_id=ticket.assignee_id,
        team_id=ticket.team_id,
        kind=ticket.kind,
        promises=rules.promise_keys(
            is_due_soon=ticket.is_due_soon,
            is_breached=ticket.breached_at is not None,
            is_at_risk=ticket.is_at_risk,
            waits_for_others=ticket.waits_for_others,
        ),
    )
    return ticket.shop_id, keys


def shift(before: Counted | None, after: Counted | None) -> None:
    """Move one ticket from the counts it was in to those it is in now."""
    old = {(before[0], key) for key in before[1]} if before else set()
    new = {(after[0], key) for key in after[1]} if after else set()
    changes = [(pair, -1) for pair in old - new] + [(pair, 1) for pair in new - old]
    insert_all([TallyChange(shop_id=shop, key=key, change=change) for (shop, key), change in sorted(changes)])


@contextmanager
def recounted(ticket: Ticket) -> Iterator[Ticket]:
    """Keep queue and counts true around a change of the row; the caller saves `queue` with its own fields."""
    before = counted(ticket)
    yield ticket
    ticket.queue = rules.queue_of(ticket.status, snoozed=ticket.snoozed_until is not None)
    shift(before, counted(ticket))


def fold(*, limit: int = 5000) -> int:
    """Fold waiting changes into the tallies; return how many were folded."""
    if not TallyChange.objects.exists():  # asked outside a transaction: on SQLite it would shut out all writers
        return 0
    return _fold(limit)


@transaction.atomic
def _fold(limit: int) -> int:
    rows = list(locked(TallyChange.objects.order_by("id"), skip_locked=True)[:limit])
    sums: Counter[tuple[int, str]] = Counter()
    for row in rows:
        sums[row.shop_id, row.key] += row.change
    for (shop_id, key), change in sorted(sums.items()):
        if change:
            Tally.objects.get_or_create(shop_id=shop_id, key=key)
            Tally.objects.filter(shop_id=shop_id, key=key).update(count=F("count") + change)
    TallyChange.objects.filter(id__in=[row.pk for row in rows]).delete()
    return len(rows)

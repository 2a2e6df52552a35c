"""Time passed: reminders come back, snoozed tickets wake, solved ones close, counts are folded, unsent files go."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from balcao.kit.db import locked
from balcao.shops.models import Shop
from balcao.tickets.actions import changing, tallies
from balcao.tickets.actions.holding import keep_in_place
from balcao.tickets.actions.uploads import forget_uploads
from balcao.tickets.models import Ticket
from balcao.tickets.types import ACTIVE, Status

BATCH = 100


def run_due(*, now: datetime) -> int:
    """Do what is due by now; return how much was done. Doing it twice changes nothing."""
    waiting = _mine(status=Status.WAITING, remind_at__lte=now).order_by("remind_at")
    asleep = _mine(status__in=ACTIVE, snoozed_until__lte=now).order_by("snoozed_until")
    done = _each(waiting, lambda t: changing.set_status(ticket=t, status=Status.OPEN, agent=None, now=now))
    done += _each(asleep, lambda t: changing.snooze(ticket=t, until=None, agent=None, now=now))
    for shop in Shop.objects.all():
        over = now - timedelta(days=shop.close_after_days)
        old = _mine(shop=shop, status=Status.SOLVED, solved_at__lte=over).order_by("solved_at")
        done += _each(old, lambda t: changing.set_status(ticket=t, status=Status.CLOSED, agent=None, now=now))
    return done + tallies.fold() + forget_uploads(now=now)


def _mine(**due: object) -> "QuerySet[Ticket]":
    """Return tickets that stand for themselves: a merged one follows the ticket it went into."""
    return Ticket.objects.filter(merged_into__isnull=True, **due)


def _each(due: "QuerySet[Ticket]", deed: Callable[[Ticket], None]) -> int:
    return sum(_one(due.filter(pk=pk), deed) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _one(due: "QuerySet[Ticket]", deed: Callable[[Ticket], None]) -> bool:
    """Do it if it is still due once nobody else can change the ticket: the customer may have written just now."""
    keep_in_place()
    ticket = locked(due.select_related("shop")).first()
    if ticket is None:
        return False
    deed(ticket)
    return True

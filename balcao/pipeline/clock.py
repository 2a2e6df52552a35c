"""Time passed: reminders come back, snoozed tickets wake, solved ones close, counts are folded, notices mailed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from balcao.kit.db import locked
from balcao.pipeline import notice_mails
from balcao.shops.models import Shop
from balcao.tickets.actions import changing, tallies
from balcao.tickets.actions.holding import keep_in_place
from balcao.tickets.models import Ticket
from balcao.tickets.types import ACTIVE, Status

BATCH = 100


def run_due(*, now: datetime) -> int:
    """Do what is due by now; return how much was done. Doing it twice changes nothing."""
    done = _each(_mine(remind_at__lte=now).order_by("remind_at"), lambda t: _remind(t, now))
    done += _each(_mine(snoozed_until__lte=now).order_by("snoozed_until"), lambda t: _wake(t, now))
    for shop in Shop.objects.all():
        over = now - timedelta(days=shop.close_after_days)
        old = _mine(shop=shop, status=Status.SOLVED, solved_at__lte=over).order_by("solved_at")
        done += _each(old, lambda t: _close(t, now))
    return done + tallies.fold() + notice_mails.run_due(now=now)


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


def _remind(ticket: Ticket, now: datetime) -> None:
    if ticket.status == Status.WAITING:
        changing.set_status(ticket=ticket, status=Status.OPEN, agent=None, now=now)
    else:
        Ticket.objects.filter(pk=ticket.pk).update(remind_at=None)


def _wake(ticket: Ticket, now: datetime) -> None:
    if ticket.status in ACTIVE:
        changing.snooze(ticket=ticket, until=None, agent=None, now=now)
    else:
        Ticket.objects.filter(pk=ticket.pk).update(snoozed_until=None)


def _close(ticket: Ticket, now: datetime) -> None:
    changing.set_status(ticket=ticket, status=Status.CLOSED, agent=None, now=now)

"""What is going on with an order: its running and recent matters, for the order's own page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from balcao.commerce.models import Order
from balcao.processes.models import Process
from balcao.processes.queries.cases import case_token
from balcao.processes.types import ProcessState
from balcao.tickets.types import HIDDEN
from balcao.web.portal.orders.matters.story import Matter

_RECENT = timedelta(days=90)
_MOST = 5


@dataclass(frozen=True, slots=True)
class Card:
    """One matter in short; `token` leads to its page, for those only who may read all of the order."""

    matter: Matter
    token: str


def cards_of(order: Order, *, is_verified: bool, now: datetime) -> list[Card]:
    """Return the matters of an order, running ones first."""
    rows = Process.objects.filter(order=order).exclude(ticket__status__in=HIDDEN)
    rows = rows.filter(Q(state=ProcessState.RUNNING) | Q(ended_at__gt=now - _RECENT)).select_related("ticket", "shop")
    found = rows.order_by("-state", "-id")[:_MOST]  # "running" before "ended"
    return [Card(Matter(row, now=now), case_token(row) if is_verified else "") for row in found]

"""A shop system calls us, or somebody looks at an order: what is to be read anew is noted, and the reading follows."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from balcao.commerce import queries
from balcao.commerce.actions import wanting
from balcao.commerce.actions.book import Book
from balcao.commerce.models import Backend, Order
from balcao.commerce.rules import refreshing as rules
from balcao.commerce.types import WantedKind
from balcao.kit.prepared import Prepared
from balcao.ports.commerce import Heard, Hooked
from balcao.ports.hooks import Forbidden, HookRequest
from balcao.tickets.models import Ticket
from balcao.tickets.queries.ordering import orders_of_ticket

_REMOTE = Prepared(lambda shop: Backend.objects.filter(shop_id=shop, is_active=True).exclude(kind=Book.kind))


def receive(*, backend: Backend, request: HookRequest, now: datetime) -> Heard:
    """Note what a webhook says has changed; raise `Forbidden` for an unproven caller."""
    adapter = queries.adapter_of(backend)
    if not isinstance(adapter, Hooked):
        raise Forbidden("This kind of shop system has no webhook.")
    heard = adapter.heard(request, queries.link_of(backend))
    with transaction.atomic():
        for kind, refs in ((WantedKind.ORDER, heard.orders), (WantedKind.PRODUCT, heard.products)):
            if refs:
                wanting.want(backend=backend, kind=kind, refs=refs, now=now)
    return heard


def ticket_opened(*, ticket: Ticket, customer_id: int, now: datetime) -> None:
    """Let a customer's orders be read anew in the shop's systems, and the old ones that the ticket is about.

    The page that asks shows our copy at once; what comes is told to it.
    """
    backends = _REMOTE(ticket.shop_id)
    for backend in backends:
        wanting.want_again(backend=backend, kind=WantedKind.CUSTOMER, refs=[str(customer_id)], now=now)
    if backends:
        orders_looked_at(orders=orders_of_ticket(ticket), now=now)


def orders_looked_at(*, orders: Iterable[Order], now: datetime) -> None:
    """Let orders be read anew of which our copy is old."""
    for row in orders:
        is_copy = row.backend.kind != Book.kind and row.backend.is_active
        if is_copy and row.fetched_at < now - rules.STALE:
            wanting.want_again(backend=row.backend, kind=WantedKind.ORDER, refs=[row.ref], now=now)

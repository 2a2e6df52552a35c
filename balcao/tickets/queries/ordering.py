"""The orders that a ticket is about."""

from balcao.commerce.models import Order
from balcao.kit.prepared import Prepared
from balcao.tickets.models import Ticket

_ORDERS_OF = Prepared(
    lambda ticket: (
        Order.objects.filter(ticket_links__ticket=ticket, ticket_links__removed_at__isnull=True)
        .select_related("account", "backend__shop")
        .order_by("-ticket_links__at", "-id")
    )
)


def orders_of_ticket(ticket: Ticket) -> list[Order]:
    """Return the orders that a ticket is about, the one named last first."""
    return _ORDERS_OF(ticket.pk)


def tickets_of_order(order: Order, *, limit: int = 20) -> list[Ticket]:
    """Return the tickets that are about an order, the newest link first."""
    rows = Ticket.objects.filter(order_links__order=order, order_links__removed_at__isnull=True)
    return list(rows.order_by("-order_links__at", "-id")[:limit])

"""What a ticket's kind puts first on its page: an answer, one deed on the order, or the work of other departments."""

from dataclasses import dataclass

from balcao.tickets.models import Ticket
from balcao.tickets.rules.topics import said_in
from balcao.tickets.types import ACTIVE, Kind
from balcao.web.components.matters import kind_sign, kind_words
from balcao.web.desk.orders.deeds import Deed
from balcao.web.desk.orders.panel import TicketOrders


@dataclass(frozen=True, slots=True)
class Flow:
    """The kind and topic of a ticket as its head shows them, and the deed that the topic asks for."""

    kind: str
    kind_words: str
    sign: str
    topic: str
    path: str
    is_open: bool  # something is still to be done
    deed: Deed | None = None
    order: int | None = None  # the one it would be done to
    asks_deed: bool = False


def flow_of(ticket: Ticket, bought: TicketOrders, *, language: str) -> Flow:
    """Return what is put first on a ticket's page; orders are asked for only where a deed is proposed."""
    kind, topic = ticket.kind, ticket.topic
    name = said_in(topic.names, [language]) or topic.key if topic else ""
    above = topic.parent if topic else None
    is_open = ticket.status in ACTIVE and not ticket.merged_into_id
    asks_deed = bool(topic and topic.deed and kind == Kind.ACTION and is_open)
    shown = bought.shown if asks_deed else None
    return Flow(
        kind=kind,
        kind_words=kind_words(kind) if kind else "",
        sign=kind_sign(kind) if kind else "",
        topic=name,
        path=" › ".join([said_in(above.names, [language]) or above.key, name]) if above else name,
        is_open=is_open,
        deed=next((deed for deed in shown.deeds if topic and deed.kind == topic.deed), None) if shown else None,
        order=shown.row.pk if shown else None,
        asks_deed=asks_deed,
    )

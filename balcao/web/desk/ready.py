"""What the composer offers and asks for of orders: a ready answer, and placeholders that stayed empty."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from balcao.automation.queries.telling import Told, answer_of, facts_of
from balcao.automation.rules.asking import asks_where
from balcao.commerce.types import Level
from balcao.kit.placeholders import ORDER_PLACEHOLDERS, left_in
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Message, Ticket
from balcao.tickets.types import OURS, Kind
from balcao.web.desk.orders.panel import TicketOrders

Bought = Callable[[], TicketOrders]


@dataclass(frozen=True, slots=True)
class Ready:
    """A whole answer that only has to be taken and sent."""

    text: str
    number: str  # of the order that it tells of
    is_short: bool  # the customer is not verified: it leaves out what may not be told


def ready_answer(agent: Agent, ticket: Ticket, last: Message | None, bought: Bought, *, now: datetime) -> Ready | None:
    """Return the answer to a customer who asks where their order is and whom nobody has answered yet.

    A quick matter that is about an order is answered from it, too, whatever its words are.
    """
    if last is None or ticket.status not in OURS or not agent.may(Permission.ORDER_READ):
        return None
    letter = getattr(last, "letter", None)
    is_asked = asks_where(last.text, subject=letter.subject if letter else "")
    if not is_asked and ticket.kind != Kind.QUICK:
        return None
    shown = bought().shown
    if shown is None or not (is_asked or bought().is_linked):
        return None
    told = shown.told(now)
    name = (ticket.identity.customer.name or ticket.identity.name).partition(" ")[0]
    text = answer_of(told, name=name, languages=[ticket.language, *ticket.shop.languages])
    return Ready(text, told.order.number, told.level < Level.VERIFIED) if text else None


def empty_placeholders(text: str, ticket: Ticket, bought: Bought, *, now: datetime) -> list[str]:
    """Return what to say of each placeholder that still stands in an answer."""
    names = left_in(text)
    shown = bought().shown if any(name in ORDER_PLACEHOLDERS for name in names) else None
    told = shown.told(now) if shown else None
    return [_empty(name, told, ticket.language) for name in names]


def _empty(name: str, told: Told | None, language: str) -> str:
    values = {"name": f"{{{name}}}", "number": told.order.number if told else ""}
    if name not in ORDER_PLACEHOLDERS:
        return _("%(name)s is empty: we do not know it. Write it yourself, or take it out.") % values
    if told is None:
        return _("%(name)s is empty: no order stands beside this ticket. Write it yourself, or take it out.") % values
    facts = facts_of(told, language=language)
    if facts.get(name):
        return _("%(name)s is not filled in yet: take it out and type { to choose what it stands for.") % values
    if name not in facts:
        return _("%(name)s is empty: the customer is not verified enough to be told this. Take it out.") % values
    return _("%(name)s is empty: order %(number)s has none. Write it yourself, or take it out.") % values

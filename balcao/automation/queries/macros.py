"""Reading macros."""

from collections.abc import Mapping

from django.db.models import Q

from balcao.automation.models import Macro
from balcao.automation.queries.telling import Told, facts_of
from balcao.automation.rules.steps import text_for
from balcao.kit.placeholders import ALL_PLACEHOLDERS, ORDER_PLACEHOLDERS, Filled, fill, left_in
from balcao.ports.channel import IdentityKind
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket


def macros_for(*, agent: Agent, shop_id: int) -> list[Macro]:
    """Return the macros an agent can run on tickets of a shop: shared ones and their own."""
    rows = Macro.objects.filter(Q(agent__isnull=True) | Q(agent=agent), is_active=True)
    return list(rows.filter(Q(shop__isnull=True) | Q(shop_id=shop_id)))


def values_for(*, ticket: Ticket, agent: Agent | None) -> dict[str, str | None]:
    """Return what the placeholders stand for on a ticket; an unknown name is empty, and says so when filled."""
    customer = ticket.identity.customer.name or ticket.identity.name
    return {
        "customer.name": customer,
        "customer.email": ticket.identity.value if ticket.identity.kind == IdentityKind.EMAIL else "",
        "customer.first_name": customer.split()[0] if customer else "",
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
        "agent.name": agent.name if agent else "",
        "agent.first_name": agent.name.split()[0] if agent and agent.name else "",
        "shop.name": ticket.shop.name,
    }


def filled_text(*, macro: Macro, ticket: Ticket, agent: Agent, told: Told | None = None) -> Filled:
    """Return a macro's text in the customer's language; what has no value stays as it is, so that it stops the send.

    `told` is the order in question, with what may be told of it.
    """
    language, text = text_for(macro.texts, languages=[ticket.language, *ticket.shop.languages])
    values = values_for(ticket=ticket, agent=agent) | (facts_of(told, language=language) if told else {})
    return fill(text, values, known=ALL_PLACEHOLDERS, keeps_empty=True)


def text_by_itself(*, macro: Macro, ticket: Ticket, told: Told | None = None) -> Filled:
    """Return a macro's text in the customer's language as it is sent without an agent; `told` as in `filled_text`."""
    language, text = text_for(macro.texts, languages=[ticket.language, *ticket.shop.languages])
    values = values_for(ticket=ticket, agent=None) | (facts_of(told, language=language) if told else {})
    return fill(text, values, known=ALL_PLACEHOLDERS, keeps_empty=True)


def templates_for(*, shop_id: int | None) -> list[Macro]:
    """Return the macros whose text a process may send: shared, in use, of every shop, or of this one too."""
    rows = Macro.objects.filter(agent=None, is_active=True).exclude(key="").exclude(texts={})
    return list(rows.filter(Q(shop=None) | Q(shop=shop_id) if shop_id else Q(shop=None)))


def template_keys(*, shop_id: int | None) -> frozenset[str]:
    """Return the keys of these macros, for the check of a process."""
    return frozenset(row.key for row in templates_for(shop_id=shop_id))


def tells_of_order(texts: Mapping[str, str]) -> bool:
    """Tell whether a macro's texts name facts of an order."""
    return any(name in ORDER_PLACEHOLDERS for text in texts.values() for name in left_in(text))

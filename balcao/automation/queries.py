"""Reading macros."""

from django.db.models import Q

from balcao.automation import rules
from balcao.automation.models import Macro
from balcao.kit.placeholders import Filled, fill
from balcao.ports.channel import IdentityKind
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket


def macros_for(*, agent: Agent, shop_id: int) -> list[Macro]:
    """Return the macros an agent can run on tickets of a shop: shared ones and their own."""
    rows = Macro.objects.filter(Q(agent__isnull=True) | Q(agent=agent), is_active=True)
    return list(rows.filter(Q(shop__isnull=True) | Q(shop_id=shop_id)))


def values_for(*, ticket: Ticket, agent: Agent) -> dict[str, str | None]:
    """Return what the placeholders stand for on a ticket; an unknown name is empty, and says so when filled."""
    customer = ticket.identity.customer.name or ticket.identity.name
    return {
        "customer.name": customer,
        "customer.email": ticket.identity.value if ticket.identity.kind == IdentityKind.EMAIL else "",
        "customer.first_name": customer.split()[0] if customer else "",
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
        "agent.name": agent.name,
        "agent.first_name": agent.name.split()[0] if agent.name else "",
        "shop.name": ticket.shop.name,
    }


def filled_text(*, macro: Macro, ticket: Ticket, agent: Agent) -> Filled:
    """Return a macro's text in the customer's language with its placeholders filled."""
    languages = [ticket.language, *ticket.shop.languages]
    return fill(rules.text_for(macro.texts, languages=languages), values_for(ticket=ticket, agent=agent))

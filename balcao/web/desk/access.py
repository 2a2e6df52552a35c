"""What an agent may see on the desk, and what its addresses and forms name: every ticket is looked up here."""

import re

from django.http import Http404, HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from balcao.customers.models import Customer
from balcao.customers.queries import identities_of
from balcao.staff.models import Agent
from balcao.tickets.models import Message, Ticket
from balcao.tickets.queries import lists

_KEY = re.compile(r"[a-z]{1,20}(-[0-9]{1,18})?", re.ASCII)


def ticket_for(agent: Agent, number: int) -> Ticket:
    """Return the ticket if the agent may see it; else it does not exist for them."""
    ticket = lists.of_number(agent=agent, number=number)
    if ticket is None:
        raise Http404
    return ticket


def message_for(agent: Agent, message_id: int) -> Message:
    """Return a message of a ticket that the agent may see."""
    rows = Message.objects.select_related(
        "ticket__shop", "letter", "dispatch", "channel", "identity__customer", "agent"
    )
    message = rows.filter(pk=message_id).first()
    if message is None or not agent.sees_shop(message.ticket.shop_id):
        raise Http404
    return message


def customer_for(agent: Agent, customer_id: int) -> Customer:
    """Return the customer, also by the id of one that was absorbed, if any ticket of theirs is the agent's to see.

    One company, shared customers: who works for every shop sees all; others see those who wrote to their shops, or to
    none yet.
    """
    identities = identities_of(customer_id)
    if not identities:
        raise Http404
    if not agent.every_shop:
        asked = Ticket.objects.filter(identity__in=identities)
        if not asked.filter(shop_id__in=agent.shop_ids()).exists() and asked.exists():
            raise Http404
    return identities[0].customer


def view_key(request: HttpRequest) -> str:
    """Return the key of the view that a ticket was opened from; "" for none, and for what can be no key."""
    key = request.GET.get("in", "")
    return key if _KEY.fullmatch(key) else ""


def is_part(request: HttpRequest, target: str) -> bool:
    """Tell whether only this part of the page is asked for."""
    return request.headers.get("HX-Target") == target


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether the answer goes into a dialog or another part, not into a page of its own."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def safe_address(request: HttpRequest, address: str, default: str) -> str:
    """Return an address of ours to go to next, whatever a form said."""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if address and is_ours else default

"""Who may open what on the desk: every view goes through here, every ticket is looked up here."""

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from balcao.customers.models import Customer
from balcao.customers.queries import identities_of
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Message, Ticket
from balcao.tickets.queries import lists

LONGEST_NUMBER = 15  # digits of a ticket number: what a bigint surely holds
_KEY = re.compile(r"[a-z]{1,20}(-[0-9]{1,18})?", re.ASCII)
_LONGEST_KEY = 18  # digits of a key or mark, likewise

View = Callable[..., HttpResponseBase]


def for_agents(*permissions: Permission) -> Callable[[View], View]:
    """Let a view see signed-in agents only who hold all these permissions; it gets the agent after the request."""

    def wrap(view: View) -> View:
        @wraps(view)
        def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            agent = request.user
            if not isinstance(agent, Agent) or not agent.is_active:
                return _to_login(request)
            if not all(agent.may(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, agent, *args, **kwargs)

        return respond

    return wrap


def _to_login(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:  # the page as a whole has to go there, not a part of it
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url("account_login")})
    return redirect_to_login(request.get_full_path())


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
        shops = set(Ticket.objects.filter(identity__in=identities).values_list("shop_id", flat=True))
        if shops and not shops & agent.shop_ids():
            raise Http404
    return identities[0].customer


def number_in(text: str) -> int | None:
    """Return the key that a form or address names; None for any other text, whatever calls itself a digit in it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_KEY else None


def numbers_in(texts: Iterable[str]) -> list[int]:
    """Return the keys that a form or address names; what is none is left out."""
    return [number for text in texts if (number := number_in(text)) is not None]


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

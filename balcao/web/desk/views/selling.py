"""Before the sale: products to tell of, freight to a postcode, and an order placed for the customer."""

from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from balcao.commerce import queries
from balcao.commerce.actions.ledger import ActionDenied
from balcao.commerce.models import Backend
from balcao.jobs.models import Job
from balcao.kit.numbers import number_in
from balcao.pipeline.quoting import quote_freight
from balcao.ports.commerce import ActionKind, Quoting
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions import ordering
from balcao.tickets.models import Ticket
from balcao.web.components.access import for_agents
from balcao.web.desk.access import is_part, ticket_for, view_key, wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.orders import selling
from balcao.web.desk.orders.denials import denial_words
from balcao.web.desk.orders.placing import Placing
from balcao.web.desk.views.changing import back

_LONGEST = 100
_LONGEST_KEY = 40


def _suffix(request: HttpRequest) -> str:
    return f"?in={view_key(request)}" if view_key(request) else ""


@require_safe
@for_agents(Permission.TICKET_REPLY, Permission.ORDER_READ)
def products(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Search what the shop sells, to tell the customer of it or to place it in an order."""
    ticket = ticket_for(agent, number)
    query = " ".join(request.GET.get("q", "").split())[:_LONGEST]
    backends = queries.backends_of(shop_id=ticket.shop_id)
    more = {
        "query": query,
        "products": selling.found(ticket, query) if query else [],
        "suffix": _suffix(request),
        "quotes": any(_quotes(one) for one in backends),
        "can_place": agent.may(Permission.ORDER_ACT) and any(_places(one) for one in backends),
        "is_placing": request.GET.get("for") == "place",
    }
    around = context(request, agent, ticket=ticket, **more)
    if is_part(request, "found-products"):
        return render(request, "desk/_products_found.html", around)
    return render(request, "desk/_products.html" if wants_fragment(request) else "desk/page_products.html", around)


def _places(backend: Backend) -> bool:
    return ActionKind.PLACE_ORDER in queries.adapter_of(backend).abilities(queries.link_of(backend))


def _quotes(backend: Backend) -> bool:
    return isinstance(queries.adapter_of(backend), Quoting)


def _backend_for(request: HttpRequest, ticket: Ticket) -> Backend:
    """Return the shop system that is asked for, else the ticket's shop's first."""
    known = queries.backends_of(shop_id=ticket.shop_id)
    asked = number_in(request.POST.get("backend") or request.GET.get("backend") or "")
    found = next((one for one in known if one.pk == asked), known[0] if known else None)
    if found is None:
        raise Http404
    return found


@require_POST
@for_agents(Permission.TICKET_REPLY, Permission.ORDER_READ)
def freight(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Let a worker ask what it costs to bring something to a postcode; the answer comes into the page."""
    ticket = ticket_for(agent, number)
    placing = Placing(agent, ticket, _backend_for(request, ticket), request.POST)
    _backend, pieces, postcode, country = placing.quoted_for
    if not postcode or not pieces:
        missing = _("Type a postcode.") if pieces else _("Choose a product first.")
        return _quote(request, agent, ticket, selling.Freight(0, "", is_over=True, error=missing))
    asked = quote_freight.enqueue(placing.backend.pk, pieces, str(postcode), str(country))
    return _quote(request, agent, ticket, selling.Freight(int(asked.id), str(postcode), is_over=False))


@require_safe
@for_agents(Permission.TICKET_REPLY, Permission.ORDER_READ)
def quoted(request: HttpRequest, agent: Agent, number: int, job: int) -> HttpResponse:
    """Show how far a quote has come; the page asks until it is there."""
    ticket = ticket_for(agent, number)
    row = Job.objects.filter(pk=job, task=quote_freight.module_path).first()
    backends = {one.pk: one for one in queries.backends_of(shop_id=ticket.shop_id)}
    if row is None or row.args[0] not in backends:
        raise Http404
    currency = backends[row.args[0]].shop.currency
    told = selling.freight_of(row, currency=currency, languages=selling.languages_of(ticket))
    return _quote(request, agent, ticket, told)


def _quote(request: HttpRequest, agent: Agent, ticket: Ticket, told: selling.Freight) -> HttpResponse:
    is_placing = (request.POST.get("for") or request.GET.get("for")) == "place"
    more = {"freight": told, "is_placing": is_placing}
    answer = render(request, "desk/_freight.html", context(request, agent, ticket=ticket, **more))
    if told.is_over and is_placing:
        answer.headers["HX-Trigger-After-Settle"] = "quoted"  # the form shows what that does
    return answer


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.ORDER_READ, Permission.ORDER_ACT)
def place(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Put an order together for the customer, see what it will be, and place it."""
    ticket = ticket_for(agent, number)
    is_sent = request.method == "POST"
    form = request.POST if is_sent else request.GET
    placing = Placing(agent, ticket, _backend_for(request, ticket), form)
    if is_sent and placing.dry_run.is_ready and request.POST.get("agreed"):
        return _placed(request, agent, ticket, placing)
    return _drawn(request, agent, ticket, placing, status=422 if is_sent else 200)


@require_POST
@for_agents(Permission.TICKET_READ, Permission.ORDER_READ, Permission.ORDER_ACT)
def place_try(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Say what would be placed as the form stands; nothing happens."""
    ticket = ticket_for(agent, number)
    placing = Placing(agent, ticket, _backend_for(request, ticket), request.POST)
    is_basket = bool(request.POST.get("add") or request.POST.get("remove"))
    name = "desk/_place_basket.html" if is_basket else "desk/_order_dry.html"
    more = {"ticket": ticket, "placing": placing, "sheet": placing, "is_fragment": True}
    return render(request, name, context(request, agent, **more))


def _drawn(
    request: HttpRequest, agent: Agent, ticket: Ticket, placing: Placing, *, status: int, error: str = ""
) -> HttpResponse:
    more: dict[str, Any] = {
        "placing": placing,
        "sheet": placing,
        "form_key": request.POST.get("key", "")[:_LONGEST_KEY] or token_urlsafe(12),
        "error": error,
        "suffix": _suffix(request),
        "is_placing": True,
    }
    name = "desk/_place.html" if wants_fragment(request) else "desk/page_place.html"
    return render(request, name, context(request, agent, ticket=ticket, **more), status=status)


def _placed(request: HttpRequest, agent: Agent, ticket: Ticket, placing: Placing) -> HttpResponse:
    if request.POST["agreed"] != placing.dry_run.agreed or placing.account is None:
        error = _("What will happen has changed since you looked. Read it again, then confirm.")
        return _drawn(request, agent, ticket, placing, status=422, error=error)
    form = request.POST.get("key", "")[:_LONGEST_KEY] or token_urlsafe(12)
    try:
        ordering.place_from(
            ticket=ticket,
            account=placing.account,
            action=placing.action,
            asker=placing.asker,
            key=f"{agent.pk}:{form}:{request.POST['agreed']}",
            now=timezone.now(),
        )
    except ActionDenied as denied:
        return _drawn(request, agent, ticket, placing, status=422, error=denial_words(denied.denial))
    messages.success(request, _("The order is being placed; it comes up beside the ticket."))
    return back(request, ticket)

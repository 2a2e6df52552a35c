"""Search, the command palette, and what is offered while one writes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from balcao.automation.queries.macros import filled_text, macros_for, tells_of_order, values_for
from balcao.automation.queries.telling import Told, facts_of
from balcao.customers.queries import search_customers
from balcao.kit.numbers import number_in
from balcao.kit.placeholders import ALL_PLACEHOLDERS
from balcao.staff import queries as staff
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.tickets.queries.lists import of_number, visible
from balcao.tickets.rules.searching import parse_search
from balcao.web.components.access import for_agents
from balcao.web.components.looks import fold
from balcao.web.desk import words
from balcao.web.desk.access import ticket_for
from balcao.web.desk.composer import orders_beside
from balcao.web.desk.frame import context
from balcao.web.desk.rows import rows_of
from balcao.web.desk.searching import find, found_page
from balcao.web.desk.stage_lists import stages_of

_FEW = 6


@require_safe
@for_agents(Permission.TICKET_READ)
def search(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Search all messages, tickets and customers."""
    query = request.GET.get("q", "").strip()
    around = context(request, agent)
    rows, cursor = found_page(request, agent, query)
    address = reverse("desk:ticket", args=[0]).replace("0", "{}")
    more: dict[str, Any] = {
        "query": query,
        "problems": parse_search(query).problems,
        "rows": rows_of(
            rows,
            now=timezone.now(),
            address=address,
            many_shops=len(around["desk"].shops) > 1,
            stages=stages_of(row.id for row in rows),
        ),
        "people": _people(agent, query) if not request.GET.get("after") else [],
        "more": "",
        "search": True,
        "view": None,
    }
    if cursor:
        parameters = request.GET.copy()
        parameters["after"] = cursor
        more["more"] = f"{reverse('desk:search')}?{parameters.urlencode()}"
    is_more = request.GET.get("after") and "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    return render(request, "desk/_rows.html" if is_more else "desk/search.html", {**around, **more})


def _people(agent: Agent, query: str) -> list[Any]:
    if not query or not agent.may(Permission.CUSTOMER_READ) or ":" in query:
        return []
    found = search_customers(query, limit=_FEW)
    if agent.every_shop:
        return found
    mine = visible(agent).filter(identity__customer__in=[one.customer_id for one in found])
    seen = set(mine.values_list("identity__customer_id", flat=True).distinct())
    return [one for one in found if one.customer_id in seen]


@require_safe
@for_agents(Permission.TICKET_READ)
def palette(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Return what the palette finds: a ticket by its number, tickets by words, customers; recent ones when empty."""
    query = request.GET.get("q", "").strip()
    number = number_in(query.removeprefix("#"))
    jump = of_number(agent=agent, number=number) if number is not None else None
    if query:
        tickets = find(agent, query, limit=_FEW).page.tickets if number is None else []
    else:
        seen = visible(agent).filter(sights__agent=agent).order_by("-sights__seen_at")
        tickets = list(seen.select_related("identity__customer")[:_FEW])
    more = {
        "query": query,
        "found_tickets": [*([jump] if jump else []), *tickets],
        "people": _people(agent, query),
        "status_words": words.status_words,
    }
    return render(request, "desk/_found.html", more)


@require_safe
@for_agents(Permission.TICKET_REPLY)
def macros(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Return the macros whose name fits what was typed, their texts filled for this ticket."""
    ticket = ticket_for(agent, number)
    typed = fold(request.GET.get("q", ""))
    offered = [macro for macro in macros_for(agent=agent, shop_id=ticket.shop_id) if typed in fold(macro.name)][:8]
    if not offered:
        return render(request, "desk/_macros.html", {"macros": []})
    told = _told(request, agent, ticket)
    filled = [(macro, filled_text(macro=macro, ticket=ticket, agent=agent, told=told)) for macro in offered]
    order = told.order.number if told else ""
    drawn = [(macro, one, order if tells_of_order(macro.texts) else "") for macro, one in filled]
    return render(request, "desk/_macros.html", {"macros": drawn})


def _told(request: HttpRequest, agent: Agent, ticket: Ticket) -> Told | None:
    """Return the order in view beside a ticket, as its customer may be told of it."""
    shown = orders_beside(request, agent, ticket)().shown
    return shown.told(timezone.now()) if shown else None


@require_safe
@for_agents(Permission.TICKET_REPLY)
def facts(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Return what can be filled in on this ticket: names that fit what was typed, with what they stand for."""
    ticket = ticket_for(agent, number)
    typed, told = fold(request.GET.get("q", "")), _told(request, agent, ticket)
    language = next(iter([ticket.language, *ticket.shop.languages]), "en")
    known = values_for(ticket=ticket, agent=agent) | (facts_of(told, language=language) if told else {})
    named = [(key, _(ALL_PLACEHOLDERS[key]), value) for key, value in known.items() if value]
    offered = [one for one in named if typed in fold(f"{one[0]} {one[1]}")]
    offered.sort(key=lambda one: not one[0].startswith("order."))
    return render(request, "desk/_facts.html", {"facts": offered})


@require_safe
@for_agents(Permission.TICKET_NOTE)
def colleagues(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Return the colleagues whose name fits what was typed after @."""
    typed = fold(request.GET.get("q", ""))
    rows = staff.colleagues(agent).filter(is_active=True).exclude(pk=agent.pk).order_by("name")
    offered = [row for row in rows if any(part.startswith(typed) for part in fold(row.name).split()) or not typed][:8]
    return render(request, "desk/_colleagues.html", {"colleagues": offered})

"""Orders by themselves, for those who start from the order: the newest, a search, one order with all that was done."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from balcao.commerce import queries
from balcao.commerce.models import Order
from balcao.kit.numbers import number_in
from balcao.pipeline import shop_hooks
from balcao.ports.commerce import KeyKind
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.queries.ordering import tickets_of_order
from balcao.web.components.access import for_agents
from balcao.web.desk import words
from balcao.web.desk.frame import context
from balcao.web.desk.orders.history import history_of
from balcao.web.desk.orders.panel import OrderView
from balcao.web.desk.orders.words import stage_words

_PAGE = 50
_KINDS = (KeyKind.NUMBER, KeyKind.TRACKING, KeyKind.EMAIL, KeyKind.PHONE, KeyKind.TAX_ID)


@require_safe
@for_agents(Permission.ORDER_READ)
def orders(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show the newest orders, or those that carry a number, an address, a phone, a tax id or a parcel's code."""
    query = request.GET.get("q", "").strip()[:200]
    rows = (
        _found(agent, query)
        if query
        else queries.newest(shop_ids=agent.shop_ids(), before=_place(request), limit=_PAGE + 1)
    )
    more = {
        "query": query,
        "orders": rows[:_PAGE],
        "older": rows[_PAGE - 1] if len(rows) > _PAGE else None,
        "is_later_page": bool(request.GET.get("before")),
        "stage_words": stage_words,
    }
    return render(request, "desk/orders.html", context(request, agent, **more))


def _found(agent: Agent, query: str) -> list[Order]:
    shop_ids = agent.shop_ids()
    regions = Shop.objects.filter(pk__in=shop_ids).exclude(region="").values_list("region", flat=True).distinct()
    region = regions.first() or ""
    found = [
        row
        for kind in _KINDS
        for row in queries.find(kind=kind, value=query, shop_ids=shop_ids, region=region, limit=_PAGE)
    ]
    return list({row.pk: row for row in found}.values())[:_PAGE]


def _place(request: HttpRequest) -> tuple[datetime, int] | None:
    """Return where the page before this one ended."""
    typed, _dash, pk = request.GET.get("before", "").rpartition("~")
    try:
        at = parse_datetime(typed)
    except ValueError:
        return None
    number = number_in(pk)
    return (at, number) if at and at.tzinfo and number is not None else None


@require_safe
@for_agents(Permission.ORDER_READ)
def order(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Show one order whole: what is known of it, what was done to it, which tickets are about it."""
    row = Order.objects.filter(pk=pk).select_related("account", "backend__shop").first()
    if row is None or not agent.sees_shop(row.backend.shop_id):
        raise Http404
    shop_hooks.orders_looked_at(orders=[row], now=timezone.now())
    more = {
        "order_view": OrderView(agent, row),
        "history": history_of(row),
        "tickets": [one for one in tickets_of_order(row) if agent.sees_shop(one.shop_id)],
        "status_words": words.status_words,
    }
    return render(request, "desk/order.html", context(request, agent, **more))

"""Speaks to each agent in their own language and time zone."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from balcao.shops.models import Shop
from balcao.staff.models import Agent

Next = Callable[[HttpRequest], HttpResponse]


def agent_locale(get_response: Next) -> Next:
    """Activate the language and zone that a signed-in agent has chosen, for this request only."""

    def respond(request: HttpRequest) -> HttpResponse:
        agent = request.user
        if not isinstance(agent, Agent):
            return get_response(request)
        translation.activate(agent.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone_of(agent)):
            return get_response(request)

    return respond


def zone_of(agent: Agent) -> zoneinfo.ZoneInfo:
    """Return the agent's zone, else that of the first shop they work for, else UTC."""
    name = agent.time_zone or _shop_zone()
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def _shop_zone() -> str:
    return Shop.objects.order_by("id").values_list("time_zone", flat=True).first() or "UTC"

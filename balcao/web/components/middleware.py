"""Speaks to each agent in their own language and time zone."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from balcao.staff.models import Agent
from balcao.staff.queries import shops_of

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
    shops = shops_of(agent)
    name = agent.time_zone or (shops[0].time_zone if shops else "UTC")
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")

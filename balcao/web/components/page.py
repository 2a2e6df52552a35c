"""What every template knows without being told: who looks, in which language, zone and theme."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation.trans_real import get_languages

from balcao.staff.models import Agent
from balcao.web.components.rail import RailLink, rail_links

THEMES = ("", "light", "dark")
DENSITIES = ("", "roomy")
THEME_COOKIE = "balcao_theme"


class Page:
    """The frame around one answer."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.now: datetime = timezone.now()

    @cached_property
    def agent(self) -> Agent | None:
        """Return the agent who looks; None on public pages."""
        who = getattr(self.request, "user", None)
        return who if isinstance(who, Agent) else None

    @cached_property
    def language(self) -> str:
        """Return the active language as HTML names it: pt-BR."""
        main, _, region = translation.get_language().partition("-")
        return f"{main}-{region.upper()}" if region else main

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """Return the languages of the interface, each by its own name."""
        return list(get_languages().items())

    @cached_property
    def theme(self) -> str:
        """Return the forced theme; "" leaves it to the system."""
        chosen = self.agent.settings.get("theme", "") if self.agent else self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def density(self) -> str:
        """Return the agent's density of rows and text."""
        chosen = self.agent.settings.get("density", "") if self.agent else ""
        return chosen if chosen in DENSITIES else ""

    @property
    def letters(self) -> bool:
        """Tell whether single letters do things, as the agent likes it."""
        return self.agent is None or self.agent.settings.get("letters") != "off"

    @cached_property
    def rail(self) -> list[RailLink]:
        """Return the places at the left edge."""
        return rail_links(self.agent) if self.agent else []

    def is_here(self, link: RailLink) -> bool:
        """Tell whether the page belongs to a place of the rail."""
        match = self.request.resolver_match
        if match is None or match.namespace != link.namespace:
            return False
        routes = (match.route, match.route.partition("/")[2])  # a face stands at the root or in a folder of its own
        if link.section:
            return any(route.startswith(link.section) for route in routes)
        others = [other.section for other in self.rail if other.namespace == link.namespace and other.section]
        return not any(route.startswith(section) for section in others for route in routes)

    @cached_property
    def messages(self) -> list[Message]:
        """Return what was just done, to be said once."""
        return list(get_messages(self.request))

    @property
    def path(self) -> str:
        """Return the address of the page with its query, to come back to."""
        return self.request.get_full_path()


class _Forgery:
    """The token against forged forms: one for all forms of a page, made when the first is drawn."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def token(self) -> str:
        return get_token(self._request)

    def __str__(self) -> str:
        return self.token


class _ForgeryInput(_Forgery):
    def __html__(self) -> str:
        return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', self.token)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Give templates the `page`, and the token for its forms (Django's would draw another one for each)."""
    return {"page": Page(request), "csrf_token": _Forgery(request), "csrf_input": _ForgeryInput(request)}

"""What agents set for themselves, the same on every face: presence, theme, language, layout, keys, notices."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from balcao.journal.types import Actor, ActorKind
from balcao.notices.models import NoticeKind
from balcao.notices.rules import wants
from balcao.staff import actions as staff
from balcao.staff.models import Agent
from balcao.staff.types import Presence
from balcao.web.components.page import DENSITIES, THEMES

_PANES = ("views", "customer")
_MOST_CARDS = 40


def _agent(request: HttpRequest) -> Agent:
    agent = request.user
    assert isinstance(agent, Agent)  # noqa: S101 - `login_required` stands before every caller
    return agent


def _back(request: HttpRequest) -> HttpResponse:
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "/"
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return redirect(address if is_ours else "/")


@require_POST
@login_required
def presence(request: HttpRequest) -> HttpResponse:
    """Change the agent's presence and go back."""
    chosen = request.POST.get("presence", "")
    if chosen not in set(Presence):
        return HttpResponseBadRequest()
    staff.set_presence(agent=_agent(request), presence=Presence(chosen), now=timezone.now())
    return _back(request)


@require_POST
@login_required
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the agent's theme and go back."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponseBadRequest()
    staff.remember(agent=_agent(request), theme=chosen or None)
    return _back(request)


@require_POST
@login_required
def layout(request: HttpRequest) -> HttpResponse:
    """Keep which panes and cards the agent has open."""
    agent = _agent(request)
    pane, card = request.POST.get("pane", ""), request.POST.get("card", "")
    if pane in _PANES:
        panes = {**agent.settings.get("panes", {}), pane: not request.POST.get("closed")}
        staff.remember(agent=agent, panes=panes)
    elif card.replace("-", "").isalnum() and len(card) <= _MOST_CARDS:
        cards = {**agent.settings.get("cards", {}), card: bool(request.POST.get("open"))}
        staff.remember(agent=agent, cards=dict(list(cards.items())[-_MOST_CARDS:]))
    else:
        return HttpResponseBadRequest()
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@login_required
def preferences_page(request: HttpRequest) -> HttpResponse:
    """Show and keep the agent's preferences."""
    agent = _agent(request)
    if request.method == "POST":
        _keep(agent, request)
        translation.activate(agent.language)
        messages.success(request, _("Kept."))
        return redirect("me:preferences")
    return render(request, "me/preferences.html", _preferences(agent))


def _keep(agent: Agent, request: HttpRequest) -> None:
    language, zone = request.POST.get("language", "").lower(), request.POST.get("time_zone", "")
    staff.edit_agent(
        agent=agent,
        actor=Actor(ActorKind.AGENT, agent.pk),
        now=timezone.now(),
        language=language if language in dict(settings.LANGUAGES) else agent.language,
        time_zone=zone if zone in zoneinfo.available_timezones() else "",
    )
    changes: dict[str, Any] = {
        name: request.POST.get(name) if request.POST.get(name) in allowed else None
        for name, allowed in (("theme", THEMES[1:]), ("density", DENSITIES[1:]))
    }
    changes["letters"] = None if request.POST.get("letters") else "off"
    changes["notices"] = {
        kind: {"bell": f"bell-{kind}" in request.POST, "mail": f"mail-{kind}" in request.POST}
        for kind in NoticeKind.values
    }
    staff.remember(agent=agent, **changes)


def _preferences(agent: Agent) -> dict[str, Any]:
    return {
        "languages": settings.LANGUAGES,
        "zones": sorted(
            (zone, zone.replace("_", " ")) for zone in zoneinfo.available_timezones() if "/" in zone or zone == "UTC"
        ),
        "letters": agent.settings.get("letters") != "off",
        "kinds": [
            (kind.value, notice_words(kind), *(wants(agent.settings, kind.value, way) for way in ("bell", "mail")))
            for kind in NoticeKind
        ],
    }


def notice_words(kind: NoticeKind) -> str:
    """Return what a kind of notice is called in the preferences."""
    return {
        NoticeKind.MENTION: _("Somebody mentions me in a note"),
        NoticeKind.ASSIGNED: _("A ticket is given to me"),
        NoticeKind.MESSAGE: _("A customer writes on my ticket"),
        NoticeKind.FAILED_SEND: _("An answer of mine could not be sent"),
        NoticeKind.QUARANTINE: _("A mail could not be understood"),
        NoticeKind.GAP: _("A mailbox holds mails that are missing here"),
        NoticeKind.MAILBOX: _("A mailbox cannot be read"),
        NoticeKind.APPROVAL: _("An order action waits for my approval"),
        NoticeKind.ORDER: _("There is news of an order action that I asked for"),
        NoticeKind.STAGE: _("A stage of a process needs me"),
        NoticeKind.DEADLINE: _("Time runs out for something of mine"),
        NoticeKind.ESCALATION: _("A promise is broken and I have to see to it"),
        NoticeKind.LATE: _("A shipment is late or lost"),
        NoticeKind.WEBHOOK: _("A webhook does not take what it is sent"),
        NoticeKind.RULE: _("A rule of the shop wants me to look at a ticket"),
    }[kind]

"""One deed on several tickets; each is checked by itself, and what was refused is said."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from balcao.kit.numbers import number_in, numbers_in
from balcao.staff.models import Agent, Team
from balcao.staff.types import Permission
from balcao.tickets.actions import changing, merging
from balcao.tickets.models import Tag, Ticket
from balcao.tickets.queries.lists import visible
from balcao.tickets.types import Status, TicketRefused
from balcao.web.components.access import for_agents
from balcao.web.desk import words
from balcao.web.desk.access import safe_address
from balcao.web.desk.frame import context

_MOST = 200
_STATUSES = {"solve": Status.SOLVED, "open": Status.OPEN, "spam": Status.SPAM, "trash": Status.TRASH}

Deed = Callable[[Ticket, Agent, datetime], None]


@require_safe
@for_agents(Permission.TICKET_BULK)
def menu(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Return what else can be done to the selected tickets."""
    return render(request, "desk/_bulk_menu.html", context(request, agent))


@require_POST
@for_agents(Permission.TICKET_BULK, Permission.TICKET_EDIT)
def bulk(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Do one thing to all selected tickets."""
    ids = numbers_in(request.POST.getlist("ticket"))[:_MOST]
    tickets = list(visible(agent).select_related("shop", "assignee", "team").filter(pk__in=ids).order_by("number"))
    name = request.POST.get("deed", "")
    if name == "merge":
        _merge(request, agent, tickets)
    else:
        deed = _deed(name)
        if deed is None:
            return HttpResponseBadRequest()
        _each(request, agent, tickets, deed)
    return redirect(safe_address(request, request.POST.get("back", ""), reverse("desk:inbox")))


def _each(request: HttpRequest, agent: Agent, tickets: list[Ticket], deed: Deed) -> None:
    done, refusals = 0, []
    for ticket in tickets:
        try:
            deed(ticket, agent, timezone.now())
            done += 1
        except TicketRefused as refused:
            refusals.append(f"{ticket.number}: {words.refusal_words(refused)}")
    if done:
        messages.success(
            request, ngettext("%(count)d ticket changed.", "%(count)d tickets changed.", done) % {"count": done}
        )
    for refusal in refusals[:3]:
        messages.error(request, refusal)


def _merge(request: HttpRequest, agent: Agent, tickets: list[Ticket]) -> None:
    if not agent.may(Permission.TICKET_MERGE) or len(tickets) < 2:  # noqa: PLR2004 - a pair at least
        messages.error(request, _("Select at least two tickets to merge."))
        return
    target, *sources = tickets
    _each(
        request,
        agent,
        sources,
        lambda ticket, who, now: _into(ticket, target, who, now),
    )


def _into(source: Ticket, target: Ticket, agent: Agent, now: datetime) -> None:
    target.refresh_from_db()
    merging.merge_tickets(source=source, target=target, agent=agent, now=now)


def _deed(name: str) -> Deed | None:
    kind, _colon, typed = name.partition(":")
    pk = number_in(typed)
    if kind in _STATUSES:
        return lambda ticket, agent, now: changing.set_status(
            ticket=ticket, status=_STATUSES[kind], agent=agent, now=now
        )
    if kind == "take":
        return lambda ticket, agent, now: changing.assign(
            ticket=ticket, assignee=agent, team=ticket.team, agent=agent, now=now
        )
    if kind == "nobody":
        return lambda ticket, agent, now: changing.assign(
            ticket=ticket, assignee=None, team=ticket.team, agent=agent, now=now
        )
    return _deed_with(kind, pk) if pk is not None else None


def _deed_with(kind: str, pk: int) -> Deed | None:
    if kind == "assign":
        chosen = Agent.objects.filter(pk=pk).first()
        return lambda ticket, agent, now: changing.assign(
            ticket=ticket, assignee=chosen, team=ticket.team, agent=agent, now=now
        )
    if kind == "team":
        team = Team.objects.filter(pk=pk).first()
        return lambda ticket, agent, now: changing.assign(ticket=ticket, assignee=None, team=team, agent=agent, now=now)
    tag = Tag.objects.filter(pk=pk).first()
    if kind == "tag" and tag:
        return lambda ticket, agent, now: changing.add_tags(ticket=ticket, tags=[tag], agent=agent, now=now)
    return None

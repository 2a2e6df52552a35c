"""The stage board: who has what by when, and forwarding by drawing a card to the next stage."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from balcao.kit.numbers import number_in
from balcao.processes.models import Blueprint, Process
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.board import Filter, board_of
from balcao.processes.queries.tracks import Track
from balcao.staff import actions as staff
from balcao.staff.models import Agent, Department
from balcao.staff.queries import colleagues
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.desk.frame import context
from balcao.web.desk.processes import boards, looking_up
from balcao.web.desk.processes.card import ProcessCard
from balcao.web.desk.processes.words import text
from balcao.web.desk.views.ways import drawn


@require_safe
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def board(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show what stands in the stages of one process."""
    now, around = timezone.now(), context(request, agent, view=None)
    offered = _offered(agent)
    blueprint = _chosen(request, agent, offered)
    departments = list(Department.objects.filter(is_active=True).order_by("name"))
    wanted = _filter(request)
    more: dict[str, Any] = {
        "blueprints": [(one.pk, text(blueprint_by_id(one.current_id).names)) for one in offered if one.current_id],
        "blueprint": blueprint,
        "departments": departments,
        "agents": list(colleagues(agent).filter(is_active=True).order_by("name", "id")),
        "wanted": wanted,
        "columns": [],
        "ways": "{}",
    }
    if blueprint and blueprint.current_id:
        shop = around["desk"].shop_id
        columns = board_of(blueprint=blueprint, agent=agent, shop_id=shop, wanted=wanted, now=now)
        roles = {row.key: row.name for row in departments if row.key}
        more["columns"] = boards.drawn(columns, roles, agent, now=now)
        more["ways"] = boards.ways_json(blueprint_by_id(blueprint.current_id))
    return render(request, "desk/board.html", {**around, **more})


def _offered(agent: Agent) -> list[Blueprint]:
    rows = Blueprint.objects.filter(Q(shop=None) | Q(shop__in=agent.shop_ids()), current__isnull=False)
    return list(rows.order_by("key", "id"))


def _chosen(request: HttpRequest, agent: Agent, offered: list[Blueprint]) -> Blueprint | None:
    """Return the process asked for, else the one looked at last, else the one begun last."""
    asked = number_in(request.GET.get("process", ""))
    kept = agent.settings.get("board")
    found = next((one for one in offered if one.pk == (asked or kept)), None)
    if found and asked and asked != kept:
        staff.remember(agent=agent, board=found.pk)
    return found or _begun_last(agent, offered)


def _begun_last(agent: Agent, offered: list[Blueprint]) -> Blueprint | None:
    """Return the process of the ticket that one was begun on last, else the first."""
    newest = Process.objects.filter(shop__in=agent.shop_ids()).order_by("-pk").values_list("blueprint", flat=True)
    last = newest.first() if offered else None
    return next((one for one in offered if one.pk == last), None) or next(iter(offered), None)


def _filter(request: HttpRequest) -> Filter:
    return Filter(
        department=number_in(request.GET.get("department", "")),
        assignee=number_in(request.GET.get("assignee", "")),
        is_late=bool(request.GET.get("late")),
    )


@require_safe
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def ways(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """List the ways out of a stage, for those who do not draw cards."""
    visit = looking_up.visit_for(agent, number, pk)
    ticket = visit.process.ticket
    card = ProcessCard(agent, ticket, Track(visit.process), now=timezone.now())
    return drawn(request, agent, ticket, "ways", process=card, next_address=request.GET.get("next", ""))

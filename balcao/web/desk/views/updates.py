"""What open pages ask for when they hear of a change: rows, counts, the new end of a timeline."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from balcao.kit.numbers import numbers_in
from balcao.processes.queries.owed import Slice, tickets_among
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Message
from balcao.tickets.queries.lists import view_filter, visible
from balcao.tickets.queries.rows import rows_by_id
from balcao.tickets.queries.timeline import timeline
from balcao.web.components.access import for_agents
from balcao.web.desk import words
from balcao.web.desk.access import ticket_for
from balcao.web.desk.frame import context
from balcao.web.desk.rows import rows_of
from balcao.web.desk.stage_lists import stages_of
from balcao.web.desk.timeline import lines_of
from balcao.web.desk.views.inbox import Chosen, chosen_view, ticket_address
from balcao.web.desk.views.ticket import ticket_context

_MOST_ROWS = 60


@require_safe
@for_agents(Permission.TICKET_READ)
def updates(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Return the rows that are shown and changed, how many new ones wait, the counts and the bell."""
    around = context(request, agent)
    desk = around["desk"]
    key = request.GET.get("view", "mine")
    chosen = chosen_view(desk, agent, key)
    changed = _ids(request, "changed")
    shown = _ids(request, "shown")
    mine = visible(agent).filter(pk__in=changed, merged_into__isnull=True)
    if chosen.owed:
        mine = mine.filter(pk__in=tickets_among(agent=agent, ticket_ids=changed))
    elif not chosen.query:
        mine = mine.filter(view_filter(chosen.view, agent=agent, team_id=chosen.team_id))
    if desk.shop_id:
        mine = mine.filter(shop_id=desk.shop_id)
    present = set(mine.values_list("pk", flat=True))
    known = list(visible(agent).filter(pk__in=set(changed) & set(shown)).values_list("pk", flat=True)[:_MOST_ROWS])
    rows = rows_of(
        rows_by_id(known, agent=agent),
        now=timezone.now(),
        address=ticket_address(key),
        many_shops=len(desk.shops) > 1,
        stages=stages_of(known, by_stage=chosen.owed is not None),
    )
    more = {
        "view": chosen,
        "rows": rows,
        "news": 0 if chosen.query or _is_narrow(chosen) else len(present - set(shown)),
    }
    return render(request, "desk/_updates.html", {**around, **more})


def _is_narrow(chosen: Chosen) -> bool:
    """Tell whether what is new in a view cannot be told from what changed alone."""
    return chosen.owed is not None and chosen.owed is not Slice.ALL


def _ids(request: HttpRequest, name: str) -> list[int]:
    return numbers_in(request.GET.get(name, "").split(","))[:200]


@require_safe
@for_agents(Permission.TICKET_READ)
def tail(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Return the header and the timeline of a ticket as they are now; what is being written is left alone."""
    ticket = ticket_for(agent, number)
    around = context(request, agent)
    more = ticket_context(request, agent, ticket, around["desk"])
    more["lines"] = lines_of(timeline(ticket=ticket), ticket=ticket, agent=agent, now=timezone.now())
    more["last_message"] = (
        Message.objects.filter(ticket=ticket).order_by("-pk").values_list("pk", flat=True).first() or 0
    )
    return render(request, "desk/_tail.html", {**around, **more, "view": None, "status_words": words.status_words})


@require_safe
@for_agents()
def keys(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Explain the keys."""
    is_part = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    return render(request, "desk/_keys.html" if is_part else "desk/page_keys.html", context(request, agent, view=None))

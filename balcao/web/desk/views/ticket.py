"""One ticket: its header, timeline, composer and customer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from balcao.journal.types import Subject, SubjectKind
from balcao.kit.numbers import number_in
from balcao.kit.prepared import Prepared
from balcao.notices import actions as notices
from balcao.pipeline import shop_hooks
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions.noting import mark_seen
from balcao.tickets.models import Message, Sight, Tag, Ticket
from balcao.tickets.queries.timeline import timeline
from balcao.tickets.queries.walking import View
from balcao.tickets.rules import due_facts_of
from balcao.tickets.types import HIDDEN, Priority, Status
from balcao.web.components.access import for_agents
from balcao.web.components.promises import due_pill
from balcao.web.desk import words
from balcao.web.desk.access import is_part, ticket_for, view_key
from balcao.web.desk.composer import composer_context
from balcao.web.desk.customer import panel_context
from balcao.web.desk.flows import flow_of
from balcao.web.desk.frame import DeskFrame, context
from balcao.web.desk.processes.card import card_of, may_begin
from balcao.web.desk.timeline import lines_of
from balcao.web.desk.views.inbox import list_context


@require_safe
@for_agents(Permission.TICKET_READ)
def ticket(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Show a ticket beside the list it was opened from."""
    found = ticket_for(agent, number)
    if agent.may(Permission.ORDER_READ):
        shop_hooks.ticket_opened(ticket=found, customer_id=found.identity.customer_id, now=timezone.now())
    return ticket_page(request, agent, found)


def ticket_page(request: HttpRequest, agent: Agent, found: Ticket, *, status: int = 200, **more: Any) -> HttpResponse:
    """Answer with the page of a ticket, or only its panes."""
    around = context(request, agent)
    panes = ticket_context(request, agent, found, around["desk"], **more)
    if is_part(request, "work"):
        view = {"view": None, "is_fragment": True}
        answer = render(request, "desk/_work.html", {**around, **view, **panes}, status=status)
        if request.method == "POST":  # what could not be done has no address of its own
            answer.headers["HX-Push-Url"] = "false"
        return answer
    key = view_key(request) or View.MINE.value
    try:
        rows = list_context(request, agent, around["desk"], key)
    except Http404:
        rows = list_context(request, agent, around["desk"], View.MINE.value)
    return render(request, "desk/desk.html", {**around, **rows, **panes}, status=status)


def ticket_context(request: HttpRequest, agent: Agent, found: Ticket, desk: DeskFrame, **more: Any) -> dict[str, Any]:
    """Return what the panes of a ticket need; looking at it is remembered."""
    now = timezone.now()
    seen_at = _look(found, agent)
    page = timeline(ticket=found)
    person = panel_context(agent, found, desk, now=now, order=number_in(request.GET.get("order", "")))
    zone, language = timezone.get_current_timezone(), translation.get_language() or "en"
    return {
        "flow": flow_of(found, person["bought"], language=language),
        "clocks_address": reverse("desk:clocks", args=[found.number]),
        "due": due_pill(due_facts_of(found), now=now, zone=zone, language=language),
        "process": card_of(agent, found, now=now),
        "can_begin": may_begin(agent, found),
        "ticket": found,
        "key": view_key(request),
        "suffix": f"?in={view_key(request)}" if view_key(request) else "",
        "lines": lines_of(page, ticket=found, agent=agent, now=now, seen_at=seen_at),
        "older": page.older,
        "last_message": max((e.pk for e in page.entries if isinstance(e, Message)), default=0),
        "tags": _TAGS(found.pk),
        "is_hidden": found.status in HIDDEN,
        "status_words": words.status_words,
        "statuses": [(status.value, words.status_words(status)) for status in _offered(found)],
        "priorities": [(priority.value, words.priority_words(priority)) for priority in Priority],
        "link_words": words.link_words(found.link_reason, found.linked_to.number)
        if found.linked_to and found.link_reason
        else "",
        "send_state_words": words.send_state_words,
        **composer_context(request, agent, found, now=now, bought=person["bought"], **more),
        **person,
    }


_TAGS = Prepared(lambda ticket: Tag.objects.filter(tickets=ticket))
_SEEN = Prepared(
    lambda ticket, agent: Sight.objects.filter(ticket_id=ticket, agent_id=agent).values_list("seen_at", flat=True)
)


def _offered(found: Ticket) -> list[Status]:
    return [status for status in (Status.OPEN, Status.WAITING, Status.SOLVED, Status.CLOSED) if status != found.status]


def _look(found: Ticket, agent: Agent) -> Any:
    """Remember the look, at most one write for what is new; reading the same again costs none."""
    now = timezone.now()
    before = _SEEN.first(found.pk, agent.pk)
    if before is None or found.changed_at > before:
        mark_seen(ticket=found, agent=agent, now=now)
        notices.read(agent=agent, now=now, subject=Subject(SubjectKind.TICKET, found.pk))
    return before


@require_safe
@for_agents(Permission.TICKET_READ)
def older(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Return the part of the timeline before a moment."""
    found = ticket_for(agent, number)
    before = parse_datetime(request.GET.get("before", ""))
    if before is None:
        raise Http404
    page = timeline(ticket=found, before=before)
    lines = lines_of(page, ticket=found, agent=agent, now=timezone.now())
    more = {"ticket": found, "lines": lines, "older": page.older, "send_state_words": words.send_state_words}
    if "HX-Request" in request.headers:
        return render(request, "desk/_timeline.html", context(request, agent, **more))
    return render(request, "desk/older.html", context(request, agent, **more, view=None))


@require_safe
@for_agents(Permission.TICKET_READ)
def panel(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Return the customer's panel of a ticket."""
    found = ticket_for(agent, number)
    around = context(request, agent)
    more = panel_context(agent, found, around["desk"], now=timezone.now())
    more |= {"ticket": found, "view": None, "suffix": "", "status_words": words.status_words}
    return render(request, "desk/_customer.html", {**around, **more})

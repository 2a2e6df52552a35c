"""What is done in a stage beside going on: taking it, waiting, tasks, agreeing, trying again; and where time went."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from balcao.deadlines.types import PauseReason
from balcao.kit.numbers import number_in
from balcao.processes.actions import effects, working
from balcao.processes.actions.moving import ProcessRefused, approve, decline
from balcao.processes.models import Forward, Visit
from balcao.processes.queries.accounts import account_of
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.permits import departments_of
from balcao.processes.queries.roles import names_by_role
from balcao.staff.models import Agent, Department
from balcao.staff.queries import agents_of_shop
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.web.components.access import for_agents
from balcao.web.desk.access import safe_address, ticket_for, wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.processes import looking_up
from balcao.web.desk.processes.accounts import account_lines
from balcao.web.desk.processes.words import refusal_words, task_words
from balcao.web.desk.views.changing import back
from balcao.web.desk.views.ways import drawn

_HOURS = 3600
_MOST_HOURS = 24 * 60
_LONGEST_REMARK = 1000


def attempt(request: HttpRequest, visit: Visit, deed: Callable[[], Any]) -> bool:
    """Do something with a process, or say why it was refused."""
    try:
        deed()
    except ProcessRefused as refused:
        roles = names_by_role()
        blueprint = blueprint_by_id(visit.process.version_id)
        for one in refused.refusals:
            messages.error(request, refusal_words(one, blueprint, roles))
        return False
    return True


# --- Whose it is ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def give(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Take a stage, give it to a colleague, or back to whoever is free."""
    visit = looking_up.visit_for(agent, number, pk)
    ticket = visit.process.ticket
    if request.method == "POST":
        to = number_in(request.POST.get("to", ""))
        chosen = next((one for one in _workers(visit) if one.pk == to), None)
        if to and chosen is None:
            raise Http404
        attempt(
            request,
            visit,
            lambda: working.give_visit(visit=visit, assignee=chosen, agent=agent, now=timezone.now()),
        )
        return back(request, ticket)
    more = {"ticket": ticket, "visit": visit, "workers": _workers(visit), "view": None}
    name = "desk/_stage_give.html" if wants_fragment(request) else "desk/page_stage_give.html"
    return render(request, name, context(request, agent, **more))


def _workers(visit: Visit) -> list[Agent]:
    """Return who may do a stage: of its department first; where it has no members, everybody of the shop."""
    agents = agents_of_shop(visit.shop_id)
    members = set(visit.department.members.values_list("pk", flat=True)) if visit.department else set()
    if visit.department and visit.department.lead_id:
        members.add(visit.department.lead_id)
    return [one for one in agents if one.pk in members] or agents


# --- Waiting ----------------------------------------------------------------------------------------------------------


@require_POST
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def pause(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Let a stage wait for somebody outside."""
    visit, reason = looking_up.visit_for(agent, number, pk), request.POST.get("reason", "")
    if reason not in set(PauseReason):
        messages.error(request, _("Say who is waited for."))
    else:
        wanted = PauseReason(reason)
        attempt(request, visit, lambda: working.pause(visit=visit, reason=wanted, agent=agent, now=timezone.now()))
    return back(request, visit.process.ticket)


@require_POST
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def resume(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Let a stage go on after a pause."""
    visit = looking_up.visit_for(agent, number, pk)
    attempt(request, visit, lambda: working.resume(visit=visit, agent=agent, now=timezone.now()))
    return back(request, visit.process.ticket)


# --- Tasks ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def task_new(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Give another department a piece of work beside the stage."""
    visit = looking_up.visit_for(agent, number, pk)
    ticket = visit.process.ticket
    departments = list(Department.objects.filter(is_active=True).order_by("name"))
    title = " ".join(request.POST.get("title", "").split())
    hours = number_in(request.POST.get("hours", "4")) or 0
    to = number_in(request.POST.get("department", ""))
    department = next((one for one in departments if one.pk == to), None)
    is_ready = bool(title and department and 0 < hours <= _MOST_HOURS)
    if request.method == "POST" and is_ready and department:
        attempt(
            request,
            visit,
            lambda: working.add_task(
                visit=visit,
                title=title,
                department=department,
                seconds=hours * _HOURS,
                is_obligatory=False,
                agent=agent,
                now=timezone.now(),
            ),
        )
        return back(request, ticket)
    more = {"visit": visit, "departments": departments, "tried": request.method == "POST"}
    return drawn(request, agent, ticket, "task_new", status=422 if request.method == "POST" else 200, **more)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def task_do(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Say that a task is done, and what came of it."""
    task = looking_up.task_for(agent, number, pk)
    ticket = task.process.ticket
    if request.method == "POST":
        result = request.POST.get("result", "")[:_LONGEST_REMARK]
        visit = Visit.objects.select_related("process").get(pk=task.visit_id)
        attempt(request, visit, lambda: working.do_task(task=task, result=result, agent=agent, now=timezone.now()))
        return back(request, ticket)
    words = task_words(blueprint_by_id(task.process.version_id), task.key, task.title)
    return drawn(request, agent, ticket, "task_do", task=task, words=words)


# --- A second pair of eyes, and steps that failed ---------------------------------------------------------------------


@require_POST
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def agree(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Be the second pair of eyes for a way that somebody asked for."""
    asked = looking_up.forward_for(agent, pk)
    if attempt(request, asked.visit, lambda: approve(asked=asked, agent=agent, now=timezone.now())):
        messages.success(request, _("Agreed: the process goes on."))
    return _after(request, asked)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def disagree(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Refuse a way that somebody asked for, and say why."""
    asked = looking_up.forward_for(agent, pk)
    if request.method == "GET":
        return drawn(request, agent, asked.visit.process.ticket, "disagree", asked=asked)
    remark = " ".join(request.POST.get("reason", "").split())[:_LONGEST_REMARK]
    if not remark:
        messages.error(request, _("Say why: who asked for it reads it on the ticket."))
    elif attempt(request, asked.visit, lambda: decline(asked=asked, agent=agent, remark=remark, now=timezone.now())):
        messages.success(request, _("Declined. The process stays where it is."))
    return _after(request, asked)


def _after(request: HttpRequest, asked: Forward) -> HttpResponse:
    if "next" in request.POST:
        return redirect(safe_address(request, request.POST["next"], reverse("desk:approvals")))
    return back(request, asked.visit.process.ticket)


@require_POST
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def again(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Have an automatic step tried again that failed."""
    ticket, effect = ticket_for(agent, number), looking_up.effect_for(agent, number, pk)
    if not _may_mend(agent, effect.visit):
        raise PermissionDenied
    if effects.retry(effect=effect, agent=agent, now=timezone.now()):
        messages.success(request, _("It is tried again."))
    return back(request, ticket)


def _may_mend(agent: Agent, visit: Visit) -> bool:
    return agent.may(Permission.TICKET_EDIT) or visit.department_id in departments_of(agent)


# --- Where time went --------------------------------------------------------------------------------------------------


@require_safe
@for_agents(Permission.TICKET_READ)
def times(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Say whose time the ticket's age was, to the second and without a gap."""
    ticket: Ticket = ticket_for(agent, number)
    account = account_of(ticket, now=timezone.now())
    roles = names_by_role()
    more = {
        "ticket": ticket,
        "view": None,
        "account": account_lines(account, roles),
        "age": timedelta(seconds=account.age),
    }
    name = "desk/_times.html" if wants_fragment(request) else "desk/page_times.html"
    return render(request, name, context(request, agent, **more))

"""Everything about processes that an address of the desk names is looked up here: seen, and allowed to be worked on."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from balcao.processes.models import Effect, Forward, Task, Visit
from balcao.processes.queries.permits import may_work_on
from balcao.staff.models import Agent, Department
from balcao.tickets.models import Ticket
from balcao.tickets.queries.ordering import orders_of_ticket
from balcao.web.desk.access import ticket_for
from balcao.web.desk.processes.forms import Around

_OF_PROCESS = ("process__order__account__backend", "process__version", "process__blueprint")


def visit_for(agent: Agent, number: int, pk: int) -> Visit:
    """Return a stay of the ticket that the agent may work on; a stranger finds none, a colleague may not."""
    ticket = ticket_for(agent, number)
    visit = Visit.objects.filter(pk=pk, process__ticket=ticket).select_related(*_OF_PROCESS, "department").first()
    if visit is None:
        raise Http404
    if not may_work_on(agent, visit, shop_id=ticket.shop_id):
        raise PermissionDenied
    visit.process.ticket = ticket
    return visit


def task_for(agent: Agent, number: int, pk: int) -> Task:
    """Return a task of the ticket that the agent may do."""
    ticket = ticket_for(agent, number)
    task = Task.objects.filter(pk=pk, process__ticket=ticket).select_related("process__version", "department").first()
    if task is None:
        raise Http404
    if not may_work_on(agent, task, shop_id=ticket.shop_id):
        raise PermissionDenied
    task.process.ticket = ticket
    return task


def forward_for(agent: Agent, pk: int) -> Forward:
    """Return a way that waits for a second pair of eyes, of a shop of the agent's."""
    rows = Forward.objects.filter(pk=pk).select_related("visit__process__ticket", "agent")
    forward = rows.first()
    if forward is None or not agent.sees_shop(forward.visit.shop_id):
        raise Http404
    return forward


def effect_for(agent: Agent, number: int, pk: int) -> Effect:
    """Return an automatic step of the ticket."""
    effect = Effect.objects.filter(pk=pk, process__ticket=ticket_for(agent, number)).select_related("visit").first()
    if effect is None:
        raise Http404
    return effect


def around(agent: Agent, ticket: Ticket, *, currency: str = "", agents: list[Agent] | None = None) -> Around:
    """Return what forms about a ticket offer to choose from."""
    known = currency or next((order.currency for order in orders_of_ticket(ticket)), "") or ticket.shop.currency
    return Around(known, list(Department.objects.filter(is_active=True).order_by("name")), agents or [])

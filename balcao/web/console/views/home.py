"""The first page, the roles and the health of the house."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from balcao.staff import rules
from balcao.staff.models import Agent
from balcao.staff.types import Permission, Role
from balcao.web.components.access import for_agents
from balcao.web.console import rail
from balcao.web.console.frame import groups_for, page
from balcao.web.console.health import findings
from balcao.web.console.words import permission_words, role_help, role_words


@require_GET
@for_agents()
def index(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Open the first page that this agent may see."""
    groups = groups_for(agent)
    if not groups or not any(agent.may(permission) for permission in rail.PERMISSIONS):
        return redirect("me:preferences")
    return page(request, agent, "index")


@require_GET
@for_agents(Permission.STAFF_EDIT)
def roles(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show what each role may do: the matrix as the code has it."""
    columns = [(role, role_words(role), role_help(role)) for role in Role]
    rows = [(permission_words(p), [(role, rules.may(role, p)) for role in Role]) for p in Permission]
    return page(request, agent, "roles", {"columns": columns, "rows": rows})


@require_GET
@for_agents(Permission.SHOP_EDIT)
def health(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show what can be checked without asking anybody over the network."""
    return page(request, agent, "health", {"findings": findings(now=timezone.now(), shop_ids=agent.shop_ids())})

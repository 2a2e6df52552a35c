"""Ways out of stages that wait for a second pair of eyes."""

from balcao.processes import models
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.permits import departments_of
from balcao.processes.types import ForwardState
from balcao.staff.models import Agent
from balcao.staff.types import Role

_MOST = 100


def asked_of(agent: Agent) -> "list[models.Forward]":
    """Return the ways on which an agent may decide or that they asked for themselves, the oldest first."""
    rows = models.Forward.objects.filter(state=ForwardState.ASKED)
    if not agent.every_shop:
        rows = rows.filter(visit__shop_id__in=agent.shop_ids())
    rows = rows.select_related(
        "agent", "visit__process__ticket", "visit__process__order", "visit__process__shop", "visit__department"
    )
    return [row for row in rows.order_by("id")[:_MOST] if _concerns(agent, row)]


def decides(agent: Agent) -> bool:
    """Tell whether an agent may be the second pair of eyes for any department."""
    return agent.role in (Role.ADMIN, Role.SUPERVISOR) or bool(departments_of(agent))


def role_of(forward: "models.Forward") -> str:
    """Return the role of the department that has to agree."""
    blueprint = blueprint_by_id(forward.visit.process.version_id)
    way = next((one for one in blueprint.transitions if one.key == forward.transition), None)
    return way.approval.role if way and way.approval else ""


def _concerns(agent: Agent, forward: "models.Forward") -> bool:
    if agent.role in (Role.ADMIN, Role.SUPERVISOR) or forward.agent_id == agent.pk:
        return True
    return role_of(forward) in {row.key for row in departments_of(agent).values()}

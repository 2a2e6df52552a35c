"""Ways out of stages that wait for a second pair of eyes."""

from balcao.kit.prepared import Prepared
from balcao.processes import models
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.permits import departments_of
from balcao.processes.types import ForwardState
from balcao.staff.models import Agent
from balcao.staff.types import Role

_MOST = 100
_FACTS = ("visit__shop", "agent", "visit__process__version", "transition")

# Built once: every page of the desk says how many there are.
_ASKED = Prepared(
    lambda: models.Forward.objects.filter(state=ForwardState.ASKED).order_by("id").values_list(*_FACTS)[:_MOST]
)


def asked_of(agent: Agent) -> "list[models.Forward]":
    """Return the ways on which an agent may decide or that they asked for themselves, the oldest first."""
    rows = models.Forward.objects.filter(state=ForwardState.ASKED)
    if not agent.every_shop:
        rows = rows.filter(visit__shop_id__in=agent.shop_ids())
    rows = rows.select_related(
        "agent", "visit__process__ticket", "visit__process__order", "visit__process__shop", "visit__department"
    )
    return [
        row
        for row in rows.order_by("id")[:_MOST]
        if _concerns(agent, row.agent_id, row.visit.process.version_id, row.transition)
    ]


def asked_count(agent: Agent) -> int:
    """Return how many they are; of what waits in all shops together, the oldest hundred count."""
    shops = agent.shop_ids()
    return sum(
        (agent.every_shop or shop in shops) and _concerns(agent, asker, version, transition)
        for shop, asker, version, transition in _ASKED()
    )


def decides(agent: Agent) -> bool:
    """Tell whether an agent may be the second pair of eyes for any department."""
    return agent.role in (Role.ADMIN, Role.SUPERVISOR) or bool(departments_of(agent))


def role_of(forward: "models.Forward") -> str:
    """Return the role of the department that has to agree."""
    return _role(forward.visit.process.version_id, forward.transition)


def _role(version: int, transition: str) -> str:
    way = next((one for one in blueprint_by_id(version).transitions if one.key == transition), None)
    return way.approval.role if way and way.approval else ""


def _concerns(agent: Agent, asker: int | None, version: int, transition: str) -> bool:
    if agent.role in (Role.ADMIN, Role.SUPERVISOR) or asker == agent.pk:
        return True
    return _role(version, transition) in {row.key for row in departments_of(agent).values()}

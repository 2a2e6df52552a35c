"""Who may work on which stage: with the right to do so, in a shop of theirs, of a department of theirs."""

from django.db.models import Q

from balcao.kit.prepared import Prepared
from balcao.processes import models
from balcao.staff.models import Agent, Department
from balcao.staff.types import Permission

_OWN = Prepared(
    lambda agent: (
        Department.objects.filter(Q(members=agent) | Q(lead_id=agent), is_active=True).distinct().order_by("pk")
    )
)


def departments_of(agent: Agent) -> dict[int, Department]:
    """Return the departments that an agent belongs to or leads, by id; read once per instance."""
    known: dict[int, Department] | None = getattr(agent, "_own_departments", None)
    if known is None:
        rows = _OWN(agent.pk)
        known = agent._own_departments = {row.pk: row for row in rows}  # type: ignore[attr-defined]  # noqa: SLF001 - beside `Agent.shop_ids`
    return known


def may_work(agent: Agent, *, shop_id: int, department_id: int | None) -> bool:
    """Tell whether an agent may do what a department owes in a shop.

    Who cares for tickets may do any stage of theirs: customer service owns the promise and speaks for those outside.
    Light agents may do what their own departments owe.
    """
    if not agent.may(Permission.STAGE_WORK) or not agent.sees_shop(shop_id):
        return False
    return agent.may(Permission.TICKET_EDIT) or department_id in departments_of(agent)


def may_work_on(agent: Agent, work: "models.Visit | models.Task", *, shop_id: int) -> bool:
    """Tell whether an agent may do this stage or task."""
    return may_work(agent, shop_id=shop_id, department_id=work.department_id)

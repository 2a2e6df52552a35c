"""The departments that a new installation begins with: one for each role of the default blueprints."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import override

from balcao.journal.types import SYSTEM, Actor
from balcao.processes.queries.roles import ROLE_NAMES, roles_without_department
from balcao.processes.types import Department as Role
from balcao.staff.actions import create_department, edit_department
from balcao.staff.models import Department

_LONGEST = 80


@transaction.atomic
def bring_departments(*, language: str, now: datetime, actor: Actor = SYSTEM) -> list[Department]:
    """Bring in a department, named in a language, for each default role that has none; return them.

    One that is called so already takes the role, if it plays none; one out of use stays so.
    """
    with override(language.lower()):
        return [_bring(role, str(ROLE_NAMES[role]), actor, now) for role in roles_without_department()]


def _bring(role: Role, name: str, actor: Actor, now: datetime) -> Department:
    found = Department.objects.filter(name__iexact=name).first()
    if found is None:
        return create_department(name=name, members=[], key=role.value, actor=actor, now=now)
    if found.key:
        return create_department(name=f"{name} ({role})"[:_LONGEST], members=[], key=role.value, actor=actor, now=now)
    return edit_department(
        department=found,
        name=found.name,
        members=list(found.members.all()),
        is_active=found.is_active,
        key=role.value,
        lead=found.lead,
        actor=actor,
        now=now,
    )

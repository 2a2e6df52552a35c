"""Telling agents of stages: leads of what arrives, whoever is given something, who has to agree, who was refused.

It is kept calm: that a stage has arrived is a count beside the views of its department; the bell is for its lead alone.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from balcao.journal.models import Entry
from balcao.journal.types import ActorKind, Subject, SubjectKind
from balcao.notices.actions import tell
from balcao.notices.models import NoticeKind
from balcao.processes.models import Visit
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role


def _tell_lead(entry: Entry, now: datetime) -> None:
    """Tell who leads the department at which a stage arrived, if it is there still."""
    lead = _lead(entry.facts.get("department"))
    if lead and Visit.objects.filter(pk=entry.facts["visit"], left_at=None).exists():
        _tell(entry, [lead], "arrived", now)


def _tell_given(entry: Entry, now: datetime) -> None:
    _tell(entry, Agent.objects.filter(pk=entry.facts["after"] or 0), "given", now)


def _tell_of_task(entry: Entry, now: datetime) -> None:
    lead = _lead(entry.facts.get("owner"))
    _tell(entry, [lead] if lead else [], "task", now)


def _tell_deciders(entry: Entry, now: datetime) -> None:
    """Tell the members and the lead of the department that has to agree; where it has none, the supervisors."""
    role = entry.facts["role"]
    theirs = Agent.objects.filter(Q(departments__key=role) | Q(leads__key=role), is_active=True).distinct()
    deciders = [agent for agent in theirs if agent.sees_shop(entry.shop_id)]
    _tell(entry, deciders or _supervisors(entry.shop_id), "asked", now)


def _tell_asker(entry: Entry, now: datetime) -> None:
    _tell(entry, Agent.objects.filter(pk=entry.facts["asker"] or 0), "declined", now)


def _supervisors(shop_id: int) -> list[Agent]:
    rows = Agent.objects.filter(role=Role.SUPERVISOR, is_active=True)
    return [agent for agent in rows if agent.sees_shop(shop_id)]


def _lead(department: int | None) -> Agent | None:
    row = Department.objects.filter(pk=department or 0).select_related("lead").first()
    return row.lead if row else None


def _tell(entry: Entry, agents: Iterable[Agent], why: str, now: datetime) -> None:
    """Tell those who did not do it themselves and work for the shop; of one ticket the newest is enough."""
    doer = entry.actor_id if entry.actor_kind == ActorKind.AGENT else 0
    others = [agent for agent in agents if agent.pk != doer and agent.sees_shop(entry.shop_id)]
    if others:
        tell(
            agents=others,
            kind=NoticeKind.STAGE,
            subject=Subject(SubjectKind.TICKET, entry.facts["ticket"]),
            facts=_facts(entry, doer) | {"why": why},
            now=now,
            shop_id=entry.shop_id,
            keeps_newest=True,
        )


def _facts(entry: Entry, doer: int) -> dict[str, Any]:
    kept = {name: entry.facts[name] for name in ("number", "version", "stage", "way", "key") if name in entry.facts}
    who = Agent.objects.filter(pk=doer).values_list("name", flat=True).first() if doer else ""
    return kept | {"who": who or ""}


TELLERS: dict[str, Callable[[Entry, datetime], None]] = {
    "process.stage.entered": _tell_lead,
    "process.stage.given": _tell_given,
    "process.task.given": _tell_of_task,
    "process.forward.asked": _tell_deciders,
    "process.forward.declined": _tell_asker,
}

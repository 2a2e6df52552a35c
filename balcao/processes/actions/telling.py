"""The journal entries of processes: each names the ticket, its process and the visit it is about."""

from datetime import datetime
from typing import Any

from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.processes.models import Process, Visit
from balcao.staff.models import Agent


def actor_of(agent: Agent | None) -> Actor:
    """Return an agent as the journal knows them; None: it happened by itself."""
    return Actor(ActorKind.AGENT, agent.pk) if agent else SYSTEM


def tell(
    name: str,
    process: Process,
    visit: Visit | None,
    *,
    actor: Actor,
    now: datetime,
    personal: dict[str, Any] | None = None,
    **facts: Any,
) -> None:
    """Write down one fact about a process."""
    about = [Subject(SubjectKind.TICKET, process.ticket_id)]
    if process.order_id:
        about.append(Subject(SubjectKind.ORDER, process.order_id))
    where = {"visit": visit.pk, "stage": visit.stage, "department": visit.department_id} if visit else {}
    record(
        name=name,
        at=now,
        actor=actor,
        about=about,
        shop_id=process.shop_id,
        facts={
            "ticket": process.ticket_id,
            "number": process.ticket.number,
            "process": process.pk,
            "blueprint": process.blueprint_id,
            "version": process.version_id,
            **where,
            **facts,
        },
        personal=personal,
    )

"""What the journal hears of returns."""

from datetime import datetime
from typing import Any

from balcao.customers.models import Identity
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.returns.models import Return
from balcao.staff.models import Agent


def actor_of(agent: Agent | None, identity: Identity | None = None) -> Actor:
    """Return who did something as the journal knows them: an agent, the customer, or nobody."""
    if agent:
        return Actor(ActorKind.AGENT, agent.pk)
    return Actor(ActorKind.CUSTOMER, identity.customer_id) if identity else SYSTEM


def tell(
    what: str, row: Return, *, actor: Actor, now: datetime, personal: dict[str, Any] | None = None, **facts: Any
) -> None:
    """Leave the one entry of a deed."""
    record(
        name=f"return.{what}",
        at=now,
        actor=actor,
        about=[Subject(SubjectKind.TICKET, row.process.ticket_id), Subject(SubjectKind.ORDER, row.order_id)],
        shop_id=row.shop_id,
        facts={
            "return": row.pk,
            "number": row.number,
            "process": row.process_id,
            "ticket": row.process.ticket_id,
            **facts,
        },
        personal=personal,
    )

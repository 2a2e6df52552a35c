"""How customers' entries in the journal name people."""

from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.staff.models import Agent


def by(agent: Agent | None) -> Actor:
    """Return the actor: an agent, or the system where nobody asked."""
    return Actor(ActorKind.AGENT, agent.pk) if agent else SYSTEM


def about(*customer_ids: int) -> list[Subject]:
    """Return the customers an entry is about, each once."""
    return [Subject(SubjectKind.CUSTOMER, customer) for customer in dict.fromkeys(customer_ids)]

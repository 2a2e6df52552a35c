"""Saying what a ticket is about and what it takes, and keeping what lists show of its promises."""

from datetime import datetime
from typing import Any

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.staff.models import Agent
from balcao.tickets.actions.holding import take_hold
from balcao.tickets.actions.promising import set_due_facts_of
from balcao.tickets.actions.tallies import recounted
from balcao.tickets.models import Ticket, Topic
from balcao.tickets.types import DueFacts, Kind, Refusal, TicketRefused


@transaction.atomic
def set_topic(
    *, ticket: Ticket, topic: Topic | None, agent: Agent | None, now: datetime, customer_id: int | None = None
) -> None:
    """Say why the customer wrote (None: take it back); it is of the topic's kind then unless an agent said another.

    `customer_id` when the customer chose it themselves.
    """
    _check(ticket)
    if ticket.topic_id == (topic.pk if topic else None):
        return
    if topic and (not topic.is_active or topic.shop_id not in (None, ticket.shop_id)):
        raise TicketRefused(Refusal.NOT_FOR_SHOP)
    before, ticket.topic = ticket.topic_id, topic
    ticket.save(update_fields=["topic"])
    facts = {"before": before, "after": ticket.topic_id, "key": topic.key if topic else ""}
    by = Actor(ActorKind.CUSTOMER, customer_id) if customer_id else _actor_of(agent)
    _announce("ticket.topic.changed", ticket, by, now=now, facts=facts)
    if not ticket.is_kind_chosen:
        _say_kind(ticket, topic.kind if topic else "", by, now)


@transaction.atomic
def set_kind(*, ticket: Ticket, kind: Kind | None, agent: Agent | None, now: datetime) -> None:
    """Say what a ticket takes. What an agent says stays; None leaves it to the topic again."""
    _check(ticket)
    if agent is None and ticket.is_kind_chosen:
        return
    of_topic = ticket.topic.kind if ticket.topic else ""
    _say_kind(ticket, kind or of_topic, _actor_of(agent), now, is_chosen=agent is not None and kind is not None)


@transaction.atomic
def set_due_facts(*, ticket: Ticket, facts: DueFacts) -> bool:
    """Keep what lists show of a ticket's clocks; return whether anything changed.

    For the follower that owns the clocks alone: a copy of what they say, so it leaves no journal entry.
    """
    take_hold(ticket)
    return bool(set_due_facts_of(tickets=[ticket], facts={ticket.pk: facts}))


def _check(ticket: Ticket) -> None:
    take_hold(ticket)
    if ticket.merged_into_id:
        raise TicketRefused(Refusal.MERGED)


def _actor_of(agent: Agent | None) -> Actor:
    return Actor(ActorKind.AGENT, agent.pk) if agent else SYSTEM


def _say_kind(ticket: Ticket, kind: str, by: Actor, now: datetime, *, is_chosen: bool = False) -> None:
    if (ticket.kind, ticket.is_kind_chosen) == (kind, is_chosen):
        return
    facts = {"before": ticket.kind, "after": str(kind), "is_chosen": is_chosen}
    with recounted(ticket):
        ticket.kind, ticket.is_kind_chosen = kind, is_chosen
    ticket.save(update_fields=["kind", "is_kind_chosen"])
    _announce("ticket.kind.changed", ticket, by, now=now, facts=facts)


def _announce(name: str, ticket: Ticket, by: Actor, *, now: datetime, facts: dict[str, Any]) -> None:
    record(
        name=name,
        at=now,
        actor=by,
        about=[Subject(SubjectKind.TICKET, ticket.pk)],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, **facts},
    )

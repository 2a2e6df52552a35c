"""Tickets by their facts and the people around them, for programs: walks along indexes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from balcao.customers.models import Customer, Identity
from balcao.staff.models import Agent
from balcao.tickets.models import Tag, Ticket
from balcao.tickets.queries.lists import keys_of
from balcao.tickets.queries.walking import Key, Leg, Order, Place, leg_rows
from balcao.tickets.types import Kind, Priority, Status


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets are asked for: everything given must hold."""

    statuses: Collection[Status] = ()
    priorities: Collection[Priority] = ()
    kinds: Collection[Kind] = ()
    topic_ids: Collection[int] | None = None  # any of them; None: whatever they are about
    shop_id: int | None = None
    assignee_id: int | None = None
    is_unassigned: bool = False
    team_id: int | None = None
    customer_id: int | None = None
    tag: str = ""
    changed_from: datetime | None = None
    changed_before: datetime | None = None
    due_before: datetime | None = None
    is_breached: bool | None = None
    is_at_risk: bool | None = None
    is_paused: bool | None = None


def filtered_tickets(
    *, agent: Agent, wanted: Wanted, after: Key | None, limit: int, order: Order = Order.NEWEST
) -> tuple[list[Ticket], Key | None]:
    """Return tickets this agent may see and where the next page begins, in three queries for each leg of the order."""
    asked = _filter(wanted) & (Q() if agent.every_shop else Q(shop_id__in=agent.shop_ids()))

    def walk(leg: Leg, place: Place | None) -> Iterable[Place]:
        return leg_rows(asked, leg, after=place, limit=limit + 1)

    found = list(islice(keys_of(walk, view=None, order=order, after=after), limit + 1))
    return with_people([key.id for key in found[:limit]]), found[limit - 1] if len(found) > limit else None


def with_people(ids: list[int]) -> list[Ticket]:
    """Return these tickets in this order, each with what a program is told of it."""
    rows = Ticket.objects.filter(pk__in=ids).select_related("identity__customer", "merged_into", "linked_to")
    found = {ticket.pk: ticket for ticket in rows.prefetch_related("tags")}
    return [found[pk] for pk in ids if pk in found]


def _filter(wanted: Wanted) -> Q:
    asked = _any_of(wanted)
    for field in ("shop_id", "assignee_id", "team_id"):
        if (value := getattr(wanted, field)) is not None:
            asked &= Q(**{field: value})
    if wanted.is_unassigned:
        asked &= Q(assignee__isnull=True)
    if wanted.customer_id is not None:
        asked &= Q(identity__customer__identities__home_id=wanted.customer_id)
    if wanted.tag:
        tagged = Ticket.tags.through.objects.filter(tag__in=Tag.objects.filter(name__iexact=wanted.tag))
        asked &= Q(pk__in=tagged.values("ticket_id"))
    if wanted.changed_from:
        asked &= Q(changed_at__gte=wanted.changed_from)
    if wanted.changed_before:
        asked &= Q(changed_at__lt=wanted.changed_before)
    return asked & _promises(wanted)


def _any_of(wanted: Wanted) -> Q:
    words = {"status": wanted.statuses, "priority": wanted.priorities, "kind": wanted.kinds}
    asked = Q() if wanted.topic_ids is None else Q(topic_id__in=wanted.topic_ids)
    for field, values in words.items():
        if values:
            asked &= Q(**{f"{field}__in": values})
    return asked


def _promises(wanted: Wanted) -> Q:
    asked = Q()
    if wanted.due_before:
        asked &= Q(due_at__lt=wanted.due_before)
    if wanted.is_breached is not None:
        asked &= Q(breached_at__isnull=not wanted.is_breached)
    if wanted.is_at_risk is not None:
        asked &= Q(is_at_risk=wanted.is_at_risk)
    if wanted.is_paused is not None:
        asked &= ~Q(paused_for="") if wanted.is_paused else Q(paused_for="")
    return asked


def visible_customers(agent: Agent) -> "QuerySet[Customer]":
    """Return the customers an agent may see, those who were merged into others left out.

    One company, shared customers: who works for every shop sees all; others see those who wrote to their shops, or to
    none yet.
    """
    rows = Customer.objects.filter(Exists(Identity.objects.filter(home=OuterRef("pk"), customer=F("home"))))
    if agent.every_shop:
        return rows
    theirs = Ticket.objects.filter(identity__customer=OuterRef("pk"))
    return rows.filter(Exists(theirs.filter(shop_id__in=agent.shop_ids())) | ~Exists(theirs))

"""Tickets by their facts and the people around them, for programs: indexed walks by (changed_at, id)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from balcao.customers.models import Customer, Identity
from balcao.staff.models import Agent
from balcao.tickets.models import Tag, Ticket
from balcao.tickets.queries.lists import Key, visible
from balcao.tickets.types import Priority, Status


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets are asked for: everything given must hold."""

    statuses: Collection[Status] = ()
    priorities: Collection[Priority] = ()
    shop_id: int | None = None
    assignee_id: int | None = None
    is_unassigned: bool = False
    team_id: int | None = None
    customer_id: int | None = None
    tag: str = ""
    changed_from: datetime | None = None
    changed_before: datetime | None = None


def filtered_tickets(*, agent: Agent, wanted: Wanted, after: Key | None, limit: int) -> tuple[list[Ticket], Key | None]:
    """Return tickets this agent may see, last changed first, and where the next page begins, in three queries."""
    rows = visible(agent).filter(_filter(wanted), merged_into__isnull=True)
    if after:
        beyond = Q(changed_at__lt=after.changed_at) | Q(id__lt=after.id)
        rows = rows.filter(beyond, changed_at__lte=after.changed_at)
    places = list(rows.order_by("-changed_at", "-id").values_list("id", "changed_at")[: limit + 1])
    following = Key(places[limit - 1][1], places[limit - 1][0]) if len(places) > limit else None
    return with_people([pk for pk, _ in places[:limit]]), following


def with_people(ids: list[int]) -> list[Ticket]:
    """Return these tickets in this order, each with what a program is told of it."""
    rows = Ticket.objects.filter(pk__in=ids).select_related("identity__customer", "merged_into", "linked_to")
    found = {ticket.pk: ticket for ticket in rows.prefetch_related("tags")}
    return [found[pk] for pk in ids if pk in found]


def _filter(wanted: Wanted) -> Q:
    asked = Q()
    if wanted.statuses:
        asked &= Q(status__in=wanted.statuses)
    if wanted.priorities:
        asked &= Q(priority__in=wanted.priorities)
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

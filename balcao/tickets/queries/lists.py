"""Lists of tickets: indexed walks by (changed_at, id), never a count, never a query per row."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import cast

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from balcao.commerce.models import Backend
from balcao.kit.prepared import Prepared
from balcao.staff.models import Agent
from balcao.tickets.models import Draft, Note, Sight, Tag, Tally, TallyChange, Ticket
from balcao.tickets.types import Queue

PAGE = 50
_MOST_OF_CUSTOMER = 20


class View(StrEnum):
    """The views that every agent has."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OURS = "ours"  # everything that is the shop's turn
    WAITING = "waiting"
    SNOOZED = "snoozed"
    MENTIONS = "mentions"
    SOLVED = "solved"
    CLOSED = "closed"
    SPAM = "spam"
    TRASH = "trash"
    TEAM = "team"  # with a team's id


class Order(StrEnum):
    """How a list is sorted, by the time of the last change."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page of a list ends: the place of its last row."""

    changed_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list and where the next page begins (None: this was the last)."""

    tickets: list[Ticket]
    next_key: Key | None


def visible(agent: Agent) -> "QuerySet[Ticket]":
    """Return the tickets that an agent may see at all."""
    return Ticket.objects.all() if agent.every_shop else Ticket.objects.filter(shop_id__in=agent.shop_ids())


_OF_NUMBER = Prepared(
    lambda number: (
        Ticket.objects.filter(number=number)
        .select_related("shop", "identity__customer", "assignee", "team", "merged_into", "linked_to")
        .annotate(shop_sells=Exists(Backend.objects.filter(shop=OuterRef("shop"), is_active=True)))
    )
)


def of_number(*, agent: Agent, number: int) -> Ticket | None:
    """Return the ticket with this number if the agent may see it; `shop_sells` tells whether products can be found."""
    ticket = _OF_NUMBER.first(number)
    return ticket if ticket and agent.sees_shop(ticket.shop_id) else None


def view_filter(view: View, *, agent: Agent, team_id: int | None = None) -> Q:
    """Return what belongs to a view, for this agent."""
    if view == View.MINE:
        return Q(assignee=agent, queue=Queue.OURS)
    if view == View.UNASSIGNED:
        return Q(assignee__isnull=True, queue=Queue.OURS)
    if view == View.TEAM:
        return Q(team_id=team_id, queue=Queue.OURS)
    if view == View.MENTIONS:
        # As a set, not a join: a ticket once, however often it names the agent.
        named = Note.mentions.through.objects.filter(agent=agent)
        return Q(pk__in=named.values("note__ticket_id"))
    return Q(queue=Queue(view.value))


def ticket_page(
    *,
    agent: Agent,
    view: View,
    shop_id: int | None = None,
    team_id: int | None = None,
    order: Order = Order.NEWEST,
    after: Key | None = None,
    limit: int = PAGE,
) -> Page:
    """Return one page of a view with everything its rows show, in a fixed number of queries.

    With several but not all shops, each shop's index is walked by itself and the walks are merged.
    """
    wanted = view_filter(view, agent=agent, team_id=team_id) & Q(merged_into__isnull=True)
    shops = shops_to_walk(agent=agent, shop_id=shop_id)
    if shop_id and not agent.sees_shop(shop_id):
        return Page([], None)
    walks = [_walk(wanted, shop=shop, order=order, after=after, limit=limit + 1) for shop in shops]
    merged = heapq.merge(*walks, key=lambda t: (t.changed_at, t.pk), reverse=order == Order.NEWEST)
    found = list(islice(merged, limit + 1))
    return page_of(found, agent=agent, limit=limit)


def shops_to_walk(*, agent: Agent, shop_id: int | None) -> "Iterable[int | None]":
    """Return the shops whose indexes a list walks, None for one index over all of them."""
    if shop_id:
        return [shop_id]
    return [None] if agent.every_shop else sorted(agent.shop_ids())


def page_of(found: list[Ticket], *, agent: Agent, limit: int) -> Page:
    """Make a page of up to `limit + 1` rows, adding what rows show beside the ticket itself."""
    more = len(found) > limit
    rows = _with_facts([ticket.pk for ticket in found[:limit]], agent=agent)
    last = found[limit - 1] if more else None
    return Page(rows, Key(last.changed_at, last.pk) if last else None)


def _walk(wanted: Q, *, shop: int | None, order: Order, after: Key | None, limit: int) -> list[Ticket]:
    rows = Ticket.objects.filter(wanted).only("id", "changed_at")
    if shop:
        rows = rows.filter(shop_id=shop)
    if after:
        rows = rows.filter(beyond(after, order))
    sign = "-" if order == Order.NEWEST else ""
    return list(rows.order_by(f"{sign}changed_at", f"{sign}id")[:limit])


def beyond(key: Key, order: Order) -> Q:
    """Return what stands after a place in a list."""
    if order == Order.NEWEST:
        return Q(changed_at__lte=key.changed_at) & (Q(changed_at__lt=key.changed_at) | Q(id__lt=key.id))
    return Q(changed_at__gte=key.changed_at) & (Q(changed_at__gt=key.changed_at) | Q(id__gt=key.id))


def _with_facts(ids: list[int], *, agent: Agent) -> list[Ticket]:
    """Return these tickets in this order, each with `is_unread`, its people and its tags."""
    seen = Sight.objects.filter(agent=agent, ticket=OuterRef("pk"), seen_at__gte=OuterRef("customer_wrote_at"))
    rows = (
        Ticket.objects.filter(pk__in=ids)
        .select_related("identity__customer", "assignee", "shop")
        .annotate(is_seen=Exists(seen))
        .prefetch_related(
            # Into plain lists: a related manager per row would cost more than the queries themselves.
            Prefetch("tags", Tag.objects.all(), to_attr="row_tags"),
            Prefetch("drafts", Draft.objects.exclude(agent=agent).select_related("agent"), to_attr="row_drafts"),
        )
    )
    found = {ticket.pk: ticket for ticket in rows}
    return [found[pk] for pk in ids if pk in found]


def tags_of(ticket: Ticket) -> list[Tag]:
    """Return a ticket's tags; for rows of a `Page` they are there already."""
    brought = cast("list[Tag] | None", getattr(ticket, "row_tags", None))
    return list(ticket.tags.all()) if brought is None else brought


def drafts_of_row(ticket: Ticket) -> list[Draft]:
    """Return what others are writing on a row's ticket (for rows of a `Page`)."""
    return cast("list[Draft]", getattr(ticket, "row_drafts", []))


def is_unread(ticket: Ticket) -> bool:
    """Tell whether the customer wrote since this agent looked (for rows of a `Page`)."""
    return ticket.customer_wrote_at is not None and not cast("bool", getattr(ticket, "is_seen", True))


_TALLIES = Prepared(
    lambda shops: Tally.objects.filter(shop_id__in=shops).values_list("key").annotate(total=Sum("count"))
)
_CHANGES = Prepared(
    lambda shops: TallyChange.objects.filter(shop_id__in=shops).values_list("key").annotate(total=Sum("change"))
)


def counts(*, agent: Agent, shop_id: int | None = None) -> dict[str, int]:
    """Return the kept counts of this agent's views, by tally key, in two queries."""
    shops = sorted(frozenset([shop_id]) & agent.shop_ids() if shop_id else agent.shop_ids())
    sums: dict[str, int] = {}
    for rows in (_TALLIES, _CHANGES) if shops else ():
        for key, total in rows(shops):
            sums[key] = sums.get(key, 0) + total
    return {key: max(total, 0) for key, total in sums.items()}


def count_key(view: View, *, agent: Agent, team_id: int | None = None) -> str | None:
    """Return the tally key of a view; None for views that are not counted."""
    if view == View.MINE:
        return f"agent:{agent.pk}"
    if view == View.TEAM:
        return f"team:{team_id}"
    return None if view in (View.MENTIONS, View.SOLVED, View.CLOSED) else view.value


_OF_CUSTOMER = Prepared(
    lambda customer: (
        Ticket.objects.filter(identity__customer_id=customer, merged_into__isnull=True)
        .select_related("assignee")
        .order_by(F("id").desc())[:_MOST_OF_CUSTOMER]
    )
)


def tickets_of_customer(*, customer_id: int, agent: Agent, limit: int = 20) -> list[Ticket]:
    """Return a customer's newest tickets, over all their identities, that this agent may see."""
    if agent.every_shop and limit <= _MOST_OF_CUSTOMER:
        return _OF_CUSTOMER(customer_id)[:limit]
    rows = visible(agent).filter(identity__customer_id=customer_id, merged_into__isnull=True)
    return list(rows.select_related("assignee").order_by(F("id").desc())[:limit])

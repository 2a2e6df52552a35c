"""Lists of tickets: walks along indexes, never a count, never a query per row."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from balcao.commerce.models import Backend
from balcao.kit.prepared import Prepared
from balcao.staff.models import Agent
from balcao.tickets.models import Draft, Sight, Tag, Tally, TallyChange, Ticket
from balcao.tickets.queries.counts import added_up
from balcao.tickets.queries.walking import (
    Key,
    Leg,
    Order,
    Place,
    View,
    filter_of,
    is_owned,
    leg_rows,
    legs_of,
    order_for,
)

PAGE = 50
_MOST_OF_CUSTOMER = 20


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
        .select_related("shop", "identity__customer", "assignee", "team", "merged_into", "linked_to", "topic__parent")
        .annotate(shop_sells=Exists(Backend.objects.filter(shop=OuterRef("shop"), is_active=True)))
    )
)


def of_number(*, agent: Agent, number: int) -> Ticket | None:
    """Return the ticket with this number if the agent may see it; `shop_sells` tells whether products can be found."""
    ticket = _OF_NUMBER.first(number)
    return ticket if ticket and agent.sees_shop(ticket.shop_id) else None


def view_filter(view: View, *, agent: Agent, team_id: int | None = None) -> Q:
    """Return what belongs to a view, for this agent."""
    return filter_of(view, whose=whose_view(view, agent=agent, team_id=team_id))


def whose_view(view: View, *, agent: Agent, team_id: int | None) -> int:
    """Return the id that a view depends on, 0 for none."""
    if not is_owned(view):
        return 0
    return (team_id or 0) if view == View.TEAM else agent.pk


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
    """Return one page of a view with everything its rows show, in a fixed number of queries."""
    if shop_id and not agent.sees_shop(shop_id):
        return Page([], None)
    wanted = view_filter(view, agent=agent, team_id=team_id)
    shops = list(shops_to_walk(agent=agent, shop_id=shop_id))

    def walk(leg: Leg, place: Place | None) -> Iterable[Place]:
        for_shops = [wanted & Q(shop_id=shop) if shop else wanted for shop in shops]
        walks = [leg_rows(one, leg, after=place, limit=limit + 1) for one in for_shops]
        return heapq.merge(*walks, reverse=leg.goes_down)

    found = list(islice(keys_of(walk, view=view, order=order, after=after), limit + 1))
    rows = _with_facts([key.id for key in found[:limit]], agent=agent)
    return Page(rows, found[limit - 1] if len(found) > limit else None)


def keys_of(
    walk: Callable[[Leg, Place | None], Iterable[Place]], *, view: View | None, order: Order, after: Key | None
) -> Iterator[Key]:
    """Walk a list leg by leg, each only when the one before it is at its end."""
    legs = legs_of(view, order_for(view, order) if view else order)
    first = after.leg if after else 0
    for number, leg in enumerate(legs[first:], first):
        place = (after.at, after.id) if after and number == first else None
        for at, pk in walk(leg, place):
            yield Key(at, pk, number)


def shops_to_walk(*, agent: Agent, shop_id: int | None) -> "Iterable[int | None]":
    """Return the shops whose indexes a list walks, None for one index over all of them."""
    if shop_id:
        return [shop_id]
    return [None] if agent.every_shop else sorted(agent.shop_ids())


def page_of(ids: list[int], *, agent: Agent) -> Page:
    """Return these tickets in this order, with what rows show beside the ticket itself."""
    return Page(_with_facts(ids, agent=agent), None)


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


_OF_BOARDS = "stage:"  # counts that no view of tickets shows
_TALLIES = Prepared(
    lambda shops: (
        Tally.objects.filter(shop_id__in=shops)
        .exclude(key__startswith=_OF_BOARDS)
        .values_list("key")
        .annotate(total=Sum("count"))
    )
)
_CHANGES = Prepared(
    lambda shops: TallyChange.objects.filter(shop_id__in=shops).values_list("key").annotate(total=Sum("change"))
)


def counts(*, agent: Agent, shop_id: int | None = None) -> dict[str, int]:
    """Return the kept counts of this agent's views, by tally key, in two queries."""
    shops = sorted(frozenset([shop_id]) & agent.shop_ids() if shop_id else agent.shop_ids())
    return added_up(_TALLIES(shops), _CHANGES(shops)) if shops else {}


def count_key(view: View, *, agent: Agent, team_id: int | None = None) -> str | None:
    """Return the tally key of a view; None for views that are not counted."""
    if view == View.MINE:
        return f"agent:{agent.pk}"
    if view == View.TEAM:
        return f"team:{team_id}"
    if view in _TALLIED_AS:
        return _TALLIED_AS[view]
    return None if view in (View.MENTIONS, View.SOLVED, View.CLOSED) else view.value


_TALLIED_AS = {
    View.QUICK: "kind:quick",
    View.ACTION: "kind:action",
    View.FORWARDED: "kind:forwarded",
    View.SOON: "due_soon",
    View.RISK: "at_risk",
}


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

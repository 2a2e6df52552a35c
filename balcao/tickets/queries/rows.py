"""What list rows show, read as plain values: fifty rows as model instances would cost several times as much."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, product, starmap
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.kit.prepared import Prepared
from balcao.staff.models import Agent
from balcao.tickets.models import Draft, Sight, Ticket
from balcao.tickets.queries.lists import (
    PAGE,
    Key,
    Order,
    View,
    beyond,
    shops_to_walk,
    view_filter,
)
from balcao.tickets.types import Queue

_COLUMNS = (
    "id",
    "number",
    "subject",
    "status",
    "priority",
    "changed_at",
    "customer_wrote_at",
    "snoozed_until",
    "remind_at",
    "last_words",
    "last_direction",
    "channel_kinds",
    "has_failed_send",
    "identity__customer__name",
    "identity__name",
    "identity__value",
    "assignee__name",
    "shop__name",
)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One ticket as a list shows it; equal rows look the same."""

    id: int
    number: int
    subject: str
    status: str
    priority: str
    changed_at: datetime
    snoozed_until: datetime | None
    remind_at: datetime | None
    last_words: str
    last_direction: str
    channel_kinds: tuple[str, ...]
    has_failed_send: bool
    name: str
    assignee: str
    shop: str
    is_unread: bool
    tags: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()  # who else has begun to write


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows of a list and where the next page begins (None: this was the last)."""

    rows: list[ListRow]
    next_key: Key | None


@dataclass(frozen=True, slots=True)
class _Walk:
    """A kind of walk through a list: which view, in one shop or over all, in which order, from its beginning or not."""

    view: View
    by_shop: bool
    order: Order
    goes_on: bool

    def prepared(self) -> Prepared[tuple[datetime, int]]:
        """Return the walk as a query of the values that `_values_of` gives."""
        return Prepared(self._rows)

    def _rows(self, *values: Any) -> "QuerySet[Ticket, tuple[datetime, int]]":
        given = iter(values)
        wanted = Q(shop_id=next(given)) if self.by_shop else Q()
        if self.view in _WHOSE:
            wanted &= Q(**{_WHOSE[self.view]: next(given)})
        if self.view == View.UNASSIGNED:
            wanted &= Q(assignee__isnull=True)
        wanted &= Q(queue=next(given), merged_into__isnull=True)
        if self.goes_on:
            wanted &= beyond(Key(next(given), next(given)), self.order)
        sign = "-" if self.order == Order.NEWEST else ""
        rows = Ticket.objects.filter(wanted).order_by(f"{sign}changed_at", f"{sign}id")
        return rows.values_list("changed_at", "id")[: PAGE + 1]


_WHOSE = {View.MINE: "assignee_id", View.TEAM: "team_id"}
_WALKS = {
    walk: walk.prepared()
    for walk in starmap(
        _Walk, product([view for view in View if view != View.MENTIONS], (False, True), Order, (False, True))
    )
}


def _values_of(
    view: View, *, agent: Agent, shop: int | None, team_id: int | None, after: Key | None
) -> list[int | str | datetime]:
    whose = [agent.pk] if view == View.MINE else [team_id or 0] if view == View.TEAM else []
    queue = Queue.OURS if view in (View.MINE, View.TEAM, View.UNASSIGNED) else Queue(view.value)
    place: tuple[datetime | int, ...] = (after.changed_at, after.id) if after else ()
    return [*([shop] if shop else []), *whose, queue.value, *place]


def row_page(
    *,
    agent: Agent,
    view: View,
    shop_id: int | None = None,
    team_id: int | None = None,
    order: Order = Order.NEWEST,
    after: Key | None = None,
    limit: int = PAGE,
) -> RowPage:
    """Return one page of a view, as `lists.ticket_page` does, with what its rows show."""
    if shop_id and not agent.sees_shop(shop_id):
        return RowPage([], None)
    wanted = view_filter(view, agent=agent, team_id=team_id) & Q(merged_into__isnull=True)
    shops = shops_to_walk(agent=agent, shop_id=shop_id)
    if limit == PAGE and view != View.MENTIONS:
        walks = [_prepared(view, agent=agent, shop=shop, team_id=team_id, order=order, after=after) for shop in shops]
    else:
        walks = [_walk(wanted, shop=shop, order=order, after=after, limit=limit + 1) for shop in shops]
    found = list(islice(heapq.merge(*walks, reverse=order == Order.NEWEST), limit + 1))
    rows = rows_by_id([pk for _, pk in found[:limit]], agent=agent)
    return RowPage(rows, Key(*found[limit - 1]) if len(found) > limit else None)


def _prepared(
    view: View, *, agent: Agent, shop: int | None, team_id: int | None, order: Order, after: Key | None
) -> list[tuple[datetime, int]]:
    walk = _WALKS[_Walk(view, bool(shop), order, after is not None)]
    return walk(*_values_of(view, agent=agent, shop=shop, team_id=team_id, after=after))


def _walk(wanted: Q, *, shop: int | None, order: Order, after: Key | None, limit: int) -> list[tuple[datetime, int]]:
    rows = Ticket.objects.filter(
        wanted, *([Q(shop_id=shop)] if shop else []), *([beyond(after, order)] if after else [])
    )
    sign = "-" if order == Order.NEWEST else ""
    return list(rows.order_by(f"{sign}changed_at", f"{sign}id").values_list("changed_at", "id")[:limit])


def _values(agent: int, ids: list[int]) -> "QuerySet[Ticket, tuple[Any, ...]]":
    seen = Sight.objects.filter(agent_id=agent, ticket=OuterRef("pk"), seen_at__gte=OuterRef("customer_wrote_at"))
    return Ticket.objects.filter(pk__in=ids).annotate(is_seen=Exists(seen)).values_list(*_COLUMNS, "is_seen")


_ROWS = Prepared(_values)
_TAGS = Prepared(lambda ids: Ticket.tags.through.objects.filter(ticket__in=ids).values_list("ticket_id", "tag__name"))
_WRITERS = Prepared(
    lambda ids: Draft.objects.filter(ticket__in=ids).values_list("ticket_id", "agent__name", "agent_id")
)


def rows_by_id(ids: list[int], *, agent: Agent) -> list[ListRow]:
    """Return the rows of these tickets in this order, in three queries."""
    if not ids:
        return []
    tags, writers = _gathered(_TAGS(ids)), _gathered(row[:2] for row in _WRITERS(ids) if row[2] != agent.pk)
    rows = {value[0]: _row(value, tags.get(value[0], ()), writers.get(value[0], ())) for value in _ROWS(agent.pk, ids)}
    return [rows[pk] for pk in ids if pk in rows]


def _gathered(pairs: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for ticket, name in pairs:
        found[ticket] = (*found.get(ticket, ()), name)
    return found


def _row(value: tuple[Any, ...], tags: tuple[str, ...], writers: tuple[str, ...]) -> ListRow:
    *own, person, written, address, assignee, shop, is_seen = value  # `_COLUMNS` and a flag
    pk, number, subject, status, priority, changed, wrote, snoozed, remind, said, way, kinds, failed = own
    return ListRow(
        id=pk,
        number=number,
        subject=subject,
        status=status,
        priority=priority,
        changed_at=changed,
        snoozed_until=snoozed,
        remind_at=remind,
        last_words=said,
        last_direction=way,
        channel_kinds=tuple(kinds),
        has_failed_send=failed,
        name=person or written or address,
        assignee=assignee or "",
        shop=shop,
        is_unread=wrote is not None and not is_seen,
        tags=tags,
        writers=writers,
    )

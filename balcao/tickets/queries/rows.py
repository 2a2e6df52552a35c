"""What list rows show, read as plain values: fifty rows as model instances would cost several times as much."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.kit.prepared import Prepared
from balcao.staff.models import Agent
from balcao.tickets.models import Draft, Sight, Ticket
from balcao.tickets.queries.lists import PAGE, keys_of, shops_to_walk, whose_view
from balcao.tickets.queries.walking import Key, Leg, Order, Place, View, filter_of, is_owned, leg_rows
from balcao.tickets.rules import DUE_FACTS
from balcao.tickets.types import DueFacts

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
    "kind",
    *DUE_FACTS,
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
    kind: str
    promise: DueFacts
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
    """A kind of walk along one leg of a list: of which view, in one shop or over all, from its beginning or not."""

    view: View
    leg: Leg
    by_shop: bool
    goes_on: bool

    def rows(self, *values: Any) -> "QuerySet[Ticket, Place]":
        """Return the walk as a query of the values that `_values_of` gives."""
        given = iter(values)
        wanted = Q(shop_id=next(given)) if self.by_shop else Q()
        wanted &= filter_of(self.view, whose=next(given) if is_owned(self.view) else 0)
        after = (next(given), next(given)) if self.goes_on else None
        return leg_rows(wanted, self.leg, after=after, limit=PAGE + 1)


@lru_cache(maxsize=1024)
def _prepared(walk: _Walk) -> Prepared[Place]:
    return Prepared(walk.rows)


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
    """Return one page of a view (at most PAGE rows), as `lists.ticket_page` does, with what its rows show.

    With several but not all shops, each shop's index is walked by itself and the walks are merged.
    """
    if shop_id and not agent.sees_shop(shop_id):
        return RowPage([], None)
    whose = whose_view(view, agent=agent, team_id=team_id)
    shops = list(shops_to_walk(agent=agent, shop_id=shop_id))

    def walk(leg: Leg, place: Place | None) -> Iterable[Place]:
        walks = [_walked(view, leg, shop=shop, whose=whose, after=place) for shop in shops]
        return heapq.merge(*walks, reverse=leg.goes_down)

    found = list(islice(keys_of(walk, view=view, order=order, after=after), limit + 1))
    rows = rows_by_id([key.id for key in found[:limit]], agent=agent)
    return RowPage(rows, found[limit - 1] if len(found) > limit else None)


def _walked(view: View, leg: Leg, *, shop: int | None, whose: int, after: Place | None) -> list[Place]:
    values = [*([shop] if shop else []), *([whose] if is_owned(view) else []), *(after or ())]
    return _prepared(_Walk(view, leg, bool(shop), after is not None))(*values)


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
    pk, number, subject, status, priority, changed, wrote, snoozed, remind, said, way, kinds, failed, kind, *due = own
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
        kind=kind,
        promise=DueFacts(*due),
        name=person or written or address,
        assignee=assignee or "",
        shop=shop,
        is_unread=wrote is not None and not is_seen,
        tags=tags,
        writers=writers,
    )

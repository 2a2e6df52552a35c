"""The lists of the desk as walks along indexes: which view, in which order, from where on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from balcao.tickets.models import Note, Ticket
from balcao.tickets.types import ACTIVE_QUEUES, Kind, Queue

MOST_LEGS = 2  # of one list
Place = tuple[datetime, int]  # by what a leg is sorted, and the ticket's id


class View(StrEnum):
    """The views that every agent has."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OURS = "ours"  # everything that is the shop's turn
    QUICK = "quick"
    ACTION = "action"
    FORWARDED = "forwarded"
    SOON = "soon"  # most of the time of a promise is used
    BREACHED = "breached"
    RISK = "risk"  # not late yet, but will be by the forecast
    WAITING = "waiting"
    OTHERS = "others"  # neither the shop nor the customer is waited for
    SNOOZED = "snoozed"
    MENTIONS = "mentions"
    SOLVED = "solved"
    CLOSED = "closed"
    SPAM = "spam"
    TRASH = "trash"
    TEAM = "team"  # with a team's id


class Order(StrEnum):
    """How a list is sorted: by the time of the last change, or by the next promise."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"  # the next one first; what has no promise stands behind
    DUE_LAST = "due_last"


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page of a list ends: the place of its last row, and in which leg of the list that is."""

    at: datetime
    id: int
    leg: int = 0


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a list that one index gives in order; `is_dated` is whether its tickets have a promise (None: all)."""

    column: str
    goes_down: bool
    is_dated: bool | None = None

    def beyond(self, at: datetime, pk: int) -> Q:
        """Return what stands after a place of this leg."""
        way, last = ("lt", "lte") if self.goes_down else ("gt", "gte")
        further = Q(**{f"{self.column}__{way}": at}) | Q(**{f"id__{way}": pk})
        return Q(**{f"{self.column}__{last}": at}) & further

    @property
    def sorting(self) -> tuple[str, str]:
        """By what its tickets are sorted."""
        sign = "-" if self.goes_down else ""
        return f"{sign}{self.column}", f"{sign}id"


_BY_CHANGE = (Order.NEWEST, Order.OLDEST)
_BY_PROMISE = (Order.DUE, Order.DUE_LAST)
_SORTED_BOTH_WAYS = (View.MINE, View.UNASSIGNED, View.OURS, View.TEAM, View.QUICK, View.ACTION, View.FORWARDED)
_OF_PROMISES = {View.SOON: "due_at", View.RISK: "due_at", View.BREACHED: "breached_at"}
_UNDATED = Leg("changed_at", goes_down=True, is_dated=False)
_KINDS = {View.QUICK: Kind.QUICK, View.ACTION: Kind.ACTION, View.FORWARDED: Kind.FORWARDED}
_KNOWN_LEGS = {
    Order.NEWEST: (Leg("changed_at", goes_down=True),),
    Order.OLDEST: (Leg("changed_at", goes_down=False),),
    Order.DUE: (Leg("due_at", goes_down=False, is_dated=True), _UNDATED),
    Order.DUE_LAST: (Leg("due_at", goes_down=True, is_dated=True), _UNDATED),
}
_OWNED = (View.MINE, View.TEAM, View.MENTIONS)  # depend on whose they are


def orders_of(view: View) -> tuple[Order, ...]:
    """Return how a view can be sorted, its own way first."""
    if view in _OF_PROMISES:
        return _BY_PROMISE
    if view == View.OTHERS:
        return Order.OLDEST, Order.NEWEST
    return (*_BY_CHANGE, *_BY_PROMISE) if view in _SORTED_BOTH_WAYS else _BY_CHANGE


def order_for(view: View, wanted: Order) -> Order:
    """Return the order that a view is shown in when this one is wanted."""
    return wanted if wanted in orders_of(view) else orders_of(view)[0]


def legs_of(view: View | None, order: Order) -> tuple[Leg, ...]:
    """Return the legs of a view in an order, or (None) of any list of tickets."""
    if view in _OF_PROMISES:
        return (Leg(_OF_PROMISES[view], goes_down=order == Order.DUE_LAST),)
    return _KNOWN_LEGS[order]


def is_owned(view: View) -> bool:
    """Tell whether a view depends on an agent or a team."""
    return view in _OWNED


def filter_of(view: View, *, whose: int) -> Q:
    """Return what belongs to a view; `whose` is the agent's or the team's id, 0 where it does not matter."""
    if view == View.MENTIONS:
        # As a set, not a join: a ticket once, however often it names the agent.
        named = Note.mentions.through.objects.filter(agent_id=whose)
        return Q(pk__in=named.values("note__ticket_id"))
    if view in _KINDS:
        return Q(kind=_KINDS[view], queue=Queue.OURS)
    return _ours(view, whose) or _promised(view) or Q(queue=Queue(view.value))


def _ours(view: View, whose: int) -> Q | None:
    if view == View.MINE:
        return Q(assignee_id=whose, queue=Queue.OURS)
    if view == View.UNASSIGNED:
        return Q(assignee__isnull=True, queue=Queue.OURS)
    return Q(team_id=whose, queue=Queue.OURS) if view == View.TEAM else None


def _promised(view: View) -> Q | None:
    active = Q(queue__in=ACTIVE_QUEUES)
    return {
        View.SOON: Q(is_due_soon=True) & active,
        View.RISK: Q(is_at_risk=True) & active,
        View.BREACHED: Q(breached_at__isnull=False) & active,
        View.OTHERS: Q(waits_for_others=True) & active,
    }.get(view)


def leg_rows(wanted: Q, leg: Leg, *, after: Place | None, limit: int) -> "QuerySet[Ticket, Place]":
    """Return the places of a leg's first tickets, or of those after one."""
    wanted &= Q(merged_into__isnull=True)
    if leg.is_dated is not None:
        wanted &= Q(due_at__isnull=not leg.is_dated)
    if after:
        wanted &= leg.beyond(*after)
    return Ticket.objects.filter(wanted).order_by(*leg.sorting).values_list(leg.column, "id")[:limit]

"""The orders beside a ticket: which one is in question, what can be done to it, which others there are."""

import zoneinfo
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from balcao.automation.queries.telling import Told
from balcao.commerce import queries
from balcao.commerce.actions.book import Book
from balcao.commerce.models import Order
from balcao.commerce.rules.deciding import Scene
from balcao.commerce.types import Level
from balcao.customers.models import Identity
from balcao.ports import commerce as port
from balcao.ports.commerce import AddNote, OrderStage
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Conversation, Ticket
from balcao.tickets.queries.ordering import orders_of_ticket
from balcao.tickets.queries.speaking import Speaking
from balcao.web.desk.orders import words
from balcao.web.desk.orders.card import Card, card_of
from balcao.web.desk.orders.checks import Check, check_of
from balcao.web.desk.orders.deeds import Deed, deeds_of, impossible
from balcao.web.desk.orders.notices import Notice, notices_of

_MOST_OTHERS = 5
_MOST_ENTRIES = 5


class OrderView:
    """One order as an agent sees it, from a ticket or by itself. Read lazily: what is not drawn is not asked for."""

    def __init__(self, agent: Agent, row: Order, ticket: Ticket | None = None) -> None:
        row.account.backend = row.backend  # the same one; known already
        self._agent = agent
        self._ticket = ticket
        self.row = row

    @cached_property
    def value(self) -> port.Order:
        """Return the order as its shop system told it."""
        return queries.order_value(self.row)

    @property
    def is_copy(self) -> bool:
        """Tell whether the order stands elsewhere and ours grows old; the built-in book is never behind itself."""
        return self.row.backend.kind != Book.kind

    @property
    def silent_since(self) -> datetime | None:
        """Return since when the shop system has not answered."""
        return self.row.backend.failing_since if self.is_copy and self.row.backend.is_active else None

    @cached_property
    def card(self) -> Card:
        """Return how it is drawn."""
        return card_of(self.row, self.value)

    @cached_property
    def _speaking(self) -> Speaking:
        return Speaking(self._ticket, self.row.account, self.row, now=timezone.now())

    @property
    def talk(self) -> Conversation | None:
        """Return the conversation in which the customer wrote last, or the ticket's first."""
        return self._speaking.talk

    @property
    def level(self) -> Level:
        """Return how sure we are of whom we speak with on the ticket, for this order."""
        return self._speaking.level

    @property
    def level_words(self) -> str:
        """Return the same in words."""
        return words.level_words(self.level, self._speaking.evidence_kind)

    @cached_property
    def check(self) -> Check:
        """Return what an agent can do to become surer."""
        return check_of(self.row, self.talk, self.level)

    def told(self, now: datetime) -> Told:
        """Return the order as its customer may be told of it."""
        zone = zoneinfo.ZoneInfo(self.row.backend.shop.time_zone or "UTC")
        return Told(self.value, self.level, now, zone, page=queries.page_address(self.row))

    @cached_property
    def scene(self) -> Scene:
        """Return what decisions about the order look at."""
        return queries.scene(
            action=AddNote(""), account=self.row.account, order=self.row, level=self.level, role=self._agent.role
        )

    @cached_property
    def deeds(self) -> list[Deed]:
        """Return what can be done to it, to those who may."""
        return deeds_of(self.value, self.scene) if self._agent.may(Permission.ORDER_ACT) else []

    @property
    def impossible(self) -> list[tuple[str, list[Deed]]]:
        """Return what cannot be done now, by its reason."""
        return impossible(self.deeds)

    @cached_property
    def notices(self) -> list[Notice]:
        """Return what is said of actions that are open or ended badly."""
        return notices_of(queries.ledger_of_order(self.row, limit=_MOST_ENTRIES), self.row, self._agent)


class TicketOrders:
    """The orders beside a ticket. Read lazily: a fragment without the panel asks for none."""

    def __init__(self, agent: Agent, ticket: Ticket, identities: Iterable[Identity], *, asked: int | None) -> None:
        self._agent = agent
        self._ticket = ticket
        self._identities = identities
        self._asked = asked

    @cached_property
    def _linked(self) -> list[Order]:
        return [row for row in orders_of_ticket(self._ticket) if self._agent.sees_shop(row.backend.shop_id)]

    @cached_property
    def _all(self) -> list[Order]:
        """Return the linked ones, then the customer's: those of the ticket's shop first, newest first."""
        theirs = queries.orders_of(identities=self._identities, shop_ids=self._agent.shop_ids())
        theirs.sort(key=lambda row: row.backend.shop_id != self._ticket.shop_id)
        return list({row.pk: row for row in [*self._linked, *theirs]}.values())

    @cached_property
    def shown(self) -> OrderView | None:
        """Return the order in question: the one that was asked for, else the one named last, else the newest."""
        if not self._agent.may(Permission.ORDER_READ) or not self._all:
            return None
        row = next((row for row in self._all if row.pk == self._asked), self._all[0])
        return OrderView(self._agent, row, self._ticket)

    @property
    def is_asked(self) -> bool:
        """Tell whether somebody chose the order that is shown; else the one named last comes into its place."""
        return bool(self.shown and self.shown.row.pk == self._asked)

    @property
    def is_linked(self) -> bool:
        """Tell whether the ticket is said to be about the order that is shown."""
        return bool(self.shown and self.shown.row.pk in {row.pk for row in self._linked})

    @property
    def others(self) -> list[Order]:
        """Return the other orders, the last few."""
        shown = self.shown.row.pk if self.shown else None
        return [row for row in self._all if row.pk != shown][:_MOST_OTHERS]

    @property
    def known(self) -> str:
        """Return the ids of these orders, by which an open page knows that one of them changed."""
        return " ".join(str(row.pk) for row in self._all) if self._agent.may(Permission.ORDER_READ) else ""

    @property
    def customer_id(self) -> int:
        """Return whose orders these are."""
        return self._ticket.identity.customer_id

    @staticmethod
    def stage_words(row: Order) -> str:
        """Return how far one of the others has come."""
        return words.stage_words(OrderStage(row.stage))

    def find(self, pk: int) -> OrderView | None:
        """Return one of these orders."""
        row = next((row for row in self._all if row.pk == pk), None)
        return OrderView(self._agent, row, self._ticket) if row else None

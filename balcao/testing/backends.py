"""A shop system for tests: it keeps orders in memory, and is slow, silent or refuses when it is told to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.utils import timezone

from balcao.commerce.rules import booking
from balcao.commerce.rules.booking import Deed, Page
from balcao.commerce.rules.deciding import Scene, decide
from balcao.commerce.types import Offer, Policy
from balcao.ports.commerce import (
    Account,
    Action,
    ActionKind,
    Changes,
    CommerceError,
    Done,
    KeyKind,
    Link,
    Order,
    Outcome,
    Product,
)
from balcao.ports.config import config_field


@dataclass(frozen=True, slots=True)
class PaperConfig:
    """It needs nothing but a secret to show that secrets are kept."""

    address: str = config_field("Address")
    password: str = config_field("Password", secret=True)


@dataclass(slots=True)
class PaperBackend:
    """Orders on paper. `deeds` counts what really happened, whoever heard of it."""

    kind: ClassVar[str] = "paper"
    label: ClassVar[str] = "Paper"
    is_tried: ClassVar[bool] = True
    Config: ClassVar[type[Any]] = PaperConfig

    orders: dict[str, Order] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    deeds: dict[str, Done] = field(default_factory=dict)
    fails_before: CommerceError | None = None  # raised instead of doing it
    fails_after: CommerceError | None = None  # raised once it is done: the answer is lost
    fails_asked: CommerceError | None = None  # raised when it is asked what became of an action
    refuses: str = ""

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say that everything can be done."""
        return frozenset(ActionKind)

    def order(self, ref: str, link: Link) -> Order | None:
        """Return an order."""
        return self.orders.get(ref)

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the orders with this number."""
        return [order for order in self.orders.values() if order.number == value][:limit]

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return everything, once."""
        return Changes(() if cursor else tuple(self.orders.values()), {"seen": len(self.orders)})

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Do it once for each key, failing as told."""
        if self.fails_before:
            raise self.fails_before
        if self.refuses:
            return Done(Outcome.REFUSED, detail=self.refuses, code="paper")
        if key not in self.deeds:
            self.deeds[key] = self._do(action, order, key)
        if self.fails_after:
            raise self.fails_after
        return self.deeds[key]

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Say what became of an action."""
        if self.fails_asked:
            raise self.fails_asked
        return self.deeds.get(key)

    def _do(self, action: Action, order: Order | None, key: str) -> Done:
        known = self.orders[order.ref] if order else None
        account = known.account if known else Account("")
        offers = {
            variant.ref: Offer(variant, product.ref, product.name, product.currency)
            for product in self.products.values()
            for variant in product.variants
        }
        verdict = decide(action, Scene(account, Policy(levels={}), known, offers))
        if verdict.effect is None:
            return Done(Outcome.REFUSED, code=str(verdict.denial))
        after = booking.written(Deed(action, verdict.effect, offers, key, timezone.now()), Page(account, known))
        if after.order is None:
            return Done(Outcome.DONE, None, after.account, ref=key)
        self.orders[after.order.ref] = replace(after.order, account=after.account)
        return Done(Outcome.DONE, self.orders[after.order.ref], after.account, ref=key)

"""A shop system for tests: it keeps orders in memory, and is slow, silent or refuses when it is told to."""

import hmac
import json
import time
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
    Heard,
    KeyKind,
    Link,
    Order,
    Outcome,
    Product,
)
from balcao.ports.config import config_field
from balcao.ports.hooks import Forbidden, HookRequest

SIGNATURE = "x-paper-signature"


def signature(body: bytes, password: str) -> str:
    """Return how the paper backend signs what it calls us with."""
    return hmac.digest(password.encode(), body, "sha256").hex()


@dataclass(frozen=True, slots=True)
class PaperConfig:
    """It needs nothing but a secret to show that secrets are kept."""

    address: str = config_field("Address")
    password: str = config_field("Password", secret=True)


@dataclass(slots=True)
class PaperBackend:
    """Orders on paper. `deeds` counts what really happened, whoever heard of it; `asked` what was read, in order."""

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
    fails_reading: CommerceError | None = None  # raised instead of telling anything: down, 500, 429, a wrong clock
    refuses: str = ""
    seconds: float = 0.0  # that every answer takes
    page: int = 1_000  # orders told at once
    asked: list[str] = field(default_factory=list)

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say that everything can be done."""
        return frozenset(ActionKind)

    def order(self, ref: str, link: Link) -> Order | None:
        """Return an order."""
        self._answer(f"order {ref}")
        return self.orders.get(ref)

    def product(self, ref: str, link: Link) -> Product | None:
        """Return a product."""
        self._answer(f"product {ref}")
        return self.products.get(ref)

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the orders with this number, or of this customer."""
        self._answer(f"find {kind} {value}")
        return [order for order in self.orders.values() if _carries(order, kind, value)][:limit]

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return everything once, page by page: the cursor counts what was told; products come with the last page."""
        start = int(cursor.get("seen", 0))
        self._answer(f"changes {start}")
        refs = list(self.orders)[start : start + self.page]
        more = start + len(refs) < len(self.orders)
        products = tuple(self.products.values()) if refs and not more else ()
        return Changes(tuple(self.orders[ref] for ref in refs), {"seen": start + len(refs)}, more, products)

    def heard(self, request: HookRequest, link: Link) -> Heard:
        """Check the signature, and return what the call names."""
        if not hmac.compare_digest(signature(request.body, link.config.password), request.headers.get(SIGNATURE, "")):
            raise Forbidden("The signature is wrong.")
        try:
            told = json.loads(request.body)
            return Heard(tuple(told.get("orders", ())), tuple(told.get("products", ())), body="ok")
        except (ValueError, AttributeError, TypeError) as error:
            raise CommerceError("The call cannot be understood.", permanent=True) from error

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Say whether it would answer."""
        if self.fails_reading:
            return [("Reach the shop system", False, str(self.fails_reading))]
        return [("Reach the shop system", True, "")]

    def _answer(self, question: str) -> None:
        self.asked.append(question)
        time.sleep(self.seconds)
        if self.fails_reading:
            raise self.fails_reading

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


def _carries(order: Order, kind: KeyKind, value: str) -> bool:
    account = order.account
    kept = {
        KeyKind.NUMBER: order.number,
        KeyKind.EMAIL: account.email,
        KeyKind.PHONE: account.phone,
        KeyKind.ACCOUNT: account.ref,
    }
    return bool(value) and kept.get(kind) == value

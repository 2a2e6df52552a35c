"""The backend: what Balcão asks, put to Vendure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from balcao.plugins.commerce.vendure import checking, finding, graph, hearing, modifying, noting, placing, refunding
from balcao.plugins.commerce.vendure.config import VendureConfig
from balcao.plugins.commerce.vendure.deeds import Deed, address_fields, is_traced
from balcao.plugins.commerce.vendure.products import product_from
from balcao.plugins.commerce.vendure.reading import order_from
from balcao.plugins.commerce.vendure.session import Refused, Session, Tokens
from balcao.ports.commerce import (
    Action,
    ActionKind,
    AddNote,
    Address,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    Changes,
    CommerceError,
    Done,
    Heard,
    KeyKind,
    Link,
    Order,
    Outcome,
    PlaceOrder,
    Product,
    Quote,
    Refund,
    RequestReturn,
)
from balcao.ports.hooks import HookRequest

_DEEDS: dict[type[Action], Callable[[Any, Deed], Done]] = {
    AddNote: noting.noted,
    Cancel: refunding.cancelled,
    ChangeAddress: modifying.address_changed,
    ChangeDefaultAddress: noting.address_kept,
    ChangeLines: modifying.lines_changed,
    PlaceOrder: placing.placed,
    Refund: refunding.refunded,
    RequestReturn: noting.return_announced,
}


@dataclass(slots=True)
class Vendure:
    """Orders of a Vendure 3, through its Admin API."""

    kind: ClassVar[str] = "vendure"
    label: ClassVar[str] = "Vendure"
    is_tried: ClassVar[bool] = True
    Config: ClassVar[type[Any]] = VendureConfig

    tokens: Tokens = field(default_factory=Tokens, repr=False)
    page: int = finding.PAGE  # orders and products told at once

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say what Vendure's own API can do; payment links, exchanges and gift cards it leaves to plug-ins."""
        return frozenset(action.kind for action in _DEEDS)

    def order(self, ref: str, link: Link) -> Order | None:
        """Return an order; a basket that was not placed is none."""
        raw = self._session(link).ask(graph.ONE_ORDER, id=ref)["order"]
        return order_from(raw, dashboard=link.config.dashboard) if raw and raw["customer"] else None

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the newest orders that carry a key."""
        return finding.found(self._session(link), kind, value, limit)

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return new orders, and a page each of those that may have changed and of the catalogue."""
        return finding.changes(self._session(link), cursor, page=self.page)

    def product(self, ref: str, link: Link) -> Product | None:
        """Return a product."""
        raw = self._session(link).ask(graph.ONE_PRODUCT, id=ref)["product"]
        return product_from(raw) if raw else None

    def freight(self, variants: Sequence[tuple[str, int]], address: Address, link: Link) -> Sequence[Quote]:
        """Return the ways of shipping that these pieces may take to an address, the cheapest first."""
        wanted = {
            "shippingAddress": {"countryCode": link.region, **address_fields(address)},
            "lines": [{"productVariantId": ref, "quantity": count} for ref, count in variants],
        }
        ways = self._session(link).ask(graph.QUOTES, input=wanted)["testEligibleShippingMethods"]
        return sorted((Quote(way["name"], way["priceWithTax"]) for way in ways), key=lambda quote: quote.amount)

    def heard(self, request: HookRequest, link: Link) -> Heard:
        """Return what Balcão's plug-in inside Vendure says has changed."""
        return hearing.heard(request, link.config)

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Try the settings in order."""
        return checking.checked(self._session(link))

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Carry out an action; what was done with this key before is found again by its mark."""
        session = self._session(link)
        deed = _DEEDS.get(type(action))
        if deed is None:
            return Done(Outcome.REFUSED, code="not_able")
        try:
            return self._done(deed, action, Deed(session, key, order))
        except CommerceError as error:
            if not session.has_written:
                raise
            raise CommerceError(str(error), permanent=False, code="uncertain", uncertain=True) from error

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Say what became of an action; one that was begun is brought to its end, for it can be found by its mark."""
        session = self._session(link)
        if isinstance(action, ChangeDefaultAddress):
            return noting.recalled_address(action, session)
        is_there = self._is_there(Deed(session, key, order), is_draft=isinstance(action, PlaceOrder))
        return self.perform(action, order, link, key=key) if is_there else None

    def _is_there(self, deed: Deed, *, is_draft: bool) -> bool:
        if is_draft:
            return placing.recalled(deed) is not None
        raw = deed.now()
        if is_traced(raw, deed.key):
            return True
        modifying.put_back(deed, raw)
        return False

    def _done(self, carry_out: Callable[[Any, Deed], Done], action: Action, deed: Deed) -> Done:
        try:
            done = carry_out(action, deed)
            if isinstance(action, ChangeAddress) and action.as_default:
                noting.set_default_address(deed.session, deed.order.account.ref, action.address)
        except Refused as refused:
            return Done(Outcome.REFUSED, detail=refused.words, code=refused.code)
        return done

    def _session(self, link: Link) -> Session:
        return Session(link.config, self.tokens)

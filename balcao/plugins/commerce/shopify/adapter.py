"""Shopify as a backend of orders."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from balcao.kit.decimals import minor
from balcao.plugins.commerce.shopify import acting, checking, documents, finding, hooks
from balcao.plugins.commerce.shopify.basics import written_place
from balcao.plugins.commerce.shopify.config import ShopifyConfig
from balcao.plugins.commerce.shopify.graphql import ask
from balcao.plugins.commerce.shopify.recalling import recall
from balcao.ports.calling import mark_of
from balcao.ports.commerce import (
    Action,
    ActionKind,
    Address,
    Changes,
    Done,
    Heard,
    KeyKind,
    Link,
    Order,
    Product,
    Quote,
)
from balcao.ports.hooks import HookRequest

_ABLE = frozenset(
    {
        ActionKind.CHANGE_ADDRESS,
        ActionKind.CHANGE_DEFAULT_ADDRESS,
        ActionKind.CHANGE_LINES,
        ActionKind.CANCEL,
        ActionKind.REFUND,
        ActionKind.REQUEST_RETURN,
        ActionKind.EXCHANGE,
        ActionKind.PLACE_ORDER,
        ActionKind.SEND_PAYMENT_LINK,
        ActionKind.ADD_NOTE,
        ActionKind.ADD_TAG,
    }
)


class Shopify:
    """A Shopify shop, through the GraphQL Admin API."""

    kind: ClassVar[str] = "shopify"
    label: ClassVar[str] = "Shopify"
    is_tried: ClassVar[bool] = False
    Config: ClassVar[type[Any]] = ShopifyConfig

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say what Shopify can do; gift cards only where the shop's plan lets apps issue them."""
        return _ABLE | {ActionKind.GIVE_CREDIT} if link.config.gift_cards else _ABLE

    def order(self, ref: str, link: Link) -> Order | None:
        """Return one order, or the draft of one."""
        if ref.startswith(finding.DRAFT):
            return finding.draft(ref, link)
        found = finding.order(ref, link)
        return found.order if found else None

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the newest orders by number, e-mail, phone or customer; Shopify cannot be asked for other keys."""
        return finding.find(kind, value, link, limit=limit)

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return a page of what changed."""
        return finding.changes(cursor, link)

    def product(self, ref: str, link: Link) -> Product | None:
        """Return one product."""
        return finding.product(ref, link)

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Carry an action out, once for each key."""
        return acting.perform(action, order, link, key=key)

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Say what became of an action, by the mark that its key left."""
        mark = mark_of(key)
        return recall(
            action,
            finding.placed(order.ref, link, mark=mark) if order else None,
            link,
            mark,
            ref=order.ref if order else "",
        )

    def heard(self, request: HookRequest, link: Link) -> Heard:
        """Check a webhook's signature and return what is to be read anew."""
        return hooks.heard(request, link.config)

    def freight(self, variants: Sequence[tuple[str, int]], address: Address, link: Link) -> Sequence[Quote]:
        """Return what the shop's own rates say, the cheapest first."""
        wish = {
            "lineItems": [{"variantId": ref, "quantity": count} for ref, count in variants],
            "shippingAddress": written_place(address, region=link.region),
        }
        rates = ask(link.config, documents.RATES, {"input": wish})["draftOrderAvailableDeliveryOptions"]
        quotes = [
            Quote(rate["title"], minor(rate["price"]["amount"], rate["price"]["currencyCode"]))
            for rate in rates["availableShippingRates"]
        ]
        return sorted(quotes, key=lambda quote: quote.amount)

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Try the settings out."""
        return checking.check(link)

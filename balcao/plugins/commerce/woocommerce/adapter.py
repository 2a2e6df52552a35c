"""WooCommerce as a backend of orders."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from balcao.plugins.commerce.woocommerce import acting, checking, finding, hooks
from balcao.plugins.commerce.woocommerce.config import WooCommerceConfig
from balcao.plugins.commerce.woocommerce.recalling import recall
from balcao.ports.commerce import Action, ActionKind, Changes, Done, Heard, KeyKind, Link, Order, Product
from balcao.ports.hooks import HookRequest

# Returns, other variants of a paid order and tags are not part of WooCommerce itself.
_ABLE = frozenset(
    {
        ActionKind.CHANGE_ADDRESS,
        ActionKind.CHANGE_DEFAULT_ADDRESS,
        ActionKind.CANCEL,
        ActionKind.REFUND,
        ActionKind.PLACE_ORDER,
        ActionKind.ADD_NOTE,
        ActionKind.GIVE_CREDIT,
    }
)


class WooCommerce:
    """A WooCommerce shop, through its REST API."""

    kind: ClassVar[str] = "woocommerce"
    label: ClassVar[str] = "WooCommerce"
    is_tried: ClassVar[bool] = False
    Config: ClassVar[type[Any]] = WooCommerceConfig

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say what WooCommerce can do without extensions."""
        return _ABLE

    def order(self, ref: str, link: Link) -> Order | None:
        """Return one order."""
        found = finding.order(ref, link)
        return found.order if found else None

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the newest orders by number, e-mail, phone or customer; other keys WooCommerce cannot be asked for."""
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
        return recall(action, finding.order(order.ref, link) if order else None, link, key)

    def heard(self, request: HookRequest, link: Link) -> Heard:
        """Check a webhook's signature and return what is to be read anew."""
        return hooks.heard(request, link.config)

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Try the settings out."""
        return checking.check(link)

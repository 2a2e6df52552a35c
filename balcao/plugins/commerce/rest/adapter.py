"""The generic REST backend: a shop system that nobody wrote an adapter for, described by a mapping file."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from balcao.kit.i18n import N_
from balcao.plugins.commerce.rest import asking, checking, deeds, hooks
from balcao.plugins.commerce.rest.config import RestConfig
from balcao.plugins.commerce.rest.loading import mapping_of
from balcao.plugins.commerce.rest.system import system_of
from balcao.ports.commerce import (
    Action,
    ActionKind,
    Changes,
    CommerceError,
    Done,
    Heard,
    KeyKind,
    Link,
    Order,
    Product,
)
from balcao.ports.hooks import Forbidden, HookRequest


class Rest:
    """Any shop system with JSON over HTTP."""

    kind: ClassVar[str] = "rest"
    label: ClassVar[str] = N_("Another shop system (REST)")
    is_tried: ClassVar[bool] = False
    Config: ClassVar[type[Any]] = RestConfig

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say which actions the mapping file describes in a way that cannot happen twice."""
        try:
            actions = mapping_of(link.config.mapping).actions
        except CommerceError:
            return frozenset()
        return frozenset(kind for kind, deed in actions.items() if deed.recall is not None)

    def order(self, ref: str, link: Link) -> Order | None:
        """Return one order by the system's own key."""
        return asking.order(system_of(link), ref)

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the newest orders that carry a key, where the mapping file says how to ask."""
        return asking.found(system_of(link), kind, value, limit)

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return a page of what changed, of orders first, then of products."""
        system = system_of(link)
        orders, of_orders, more_orders = asking.changed_orders(system, cursor.get("orders") or {})
        if more_orders:
            return Changes(tuple(orders), {**cursor, "orders": of_orders}, more=True)
        products, of_products, more = asking.changed_products(system, cursor.get("products") or {})
        return Changes(tuple(orders), {"orders": of_orders, "products": of_products}, more, tuple(products))

    def product(self, ref: str, link: Link) -> Product | None:
        """Return one product, where the mapping file says how to ask."""
        return asking.product(system_of(link), ref)

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Carry out an action once."""
        return deeds.perform(system_of(link), action, order, key)

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Say what became of an action."""
        return deeds.recall(system_of(link), action, order, key)

    def heard(self, request: HookRequest, link: Link) -> Heard:
        """Take a call of the system whose signature or token is right."""
        try:
            system = system_of(link)
        except CommerceError as error:
            raise Forbidden from error
        return hooks.heard(system, request)

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Try the settings."""
        return list(checking.check(link))

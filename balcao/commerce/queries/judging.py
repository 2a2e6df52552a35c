"""What a decision about an action looks at."""

from balcao.commerce.models import Account, LedgerEntry, Order
from balcao.commerce.queries.backends import adapter_of, link_of, policy_of
from balcao.commerce.queries.copies import account_value, order_value
from balcao.commerce.queries.selling import offers
from balcao.commerce.rules.deciding import Scene
from balcao.commerce.types import OPEN_LEDGER, Level
from balcao.kit.prepared import Prepared
from balcao.ports.commerce import Action, ChangeLines, Exchange, PlaceOrder

_OPEN_OF = Prepared(lambda order: LedgerEntry.objects.filter(order=order, state__in=OPEN_LEDGER).only("pk")[:2])


def named_variants(action: Action) -> set[str]:
    """Return the variants that an action speaks of."""
    if isinstance(action, ChangeLines | Exchange):
        return {swap.variant for swap in action.swaps}
    return {ref for ref, _ in action.variants} if isinstance(action, PlaceOrder) else set()


def scene(
    *,
    action: Action,
    account: Account,
    order: Order | None,
    level: Level,
    role: str = "",
    beside: LedgerEntry | None = None,
) -> Scene:
    """Return what a decision about an action looks at; `beside` is the entry that asks: it is not in its own way."""
    backend = account.backend
    variants = named_variants(action)
    return Scene(
        account=account_value(account),
        policy=policy_of(backend),
        order=order_value(order) if order else None,
        offers=offers(backend=backend, refs=variants) if variants else {},
        abilities=adapter_of(backend).abilities(link_of(backend)),
        level=level,
        role=role,
        currency=backend.shop.currency,
        is_silent=bool(backend.failing_since),
        is_under_way=_is_under_way(order, beside),
    )


def _is_under_way(order: Order | None, beside: LedgerEntry | None) -> bool:
    if order is None:
        return False
    return any(beside is None or row.pk != beside.pk for row in _OPEN_OF(order.pk))

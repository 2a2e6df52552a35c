"""Our copies as the values they stand for, one by one and all together."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.conf import settings
from django.db.models import Q

from balcao.commerce.models import Account, Backend, Order, Product
from balcao.commerce.queries.finding import KEY_OF, MOST_ORDERS
from balcao.commerce.rules import documents, keys
from balcao.customers.models import Identity
from balcao.customers.types import IdentityKind
from balcao.ports import commerce as port
from balcao.ports.commerce import KeyKind

MOST_COUNTED = 10_000


def account_value(row: Account) -> port.Account:
    """Return an account as its shop system told it."""
    return documents.account_from(row.document)


def order_value(row: Order) -> port.Order:
    """Return an order as its shop system told it; the row should have its account."""
    return documents.order_from(row.document, account_value(row.account))


def account_of_key(*, backend: Backend, kind: KeyKind, value: str) -> Account | None:
    """Return the account that carries a key; None where there is none, or more than one."""
    key = keys.spelt(kind, value, region=backend.shop.region, secret=settings.SECRET_KEY)
    rows = Account.objects.filter(backend=backend, keys__kind=kind, keys__key=key).select_related("backend__shop")
    found = list(rows.distinct()[:2]) if key else []
    return found[0] if len(found) == 1 else None


def order_of_ref(*, backend: Backend, ref: str) -> Order | None:
    """Return our copy of an order by the shop system's own key."""
    return Order.objects.filter(backend=backend, ref=ref).select_related("account", "backend__shop").first()


def products_of_refs(*, backend: Backend, refs: Iterable[str]) -> dict[str, port.Product]:
    """Return products by the shop system's own key, as it told them."""
    rows = Product.objects.filter(backend=backend, ref__in=set(refs))
    return {row.ref: documents.product_from(row.document) for row in rows}


def every_order(backend: Backend) -> Iterator[port.Order]:
    """Yield all orders of a backend, oldest first, without holding them."""
    rows = Order.objects.filter(backend=backend).select_related("account").order_by("id")
    for row in rows.iterator(chunk_size=500):
        order = order_value(row)
        yield order if order.placed_at else replace(order, placed_at=row.placed_at)


def every_product(backend: Backend) -> Iterator[port.Product]:
    """Yield the whole catalogue of a backend."""
    for row in Product.objects.filter(backend=backend).order_by("id").iterator(chunk_size=500):
        yield documents.product_from(row.document)


def orders_of_account(account: Account, *, limit: int = MOST_ORDERS) -> list[Order]:
    """Return the newest orders of an account."""
    rows = Order.objects.filter(account=account).select_related("account", "backend__shop")
    return list(rows.order_by("-placed_at", "-id")[:limit])


def product_value(row: Product) -> port.Product:
    """Return a product as its shop system told it."""
    return documents.product_from(row.document)


def accounts_of(*, identities: Iterable[Identity], shop_id: int) -> list[Account]:
    """Return the accounts of a shop that carry one of a customer's identities, the newest first."""
    wanted = Q()
    for one in identities:
        if one.kind in KEY_OF:
            wanted |= Q(keys__kind=KEY_OF[IdentityKind(one.kind)], keys__key=one.match_key)
    if not wanted:
        return []
    rows = Account.objects.filter(wanted, backend__shop=shop_id, backend__is_active=True).distinct()
    return list(rows.select_related("backend__shop").order_by("-id")[:MOST_ORDERS])


def kept_orders(backend: Backend) -> int:
    """Return how many orders of a shop system we keep, counting no further than `MOST_COUNTED`."""
    return Order.objects.filter(backend=backend)[:MOST_COUNTED].count()

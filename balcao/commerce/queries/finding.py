"""Orders by what people know of them: a key, a customer, words of a message, or just the newest."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from balcao.commerce.models import AccountKey, Backend, Order, OrderKey
from balcao.commerce.rules import keys, matching
from balcao.customers.models import Identity
from balcao.customers.types import IdentityKind
from balcao.kit import taxids
from balcao.kit.prepared import Prepared
from balcao.ports.commerce import KeyKind

MOST_ORDERS = 20
_MOST_ACCOUNTS = 5  # with one tax id
Place = tuple[datetime, int]  # where a page of orders ended: when the last one was placed, and its id
KEY_OF = {IdentityKind.EMAIL: KeyKind.EMAIL, IdentityKind.PHONE: KeyKind.PHONE, IdentityKind.ACCOUNT: KeyKind.ACCOUNT}
_ORDERS_OF = Prepared(
    lambda kind, keys, shops: (
        Order.objects.filter(
            account_id__in=AccountKey.objects.filter(kind=kind, key__in=keys).values("account_id"),
            backend__shop_id__in=shops,
        )
        .select_related("account", "backend__shop")
        .order_by("-placed_at", "-id")[:MOST_ORDERS]
    )
)
KEYS_OF = Prepared(lambda account: AccountKey.objects.filter(account=account))


def find(
    *,
    kind: KeyKind,
    value: str,
    shop_ids: Iterable[int],
    region: str,
    before: Place | None = None,
    limit: int = MOST_ORDERS,
) -> list[Order]:
    """Return the newest orders of these shops that carry a key, whether it is the order's own or its account's."""
    key = keys.spelt(kind, value, region=region, secret=settings.SECRET_KEY)
    if not key:
        return []
    own = OrderKey.objects.filter(kind=kind, key=key).values("order_id")
    accounts = AccountKey.objects.filter(kind=kind, key=key).values("account_id")
    wanted = Q(pk__in=own) if kind in (KeyKind.NUMBER, KeyKind.TRACKING) else Q(account_id__in=accounts)
    rows = Order.objects.filter(wanted, backend__shop_id__in=shop_ids).select_related("account", "backend__shop")
    return list(_older(rows, before)[:limit])


def _older(rows: "QuerySet[Order]", before: Place | None) -> "QuerySet[Order]":
    """Return orders newest first, or those of them that come behind a place."""
    if before:
        at, pk = before
        rows = rows.filter(placed_at__lte=at).exclude(placed_at=at, pk__gte=pk)
    return rows.order_by("-placed_at", "-id")


def bought_by(
    *, identities: Iterable[Identity], shop_ids: Iterable[int], before: Place | None = None, limit: int = MOST_ORDERS
) -> list[Order]:
    """Return the newest orders of these shops whose account carries one of a customer's identities, page by page."""
    wanted = Q()
    for one in identities:
        if one.kind in KEY_OF:
            wanted |= Q(kind=KEY_OF[IdentityKind(one.kind)], key=one.match_key)
    if not wanted:
        return []
    accounts = AccountKey.objects.filter(wanted).values("account_id")
    rows = Order.objects.filter(account_id__in=accounts, backend__shop_id__in=shop_ids)
    return list(_older(rows.select_related("account", "backend__shop"), before)[:limit])


def orders_of(*, identities: Iterable[Identity], shop_ids: Iterable[int], limit: int = MOST_ORDERS) -> list[Order]:
    """Return the newest orders of these shops whose account carries one of a customer's identities."""
    known: dict[str, list[str]] = {}
    for one in identities:
        if one.kind in KEY_OF:
            known.setdefault(KEY_OF[IdentityKind(one.kind)].value, []).append(one.match_key)
    shops = sorted(shop_ids)
    rows = {row.pk: row for kind, mine in known.items() for row in _ORDERS_OF(kind, mine, shops)} if shops else {}
    return sorted(rows.values(), key=lambda row: (row.placed_at, row.pk), reverse=True)[:limit]


def newest(*, shop_ids: Iterable[int], before: Place | None = None, limit: int = MOST_ORDERS) -> list[Order]:
    """Return the newest orders of these shops, or those before a place (when it was placed, its id).

    Each backend is walked by its own index, so that the cost does not grow with the number of orders.
    """
    backends = Backend.objects.filter(shop_id__in=shop_ids).values_list("pk", flat=True)
    walks = [_newest_of(backend, before)[:limit] for backend in backends]
    found = sorted((row for walk in walks for row in walk), key=lambda row: (row.placed_at, row.pk), reverse=True)
    return found[:limit]


def _newest_of(backend: int, before: Place | None) -> "QuerySet[Order]":
    return _older(Order.objects.filter(backend=backend).select_related("account", "backend__shop"), before)


def named_in(text: str, *, shop_id: int) -> list[Order]:
    """Return the orders of a shop that a text names by number or parcel, newest first."""
    wanted = Q()
    for kind, value in matching.named_in(text):
        key = keys.spelt(kind, value, region="", secret="")
        wanted |= Q(kind=kind, key=key)
    if not wanted:
        return []
    named = OrderKey.objects.filter(wanted).values("order_id")
    rows = Order.objects.filter(pk__in=named, backend__shop_id=shop_id).select_related("account", "backend__shop")
    return list(rows.order_by("-placed_at", "-id")[:MOST_ORDERS])


def newest_of_tax_ids(text: str, *, shop_id: int) -> list[Order]:
    """Return the newest order of each account of a shop whose tax id a text names."""
    digests = [
        keys.spelt(KeyKind.TAX_ID, word, region="", secret=settings.SECRET_KEY) for word in taxids.tax_ids_in(text)
    ]
    if not digests:
        return []
    found = AccountKey.objects.filter(kind=KeyKind.TAX_ID, key__in=digests, account__backend__shop_id=shop_id)
    accounts = found.values_list("account_id", flat=True).distinct()[:_MOST_ACCOUNTS]
    rows = Order.objects.select_related("account", "backend__shop").order_by("-placed_at", "-id")
    newest_ones = [rows.filter(account=account).first() for account in accounts]
    return [row for row in newest_ones if row]


def belongs_to(order: Order, *, identities: Iterable[Identity]) -> bool:
    """Tell whether an order's account carries one of a customer's identities."""
    return carries(order.account_id, identities=identities)


def carries(account: int, *, identities: Iterable[Identity]) -> bool:
    """Tell whether an account carries one of a customer's identities."""
    known = {(KEY_OF[IdentityKind(one.kind)].value, one.match_key) for one in identities if one.kind in KEY_OF}
    return bool(known & {(row.kind, row.key) for row in KEYS_OF(account)})


def has_address(account: int, email: str) -> bool:
    """Tell whether an account carries an e-mail address."""
    key = keys.spelt(KeyKind.EMAIL, email, region="", secret="")
    return bool(key) and any((row.kind, row.key) == (KeyKind.EMAIL, key) for row in KEYS_OF(account))

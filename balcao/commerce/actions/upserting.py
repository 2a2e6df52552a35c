"""Writing many orders or products into the book at once: a few statements for a batch, whatever stands there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import Max, Q

from balcao.commerce.actions.copying import keep_words
from balcao.commerce.models import Account, AccountKey, Backend, BookDeed, Order, OrderKey, Product, Variant
from balcao.commerce.rules import documents, keys, watching
from balcao.commerce.rules.importing.meeting import met, met_account
from balcao.kit.db import locked
from balcao.kit.searchtext import fold
from balcao.ports import commerce as port
from balcao.ports.commerce import KeyKind

_LONGEST_SEARCH = 600
_ONCE = ["backend", "ref"]
_ORDER_COLUMNS = [
    "account",
    "number",
    "stage",
    "currency",
    "total",
    "placed_at",
    "changed_at",
    "fetched_at",
    "document",
    "version",
    "watch_at",
]

Catalogue = Mapping[str, tuple[str, str]]  # ref or SKU of a variant -> (product, variant)


@dataclass(slots=True)
class Written:
    """What became of the orders or products of a file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0  # of these: those that had deeds, of which the file could tell the progress only

    def add(self, other: "Written") -> None:
        """Count another batch in."""
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.kept += other.kept


# --- Orders -----------------------------------------------------------------------------------------------------------


def write_orders(*, backend: Backend, orders: Sequence[port.Order], now: datetime) -> Written:
    """Write a batch of orders with their customers, within the caller's transaction."""
    told = {order.ref: order for order in orders}
    catalogue = _catalogue(backend, told.values())
    accounts = _write_accounts(backend, list(told.values()), now)
    known = {row.ref: row for row in locked(Order.objects.filter(backend=backend, ref__in=told))}
    deeds = BookDeed.objects.filter(order__in=[row.pk for row in known.values()])
    with_deeds = set(deeds.values_list("order", flat=True))
    written, fresh = Written(), []
    for ref, order in told.items():
        row = known.get(ref)
        after = _after(_in_catalogue(order, catalogue), row, has_deeds=bool(row and row.pk in with_deeds))
        written.kept += bool(row and row.pk in with_deeds)
        document = documents.order_document(after)
        if row and row.document == document:
            written.unchanged += 1
            continue
        written.changed += row is not None
        written.new += row is None
        account_id = row.account_id if row and row.pk in with_deeds else accounts[order.account.ref].pk
        fresh.append((after, order_row(backend, after, document, row, account_id, now)))
    save_orders(fresh)
    return written


def _after(told: port.Order, row: Order | None, *, has_deeds: bool) -> port.Order:
    return met(told, documents.order_from(row.document, told.account), has_deeds=has_deeds) if row else told


def order_row(
    backend: Backend,
    order: port.Order,
    document: dict[str, object],
    known: Order | None,
    account_id: int,
    now: datetime,
) -> Order:
    """Return the row of an order as it is to be written; `known` is the one that stands there."""
    return Order(
        backend=backend,
        account_id=account_id,
        ref=order.ref,
        number=order.number,
        stage=order.stage,
        currency=order.currency,
        total=order.total,
        placed_at=order.placed_at or (known.placed_at if known else now),
        changed_at=order.changed_at or now,
        fetched_at=now,
        document=document,
        version=order.version,
        watch_at=watching.watched_from(order),
    )


def save_orders(fresh: Sequence[tuple[port.Order, Order]]) -> list[Order]:
    """Write orders with their keys, new or not, in two statements; return their rows."""
    rows = Order.objects.bulk_create(
        [row for _, row in fresh], update_conflicts=True, unique_fields=_ONCE, update_fields=_ORDER_COLUMNS
    )
    wanted = [
        OrderKey(order=row, kind=kind, key=key)
        for row, (order, _) in zip(rows, fresh, strict=True)
        for kind, key in sorted(keys.keys_of_order(order))
    ]
    OrderKey.objects.bulk_create(wanted, ignore_conflicts=True)
    return rows


def _catalogue(backend: Backend, orders: Iterable[port.Order]) -> Catalogue:
    """Return where the things stand in the catalogue of which a file only knows the code."""
    codes = {
        code
        for order in orders
        for line in order.lines
        if not line.product_ref
        for code in (line.variant_ref, line.sku)
        if code
    }
    rows = Variant.objects.filter(Q(ref__in=codes) | Q(sku__in=codes), backend=backend).select_related("product")
    found: dict[str, tuple[str, str]] = {}
    for row in rows if codes else ():
        found[row.ref] = (row.product.ref, row.ref)
        found.setdefault(row.sku, (row.product.ref, row.ref))
    return found


def _in_catalogue(order: port.Order, catalogue: Catalogue) -> port.Order:
    if not catalogue:
        return order
    return replace(order, lines=tuple(_placed(line, catalogue) for line in order.lines))


def _placed(line: port.Line, catalogue: Catalogue) -> port.Line:
    place = catalogue.get(line.variant_ref) or catalogue.get(line.sku)
    return replace(line, product_ref=place[0], variant_ref=place[1]) if place and not line.product_ref else line


# --- Their customers --------------------------------------------------------------------------------------------------


def _write_accounts(backend: Backend, orders: Sequence[port.Order], now: datetime) -> dict[str, Account]:
    """Write the customers of some orders and return them by ref. Whoever writes an order locks its account first."""
    known = {row.ref: row for row in locked(Account.objects.filter(pk__in=_concerned(backend, orders)).order_by("pk"))}
    after = _accounts_after(known, orders)
    fresh = {}
    for ref, account in after.items():
        document = documents.plain(replace(account, tax_id=""))  # it finds by its digest, and is never kept
        if ref not in known or known[ref].document != document:
            fresh[ref] = Account(backend=backend, ref=ref, document=document, fetched_at=now)
    saved = Account.objects.bulk_create(
        fresh.values(), update_conflicts=True, unique_fields=_ONCE, update_fields=["document", "fetched_at"]
    )
    save_account_keys(backend, [(row, after[row.ref]) for row in saved], {row.pk for row in known.values()}, now)
    save_tax_ids(backend, [(known[ref], account) for ref, account in after.items() if ref in known])
    return known | {row.ref: row for row in saved}


def _concerned(backend: Backend, orders: Sequence[port.Order]) -> set[int]:
    """Return the accounts that some orders name or stood under: two questions, as one would walk all accounts."""
    refs = {order.account.ref for order in orders}
    named = Account.objects.filter(backend=backend, ref__in=refs).values_list("pk", flat=True)
    bought = Order.objects.filter(backend=backend, ref__in=[order.ref for order in orders])
    return {*named, *bought.values_list("account_id", flat=True)}


def _accounts_after(known: Mapping[str, Account], orders: Sequence[port.Order]) -> dict[str, port.Account]:
    ids = {row.pk: ref for ref, row in known.items()}
    last = Order.objects.filter(account__in=ids).values_list("account").annotate(Max("placed_at")).order_by()
    newest = {ids[account]: at for account, at in last}
    with_deeds = {ids[pk] for pk in BookDeed.objects.filter(account__in=ids).values_list("account", flat=True)}
    after: dict[str, port.Account] = {}
    for order in orders:
        told, ref = order.account, order.account.ref
        before = after.get(ref) or (documents.account_from(known[ref].document) if ref in known else None)
        if before is None:
            after[ref] = told
        else:
            is_newest = bool(order.placed_at and (ref not in newest or order.placed_at >= newest[ref]))
            after[ref] = met_account(told, before, is_newest=is_newest, has_deeds=ref in with_deeds)
        if order.placed_at:
            newest[ref] = max(order.placed_at, newest.get(ref, order.placed_at))
    return after


def save_account_keys(
    backend: Backend, accounts: Sequence[tuple[Account, port.Account]], known: set[int], now: datetime
) -> None:
    """Write what accounts are found by, and take away what no longer holds; `known` are those that stood there."""
    region, secret = backend.shop.region, settings.SECRET_KEY
    wanted = {row.pk: keys.keys_of_account(account, region=region, secret=secret) for row, account in accounts}
    AccountKey.objects.bulk_create(
        [
            AccountKey(account_id=pk, kind=kind, key=key, since=now if pk in known else None)
            for pk, found in wanted.items()
            for kind, key in sorted(found)
        ],
        ignore_conflicts=True,
    )
    there = AccountKey.objects.filter(account__in=known & set(wanted)).exclude(kind=KeyKind.TAX_ID)
    stale = [row.pk for row in there if (row.kind, row.key) not in wanted[row.account_id]]
    AccountKey.objects.filter(pk__in=stale).delete()


def save_tax_ids(backend: Backend, accounts: Iterable[tuple[Account, port.Account]]) -> None:
    """Add the tax ids of customers who were known: whether they are new cannot be seen, as they are not kept."""
    region, secret, kind = backend.shop.region, settings.SECRET_KEY, KeyKind.TAX_ID
    spelt = {row.pk: keys.spelt(kind, account.tax_id, region=region, secret=secret) for row, account in accounts}
    there = set(AccountKey.objects.filter(account__in=spelt, kind=kind).values_list("account", "key"))
    news = [(pk, key) for pk, key in spelt.items() if key and (pk, key) not in there]
    AccountKey.objects.bulk_create([AccountKey(account_id=pk, kind=kind, key=key) for pk, key in news])


# --- Products ---------------------------------------------------------------------------------------------------------


def write_products(*, backend: Backend, products: Sequence[port.Product], now: datetime) -> Written:
    """Write a batch of products with their variants, within the caller's transaction."""
    told = {product.ref: product for product in products}
    known = dict(Product.objects.filter(backend=backend, ref__in=told).values_list("ref", "document"))
    after = {ref: documents.plain(product) for ref, product in told.items()}
    fresh = [ref for ref, document in after.items() if known.get(ref) != document]
    rows = [
        Product(
            backend=backend,
            ref=ref,
            name=told[ref].name,
            search=fold(told[ref].name)[:_LONGEST_SEARCH],
            document=after[ref],
            fetched_at=now,
        )
        for ref in fresh
    ]
    columns = ["name", "search", "document", "fetched_at"]
    saved = Product.objects.bulk_create(rows, update_conflicts=True, unique_fields=_ONCE, update_fields=columns)
    _save_variants(backend, [(row, told[row.ref]) for row in saved])
    keep_words([(row, told[row.ref]) for row in saved])
    new = sum(ref not in known for ref in fresh)
    return Written(new=new, changed=len(fresh) - new, unchanged=len(told) - len(fresh))


def _save_variants(backend: Backend, products: Sequence[tuple[Product, port.Product]]) -> None:
    rows = {
        one.ref: Variant(backend=backend, product=row, ref=one.ref, sku=one.sku)
        for row, product in products
        for one in product.variants
    }
    saved = Variant.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=_ONCE, update_fields=["product", "sku"]
    )
    left_out = Variant.objects.filter(product__in=[row for row, _ in products])
    left_out.exclude(pk__in=[row.pk for row in saved]).delete()

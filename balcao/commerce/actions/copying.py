"""Keeping our copy of what a shop system says: accounts, orders, products."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from balcao.commerce.models import Account, AccountKey, Backend, Order, OrderKey, Product, ProductWord, Variant
from balcao.commerce.rules import documents, keys, remembering, searching, watching
from balcao.kit.db import locked
from balcao.kit.searchtext import fold
from balcao.ports import commerce as port
from balcao.ports.commerce import KeyKind

_LONGEST_SEARCH = 600


@transaction.atomic
def keep_account(*, backend: Backend, account: port.Account, now: datetime) -> Account:
    """Keep an account as it is now."""
    row, is_new = Account.objects.update_or_create(
        backend=backend,
        ref=account.ref,
        defaults={"document": documents.plain(_without_tax_id(account)), "fetched_at": now},
    )
    wanted = keys.keys_of_account(account, region=backend.shop.region, secret=settings.SECRET_KEY)
    known = set(AccountKey.objects.filter(account=row).values_list("kind", "key"))
    since = None if is_new else now
    news = [AccountKey(account=row, kind=kind, key=key, since=since) for kind, key in wanted - known]
    AccountKey.objects.bulk_create(news)
    for kind, key in known - wanted:
        if kind == KeyKind.TAX_ID and not account.tax_id:
            continue  # nobody unsaid it: our own copy never holds it
        AccountKey.objects.filter(account=row, kind=kind, key=key).delete()
    return row


def _without_tax_id(account: port.Account) -> port.Account:
    # It finds the account by its digest and is never shown: what is not kept cannot leak.
    return replace(account, tax_id="")


@transaction.atomic
def keep_order(*, backend: Backend, order: port.Order, now: datetime) -> Order:
    """Keep an order as its system tells it; what was bought stays known even where the system forgets it.

    Something older than what we have (a webhook that was overtaken) changes nothing; `now` is when it was asked for.
    """
    _ = locked(Account.objects.filter(backend=backend, ref=order.account.ref)).first()  # everybody locks it first
    known = locked(Order.objects.filter(backend=backend, ref=order.ref)).first()
    if known:
        earlier = documents.order_from(known.document, order.account)
        if remembering.is_overtaken(order, earlier, read_at=now, known_read_at=known.fetched_at):
            return known
        order = remembering.remembered(order, earlier)
    return write_order(backend=backend, order=order, now=now)


@transaction.atomic
def write_order(*, backend: Backend, order: port.Order, now: datetime) -> Order:
    """Write an order down exactly as it is given, whatever was known: for the book, which is the order itself."""
    account = keep_account(backend=backend, account=order.account, now=now)
    row, _ = Order.objects.update_or_create(
        backend=backend,
        ref=order.ref,
        defaults={
            "account": account,
            "number": order.number,
            "stage": order.stage,
            "currency": order.currency,
            "total": order.total,
            "placed_at": order.placed_at or now,
            "changed_at": order.changed_at or now,
            "fetched_at": now,
            "document": documents.order_document(order),
            "version": order.version,
            "watch_at": watching.watched_from(order),
        },
    )
    wanted = keys.keys_of_order(order)
    known = set(OrderKey.objects.filter(order=row).values_list("kind", "key"))
    OrderKey.objects.bulk_create([OrderKey(order=row, kind=kind, key=key) for kind, key in wanted - known])
    return row


@transaction.atomic
def keep_product(*, backend: Backend, product: port.Product, now: datetime) -> Product:
    """Keep a product and its variants as they are now."""
    row, _ = Product.objects.update_or_create(
        backend=backend,
        ref=product.ref,
        defaults={
            "name": product.name,
            "search": fold(product.name)[:_LONGEST_SEARCH],
            "document": documents.plain(product),
            "fetched_at": now,
        },
    )
    _keep_variants(row, product.variants)
    keep_words([(row, product)])
    return row


def keep_words(products: Sequence[tuple[Product, port.Product]]) -> None:
    """Keep by which words products are found."""
    wanted = {(row.pk, word) for row, product in products for word in searching.words_of(product)}
    rows = ProductWord.objects.filter(product__in=[row.pk for row, _ in products])
    known = {(product, word): pk for pk, product, word in rows.values_list("pk", "product_id", "word")}
    fresh = sorted(wanted - known.keys())
    ProductWord.objects.bulk_create(
        [ProductWord(product_id=pk, word=word) for pk, word in fresh], ignore_conflicts=True
    )
    ProductWord.objects.filter(pk__in=[known[one] for one in known.keys() - wanted]).delete()


def _keep_variants(product: Product, variants: Iterable[port.Variant]) -> None:
    Variant.objects.bulk_create(
        [Variant(backend_id=product.backend_id, product=product, ref=one.ref, sku=one.sku) for one in variants],
        update_conflicts=True,
        unique_fields=["backend", "ref"],
        update_fields=["product", "sku"],
    )
    Variant.objects.filter(product=product).exclude(ref__in=[one.ref for one in variants]).delete()

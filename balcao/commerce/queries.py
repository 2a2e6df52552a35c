"""Everything that reads orders for others."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.commerce.models import (
    Account,
    AccountKey,
    Backend,
    Challenge,
    Evidence,
    LedgerEntry,
    Order,
    OrderKey,
    Product,
    ProductWord,
    Variant,
)
from balcao.commerce.rules import documents, keys, matching, searching, undoing, verifying
from balcao.commerce.rules.deciding import Scene
from balcao.commerce.types import OPEN_LEDGER, LedgerState, Level, Offer, Policy
from balcao.customers.models import Identity
from balcao.customers.types import IdentityKind
from balcao.journal.models import Entry
from balcao.journal.types import SubjectKind
from balcao.kit import crypto
from balcao.kit.db import begins
from balcao.kit.numbers import number_in
from balcao.kit.prepared import Prepared
from balcao.ports import commerce as port
from balcao.ports import registry
from balcao.ports.commerce import Action, ChangeLines, Exchange, KeyKind, Link, PlaceOrder
from balcao.shops.models import Shop

SECRETS_PURPOSE = "backend-secrets"
MOST_COUNTED = 10_000
_PAGE_PURPOSE = "order-page"
_MOST_ORDERS = 20
_MOST_ENTRIES = 50
_MOST_WAITING = 100  # actions that are counted
_MOST_PRODUCTS = 8
_MOST_MATCHES = 60  # words that are looked at for one search

Place = tuple[datetime, int]  # where a page of orders ended: when the last one was placed, and its id

_KEY_OF = {IdentityKind.EMAIL: KeyKind.EMAIL, IdentityKind.PHONE: KeyKind.PHONE, IdentityKind.ACCOUNT: KeyKind.ACCOUNT}
_ORDERS_OF = Prepared(
    lambda kind, keys, shops: (
        Order.objects.filter(
            account_id__in=AccountKey.objects.filter(kind=kind, key__in=keys).values("account_id"),
            backend__shop_id__in=shops,
        )
        .select_related("account", "backend__shop")
        .order_by("-placed_at", "-id")[:_MOST_ORDERS]
    )
)
_KEYS_OF = Prepared(lambda account: AccountKey.objects.filter(account=account))
_SEEN_IN_TALK = Prepared(
    lambda account, talk, now: Evidence.objects.filter(account=account, conversation=talk, until__gt=now).order_by(
        "-level", "-id"
    )[:1]
)
_SEEN_IN_VISIT = Prepared(
    lambda account, visit, now: Evidence.objects.filter(account=account, visit=visit, until__gt=now).order_by(
        "-level", "-id"
    )[:1]
)
_ASKED_IN_TALK = Prepared(
    lambda account, talk: Challenge.objects.filter(account=account, conversation=talk).order_by("-id")[:1]
)
_OPEN_OF = Prepared(lambda order: LedgerEntry.objects.filter(order=order, state__in=OPEN_LEDGER).only("pk")[:2])
_WAITING_OF = Prepared(
    lambda shops: LedgerEntry.objects.filter(
        state=LedgerState.ASKED, backend__in=Backend.objects.filter(shop__in=shops).values("pk")
    ).values_list("pk", flat=True)[:_MOST_WAITING]
)
_LEDGER_OF = Prepared(
    lambda order: (
        LedgerEntry.objects.filter(order=order).select_related("agent", "approver").order_by("-id")[:_MOST_ENTRIES]
    )
)


def secret_keys() -> list[str]:
    """Return the keys that open sealed secrets, the current one first."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def adapter_of(backend: Backend) -> port.Commerce:
    """Return what talks to a backend."""
    return registry.commerce(backend.kind)


def link_of(backend: Backend) -> Link:
    """Return a backend as its adapter sees it."""
    config = adapter_of(backend).Config
    values = dict(backend.settings)
    if backend.sealed_secrets:
        values |= json.loads(crypto.unseal(backend.sealed_secrets, key=secret_keys(), purpose=SECRETS_PURPOSE))
    known = {f.name for f in fields(config)}
    return Link(
        config=config(**{name: value for name, value in values.items() if name in known}),
        key=str(backend.pk),
        currency=backend.shop.currency,
        region=backend.shop.region,
    )


def policy_of(backend: Backend) -> Policy:
    """Return what the shop behind a backend allows."""
    return documents.policy_from(backend.policy)


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


def find(
    *,
    kind: KeyKind,
    value: str,
    shop_ids: Iterable[int],
    region: str,
    before: Place | None = None,
    limit: int = _MOST_ORDERS,
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
    *, identities: Iterable[Identity], shop_ids: Iterable[int], before: Place | None = None, limit: int = _MOST_ORDERS
) -> list[Order]:
    """Return the newest orders of these shops whose account carries one of a customer's identities, page by page."""
    wanted = Q()
    for one in identities:
        if one.kind in _KEY_OF:
            wanted |= Q(kind=_KEY_OF[IdentityKind(one.kind)], key=one.match_key)
    if not wanted:
        return []
    accounts = AccountKey.objects.filter(wanted).values("account_id")
    rows = Order.objects.filter(account_id__in=accounts, backend__shop_id__in=shop_ids)
    return list(_older(rows.select_related("account", "backend__shop"), before)[:limit])


def orders_of(*, identities: Iterable[Identity], shop_ids: Iterable[int], limit: int = _MOST_ORDERS) -> list[Order]:
    """Return the newest orders of these shops whose account carries one of a customer's identities."""
    known: dict[str, list[str]] = {}
    for one in identities:
        if one.kind in _KEY_OF:
            known.setdefault(_KEY_OF[IdentityKind(one.kind)].value, []).append(one.match_key)
    shops = sorted(shop_ids)
    rows = {row.pk: row for kind, mine in known.items() for row in _ORDERS_OF(kind, mine, shops)} if shops else {}
    return sorted(rows.values(), key=lambda row: (row.placed_at, row.pk), reverse=True)[:limit]


def newest(*, shop_ids: Iterable[int], before: Place | None = None, limit: int = _MOST_ORDERS) -> list[Order]:
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
    return list(rows.order_by("-placed_at", "-id")[:_MOST_ORDERS])


def belongs_to(order: Order, *, identities: Iterable[Identity]) -> bool:
    """Tell whether an order's account carries one of a customer's identities."""
    return carries(order.account_id, identities=identities)


def carries(account: int, *, identities: Iterable[Identity]) -> bool:
    """Tell whether an account carries one of a customer's identities."""
    known = {(_KEY_OF[IdentityKind(one.kind)].value, one.match_key) for one in identities if one.kind in _KEY_OF}
    return bool(known & {(row.kind, row.key) for row in _KEYS_OF(account)})


def has_address(account: int, email: str) -> bool:
    """Tell whether an account carries an e-mail address."""
    key = keys.spelt(KeyKind.EMAIL, email, region="", secret="")
    return bool(key) and any((row.kind, row.key) == (KeyKind.EMAIL, key) for row in _KEYS_OF(account))


def products_of_refs(*, backend: Backend, refs: Iterable[str]) -> dict[str, port.Product]:
    """Return products by the shop system's own key, as it told them."""
    rows = Product.objects.filter(backend=backend, ref__in=set(refs))
    return {row.ref: documents.product_from(row.document) for row in rows}


def offers(*, backend: Backend, refs: Iterable[str]) -> dict[str, Offer]:
    """Return what the shop sells under these variants."""
    rows = Variant.objects.filter(backend=backend, ref__in=set(refs)).select_related("product")
    found = {row.ref: documents.product_from(row.product.document) for row in rows}
    return {
        variant.ref: Offer(variant, product.ref, product.name, product.currency)
        for ref, product in found.items()
        for variant in product.variants
        if variant.ref == ref
    }


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
        is_silent=bool(backend.failing_since),
        is_under_way=_is_under_way(order, beside),
    )


def _is_under_way(order: Order | None, beside: LedgerEntry | None) -> bool:
    if order is None:
        return False
    return any(beside is None or row.pk != beside.pk for row in _OPEN_OF(order.pk))


def ledger_of_order(order: Order, *, limit: int = _MOST_ENTRIES) -> list[LedgerEntry]:
    """Return the newest actions on an order."""
    return _LEDGER_OF(order.pk)[:limit]


def opposite_of(entry: LedgerEntry, *, now: datetime) -> Action | None:
    """Return the action that takes a settled one back; None where it is too late, or there is none.

    Reads the order and the account as they stand; the entry should have both loaded.
    """
    in_time = entry.state == LedgerState.DONE and undoing.is_in_time(entry.settled_at, now=now)
    if not in_time or entry.kind not in undoing.UNDOABLE:
        return None
    stored = _seen_by(entry)
    if stored is None:
        return None
    account = account_value(entry.account)
    before, after = (_order_in(stored, name, account) for name in ("before", "after"))
    scenery = undoing.Scenery(
        account_before=documents.account_from(stored["account"]) if stored.get("account") else None,
        account_now=account,
        before=before,
        after=after,
        order_now=order_value(entry.order) if entry.order else None,
    )
    action = documents.action_from(entry.kind, entry.action)
    return undoing.inverse(action, documents.effect_from(entry.effect), scenery)


def _seen_by(entry: LedgerEntry) -> dict[str, Any] | None:
    """Return what an action found and left, as the journal keeps it until it is erased."""
    kind, pk = (SubjectKind.ORDER, entry.order_id) if entry.order_id else (SubjectKind.TICKET, entry.ticket)
    if pk is None:
        return None
    rows = Entry.objects.filter(subjects__kind=kind, subjects__subject_id=pk, name="order.action.done")
    rows = rows.filter(at__gte=entry.created_at)
    told = next((row for row in rows.select_related("personal") if row.facts.get("entry") == entry.pk), None)
    return getattr(told, "personal", None) and told.personal.values if told else None


def _order_in(stored: dict[str, Any], name: str, account: port.Account) -> port.Order | None:
    return documents.order_from(stored[name], account) if stored.get(name) else None


def ledger_before(order: Order, *, before: int | None, limit: int) -> list[LedgerEntry]:
    """Return the newest actions on an order, or those before one of them."""
    rows = LedgerEntry.objects.filter(order=order, **({"pk__lt": before} if before else {}))
    return list(rows.select_related("backend").order_by("-id")[:limit])


def waiting_count(*, shop_ids: Iterable[int]) -> int:
    """Return how many actions wait for a second pair of eyes, counting no further than a hundred."""
    return len(_WAITING_OF(sorted(shop_ids)))


def waiting_for_approval(*, shop_ids: Iterable[int], after: int = 0, limit: int = 100) -> list[LedgerEntry]:
    """Return actions that wait for a second pair of eyes, oldest first, or those after one of them."""
    rows = LedgerEntry.objects.filter(state="asked", backend__shop_id__in=shop_ids, pk__gt=after)
    return list(rows.select_related("agent", "order__account", "account", "backend__shop").order_by("id")[:limit])


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


# --- Whom we speak with -----------------------------------------------------------------------------------------------


def verifying_key(account: Account, *, began_at: datetime) -> str:
    """Return the address at which an account can be verified: one it had before this began; "" for none."""
    mails = sorted((row for row in _KEYS_OF(account.pk) if row.kind == KeyKind.EMAIL), key=lambda row: row.pk)
    return next((row.key for row in mails if verifying.had_before(row.since, began_at=began_at)), "")


def challenges_since(account: Account, moment: datetime, *, in_visits: bool) -> int:
    """Return how many codes were asked for an account since a moment, in visits or in conversations."""
    rows = Challenge.objects.filter(account=account, created_at__gt=moment)
    return (rows.exclude(visit="") if in_visits else rows.filter(visit="")).count()


def is_superseded(challenge: Challenge) -> bool:
    """Tell whether a newer code was asked for in the same conversation or visit."""
    place = {"visit": challenge.visit, "conversation": challenge.conversation}
    return Challenge.objects.filter(account=challenge.account_id, pk__gt=challenge.pk, **place).exists()


def evidence(
    account: Account, *, now: datetime, conversation: int | None = None, visit_digest: str = ""
) -> Evidence | None:
    """Return what shows most in a conversation or visit for an account, while it still counts."""
    if visit_digest:
        return _SEEN_IN_VISIT.first(account.pk, visit_digest, now)
    return _SEEN_IN_TALK.first(account.pk, conversation, now) if conversation is not None else None


def open_challenge(account: Account, *, conversation: int) -> Challenge | None:
    """Return the newest code that was asked for in a conversation and has not been used."""
    row = _ASKED_IN_TALK.first(account.pk, conversation)
    return row if row and row.used_at is None else None


def challenge_of_visit(account: Account, visit_digest: str, *, now: datetime) -> Challenge | None:
    """Return the newest code that was asked for in a visit, while it may still be typed."""
    row = Challenge.objects.filter(account=account, visit=visit_digest).order_by("-id").first()
    return row if row and not row.used_at and now <= verifying.code_ends(row.sent_at or row.created_at) else None


def first_evidence_at(visit_digest: str) -> datetime | None:
    """Return when a visit began: when its visitor first showed something."""
    row = Evidence.objects.filter(visit=visit_digest).order_by("id").first() if visit_digest else None
    return row.at if row else None


def order_of_contact(*, shop: Shop, number: str, email: str) -> Order | None:
    """Return a shop's order of this number whose account has this address. A miss costs what a hit costs.

    Copies of a shop system that is not in use any more are nobody's page: they tell of a day gone by.
    """
    key = keys.spelt(KeyKind.NUMBER, number, region="", secret="")
    address = keys.spelt(KeyKind.EMAIL, email, region="", secret="")
    rows = Order.objects.filter(
        backend__shop=shop,
        backend__is_active=True,
        keys__kind=KeyKind.NUMBER,
        keys__key=key,
        account__keys__kind=KeyKind.EMAIL,
        account__keys__key=address,
    )
    return rows.select_related("account__backend__shop", "backend__shop").order_by("-placed_at", "-id").first()


def order_of_visit(*, shop: Shop, number: str, visit_digest: str, now: datetime) -> Order | None:
    """Return a shop's order of this number that belongs to somebody whom this visit showed to be its customer."""
    key = keys.spelt(KeyKind.NUMBER, number, region="", secret="")
    seen = Evidence.objects.filter(visit=visit_digest, until__gt=now).values("account_id")
    rows = Order.objects.filter(backend__shop=shop, backend__is_active=True, account_id__in=seen)
    rows = rows.filter(keys__kind=KeyKind.NUMBER, keys__key=key)
    return rows.select_related("account__backend__shop", "backend__shop").order_by("-placed_at", "-id").first()


def orders_of_account(account: Account, *, limit: int = _MOST_ORDERS) -> list[Order]:
    """Return the newest orders of an account."""
    rows = Order.objects.filter(account=account).select_related("account", "backend__shop")
    return list(rows.order_by("-placed_at", "-id")[:limit])


def page_token(order: Order) -> str:
    """Return what a link to the customer's page of an order ends with; it opens no more than number and e-mail do."""
    return f"{order.pk}-{crypto.sign_token(order.pk, key=settings.SECRET_KEY, purpose=_PAGE_PURPOSE)}"


def order_of_token(token: str, *, shop: Shop) -> Order | None:
    """Return the order that such a link leads to; None where it is none of ours."""
    pk, _, signature = token.partition("-")
    number = number_in(pk)
    if number is None or not crypto.check_token(signature, number, key=secret_keys(), purpose=_PAGE_PURPOSE):
        return None
    rows = Order.objects.filter(pk=number, backend__shop=shop, backend__is_active=True)
    return rows.select_related("account__backend__shop", "backend__shop").first()


# --- Before the sale --------------------------------------------------------------------------------------------------


def backends_of(*, shop_id: int) -> list[Backend]:
    """Return the shop systems in use of a shop."""
    return list(Backend.objects.filter(shop=shop_id, is_active=True).select_related("shop"))


def search_products(text: str, *, shop_id: int, limit: int = _MOST_PRODUCTS) -> list[Product]:
    """Return products of a shop of which every word of the text begins a word, at most so many.

    Walks the words that begin like the longest one, and no further than enough.
    """
    terms = searching.terms_of(text)
    if not terms:
        return []
    rows = ProductWord.objects.filter(begins("word", terms[0]), product__backend__shop=shop_id)
    rows = rows.filter(product__backend__is_active=True)
    for term in terms[1:]:
        also = ProductWord.objects.filter(begins("word", term), product=OuterRef("product"))
        rows = rows.filter(Exists(also))
    found = dict.fromkeys(rows.order_by("word").values_list("product_id", flat=True)[:_MOST_MATCHES])
    known = Product.objects.filter(pk__in=list(found)[:limit]).select_related("backend__shop").in_bulk()
    return [known[pk] for pk in found if pk in known]


def product_value(row: Product) -> port.Product:
    """Return a product as its shop system told it."""
    return documents.product_from(row.document)


def accounts_of(*, identities: Iterable[Identity], shop_id: int) -> list[Account]:
    """Return the accounts of a shop that carry one of a customer's identities, the newest first."""
    wanted = Q()
    for one in identities:
        if one.kind in _KEY_OF:
            wanted |= Q(keys__kind=_KEY_OF[IdentityKind(one.kind)], keys__key=one.match_key)
    if not wanted:
        return []
    rows = Account.objects.filter(wanted, backend__shop=shop_id, backend__is_active=True).distinct()
    return list(rows.select_related("backend__shop").order_by("-id")[:_MOST_ORDERS])


def kept_orders(backend: Backend) -> int:
    """Return how many orders of a shop system we keep, counting no further than `MOST_COUNTED`."""
    return Order.objects.filter(backend=backend)[:MOST_COUNTED].count()

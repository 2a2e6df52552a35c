"""Keeping many orders and products at once as a shop system tells them: a page is a few statements, however long it is.

The journal gets one entry for a page, and only when something changed; it names the orders and the customers whose open
pages are drawn anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from balcao.commerce.actions.upserting import (
    order_row,
    save_account_keys,
    save_orders,
    save_tax_ids,
    write_products,
)
from balcao.commerce.models import Account, AccountKey, Backend, Order
from balcao.commerce.rules import documents, remembering
from balcao.customers.models import Identity
from balcao.customers.types import IdentityKind
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.kit.db import locked
from balcao.ports import commerce as port
from balcao.ports.commerce import KeyKind

_ONCE = ["backend", "ref"]
_MOST_NAMED = 100  # orders of one page; beyond that whoever shows an order of this system looks again
_NEVER = datetime.min.replace(tzinfo=UTC)
_IDENTITY_OF = {
    KeyKind.EMAIL: IdentityKind.EMAIL,
    KeyKind.PHONE: IdentityKind.PHONE,
    KeyKind.ACCOUNT: IdentityKind.ACCOUNT,
}


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a page of orders and products changed in our copy."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    overtaken: int = 0  # older than what we had: left alone
    products: int = 0  # new or changed


@transaction.atomic
def mirror(
    *, backend: Backend, orders: Iterable[port.Order], products: Iterable[port.Product] = (), read_at: datetime
) -> Mirrored:
    """Keep orders and products as their system told them when asked at `read_at`; what was bought stays known."""
    told = {order.ref: order for order in orders}
    accounts = _held_accounts(backend, told.values())
    known = {row.ref: row for row in locked(_rows(backend, told).order_by("pk"))}
    after = {ref: _after(order, known.get(ref), read_at) for ref, order in told.items()}
    current = [order for order in after.values() if order]
    accounts = _kept_accounts(backend, accounts, current, read_at)
    fresh = [
        (order, row)
        for order in current
        if (row := _changed_row(backend, order, known.get(order.ref), accounts[order.account.ref].pk, read_at))
    ]
    rows = save_orders(fresh)
    same = {order.ref for order in current} - {row.ref for row in rows}
    if same:
        _rows(backend, same).update(fetched_at=read_at)
    sold = write_products(backend=backend, products=list(products), now=read_at)
    new = sum(row.ref not in known for row in rows)
    mirrored = Mirrored(new, len(rows) - new, len(same), len(told) - len(current), sold.new + sold.changed)
    _tell(backend, rows, mirrored, now=read_at)
    return mirrored


def _rows(backend: Backend, refs: Iterable[str]) -> "QuerySet[Order]":
    return Order.objects.filter(backend=backend, ref__in=list(refs))


def _after(told: port.Order, row: Order | None, read_at: datetime) -> port.Order | None:
    """Return an order as it is to be kept; None where we know better."""
    if row is None:
        return told
    earlier = documents.order_from(row.document, told.account)
    if remembering.is_overtaken(told, earlier, read_at=read_at, known_read_at=row.fetched_at):
        return None
    return remembering.remembered(told, earlier)


def _changed_row(
    backend: Backend, order: port.Order, known: Order | None, account_id: int, read_at: datetime
) -> Order | None:
    document = documents.order_document(order)
    is_same = known and (known.document, known.account_id, known.version) == (document, account_id, order.version)
    return None if is_same else order_row(backend, order, document, known, account_id, read_at)


def _held_accounts(backend: Backend, orders: Iterable[port.Order]) -> dict[str, Account]:
    """Lock the accounts of orders, those they had and those they have. Whoever writes an order does that first."""
    wanted = list(orders)
    refs = Q(ref__in={order.account.ref for order in wanted}) | Q(orders__ref__in=[order.ref for order in wanted])
    found = Account.objects.filter(refs, backend=backend).values("pk")
    return {row.ref: row for row in locked(Account.objects.filter(pk__in=found).order_by("pk"))}


def _kept_accounts(
    backend: Backend, known: Mapping[str, Account], orders: Sequence[port.Order], read_at: datetime
) -> dict[str, Account]:
    newest = sorted(orders, key=lambda order: order.placed_at or _NEVER)
    told = {order.account.ref: order.account for order in newest}  # the last order knows the customer best
    fresh = []
    for ref, account in sorted(told.items()):
        document = documents.plain(replace(account, tax_id=""))  # it finds by its digest, and is never kept
        if ref not in known or known[ref].document != document:
            fresh.append(Account(backend=backend, ref=ref, document=document, fetched_at=read_at))
    saved = Account.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=_ONCE, update_fields=["document", "fetched_at"]
    )
    save_account_keys(backend, [(row, told[row.ref]) for row in saved], {row.pk for row in known.values()}, read_at)
    save_tax_ids(backend, [(known[ref], account) for ref, account in told.items() if ref in known and account.tax_id])
    return {**known, **{row.ref: row for row in saved}}


def _tell(backend: Backend, rows: Sequence[Order], mirrored: Mirrored, *, now: datetime) -> None:
    if not rows and not mirrored.products:
        return
    is_much = len(rows) > _MOST_NAMED
    about = [] if is_much else [Subject(SubjectKind.ORDER, row.pk) for row in rows]
    customers = set() if is_much else _customers_of({row.account_id for row in rows})
    about += [Subject(SubjectKind.CUSTOMER, pk) for pk in sorted(customers)]
    record(
        name="backend.copied",
        at=now,
        actor=SYSTEM,
        about=about or [Subject(SubjectKind.SHOP, backend.shop_id)],
        shop_id=backend.shop_id,
        facts={
            "backend": backend.pk,
            "name": backend.name,
            "new": mirrored.new,
            "changed": mirrored.changed,
            "products": mirrored.products,
            **({"many": True} if is_much else {}),
        },
    )


def _customers_of(account_ids: Iterable[int]) -> set[int]:
    """Return our customers who carry a key of these accounts: their pages may be open."""
    keys = AccountKey.objects.filter(account__in=list(account_ids), kind__in=_IDENTITY_OF).values_list("kind", "key")
    by_kind: dict[IdentityKind, list[str]] = {}
    for kind, key in keys:
        by_kind.setdefault(_IDENTITY_OF[KeyKind(kind)], []).append(key)
    wanted = Q(pk__in=[])
    for kind, found in by_kind.items():
        wanted |= Q(kind=kind, match_key__in=found)
    return set(Identity.objects.filter(wanted).values_list("customer", flat=True)) if by_kind else set()

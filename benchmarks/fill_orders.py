"""Filling a database with orders, past the actions: rows as they would stand, written in bulk."""

import json
import sys
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.models import Account, AccountKey, Backend, Order, OrderKey
from balcao.commerce.rules import documents, keys
from balcao.journal.types import SYSTEM
from balcao.kit.db import is_postgres
from balcao.ports import commerce as port
from benchmarks.bought import EACH, TICKETS, account, orders, writers
from benchmarks.corpus import NEWEST
from benchmarks.fill import Table, fill, move_sequences

_BATCH = 20_000


def fill_with_orders(count: int) -> None:
    """Fill an empty, migrated database with so many orders in its order book, and a few tickets of those who bought."""
    _agent, channel = fill(TICKETS)
    backend = create_backend(
        shop=channel.shop, kind=Book.kind, name="Bench", config=Book.Config(), actor=SYSTEM, now=NEWEST
    )
    known = writers()
    _accounts(backend, max(count // EACH, 1), known)
    _orders(backend, count, known)
    if is_postgres():
        move_sequences(Account, AccountKey, Order, OrderKey)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _accounts(backend: Backend, count: int, known: list[str]) -> None:
    rows = Table(Account(backend=backend, ref="", document={}, fetched_at=NEWEST))
    found_by = Table(AccountKey(account_id=1, kind="email", key=""))
    keyed = 0
    for place in range(count):
        value = account(place, known)
        rows.add(id=place + 1, ref=value.ref, document=_kept(value))
        wanted = keys.keys_of_account(value, region=backend.shop.region, secret=settings.SECRET_KEY)
        for kind, key in sorted(wanted):
            keyed += 1
            found_by.add(id=keyed, account_id=place + 1, kind=kind.value, key=key)
        if place % _BATCH == _BATCH - 1 or place == count - 1:
            _write("customers", place + 1, rows, found_by)


def _kept(value: port.Account) -> str:
    return json.dumps({**documents.plain(value), "tax_id": ""})  # found by its digest, and never kept


def _orders(backend: Backend, count: int, known: list[str]) -> None:
    rows = Table(_example(backend))
    found_by = Table(OrderKey(order_id=1, kind="number", key=""))
    keyed = 0
    for place, order in enumerate(orders(count, known)):
        rows.add(
            id=place + 1,
            account_id=int(order.account.ref[1:]) + 1,
            ref=order.ref,
            number=order.number,
            stage=order.stage.value,
            total=order.total,
            placed_at=_moment(order.placed_at),
            changed_at=_moment(order.placed_at),
            document=json.dumps(documents.order_document(order)),
        )
        for kind, key in sorted(keys.keys_of_order(order)):
            keyed += 1
            found_by.add(id=keyed, order_id=place + 1, kind=kind.value, key=key)
        if place % _BATCH == _BATCH - 1 or place == count - 1:
            _write("orders", place + 1, rows, found_by)


def _example(backend: Backend) -> Order:
    now = NEWEST
    more = {"placed_at": now, "changed_at": now, "fetched_at": now}
    return Order(backend=backend, account_id=1, ref="", number="", currency="BRL", total=0, document={}, **more)


def _moment(at: datetime | None) -> Any:
    """Return a moment as the database takes it."""
    return connection.ops.adapt_datetimefield_value(at)


@transaction.atomic
def _write(what: str, count: int, *tables: Table) -> None:
    for table in tables:
        table.write()
    sys.stderr.write(f"\r{count:,} {what}")

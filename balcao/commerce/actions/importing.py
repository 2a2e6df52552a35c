"""Bringing orders and products into the built-in order book from the rows of a file.

In batches, each in one transaction: whoever stops it leaves whole orders, and the same file again does the rest and
changes nothing else. The journal gets an entry at the beginning and one at the end, not one for each order.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import Any, TypeVar

from django.db import transaction

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.upserting import Written, write_orders, write_products
from balcao.commerce.models import Backend
from balcao.commerce.rules.importing.faults import Fault
from balcao.commerce.rules.importing.fields import OF_ORDERS, OF_PRODUCTS
from balcao.commerce.rules.importing.mapping import FileMapping, Home, completed
from balcao.commerce.rules.importing.orders import order_key, order_of
from balcao.commerce.rules.importing.products import product_key, product_of
from balcao.journal.actions import record
from balcao.journal.types import Actor, Subject, SubjectKind
from balcao.kit.i18n import N_
from balcao.kit.spool import Spool
from balcao.kit.tables import BadTable, Row
from balcao.ports import commerce as port
from balcao.shops.models import Shop

BATCH = 400  # orders in one transaction
_SAMPLE = 2_000  # rows by which a file's ways are found out

_T = TypeVar("_T")


@dataclass(slots=True)
class Imported:
    """What came of a file."""

    written: Written = field(default_factory=Written)
    faulty: int = 0  # orders or products that were left out whole
    faults: int = 0


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on: told how many there will be, of each one done, and of each fault with what it belongs to."""

    on_total: Callable[[int], None] = lambda _total: None
    on_step: Callable[[], None] = lambda: None
    on_fault: Callable[[str, Fault], None] = lambda _name, _fault: None


def book_of(*, shop: Shop, actor: Actor, now: datetime) -> Backend:
    """Return a shop's order book, opened if it has none."""
    known = Backend.objects.filter(shop=shop, kind=Book.kind).select_related("shop").first()
    return known or create_backend(
        shop=shop, kind=Book.kind, name=shop.name, config=Book.Config(), actor=actor, now=now
    )


def home_of(shop: Shop) -> Home:
    """Return what a shop says of files that do not say it themselves."""
    return Home(currency=shop.currency, region=shop.region, time_zone=shop.time_zone)


@dataclass(frozen=True, slots=True)
class Found:
    """A file's rows with the mapping by which they are read."""

    rows: Iterable[Row]
    mapping: FileMapping
    headings: tuple[str, ...]


def found_out(*, rows: Iterable[Row], given: FileMapping, home: Home, products: bool = False) -> Found:
    """Return rows with their mapping completed by what they hold; raises `BadTable` and `BadMapping`."""
    stream = iter(rows)
    sample = list(islice(stream, _SAMPLE))
    if not sample:
        raise BadTable(N_("The file has no rows."))
    mapping = completed(given, sample, home=home, fields=OF_PRODUCTS if products else OF_ORDERS)
    headings = dict.fromkeys(heading for row in sample for heading in row.cells if heading)
    return Found(chain(sample, stream), mapping, tuple(headings))


@dataclass(frozen=True, slots=True)
class Glance:
    """What the beginning of a file says: the first orders or products as they will be read, and faults by name."""

    orders: tuple[port.Order, ...]
    products: tuple[port.Product, ...]
    faults: tuple[tuple[str, Fault], ...]


def glance(*, found: Found, products: bool = False, most: int = 6) -> Glance:
    """Read the beginning of a file as it will be read; what only a row further down completes may be missing."""
    key = product_key if products else order_key
    groups: dict[str, list[Row]] = {}
    for row in islice(found.rows, _SAMPLE):
        groups.setdefault(key(row, found.mapping) or f"\0{row.number}", []).append(row)
    told = [order_of(rows, found.mapping) for rows in groups.values()] if not products else []
    sold = [product_of(rows, found.mapping) for rows in groups.values()] if products else []
    faults = [(one.number, fault) for one in told for fault in one.faults]
    faults += [(one.ref, fault) for one in sold for fault in one.faults]
    return Glance(
        tuple(one.order for one in told if one.order)[:most],
        tuple(one.product for one in sold if one.product)[:most],
        tuple(faults),
    )


def check_orders(*, found: Found, watch: Watch) -> Imported:
    """Read a file without writing anything."""
    imported = Imported()
    for order in _orders(found, imported, watch):
        imported.written.new += order is not None
    return imported


def check_products(*, found: Found, watch: Watch) -> Imported:
    """Read a file of products without writing anything."""
    imported = Imported()
    for product in _products(found, imported, watch):
        imported.written.new += product is not None
    return imported


def import_orders(
    *, backend: Backend, found: Found, source: str, actor: Actor, now: datetime, watch: Watch
) -> Imported:
    """Bring a file's orders into the book; an order with a fault is left out whole and the others come in."""
    imported = Imported()
    _tell("started", backend, actor, {"file": source, "what": "orders"}, now=now)
    for batch in _batches(_orders(found, imported, watch)):
        with transaction.atomic():
            imported.written.add(write_orders(backend=backend, orders=batch, now=now))
    _tell("finished", backend, actor, {"file": source, "what": "orders", **_counts(imported)}, now=now)
    return imported


def import_products(
    *, backend: Backend, found: Found, source: str, actor: Actor, now: datetime, watch: Watch
) -> Imported:
    """Bring a file's products into the book; one with a fault is left out whole and the others come in."""
    imported = Imported()
    _tell("started", backend, actor, {"file": source, "what": "products"}, now=now)
    for batch in _batches(_products(found, imported, watch)):
        with transaction.atomic():
            imported.written.add(write_products(backend=backend, products=batch, now=now))
    _tell("finished", backend, actor, {"file": source, "what": "products", **_counts(imported)}, now=now)
    return imported


def _orders(found: Found, imported: Imported, watch: Watch) -> Iterator[port.Order | None]:
    for rows in _gathered(found.rows, lambda row: order_key(row, found.mapping), watch):
        told = order_of(rows, found.mapping)
        _note(told.number, told.faults, imported, watch)
        yield told.order


def _products(found: Found, imported: Imported, watch: Watch) -> Iterator[port.Product | None]:
    for rows in _gathered(found.rows, lambda row: product_key(row, found.mapping), watch):
        told = product_of(rows, found.mapping)
        _note(told.ref, told.faults, imported, watch)
        yield told.product


def _gathered(rows: Iterable[Row], key: Callable[[Row], str], watch: Watch) -> Iterator[list[Row]]:
    """Yield the rows that belong together, wherever in the file they stand."""
    with Spool() as spool:
        for row in rows:
            spool.add(key(row), row)
        watch.on_total(spool.close_in())
        yield from spool.groups()


def _note(name: str, faults: Sequence[Fault], imported: Imported, watch: Watch) -> None:
    imported.faulty += bool(faults)
    imported.faults += len(faults)
    for fault in faults:
        watch.on_fault(name, fault)
    watch.on_step()


def _batches(things: Iterator[_T | None]) -> Iterator[list[_T]]:
    good = (thing for thing in things if thing is not None)
    while batch := list(islice(good, BATCH)):
        yield batch


def _counts(imported: Imported) -> dict[str, Any]:
    return {**asdict(imported.written), "faulty": imported.faulty}


@transaction.atomic
def _tell(what: str, backend: Backend, actor: Actor, facts: dict[str, Any], *, now: datetime) -> None:
    record(
        name=f"backend.import.{what}",
        at=now,
        actor=actor,
        about=[Subject(SubjectKind.SHOP, backend.shop_id)],
        shop_id=backend.shop_id,
        facts={"backend": backend.pk, **facts},
    )

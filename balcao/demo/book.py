"""The demo shop's catalogue and orders, brought in from files as every shop brings in its own."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import as_file, files

from balcao.commerce.actions import importing
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.models import Backend
from balcao.commerce.rules.importing.mapping import FileMapping
from balcao.commerce.types import Policy
from balcao.demo.setting import described
from balcao.journal.types import SYSTEM
from balcao.kit.tables import Row, rows_in
from balcao.shops.models import Shop

_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\+00:00|Z)")


def bring_in(*, shop: Shop, shift: timedelta, shifts: Mapping[str, timedelta], now: datetime) -> int:
    """Bring products and orders in, every moment moved by a span; return how many were left out for faults.

    `shifts` says for orders by their number another span.
    """
    backend, home = _opened(shop, now), importing.home_of(shop)
    left_out = 0
    for name, bring, is_products in (
        ("products.csv", importing.import_products, True),
        ("orders.csv", importing.import_orders, False),
        ("matters.csv", importing.import_orders, False),
    ):
        rows = _moved(name, shift, shifts)
        found = importing.found_out(rows=rows, given=FileMapping(), home=home, products=is_products)
        done = bring(backend=backend, found=found, source=name, actor=SYSTEM, now=now, watch=importing.Watch())
        left_out += done.faulty
    return left_out


def _opened(shop: Shop, now: datetime) -> Backend:
    """Return the book, opened with the freight table, the Pix key and the limits of the demo shop."""
    config = Book.Config(**described()["book"])
    policy = Policy(limits=described()["limits"])
    return create_backend(
        shop=shop, kind=Book.kind, name=shop.name, config=config, actor=SYSTEM, now=now, policy=policy
    )


def _moved(name: str, shift: timedelta, shifts: Mapping[str, timedelta]) -> Iterator[Row]:
    def later(text: str, span: timedelta) -> str:
        return _MOMENT.sub(lambda found: (datetime.fromisoformat(found[0]) + span).isoformat(), text)

    with as_file(files("balcao.demo").joinpath("orders", name)) as path:
        for row in rows_in(path):
            span = shifts.get(row.cells.get("number", ""), shift)
            yield Row(row.number, {heading: later(text, span) for heading, text in row.cells.items()})

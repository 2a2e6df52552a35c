"""`balcao orders import` and `balcao orders export`: the order book from files and into files."""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balcao.cli.output import Output
from balcao.cli.results import CommandFailed, Exit

if TYPE_CHECKING:
    from balcao.commerce.actions.importing import Found, Imported
    from balcao.commerce.rules.importing.faults import Fault
    from balcao.commerce.rules.importing.mapping import FileMapping
    from balcao.shops.models import Shop

_SHOWN = 50  # faults that people are shown; programs get all


def arguments(deeds: Any) -> None:
    """Declare both deeds' arguments."""
    bring = deeds.add_parser("import", help="bring orders or products into the order book")
    bring.add_argument("file", type=Path, metavar="FILE", help="a CSV, XLSX or JSON file")
    bring.add_argument(
        "--mapping", type=Path, metavar="MAPPING.json", help="which column is what, where it is not seen"
    )
    bring.add_argument("--check", action="store_true", help="only say what would be read and what is wrong")
    write = deeds.add_parser("export", help="write the order book's orders or products into a file")
    write.add_argument("file", type=Path, metavar="FILE", help="its name ends in .csv, .xlsx or .json")
    for deed in (bring, write):
        deed.add_argument("--shop", default="", metavar="SLUG", help="the shop's short name (default: the first shop)")
        deed.add_argument("--products", action="store_true", help="products instead of orders")


# --- In ---------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Teller:
    """Tells of an import as it goes: a bar, and each fault."""

    output: Output
    bar: AbstractContextManager[Callable[[], None]] | None = None
    step: Callable[[], None] = field(default=lambda: None)
    told: int = 0

    def on_total(self, total: int) -> None:
        """Show a bar for so many orders."""
        self.bar = self.output.progress("Bringing in", total=total)
        self.step = self.bar.__enter__()

    def on_step(self) -> None:
        """Move the bar on."""
        self.step()

    def on_fault(self, name: str, fault: "Fault") -> None:
        """Tell of a fault; people are spared the hundredth of the same making."""
        self.told += 1
        if self.output.json or self.told <= _SHOWN:
            self.output.result(_plain(name, fault), text=_sentence(name, fault))

    def done(self) -> None:
        """Take the bar away."""
        if self.bar:
            self.bar.__exit__(None, None, None)
        if self.told > _SHOWN and not self.output.json:
            self.output.say(f"... and {self.told - _SHOWN} more; --json names them all.")


def bring_in(options: argparse.Namespace, output: Output) -> Exit:
    """Bring a file into the order book of a shop; ends with 1 when something was left out."""
    from balcao.commerce.rules.importing.mapping import BadMapping
    from balcao.kit.tables import BadTable

    if not options.file.is_file():
        raise CommandFailed(f"There is no file {options.file}.", code=Exit.USAGE)
    shop, teller = _shop(options.shop), _Teller(output)
    try:
        found = _found(options, shop)
        _say_mapping(found, output, always=options.check)
        imported = _run(options, found, shop, teller)
    except (BadTable, BadMapping) as error:
        raise CommandFailed(_filled(str(error), error.values), code=Exit.USAGE) from error
    finally:
        teller.done()
    _say_counts(imported, options, output)
    return Exit.FAILED if imported.faulty else Exit.OK


def _found(options: argparse.Namespace, shop: "Shop") -> "Found":
    from balcao.commerce.actions.importing import found_out, home_of
    from balcao.kit.tables import rows_in

    rows = rows_in(options.file, legacy="cp1254" if shop.region == "TR" else "cp1252")
    return found_out(rows=rows, given=_mapping(options.mapping), home=home_of(shop), products=options.products)


def _mapping(path: Path | None) -> "FileMapping":
    from balcao.commerce.rules.importing.mapping import FileMapping, mapping_from

    if path is None:
        return FileMapping()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandFailed(f"The mapping {path} cannot be read: {error}", code=Exit.USAGE) from error
    return mapping_from(document)


def _run(options: argparse.Namespace, found: "Found", shop: "Shop", watch: "_Teller") -> "Imported":
    from django.utils import timezone

    from balcao.commerce.actions import importing
    from balcao.journal.types import SYSTEM

    told = importing.Watch(on_total=watch.on_total, on_step=watch.on_step, on_fault=watch.on_fault)
    if options.check:
        check = importing.check_products if options.products else importing.check_orders
        return check(found=found, watch=told)
    now = timezone.now()
    bring = importing.import_products if options.products else importing.import_orders
    backend = importing.book_of(shop=shop, actor=SYSTEM, now=now)
    return bring(backend=backend, found=found, source=options.file.name, actor=SYSTEM, now=now, watch=told)


def _shop(slug: str) -> "Shop":
    from balcao.shops.models import Shop

    shops = Shop.objects.all()
    found = shops.filter(slug=slug).first() if slug else shops.first()
    if found is None and slug:
        known = ", ".join(shops.values_list("slug", flat=True)) or "none"
        raise CommandFailed(f"There is no shop '{slug}'; there are: {known}.", code=Exit.USAGE)
    if found is None:
        raise CommandFailed("There is no shop yet. Log in and open Settings to make one.", code=Exit.USAGE)
    return found


def _say_mapping(found: "Found", output: Output, *, always: bool) -> None:
    from balcao.commerce.rules.importing.headings import unused
    from balcao.commerce.rules.importing.mapping import plain_mapping

    mapping = plain_mapping(found.mapping)
    left = unused(found.headings, found.mapping.columns, found.mapping.options)
    if always:
        output.result(
            {"mapping": mapping, "unused": left},
            text="Columns: " + ", ".join(f"{name} = {heading}" for name, heading in mapping["columns"].items()),
        )
    if left and not output.json:
        output.say(f"Nothing is read from: {', '.join(left)}.")


def _say_counts(imported: "Imported", options: argparse.Namespace, output: Output) -> None:
    what = "products" if options.products else "orders"
    written = imported.written
    left = f", {imported.faulty} left out (faults: {imported.faults})" if imported.faulty else ""
    kept = f" ({written.kept} had actions here: only their progress was taken)" if written.kept else ""
    counts = f"{written.new} new, {written.changed} changed, {written.unchanged} as they were{kept}"
    text = f"{what.capitalize()}: {f'{written.new} can be read' if options.check else counts}{left}."
    output.result({**asdict(written), "faulty": imported.faulty, "faults": imported.faults}, text=text)


def _plain(name: str, fault: "Fault") -> dict[str, Any]:
    return {
        "row": fault.row,
        "column": fault.column,
        "of": name,
        "value": fault.value,
        "problem": _filled(fault.problem, fault.values),
        "advice": _filled(fault.advice, fault.values),
    }


def _sentence(name: str, fault: "Fault") -> str:
    from rich.markup import escape

    told = _plain(name, fault)
    column = f", column {fault.column}" if fault.column else ""
    of = f" ({name})" if name else ""
    return escape(f"Row {fault.row}{column}{of}: {told['problem']} {told['advice']}")


def _filled(message: str, values: Any) -> str:
    from django.utils.translation import gettext

    return str(gettext(message) % values)


# --- Out --------------------------------------------------------------------------------------------------------------


def write_out(options: argparse.Namespace, output: Output) -> Exit:
    """Write a shop's order book into a file; it is there whole or not at all."""
    from balcao.commerce.rules.importing import fields
    from balcao.kit.tables import WRITTEN, write_table

    if options.file.suffix.lower() not in WRITTEN:
        raise CommandFailed(f"{options.file.name} must end in one of: {', '.join(WRITTEN)}.", code=Exit.USAGE)
    book = _book(options)
    part = options.file.with_name(f".{options.file.stem}.part{options.file.suffix}")
    try:
        part.touch(mode=0o600)  # customers' names and addresses are nobody else's business
        with output.progress("Writing", total=book.total) as step:
            write_table(part, fields.OF_PRODUCTS if options.products else fields.WRITTEN_OF_ORDERS, book.rows(step))
        part.replace(options.file)
    except OSError as error:
        raise CommandFailed(f"{options.file} cannot be written: {error}", code=Exit.USAGE) from error
    finally:
        part.unlink(missing_ok=True)
    what = "products" if options.products else "orders"
    output.result({"file": str(options.file), what: book.total}, text=f"{book.total} {what} in {options.file}.")
    return Exit.OK


@dataclass(frozen=True, slots=True)
class _Book:
    total: int
    things: Iterator[Any]
    laid_out: Callable[[Any], list[dict[str, str]]]

    def rows(self, step: Callable[[], None]) -> Iterator[dict[str, str]]:
        for thing in self.things:
            yield from self.laid_out(thing)
            step()


def _book(options: argparse.Namespace) -> _Book:
    from balcao.commerce import queries
    from balcao.commerce.models import Backend, Order, Product
    from balcao.commerce.rules.importing.rows import rows_of_order, rows_of_product

    shop = _shop(options.shop)
    backend = Backend.objects.filter(shop=shop, kind="book").first()
    if backend is None:
        raise CommandFailed(f"The shop {shop.slug} has no order book yet; an import makes it.", code=Exit.USAGE)
    if options.products:
        total = Product.objects.filter(backend=backend).count()
        return _Book(total, queries.every_product(backend), rows_of_product)
    return _Book(Order.objects.filter(backend=backend).count(), queries.every_order(backend), rows_of_order)

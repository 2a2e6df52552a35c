"""A file is read into the order book by a worker: its progress is told, its faults are written into a file."""

import csv
import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from balcao.commerce import queries
from balcao.commerce.actions import files, importing
from balcao.commerce.models import Backend, ImportedFile
from balcao.commerce.rules.importing import fields
from balcao.commerce.rules.importing.faults import Fault
from balcao.commerce.rules.importing.mapping import BadMapping, FileMapping, mapping_from
from balcao.commerce.rules.importing.rows import rows_of_order, rows_of_product
from balcao.commerce.rules.importing.vocabulary import STAGE_ADVICE
from balcao.commerce.types import ImportState
from balcao.jobs.backend import job
from balcao.journal.types import SYSTEM, Actor, ActorKind
from balcao.kit.tables import BadTable, guarded, rows_in, write_table
from balcao.shops.models import Shop

_EVERY = 0.5  # seconds between two notes of the progress
_SHOWN = 50  # faults that the page shows


def legacy_of(shop: Shop) -> str:
    """Return the encoding of old text files where a shop is."""
    return "cp1254" if shop.region == "TR" else "cp1252"


def opened(row: ImportedFile, path: Path, mapping: FileMapping) -> importing.Found:
    """Return a file's rows with the mapping by which they are read; raises `BadTable` and `BadMapping`."""
    shop = row.backend.shop
    rows = rows_in(path, legacy=legacy_of(shop))
    return importing.found_out(rows=rows, given=mapping, home=importing.home_of(shop), products=row.holds_products)


@job(most_tries=3)
def bring_in(import_id: int) -> None:
    """Read a file into the book; the same again, after a worker died, does the rest and changes nothing else."""
    row = ImportedFile.objects.select_related("backend__shop").get(pk=import_id)
    if row.state != ImportState.RUNNING:
        return
    with translation.override(row.language or settings.LANGUAGE_CODE):
        try:
            _bring_in(row, now=timezone.now())
        except (BadTable, BadMapping) as error:
            files.fail(row=row, problem=_(str(error)) % error.values, now=timezone.now())


def _bring_in(row: ImportedFile, *, now: datetime) -> None:
    bring = importing.import_products if row.holds_products else importing.import_orders
    actor = Actor(ActorKind.AGENT, row.agent_id) if row.agent_id else SYSTEM
    with files.at_hand(row) as path, tempfile.TemporaryFile() as kept:
        stream = io.TextIOWrapper(kept, encoding="utf-8-sig", newline="", write_through=True)
        teller = _Teller(row, stream)
        found = opened(row, path, mapping_from(row.mapping))
        imported = bring(backend=row.backend, found=found, source=row.name, actor=actor, now=now, watch=teller.watch())
        kept.seek(0)
        key = files.keep_faults(row=row, content=kept) if imported.faults else ""
        stream.detach()
    counts = {**asdict(imported.written), "faulty": imported.faulty, "faults": imported.faults}
    files.finish(row=row, counts=counts, first_faults=teller.first, faults_key=key, now=timezone.now())


@dataclass(slots=True)
class _Teller:
    """Notes the progress of a file now and then, and each fault."""

    row: ImportedFile
    stream: TextIO
    total: int = 0
    done: int = 0
    told_at: float = 0.0
    first: list[dict[str, Any]] = field(default_factory=list)
    write: Callable[[list[str]], Any] = field(init=False)

    def __post_init__(self) -> None:
        self.write = csv.writer(self.stream).writerow
        self.write([_("Row"), _("Column"), _("Order or product"), _("Value"), _("Problem"), _("What to do")])

    def watch(self) -> importing.Watch:
        """Return who looks on."""
        return importing.Watch(on_total=self.on_total, on_step=self.on_step, on_fault=self.on_fault)

    def on_total(self, total: int) -> None:
        """Note how many there are."""
        self.total = total
        files.note_progress(row=self.row, done=0, total=total)

    def on_step(self) -> None:
        """Note one more, not oftener than anybody looks."""
        self.done += 1
        if time.monotonic() - self.told_at >= _EVERY:
            self.told_at = time.monotonic()
            files.note_progress(row=self.row, done=self.done, total=self.total)

    def on_fault(self, name: str, fault: Fault) -> None:
        """Write a fault down."""
        told = plain_fault(name, fault)
        self.write([guarded(str(value)) for value in told.values()])
        if len(self.first) < _SHOWN:
            self.first.append(told)


def plain_fault(name: str, fault: Fault) -> dict[str, Any]:
    """Return a fault in the language of whoever brings the file."""
    advice = _(fault.advice) % fault.values if fault.advice else ""
    if fault.advice == STAGE_ADVICE:
        advice = _("Say on the page of its columns what it means.")
    return {
        "row": fault.row,
        "column": fault.column,
        "of": name,
        "value": fault.value,
        "problem": _(fault.problem) % fault.values,
        "advice": advice,
    }


def write_out(*, backend: Backend, products: bool, path: Path) -> None:
    """Write a book's orders or products into a file, of the kind that its name says."""
    things = queries.every_product(backend) if products else queries.every_order(backend)
    laid_out: Callable[[Any], list[dict[str, str]]] = rows_of_product if products else rows_of_order
    headings = fields.OF_PRODUCTS if products else fields.WRITTEN_OF_ORDERS
    write_table(path, headings, (row for thing in things for row in laid_out(thing)))

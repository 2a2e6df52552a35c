"""The rows of one product as a product: each row is a variant."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from balcao.commerce.rules import documents
from balcao.commerce.rules.importing import vocabulary
from balcao.commerce.rules.importing.faults import Fault
from balcao.commerce.rules.importing.fields import Field
from balcao.commerce.rules.importing.mapping import FileMapping
from balcao.commerce.rules.importing.orders import patched
from balcao.commerce.rules.importing.reading import Reading, count, currency_code, options_of
from balcao.commerce.rules.importing.vocabulary import folded
from balcao.kit.i18n import N_
from balcao.kit.tables import Row
from balcao.ports.commerce import Product, Variant

_LONGEST_REF, _LONGEST_NAME = 120, 300


@dataclass(frozen=True, slots=True)
class ToldProduct:
    """What some rows say: a product, or what is wrong with them."""

    ref: str
    product: Product | None = None
    faults: tuple[Fault, ...] = ()


def product_key(row: Row, mapping: FileMapping) -> str:
    """Return what the rows of one product have in common: its key, else its name."""
    named = (mapping.columns.get(one, "") for one in (Field.PRODUCT, Field.NAME))
    return next((text for name in named if name and (text := row.cells.get(name, "").strip())), "")


def product_of(rows: Sequence[Row], mapping: FileMapping) -> ToldProduct:
    """Return the product that its rows tell of, or their faults: with one fault it is left out whole."""
    reading = Reading(rows, mapping)
    reading.currency = reading.once(Field.CURRENCY, currency_code, mapping.currency)
    name = reading.words(Field.NAME, most=_LONGEST_NAME)
    ref = reading.words(Field.PRODUCT, most=_LONGEST_REF) or folded(name).replace(" ", "-")[:_LONGEST_REF]
    if not name:
        reading.note(rows[0], Field.NAME, N_("The product has no name."), N_("Write it in its first row."))
    variants = () if _is_bare(reading) else tuple(_variant(reading, row, ref, n) for n, row in enumerate(rows, start=1))
    _check_twice(reading, variants)
    product = Product(ref, name, reading.currency, variants, _first(reading, Field.URL), _first(reading, Field.IMAGE))
    product = _with_rest(reading, product)
    return ToldProduct(ref, None if reading.faults else product, tuple(reading.faults))


def _is_bare(reading: Reading) -> bool:
    """Tell whether this is a product of ours without any variant."""
    columns = (Field.REST, Field.PRICE)
    rest, price = (any(reading.text(name, row) for row in reading.rows) for name in columns)
    return rest and not price


def _first(reading: Reading, name: Field) -> str:
    return next((text for row in reading.rows if (text := reading.text(name, row))), "")


def _variant(reading: Reading, row: Row, product: str, place: int) -> Variant:
    if not reading.text(Field.PRICE, row):
        reading.note(row, Field.PRICE, N_("The variant has no price."), N_("Write what one piece costs."))
    sku = reading.text(Field.SKU, row, most=_LONGEST_REF)
    stock = reading.read(Field.STOCK, row, _stock, None)
    return Variant(
        ref=reading.text(Field.VARIANT, row, most=_LONGEST_REF) or sku or f"{product}-{place}"[-_LONGEST_REF:],
        price=reading.read(Field.PRICE, row, reading.price, 0),
        sku=sku,
        options=options_of(reading, row),
        is_available=reading.read(Field.AVAILABLE, row, vocabulary.yes_or_no, stock != 0),
        stock=stock,
        image=reading.text(Field.IMAGE, row),
    )


def _stock(text: str) -> int | None:
    return count(text.removeprefix("-")) if not text.startswith("-") else 0  # sold more than there was


def _check_twice(reading: Reading, variants: Sequence[Variant]) -> None:
    seen: set[str] = set()
    for row, variant in zip(reading.rows, variants, strict=False):
        if variant.ref in seen:
            reading.note(
                row, Field.SKU, N_("This variant stands twice in the file."), N_("Give each a code of its own.")
            )
        seen.add(variant.ref)


def _with_rest(reading: Reading, product: Product) -> Product:
    row = next((row for row in reading.rows if reading.text(Field.REST, row)), None)
    if row is None or reading.faults:
        return product
    try:
        return documents.product_from(patched(documents.plain(product), json.loads(reading.text(Field.REST, row))))
    except (ValueError, TypeError, ValidationError):
        reading.note(row, Field.REST, N_("This column cannot be read."), N_("Leave it as the export wrote it."))
        return product

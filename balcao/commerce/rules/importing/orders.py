"""The rows of one order as an order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from balcao.commerce.rules import documents
from balcao.commerce.rules.importing import people, vocabulary
from balcao.commerce.rules.importing.amounts import decimal_text
from balcao.commerce.rules.importing.faults import BadCell, Fault
from balcao.commerce.rules.importing.fields import Field
from balcao.commerce.rules.importing.mapping import FileMapping
from balcao.commerce.rules.importing.parcels import shipments, stage_of
from balcao.commerce.rules.importing.reading import Reading, count, currency_code, options_of, pieces
from balcao.kit.i18n import N_
from balcao.kit.redact import redact_cards
from balcao.kit.tables import Row
from balcao.ports.commerce import Instrument, InstrumentKind, Line, Order, OrderStage, Payment, PaymentState

_LONGEST_NUMBER, _LONGEST_REF, _LONGEST_NAME = 60, 120, 300


@dataclass(frozen=True, slots=True)
class Told:
    """What some rows say: an order, or what is wrong with them."""

    number: str
    order: Order | None = None
    faults: tuple[Fault, ...] = ()


def order_key(row: Row, mapping: FileMapping) -> str:
    """Return what the rows of one order have in common: its key in another system, else its number."""
    named = (mapping.columns.get(one, "") for one in (Field.REF, Field.NUMBER))
    return next((text for name in named if name and (text := row.cells.get(name, "").strip())), "")


def order_of(rows: Sequence[Row], mapping: FileMapping) -> Told:
    """Return the order that its rows tell of, or their faults: with one fault the whole order is left out."""
    reading = Reading(rows, mapping)
    reading.currency = reading.once(Field.CURRENCY, currency_code, mapping.currency)
    number = reading.words(Field.NUMBER, most=_LONGEST_NUMBER)
    if not number:
        reading.note(
            rows[0], Field.NUMBER, N_("The row has no order number."), N_("Write the number in every row of the order.")
        )
        return Told("", None, tuple(reading.faults))
    _check_width(reading)
    order = _order(reading, number)
    _check_total(reading, order)
    order = _with_rest(reading, order)
    return Told(number, None if reading.faults else order, tuple(reading.faults))


def _order(reading: Reading, number: str) -> Order:
    stage, address = stage_of(reading), people.address(reading)
    placed = reading.once(Field.PLACED_AT, reading.moment, None)
    if placed is None and not reading.faults and Field.REST not in reading.mapping.columns:
        reading.note(
            reading.rows[0], Field.PLACED_AT, N_("The order has no date."), N_("Write when it was placed in its row.")
        )
    lines = _lines(reading)
    order = Order(
        ref=reading.words(Field.REF, most=_LONGEST_REF) or number,
        number=number,
        stage=stage,
        currency=reading.currency,
        account=people.account(reading, number, address),
        lines=lines,
        address=address,
        discount=reading.once(Field.DISCOUNT, reading.discount, 0),
        freight=reading.once(Field.FREIGHT, reading.price, 0),
        tax=reading.once(Field.TAX, reading.price, 0),
        shipments=shipments(reading, stage, [line.ref for line in lines]),
        cancel_reason=redact_cards(reading.words(Field.CANCEL_REASON)),
        notes=tuple(filter(None, [redact_cards(reading.words(Field.NOTE))])),
        tags=tuple(tag.strip() for tag in reading.words(Field.TAGS).split(",") if tag.strip()),
        placed_at=placed,
        changed_at=reading.once(Field.CHANGED_AT, reading.moment, None),
        promised_at=reading.once(Field.PROMISED_AT, reading.moment, None),
        invoice_url=reading.words(Field.INVOICE_URL),
    )
    return _paid(reading, order)


def is_line(reading: Reading, row: Row) -> bool:
    """Tell whether a row says what was bought: some files have rows for an order's own values."""
    return any(reading.text(name, row) for name in (Field.SKU, Field.NAME, Field.VARIANT, Field.PRICE))


def _lines(reading: Reading) -> tuple[Line, ...]:
    rows = [row for row in reading.rows if is_line(reading, row)]
    if not rows:
        reading.note(reading.rows[0], Field.NAME, N_("The order has no line."), N_("Write what was bought in its row."))
    return tuple(_line(reading, row, place) for place, row in enumerate(rows, start=1))


def _line(reading: Reading, row: Row, place: int) -> Line:
    if not reading.text(Field.PRICE, row):
        reading.note(row, Field.PRICE, N_("The line has no price."), N_("Write what one piece cost, 0 if nothing."))
    sku = reading.text(Field.SKU, row, most=_LONGEST_REF)
    quantity = reading.read(Field.QUANTITY, row, pieces, 1)
    cancelled, returned = (reading.read(name, row, count, 0) for name in (Field.CANCELLED, Field.RETURNED))
    if cancelled + returned > quantity:
        reading.note(
            row, Field.CANCELLED, N_("More pieces are gone than were bought."), N_("Correct the numbers of this line.")
        )
    return Line(
        ref=str(place),
        name=reading.text(Field.NAME, row, most=_LONGEST_NAME) or sku,
        quantity=quantity,
        unit_price=reading.read(Field.PRICE, row, reading.price, 0),
        product_ref=reading.text(Field.PRODUCT, row, most=_LONGEST_REF),
        variant_ref=reading.text(Field.VARIANT, row, most=_LONGEST_REF) or sku,
        sku=sku,
        options=options_of(reading, row),
        discount=reading.read(Field.LINE_DISCOUNT, row, reading.discount, 0),
        tax=reading.read(Field.LINE_TAX, row, reading.price, 0),
        cancelled=cancelled,
        returned=returned,
        image=reading.text(Field.IMAGE, row),
    )


def _paid(reading: Reading, order: Order) -> Order:
    """Return the order with its payment, if the file speaks of one, and the instrument on its customer's account."""
    said = [name for name in (Field.PAYMENT, Field.PAYMENT_STATE, Field.PAID) if reading.words(name)]
    amount = reading.once(Field.PAID, reading.price, order.total)
    if not said or amount <= 0:
        return order
    word = redact_cards(reading.words(Field.PAYMENT))
    kind = vocabulary.instrument_kind(word) if word else InstrumentKind.OTHER
    label = word if any(character.isdigit() for character in word) or kind == InstrumentKind.OTHER else ""
    instrument = Instrument(f"{kind}:{vocabulary.folded(label)}"[:_LONGEST_REF] if label else kind.value, kind, label)
    payment = Payment(
        ref="1",
        instrument=instrument,
        amount=amount,
        state=reading.once(Field.PAYMENT_STATE, vocabulary.payment_state, _usual_state(reading, order)),
        at=reading.once(Field.PAID_AT, reading.moment, order.placed_at),
        instalments=reading.once(Field.INSTALMENTS, pieces, 1),
    )
    account = replace(order.account, instruments=(instrument,))
    return replace(order, account=account, payments=(payment,))


def _usual_state(reading: Reading, order: Order) -> PaymentState:
    if vocabulary.is_unpaid(reading.words(Field.STAGE)) or order.stage == OrderStage.DRAFT:
        return PaymentState.PENDING
    return PaymentState.CAPTURED


def _check_width(reading: Reading) -> None:
    for row in reading.rows:
        if row.cells.get(""):
            reading.note(
                row, None, N_("The row has more cells than there are headings."), N_("Put texts with commas in quotes.")
            )


def _check_total(reading: Reading, order: Order) -> None:
    """Compare with the file's own total: whoever misread a column is told before the money is wrong."""
    total = reading.once(Field.TOTAL, reading.amount, order.total)
    if total != order.total and not reading.faults:
        reading.note(
            reading.rows[0],
            Field.TOTAL,
            N_("The total does not fit: lines, discounts, freight and taxes come to %(sum)s %(currency)s."),
            N_("Map the column that is missing, or take the total out of the mapping."),
            sum=decimal_text(order.total, currency=order.currency),
            currency=order.currency,
        )


def _with_rest(reading: Reading, order: Order) -> Order:
    """Return the order with what columns cannot say, which our own files carry as JSON."""
    row = next((row for row in reading.rows if reading.text(Field.REST, row)), None)
    if row is None or reading.faults:
        return order
    try:
        found = patched(documents.plain(order), json.loads(reading.text(Field.REST, row)))
        return documents.order_from(found, documents.account_from(found.pop("account")))
    except (ValueError, TypeError, KeyError, ValidationError, BadCell):
        reading.note(row, Field.REST, N_("This column cannot be read."), N_("Leave it as the export wrote it."))
        return order


def patched(document: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """Return a document with some keys replaced; those that are null fall away."""
    return {key: value for key, value in {**document, **rest}.items() if value is not None}

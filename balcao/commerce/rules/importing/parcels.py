"""How far an order has come, and its parcels."""

from collections.abc import Sequence

from balcao.commerce.rules.importing import vocabulary
from balcao.commerce.rules.importing.fields import Field
from balcao.commerce.rules.importing.reading import Reading
from balcao.kit.tables import Row
from balcao.ports.commerce import OrderStage, Shipment, ShipmentState

_GONE = (OrderStage.SHIPPED, OrderStage.DELIVERED)


def stage_of(reading: Reading) -> OrderStage:
    """Return an order's stage by its word; without one by what else the file says."""
    default = OrderStage.PENDING
    if any(reading.text(name, row) for row in reading.rows for name in (Field.TRACKING, Field.SHIPPED_AT)):
        default = OrderStage.SHIPPED
    if any(reading.text(Field.DELIVERED_AT, row) for row in reading.rows):
        default = OrderStage.DELIVERED
    return reading.once(Field.STAGE, lambda text: vocabulary.stage(text, own=reading.mapping.stages), default)


def shipments(reading: Reading, stage: OrderStage, lines: Sequence[str]) -> tuple[Shipment, ...]:
    """Return the parcels: one for each code; without any code one if the order has left.

    Where there are several, each holds the lines in whose rows its code stands.
    """
    codes = list(dict.fromkeys(code for row in reading.rows if (code := reading.text(Field.TRACKING, row))))
    if not codes:
        first = reading.rows[0]
        has_left = stage in _GONE or reading.text(Field.SHIPPED_AT, first)
        return (_parcel(reading, first, stage, "", ()),) if has_left and _speaks(reading, first) else ()
    found = []
    for code in codes:
        rows = [row for row in reading.rows if reading.text(Field.TRACKING, row) == code]
        found.append(_parcel(reading, rows[0], stage, code, _pieces(reading, rows, lines) if len(codes) > 1 else ()))
    return tuple(found)


def _speaks(reading: Reading, row: Row) -> bool:
    return any(reading.text(name, row) for name in (Field.CARRIER, Field.SHIPPED_AT, Field.DELIVERED_AT))


def _pieces(reading: Reading, rows: Sequence[Row], lines: Sequence[str]) -> tuple[tuple[str, int], ...]:
    there = [row for row in reading.rows if any(reading.text(name, row) for name in _LINE)]
    return tuple(
        (ref, reading.read(Field.QUANTITY, row, _count, 1))
        for ref, row in zip(lines, there, strict=False)
        if row in rows
    )


_LINE = (Field.SKU, Field.NAME, Field.VARIANT, Field.PRICE)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else 1  # what is wrong with it is noted with its line


def _parcel(reading: Reading, row: Row, stage: OrderStage, code: str, pieces: tuple[tuple[str, int], ...]) -> Shipment:
    shipped, delivered = (
        reading.read(name, row, reading.moment, None) for name in (Field.SHIPPED_AT, Field.DELIVERED_AT)
    )
    state = ShipmentState.LABELLED
    if shipped or stage in _GONE:
        state = ShipmentState.IN_TRANSIT
    if delivered or stage == OrderStage.DELIVERED:
        state = ShipmentState.DELIVERED
    return Shipment(
        ref=code or "1",
        state=state,
        carrier=reading.text(Field.CARRIER, row),
        code=code,
        url=reading.text(Field.TRACKING_URL, row),
        pieces=pieces,
        shipped_at=shipped,
        delivered_at=delivered,
    )

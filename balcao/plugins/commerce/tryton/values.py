"""Values as Tryton writes them in JSON, and ours."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = Mapping[str, Any]

_CENT_DIGITS = 2


def plain(value: Any) -> Any:
    """Return a value with Tryton's objects made into ours; its moments are in UTC."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if reader := _READERS.get(value.get("__class__", "")):
        return reader(value)
    return {name: plain(one) for name, one in value.items()}


def decimal(value: Decimal) -> dict[str, str]:
    """Write a decimal."""
    return {"__class__": "Decimal", "decimal": str(value)}


def moment(value: datetime) -> dict[str, Any]:
    """Write a moment."""
    at = value.astimezone(UTC)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{part: getattr(at, part) for part in parts}}


def minor(amount: Decimal | float | None, digits: int = _CENT_DIGITS) -> int:
    """Return an amount in whole minor units of a currency with so many digits."""
    exact = Decimal(str(amount or 0)).scaleb(digits)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def target(reference: str | None) -> tuple[str, int]:
    """Return the model and key that a reference such as `sale.line,25` points to."""
    model, _, key = (reference or "").partition(",")
    return model, int(key) if key.lstrip("-").isdigit() else 0


def midnight(day: date | None) -> datetime | None:
    """Return the moment at which a day began; Tryton keeps days only where it keeps no moment."""
    return datetime.combine(day, time(), UTC) if day else None


def _datetime(value: Row) -> datetime:
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return datetime(*(value[part] for part in parts), tzinfo=UTC)  # type: ignore[misc]  # seven whole numbers


_READERS = {
    "Decimal": lambda value: Decimal(value["decimal"]),
    "date": lambda value: date(value["year"], value["month"], value["day"]),
    "datetime": _datetime,
}

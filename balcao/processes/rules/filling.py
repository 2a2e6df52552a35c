"""Whether a value may stand in a field, and how it is kept."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date

from balcao.kit.redact import redact_cards
from balcao.ports.commerce import Address
from balcao.processes.types import Department, Field, FieldType

ADDRESS_PARTS = tuple(one.name for one in fields(Address))
NEEDED_PARTS = ("line1", "city", "postcode")  # without them nothing can be sent there
_LONGEST = 5000  # letters of a text
_LONGEST_PART = 200  # letters of a part of an address


def accepts(field: Field, value: object, *, departments: frozenset[str] = frozenset(Department)) -> bool:
    """Tell whether a plain value is one that the field may hold; an empty one may always stand there."""
    if value is None or value in ("", [], {}):
        return True
    if field.type is FieldType.CHOICE:
        return value in {choice.key for choice in field.choices}
    if field.type is FieldType.DEPARTMENT:
        return value in departments
    return _TYPES[field.type](value)


def kept(value: object) -> object:
    """Return a value as it is kept: without the numbers of cards, an address without its empty parts."""
    if isinstance(value, str):
        return redact_cards(value)
    if isinstance(value, Mapping):
        return {name: redact_cards(part.strip()) for name, part in value.items() if part and part.strip()}
    return value


def _is_address(value: object) -> bool:
    if not isinstance(value, Mapping) or not set(value) <= set(ADDRESS_PARTS):
        return False
    if not all(part is None or (isinstance(part, str) and len(part) <= _LONGEST_PART) for part in value.values()):
        return False
    return all((value.get(name) or "").strip() for name in NEEDED_PARTS)


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES: Mapping[FieldType, Callable[[object], bool]] = {
    FieldType.TEXT: lambda value: isinstance(value, str) and len(value) <= _LONGEST,
    FieldType.NUMBER: lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    FieldType.MONEY: lambda value: _is_whole(value) and isinstance(value, int) and value >= 0,
    FieldType.DATE: _is_date,
    FieldType.PHOTO: lambda value: isinstance(value, list) and all(_is_whole(one) for one in value),
    FieldType.YES_NO: lambda value: isinstance(value, bool),
    FieldType.AGENT: _is_whole,
    FieldType.ADDRESS: _is_address,
}

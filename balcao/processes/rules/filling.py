"""Whether a value may stand in a field."""

from collections.abc import Callable, Mapping
from datetime import date

from balcao.processes.types import Department, Field, FieldType

_LONGEST = 5000  # letters of a text


def accepts(field: Field, value: object, *, departments: frozenset[str] = frozenset(Department)) -> bool:
    """Tell whether a plain value is one that the field may hold; an empty one may always stand there."""
    if value is None or value in ("", []):
        return True
    if field.type is FieldType.CHOICE:
        return value in {choice.key for choice in field.choices}
    if field.type is FieldType.DEPARTMENT:
        return value in departments
    return _TYPES[field.type](value)


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
}

"""What differs between two versions of a blueprint, part by part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from balcao.processes.types import Blueprint, Bound, Field, Stage, Transition

_PARTS = {"stages", "transitions", "fields", "bounds", "key"}


class Part(StrEnum):
    """Of what a change speaks."""

    WHOLE = "whole"
    STAGE = "stage"
    WAY = "way"
    FIELD = "field"
    BOUND = "bound"


class How(StrEnum):
    """What became of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of which part, and of a changed one which attribute, before and after."""

    part: Part
    how: How
    key: str = ""
    attribute: str = ""
    before: Any = None
    after: Any = None


def differences(old: Blueprint, new: Blueprint) -> list[Change]:
    """Return everything that a newer version says otherwise, in the order of reading."""
    return [
        *_changes(Part.WHOLE, "", old, new),
        *_of_rows(Part.STAGE, _keyed(old.stages), _keyed(new.stages)),
        *_of_rows(Part.WAY, _keyed(old.transitions), _keyed(new.transitions)),
        *_of_rows(Part.FIELD, _keyed(old.fields), _keyed(new.fields)),
        *_of_rows(Part.BOUND, _keyed(old.bounds), _keyed(new.bounds)),
    ]


def _keyed(rows: tuple[Stage | Transition | Field | Bound, ...]) -> Mapping[str, Any]:
    return {row.key: row for row in rows}


def _of_rows(part: Part, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key, row in new.items():
        if key not in old:
            yield Change(part, How.ADDED, key, after=row)
        else:
            yield from _changes(part, key, old[key], row)
    yield from (Change(part, How.REMOVED, key, before=row) for key, row in old.items() if key not in new)


def _changes(part: Part, key: str, old: Any, new: Any) -> Iterator[Change]:
    for one in fields(new):
        before, after = getattr(old, one.name), getattr(new, one.name)
        if before != after and (part is not Part.WHOLE or one.name not in _PARTS):
            yield Change(part, How.CHANGED, key, one.name, before, after)

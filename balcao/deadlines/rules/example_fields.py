"""Reading what a file of worked examples says, field by field; whatever is amiss is told in words."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from balcao.deadlines.rules.days import ends_at

Word = TypeVar("Word", bound=StrEnum)

_TOLD = {"id", "kind", "title", "why", "rule", "source", "note", "expect"}  # what says nothing to a clock
TOLD_OF_A_CALENDAR = {"name", "title", "about", "source", "note", "version"}
_EVENT = {"at", "type", "target_minutes", "calendar", "policy", "reason", "note", "why"}
LIMIT = {"calendar", "target_minutes"}
# By kind: what the example itself may hold, then what the objects in its fields may.
_KNOWN: Mapping[str, Mapping[str, set[str]]] = {
    "clock": {"": {"calendar", "target_minutes", "events", "now"}, "events": _EVENT},
    "conversation": {
        "": {"calendar", "first_reply_target", "next_reply_target", "messages"},
        "messages": {"at", "from", "note", "why"},
    },
    "stages": {
        "": {"total", "started_at", "stages", "now"},
        "total": LIMIT,
        "stages": LIMIT | {"name", "entered_at", "left_at", "note", "why"},
    },
    "days": {"": {"tz", "start", "amount", "unit", "roll", "holidays"}},
}


class BadExample(ValueError):
    """An example, or the file of them, cannot be read; says why."""


def fields_of(value: Any, where: str, needed: set[str]) -> Mapping[str, Any]:
    """Return an object that has the fields needed."""
    fields = table(value, where)
    missing = sorted(needed - set(fields))
    if missing:
        raise BadExample(f"{where} lacks the field {missing[0]!r}.")
    return fields


def ignored(example: Mapping[str, Any]) -> Iterator[str]:
    """Name the fields of an example that nothing reads: whoever misspelt one sees it."""
    known = _KNOWN.get(str(example.get("kind")), {"": set(example)})
    yield from sorted(set(example) - known[""] - _TOLD)
    for name, fields in known.items():
        held = example.get(name) if name else None
        for one in held if isinstance(held, list) else [held]:
            if isinstance(one, Mapping):
                yield from sorted(f"{name}.{field}" for field in set(one) - fields)


def table(value: Any, where: str) -> Mapping[str, Any]:
    """Return an object."""
    if not isinstance(value, Mapping):
        raise BadExample(f"{where} is no object.")
    return value


def array(value: Any, where: str) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        raise BadExample(f"{where} is no list.")
    return value


def text(value: Any, where: str) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise BadExample(f"{where}: {value!r} is no text.")
    return value


def word(words: type[Word], value: Any, where: str) -> Word:
    """Return one of a closed list of words."""
    try:
        return words(value)
    except ValueError as error:
        known = ", ".join(one.value for one in words)
        raise BadExample(f"{where}: {value!r} is not known; known are {known}.") from error


def instant(value: Any, where: str) -> datetime:
    """Return an instant with its offset."""
    try:
        found = datetime.fromisoformat(text(value, where))
    except ValueError as error:
        raise BadExample(f"{where}: {value!r} is no instant (such as 2026-08-03T10:00:00-03:00).") from error
    if found.tzinfo is None:
        raise BadExample(f"{where}: {value!r} has no offset from UTC.")
    return found


def day(value: Any, where: str) -> date:
    """Return a date."""
    try:
        return date.fromisoformat(text(value, where))
    except ValueError as error:
        raise BadExample(f"{where}: {value!r} is no date (such as 2026-08-03).") from error


def beginning(value: Any, where: str, *, zone: str) -> datetime:
    """Return when a term begins; of a date alone, an instant of it where the customer lives."""
    if isinstance(value, str) and len(value) == len("2026-08-03"):
        return ends_at(day(value, where), zone=zone) - timedelta(seconds=1)
    return instant(value, where)


def whole(value: Any, where: str) -> int:
    """Return a whole number, not less than nothing."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadExample(f"{where}: {value!r} is no whole number.")
    return value


def seconds(minutes: Any, where: str) -> int:
    """Return minutes as seconds."""
    if not isinstance(minutes, (int, float)) or isinstance(minutes, bool) or not 0 <= minutes < 1e9:  # noqa: PLR2004
        raise BadExample(f"{where}: {minutes!r} is no number of minutes.")
    return round(minutes * 60)

"""The small language in which a mapping file says where something stands in an answer.

customer.name            the member `name` of `customer`
items[0].sku             the first of a list
items[].sku              of every one of a list
totals[id=Shipping].value  of those of a list whose `id` is that; `!=` of all others
nick | name | 'Guest'    the first of these that says something; a text in quotes says itself
^.currency               `^` is the whole answer, where a rule stands for one of its lines
$                        the thing itself
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_STEP = re.compile(r"(?P<name>[^.\[\]|'{}]*)(?P<brackets>(?:\[[^\[\]]*\])*)")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_TEST = re.compile(r"(?P<name>[^=!]+)(?P<sign>!?=)(?P<value>.*)")
_ALTERNATIVE = re.compile(r"""('[^']*'|[^'|])+""")


class BadPath(ValueError):
    """The text is no path."""


@dataclass(frozen=True, slots=True)
class _Step:
    kind: str  # "member", "place", "every", "is", "is not"
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class _Way:
    steps: tuple[_Step, ...] = ()
    from_root: bool = False
    literal: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """Where something stands: the first of these ways that leads to something."""

    text: str
    ways: tuple[_Way, ...]

    def every(self, found: Any, root: Any = None) -> list[Any]:
        """Return everything that stands there; what is null or empty text stands nowhere."""
        for way in self.ways:
            values = [value for value in _walk(way, found, root) if value is not None and value != ""]
            if values:
                return values
        return []

    def first(self, found: Any, root: Any = None) -> Any:
        """Return what stands there first, None when nothing does."""
        return next(iter(self.every(found, root)), None)

    def listed(self, found: Any, root: Any = None) -> list[Any]:
        """Return what stands there as a list, whether the path ends in one or walks through it."""
        values = self.every(found, root)
        return values[0] if len(values) == 1 and isinstance(values[0], list) else values


@lru_cache(maxsize=4096)
def parsed(text: str) -> Path:
    """Return the path that a text says, or raise `BadPath`."""
    ways = tuple(_way(found.group().strip()) for found in _ALTERNATIVE.finditer(text))
    if not ways or not text.strip():
        raise BadPath("a path is empty")
    return Path(text, ways)


def _way(text: str) -> _Way:
    if len(text) > 1 and text.startswith("'") and text.endswith("'"):
        return _Way(literal=text[1:-1])
    from_root, rest = text.startswith("^"), text.removeprefix("^").removeprefix(".")
    if rest in ("", "$"):
        return _Way(from_root=from_root)
    return _Way(tuple(_steps(rest.removeprefix("$").removeprefix("."), text)), from_root)


def _steps(rest: str, text: str) -> Iterator[_Step]:
    place = 0
    while place < len(rest):
        found = _STEP.match(rest, place)
        name, brackets = (found["name"].strip(), found["brackets"]) if found else ("", "")
        if not found or not (name or brackets) or (found.end() < len(rest) and rest[found.end()] != "."):
            raise BadPath(f"“{text}” is no path; see it as names with dots between: customer.name, items[].sku")
        if name:
            yield _Step("member", name)
        yield from (_bracket(inner.strip(), text) for inner in _BRACKET.findall(brackets))
        place = found.end() + 1


def _bracket(inner: str, text: str) -> _Step:
    if not inner:
        return _Step("every")
    if inner.lstrip("-").isdigit():
        return _Step("place", inner)
    test = _TEST.fullmatch(inner)
    if test is None:
        raise BadPath(f"“[{inner}]” in “{text}” is neither [], a number nor a test like [kind=shipping]")
    return _Step("is" if test["sign"] == "=" else "is not", test["name"].strip(), test["value"].strip().strip("'"))


def _walk(way: _Way, found: Any, root: Any) -> list[Any]:
    if way.literal is not None:
        return [way.literal]
    values = [root if way.from_root else found]
    for step in way.steps:
        values = [after for value in values for after in _stepped(step, value)]
    return values


def _stepped(step: _Step, value: Any) -> list[Any]:
    if step.kind == "member":
        return [value[step.name]] if isinstance(value, dict) and step.name in value else []
    if isinstance(value, dict) and step.kind in ("is", "is not"):
        return _those(step, [value])
    if not isinstance(value, list):
        return []
    if step.kind == "every":
        return value
    if step.kind == "place":
        place = int(step.name)
        return [value[place]] if -len(value) <= place < len(value) else []
    return _those(step, value)


def _those(step: _Step, values: list[Any]) -> list[Any]:
    is_wanted = step.kind == "is"
    return [one for one in values if (_said(one, step.name) == step.value) is is_wanted]


def _said(one: Any, name: str) -> str:
    for part in name.split("."):
        one = one.get(part) if isinstance(one, dict) else None
    return spelt(one)


def spelt(value: Any) -> str:
    """Return a value of JSON as text: true and false as JSON writes them, nothing as ""."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)

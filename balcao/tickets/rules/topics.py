"""The tree of topics: what a topic is called, how the tree is ordered, what stands in it from the start."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from balcao.kit.searchtext import fold
from balcao.tickets.types import Kind


class Placed(Protocol):
    """What has a place in a tree."""

    @property
    def pk(self) -> int:
        """Its id."""

    @property
    def parent_id(self) -> int | None:
        """The id of what it stands below."""


_P = TypeVar("_P", bound=Placed)


@dataclass(frozen=True, slots=True)
class DefaultTopic:
    """A topic that every installation begins with."""

    key: str
    kind: Kind
    names: Mapping[str, str]
    hints: Mapping[str, str] = field(default_factory=dict)
    blueprint: str = ""
    deed: str = ""
    topics: tuple["DefaultTopic", ...] = ()


def topics_from(stored: Iterable[Mapping[str, Any]]) -> tuple[DefaultTopic, ...]:
    """Read default topics as their file holds them."""
    return tuple(
        DefaultTopic(**{**facts, "kind": Kind(facts["kind"]), "topics": topics_from(facts.get("topics", ()))})
        for facts in stored
    )


def said_in(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    """Return a text in the first of these languages that has one, else in English, else in any."""
    by_code = {code.lower(): text for code, text in texts.items() if text}
    for language in (*languages, "en"):
        code = language.lower()
        near = next((text for known, text in by_code.items() if known.partition("-")[0] == code.partition("-")[0]), "")
        if found := by_code.get(code) or near:
            return found
    return next(iter(by_code.values()), "")


def in_order(rows: Iterable[_P]) -> Iterator[tuple[_P, int]]:
    """Give each row after the one it stands below, with how deep it stands; siblings keep their order.

    What stands below a row that is not among them is left out with all below it.
    """
    below: dict[int | None, list[_P]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    left = [(row, 0) for row in reversed(below.get(None, []))]
    while left:
        row, depth = left.pop()
        yield row, depth
        left += [(child, depth + 1) for child in reversed(below.get(row.pk, []))]


def with_all_below(chosen: Collection[int], rows: Iterable[Placed]) -> set[int]:
    """Return the ids of these rows and of all that stands below them."""
    found: set[int] = set()
    for row, _ in in_order(rows):
        if row.pk in chosen or row.parent_id in found:
            found.add(row.pk)
    return found


def is_called(text: str, *, key: str, names: Mapping[str, str]) -> bool:
    """Tell whether somebody who types this means the topic: its key, or part of its name in any language."""
    asked = fold(text).strip()
    return bool(asked) and (asked == key or any(asked in fold(name) for name in names.values()))

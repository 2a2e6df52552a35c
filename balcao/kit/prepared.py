"""Queries that Django builds once.

Building a query costs Django several times what running it does; those that every page and every message asks are
built at their first use in a thread and only given other values afterwards.
"""

from collections.abc import Callable, Sequence
from threading import local
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet, prefetch_related_objects

_T = TypeVar("_T")
_PLACE = 7_700_000_000_000  # a number nobody else puts into a query: it shows where a value goes

Value = int | str | Sequence[int] | Sequence[str]
_Shape = tuple[tuple[bool, int], ...]  # of each value: whether it is text, and how many there are (-1: one by itself)


class Prepared(Generic[_T]):
    """A query as a function of its values: ids, words, and lists of them that are compared as they are."""

    def __init__(self, build: Callable[..., "QuerySet[Any, _T]"]) -> None:
        self._build = build
        self._own = local()

    def __call__(self, *values: Value) -> list[_T]:
        """Run the query with these values."""
        shape = tuple(_shape(value) for value in values)
        built: dict[_Shape, _Built[_T] | None] = self._own.__dict__.setdefault("built", {})
        if shape not in built:
            built[shape] = _built(self._build, shape)
        ready = built[shape]
        return ready.run(values) if ready else []

    def first(self, *values: Value) -> _T | None:
        """Run the query; return its first row."""
        return next(iter(self(*values)), None)


def _shape(value: Value) -> tuple[bool, int]:
    if isinstance(value, (int, str)):
        return isinstance(value, str), -1
    return bool(value) and isinstance(value[0], str), len(value)


def _built(build: Callable[..., "QuerySet[Any, _T]"], shape: _Shape) -> "_Built[_T] | None":
    """Build the query with marks for its values; None when it can find nothing."""
    marks: list[Any] = []
    for place, (is_text, size) in enumerate(shape):
        mine: list[Any] = [_PLACE + place * 10_000 + number for number in range(size if size >= 0 else 1)]
        mine = [str(mark) for mark in mine] if is_text else mine
        marks.append(mine[0] if size < 0 else mine)
    try:
        return _Built(build(*marks), marks)
    except EmptyResultSet:
        return None


class _Built(Generic[_T]):
    """A query of this thread with places for its values."""

    def __init__(self, rows: "QuerySet[Any, _T]", marks: list[Any]) -> None:
        flat = [mark for given in marks for mark in (given if isinstance(given, list) else [given])]
        compiler = rows.query.get_compiler(rows.db)
        self._sql, self._params = compiler.as_sql()
        self._places = {place: flat.index(value) for place, value in enumerate(self._params) if value in flat}
        if set(self._places.values()) != set(range(len(flat))):
            raise TypeError("Each value of a prepared query has to reach the database as it is.")
        compiler.as_sql = lambda *_, **__: (self._sql, self._params)  # type: ignore[method-assign] # built already
        rows.query.get_compiler = lambda *_, **__: compiler  # the one that is built
        self._rows = rows

    def run(self, values: Sequence[Value]) -> list[_T]:
        flat = [one for value in values for one in ([value] if isinstance(value, (int, str)) else value)]
        params = list(self._params)
        for place, number in self._places.items():
            params[place] = flat[number]
        self._params = tuple(params)
        rows: Any = self._rows  # what follows is what evaluating a query set does
        found: list[_T] = list(rows._iterable_class(rows))  # noqa: SLF001
        if lookups := rows._prefetch_related_lookups:  # noqa: SLF001
            prefetch_related_objects(found, *lookups)
        return found

"""Queries that Django builds once.

Building a query costs Django several times what running it does; those that every page and every message asks are
built at their first use in a thread and only given other values afterwards.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import local
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, prefetch_related_objects

_T = TypeVar("_T")
_MOST = 10_000  # values of a list
_PLACE = 7_700_000_000_000  # a number nobody else puts into a query: it shows where a value goes

_EPOCH = datetime(2200, 1, 1, tzinfo=UTC)

One = int | str | datetime
Value = One | Sequence[int] | Sequence[str]
_Shape = tuple[tuple[type[One], int], ...]  # of each value: its kind, and how many there are (-1: one by itself)


class Prepared(Generic[_T]):
    """A query as a function of its values: ids, words, moments, and lists of which a column has to be in.

    Lists are filled up to the next power of two with their last value, so that few queries are built for all lengths.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, _T]"]) -> None:
        self._build = build
        self._own = local()

    def __call__(self, *values: Value) -> list[_T]:
        """Run the query with these values."""
        values = tuple(value if isinstance(value, One) else _filled(value) for value in values)
        shape = tuple(_shape(value) for value in values)
        built: dict[_Shape, _Built[_T] | None] = self._own.__dict__.setdefault("built", {})
        if shape not in built:
            built[shape] = _built(self._build, shape)
        ready = built[shape]
        return ready.run(values) if ready else []

    def first(self, *values: Value) -> _T | None:
        """Run the query; return its first row."""
        return next(iter(self(*values)), None)


def _filled(values: Sequence[Any]) -> list[Any]:
    missing = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *(values[-1] for _ in range(missing))]


def _shape(value: Value) -> tuple[type[One], int]:
    if isinstance(value, One):
        return _kind(value), -1
    return _kind(value[0]) if value else int, len(value)


def _kind(value: One) -> type[One]:
    return next(kind for kind in (int, str, datetime) if isinstance(value, kind))


def _mark(kind: type[One], place: int) -> One:
    """Return a value of this kind that stands for another one."""
    if kind is datetime:
        return _EPOCH + timedelta(seconds=place)
    return kind(_PLACE + place)  # type: ignore[call-arg] # the kinds left are int and str


def _stored(value: One) -> object:
    """Return a value as the database gets it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _built(build: Callable[..., "QuerySet[Any, _T]"], shape: _Shape) -> "_Built[_T] | None":
    """Build the query with marks for its values; None when it can find nothing."""
    marks: list[Any] = []
    for place, (kind, size) in enumerate(shape):
        mine = [_mark(kind, place * _MOST + number) for number in range(max(size, 0))]
        marks.append(_mark(kind, place * _MOST) if size < 0 else mine)
    try:
        return _Built(build(*marks), marks)
    except EmptyResultSet:
        return None


class _Built(Generic[_T]):
    """A query of this thread with places for its values."""

    def __init__(self, rows: "QuerySet[Any, _T]", marks: list[Any]) -> None:
        flat = [_stored(mark) for given in marks for mark in (given if isinstance(given, list) else [given])]
        compiler = rows.query.get_compiler(rows.db)
        self._sql, self._params = compiler.as_sql()
        self._places = {place: flat.index(value) for place, value in enumerate(self._params) if value in flat}
        if set(self._places.values()) != set(range(len(flat))):
            raise TypeError("Each value of a prepared query has to reach the database as it is.")
        compiler.as_sql = lambda *_, **__: (self._sql, self._params)
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda *_: converters
        rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign] # the one that is built
        self._rows = rows

    def run(self, values: Sequence[Value]) -> list[_T]:
        flat = [_stored(one) for value in values for one in ([value] if isinstance(value, One) else value)]
        params = list(self._params)
        for place, number in self._places.items():
            params[place] = flat[number]
        self._params = tuple(params)
        rows: Any = self._rows  # what follows is what evaluating a query set does
        found: list[Any] = list(rows._iterable_class(rows))  # noqa: SLF001
        if lookups := rows._prefetch_related_lookups:  # noqa: SLF001
            prefetch_related_objects(found, *lookups)
        return found

"""Small database tools that both engines share. The one part of kit that knows Django's ORM."""

from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import QuerySet

_M = TypeVar("_M", bound=models.Model)


def is_postgres() -> bool:
    """Tell whether the default database is PostgreSQL."""
    return connection.vendor == "postgresql"


def words(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the words of an enumeration as a field's choices."""
    return [(word.value, word.value) for word in kind]


def locked(rows: "QuerySet[_M]", *, skip_locked: bool = False) -> "QuerySet[_M]":
    """Lock the rows until the transaction ends.

    SQLite needs none: its transactions are immediate, so whoever writes is alone already.
    """
    if not is_postgres():
        return rows
    return rows.select_for_update(skip_locked=skip_locked, of=("self",))


def insert(row: _M) -> _M:
    """Insert a new row and set its key: `save` without what a plain insert does not need.

    On the way that every message takes, Django's `save` costs six times the statement itself (0.25 ms against 0.04 ms).
    For rows without a key of their own, database defaults or signals; everything else is for `save`.
    """
    statement, fields = _insert_statement(type(row), connection.vendor)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - what save does
    return row


@lru_cache(maxsize=64)
def _insert_statement(model: type[models.Model], vendor: str) -> tuple[str, list[Any]]:
    """Return the statement of a model, and the fields whose values it takes in order."""
    options = model._meta  # noqa: SLF001 - Django's public-by-custom options
    key = options.pk
    if key is None:
        raise TypeError(f"{model.__name__} has no table.")
    fields = [f for f in options.concrete_fields if f is not key or key.remote_field]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    returned = quote(str(key.column))
    table = quote(options.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {returned}", fields  # noqa: S608 - our names

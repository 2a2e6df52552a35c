"""Small database tools that both engines share. The one part of kit that knows Django's ORM."""

from typing import TypeVar

from django.db import connection, models
from django.db.models import QuerySet

_M = TypeVar("_M", bound=models.Model)


def is_postgres() -> bool:
    """Tell whether the default database is PostgreSQL."""
    return connection.vendor == "postgresql"


def locked(rows: "QuerySet[_M]", *, skip_locked: bool = False) -> "QuerySet[_M]":
    """Lock the rows until the transaction ends.

    SQLite needs none: its transactions are immediate, so whoever writes is alone already.
    """
    if not is_postgres():
        return rows
    return rows.select_for_update(skip_locked=skip_locked, of=("self",))

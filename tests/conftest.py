"""What all tests share; servers and settings come from `balcao.testing.plugin`."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, connections


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Give threads a database that they really share: SQLite's memory is locked table by table, a file is not."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(tmp_path / "shared.sqlite3")) as copy:
        connection.connection.backup(copy)
    settings = connections.settings["default"]
    memory, settings["NAME"] = settings["NAME"], str(tmp_path / "shared.sqlite3")
    yield
    settings["NAME"] = memory

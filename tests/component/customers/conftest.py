"""People for the tests of customers."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, connections

from balcao.customers import actions
from balcao.customers.models import Identity
from balcao.customers.types import ProofSource
from balcao.ports.channel import IdentityKind, Party
from balcao.staff.models import Agent

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)

Meet = Callable[..., Identity]


@pytest.fixture
def now() -> datetime:
    """Return the instant at which most things here happen."""
    return NOW


@pytest.fixture
def elif_(db: None) -> Agent:
    """Return an agent."""
    return Agent.objects.create(email="elif@shop.example", name="Elif")


@pytest.fixture
def meet(db: None) -> Meet:
    """Return what identifies somebody who writes."""

    def meet(
        value: str,
        name: str = "",
        *,
        kind: IdentityKind = IdentityKind.EMAIL,
        proven: ProofSource | None = None,
        now: datetime = NOW,
        **more: str,
    ) -> Identity:
        party = Party(kind, value, name)
        said = {"scope": "", "region": "BR", "language": "pt-br", **more}
        return actions.identify(party=party, proven=proven, now=now, **said)

    return meet


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

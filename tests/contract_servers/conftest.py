"""Real shop systems, started once for all tests of a run; orders are taken from a stock that each has."""

from collections.abc import Iterator

import pytest

from balcao.testing.servers.tryton import TrytonServer, tryton
from balcao.testing.servers.vendure import VendureServer, vendure


@pytest.fixture(scope="session")
def tryton_server() -> Iterator[TrytonServer]:
    """Give a running Tryton with a small shop."""
    with tryton() as server:
        yield server


@pytest.fixture(scope="session")
def vendure_server() -> Iterator[VendureServer]:
    """Give a running Vendure with a small shop."""
    with vendure() as server:
        yield server

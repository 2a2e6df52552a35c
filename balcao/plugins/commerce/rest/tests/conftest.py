"""A REST shop on this machine, and a connection to it by its mapping file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from balcao.plugins.commerce.rest.config import RestConfig
from balcao.plugins.commerce.rest.tests.harbour import Harbour, Running, an_order
from balcao.ports import calling
from balcao.ports.commerce import Link

HERE = Path(__file__).parent


@pytest.fixture
def harbour() -> Iterator[Harbour]:
    shop = Harbour(orders={"o1": an_order(1), "o2": an_order(2, status="arrived"), "o3": an_order(3)})
    running = Running(shop)
    yield shop
    calling._client(shop.url, None).close()  # what is kept open for the next call would outlive the test
    calling._client.cache_clear()
    running.stop()
    assert not shop.strangers


@pytest.fixture
def link(harbour: Harbour) -> Link:
    return link_to(harbour)


def link_to(harbour: Harbour) -> Link:
    mapping = (HERE / "harbour.toml").read_text(encoding="utf-8")
    return Link(RestConfig(mapping=mapping, address=harbour.url, secret="harbour-key", webhook_secret="s3cret"), "k")

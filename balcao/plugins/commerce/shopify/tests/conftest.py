"""A Shopify shop on this machine, whose schema nothing may contradict."""

from collections.abc import Iterator

import pytest

from balcao.plugins.commerce.shopify.adapter import Shopify
from balcao.plugins.commerce.shopify.tests.server import Shop, link_to, serve
from balcao.ports.commerce import Link


@pytest.fixture
def shop() -> Iterator[Shop]:
    with serve() as running:
        yield running
        assert not running.wrong, running.wrong


@pytest.fixture
def link(shop: Shop) -> Link:
    return link_to(shop)


@pytest.fixture
def adapter() -> Shopify:
    return Shopify()

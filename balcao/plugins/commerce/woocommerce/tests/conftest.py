"""A WooCommerce shop on this machine, whose arguments nothing may contradict."""

from collections.abc import Iterator

import pytest

from balcao.plugins.commerce.woocommerce.adapter import WooCommerce
from balcao.plugins.commerce.woocommerce.tests.server import Shop, link_to, serve
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
def adapter() -> WooCommerce:
    return WooCommerce()

"""A real Vendure keeps to the scenario book, and what is special about it."""

from typing import Any, ClassVar

import pytest

from balcao.plugins.commerce.vendure.adapter import Vendure
from balcao.plugins.commerce.vendure.config import VendureConfig
from balcao.ports.commerce import (
    Link,
    Order,
    OrderStage,
)
from balcao.testing.contracts import CommerceContract
from balcao.testing.servers.vendure import VendureServer
from balcao.testing.servers.vendure_orders import Trade


@pytest.fixture(scope="module")
def trade(vendure_server: VendureServer) -> Trade:
    return Trade(vendure_server)


@pytest.fixture
def link(vendure_server: VendureServer) -> Link:
    config = VendureConfig(vendure_server.address, vendure_server.login, vendure_server.password)
    return Link(config, currency="BRL", region="BR")


@pytest.fixture
def vendure() -> Vendure:
    return Vendure()


def read(vendure: Vendure, link: Link, ref: str) -> Order:
    order = vendure.order(ref, link)
    assert order
    return order


class TestVendure(CommerceContract):
    """The scenario book."""

    backend: ClassVar[type[Any]] = Vendure

    @pytest.fixture
    def link(self, vendure_server: VendureServer) -> Link:
        """Give the desk's own login."""
        config = VendureConfig(vendure_server.address, vendure_server.login, vendure_server.password)
        return Link(config, currency="BRL", region="BR")

    @pytest.fixture
    def pending(self, link: Link, trade: Trade) -> Order:
        """Give an order of three mugs and a shirt that has not left."""
        return read(Vendure(), link, trade.buy(("CAN-AZ", 3), ("CAM-M", 1)))

    @pytest.fixture
    def delivered(self, link: Link, trade: Trade) -> Order:
        """Give an order of two mugs that arrived."""
        ref = trade.buy(("CAN-AZ", 2))
        trade.send(ref, arrives=True)
        order = read(Vendure(), link, ref)
        assert order.stage == OrderStage.DELIVERED
        return order

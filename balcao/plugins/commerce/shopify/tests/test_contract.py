"""Shopify keeps to the scenario book."""

from typing import Any, ClassVar

import pytest

from balcao.plugins.commerce.shopify.adapter import Shopify
from balcao.plugins.commerce.shopify.tests.server import Shop, link_to
from balcao.ports.commerce import Checked, Hooked, Link, Order, Quoting, Selling
from balcao.testing.contracts import CommerceContract


class TestShopify(CommerceContract):
    """Against a shop on this machine that knows the published schema."""

    backend: ClassVar[type[Any]] = Shopify

    @pytest.fixture
    def link(self, shop: Shop) -> Link:
        """Give a connection to the shop."""
        return link_to(shop)

    @pytest.fixture
    def pending(self, link: Link, shop: Shop) -> Order:
        """Give an order that has not left."""
        return _order(shop.state.bring()["id"], link)

    @pytest.fixture
    def delivered(self, link: Link, shop: Shop) -> Order:
        """Give an order that arrived."""
        return _order(shop.state.bring(sent=True)["id"], link)


def test_it_tells_of_changes_products_freight_and_faults() -> None:
    assert all(isinstance(Shopify(), port) for port in (Hooked, Selling, Quoting, Checked))


def _order(ref: str, link: Link) -> Order:
    found = Shopify().order(ref, link)
    assert found
    return found

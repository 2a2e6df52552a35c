"""WooCommerce keeps to the scenario book."""

from typing import Any, ClassVar

import pytest

from balcao.plugins.commerce.woocommerce.adapter import WooCommerce
from balcao.plugins.commerce.woocommerce.tests.server import Shop, link_to
from balcao.ports.commerce import Checked, Hooked, Link, Order, Quoting, Selling
from balcao.testing.contracts import CommerceContract


class TestWooCommerce(CommerceContract):
    """Against a shop on this machine that knows the published arguments."""

    backend: ClassVar[type[Any]] = WooCommerce

    @pytest.fixture
    def link(self, shop: Shop) -> Link:
        """Give a connection to the shop."""
        return link_to(shop)

    @pytest.fixture
    def pending(self, link: Link, shop: Shop) -> Order:
        """Give an order that has not left."""
        return _order(shop.state.bring(), link)

    @pytest.fixture
    def delivered(self, link: Link, shop: Shop) -> Order:
        """Give an order that arrived."""
        raw = shop.state.bring(status="completed", date_completed_gmt="2026-11-02T09:00:00")
        return _order(raw, link)


def test_it_tells_of_changes_products_and_faults_but_guesses_no_freight() -> None:
    assert all(isinstance(WooCommerce(), port) for port in (Hooked, Selling, Checked))
    assert not isinstance(WooCommerce(), Quoting)


def _order(raw: dict[str, Any], link: Link) -> Order:
    found = WooCommerce().order(str(raw["id"]), link)
    assert found
    return found

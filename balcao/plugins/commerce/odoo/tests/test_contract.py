"""The scenario book over an Odoo, by both of its interfaces."""

from typing import Any, ClassVar

import pytest

from balcao.plugins.commerce.odoo.adapter import Odoo
from balcao.plugins.commerce.odoo.tests.conftest import link_to
from balcao.plugins.commerce.odoo.tests.stand_in import StandIn
from balcao.ports.commerce import Commerce, Link, Order
from balcao.testing.contracts import CommerceContract


class TestOdoo(CommerceContract):
    """Orders with invoices, payments and deliveries."""

    backend: ClassVar[type[Any]] = Odoo
    tells_refunded_pieces: ClassVar[bool] = False  # a credit note is a sum

    @pytest.fixture
    def link(self, odoo: StandIn) -> Link:
        """Give a connection to the Odoo of the tests."""
        return link_to(odoo)

    @pytest.fixture
    def pending(self, adapter: Commerce, link: Link) -> Order:
        """Give a paid order of two pieces."""
        found = adapter.order("1", link)
        assert found
        return found

    @pytest.fixture
    def delivered(self, adapter: Commerce, link: Link) -> Order:
        """Give one that left long ago."""
        found = adapter.order("2", link)
        assert found
        return found

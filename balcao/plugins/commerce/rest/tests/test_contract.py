"""The scenario book over a REST shop that a mapping file describes."""

from typing import Any, ClassVar

import pytest

from balcao.plugins.commerce.rest.adapter import Rest
from balcao.plugins.commerce.rest.tests.conftest import link_to
from balcao.plugins.commerce.rest.tests.harbour import Harbour
from balcao.ports.commerce import Commerce, Link, Order
from balcao.testing.contracts import CommerceContract


class TestRest(CommerceContract):
    """A small shop with decimals, pages and bearer keys."""

    backend: ClassVar[type[Any]] = Rest
    tells_refunded_pieces: ClassVar[bool] = False  # this shop's refunds are sums

    @pytest.fixture
    def link(self, harbour: Harbour) -> Link:
        """Give a connection to the shop of the tests."""
        return link_to(harbour)

    @pytest.fixture
    def pending(self, adapter: Commerce, link: Link) -> Order:
        """Give a paid order of two pieces."""
        found = adapter.order("o1", link)
        assert found
        return found

    @pytest.fixture
    def delivered(self, adapter: Commerce, link: Link) -> Order:
        """Give one that arrived."""
        found = adapter.order("o2", link)
        assert found
        return found

"""The built-in order book and the backend of the tests keep to the scenario book."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from balcao.commerce import queries
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.models import Backend
from balcao.journal.types import SYSTEM
from balcao.ports.commerce import Link, Order, OrderStage
from balcao.testing.backends import PaperBackend, PaperConfig
from balcao.testing.contracts import CommerceContract
from balcao.testing.factories import make_shop
from balcao.testing.orders import a_product, an_order

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ARRIVED = an_order(ref="1002", number="1002", stage=OrderStage.DELIVERED)


class TestTheOrderBook(CommerceContract):
    """Orders that live in our own tables."""

    backend: ClassVar[type[Any]] = Book
    tells_changes: ClassVar[bool] = False

    @pytest.fixture
    def link(self, db: None) -> Link:
        """Give an order book with the catalogue."""
        shop, config = make_shop(), Book.Config()
        backend = create_backend(shop=shop, kind="book", name="book", config=config, actor=SYSTEM, now=NOW)
        keep_product(backend=backend, product=a_product(), now=NOW)
        return queries.link_of(backend)

    @pytest.fixture
    def pending(self, link: Link) -> Order:
        """Give an order that has not left."""
        return self._brought_in(link, an_order())

    @pytest.fixture
    def delivered(self, link: Link) -> Order:
        """Give an order that arrived."""
        return self._brought_in(link, ARRIVED)

    def _brought_in(self, link: Link, order: Order) -> Order:
        row = keep_order(backend=Backend.objects.get(pk=int(link.key)), order=order, now=NOW)
        return queries.order_value(row)


class TestThePaperBackend(CommerceContract):
    """What the tests of the ledger stand on behaves like a shop system."""

    backend: ClassVar[type[Any]] = PaperBackend
    tells_changes: ClassVar[bool] = False  # each order is told once

    @pytest.fixture
    def adapter(self) -> PaperBackend:
        """Give a system that knows two orders."""
        return PaperBackend(orders={"1001": an_order(), "1002": ARRIVED}, products={"mug": a_product()})

    @pytest.fixture
    def link(self) -> Link:
        """Give settings that say nothing."""
        return Link(PaperConfig())

    @pytest.fixture
    def pending(self, link: Link) -> Order:
        """Give an order that has not left."""
        return an_order()

    @pytest.fixture
    def delivered(self, link: Link) -> Order:
        """Give an order that arrived."""
        return ARRIVED

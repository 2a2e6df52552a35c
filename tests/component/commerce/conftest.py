"""A shop with an order book and a shop system of paper, an order of Ana's in each."""

from datetime import UTC, datetime
from typing import Any

import pytest

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.models import Backend, Order
from balcao.commerce.types import Level, Policy
from balcao.journal.types import SYSTEM
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.backends import PaperBackend, PaperConfig
from balcao.testing.factories import make_agent, make_shop
from balcao.testing.orders import a_product, an_order


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def paper() -> PaperBackend:
    adapter = PaperBackend(orders={"1001": an_order()}, products={"mug": a_product()})
    registry.register_commerce(adapter)
    return adapter


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


def connected(shop: Shop, kind: str, config: Any, now: datetime) -> Backend:
    policy = Policy(limits={"agent": 6_000})
    backend = create_backend(shop=shop, kind=kind, name=kind, config=config, actor=SYSTEM, now=now, policy=policy)
    keep_product(backend=backend, product=a_product(), now=now)
    keep_order(backend=backend, order=an_order(), now=now)
    return backend


@pytest.fixture
def book(shop: Shop, now: datetime) -> Backend:
    return connected(shop, "book", Book.Config(), now)


@pytest.fixture
def backend(shop: Shop, paper: PaperBackend, now: datetime) -> Backend:
    return connected(shop, "paper", PaperConfig(password="sesame"), now)


@pytest.fixture
def order(backend: Backend) -> Order:
    return order_in(backend)


def order_in(backend: Backend) -> Order:
    return Order.objects.select_related("account__backend__shop", "backend__shop").get(backend=backend, ref="1001")


@pytest.fixture
def bia(shop: Shop) -> Agent:
    return make_agent("Bia", shop=shop)


@pytest.fixture
def asker(bia: Agent) -> Asker:
    return Asker(agent=bia, level=Level.VERIFIED)

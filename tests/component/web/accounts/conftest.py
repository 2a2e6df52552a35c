"""People who come in."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop

PASSWORD = "a long enough one"


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def elif_(shop: Shop) -> Agent:
    return make_agent("Elif", shop=shop, role=Role.ADMIN, password=PASSWORD, language="tr")


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"Accept-Language": "en"})

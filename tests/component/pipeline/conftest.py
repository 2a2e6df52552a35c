"""One shop, two agents, one channel of paper."""

from datetime import UTC, datetime

import pytest

from balcao.channels.models import Channel
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def paper() -> PaperChannel:
    adapter = PaperChannel()
    registry.register_channel(adapter)
    return adapter


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def channel(shop: Shop, paper: PaperChannel) -> Channel:
    return make_channel(shop)


@pytest.fixture
def bia(shop: Shop) -> Agent:
    return make_agent("Bia", shop=shop)


@pytest.fixture
def caio(shop: Shop) -> Agent:
    return make_agent("Caio", shop=shop)

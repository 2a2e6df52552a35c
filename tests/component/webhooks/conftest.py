"""A shop with a channel of paper, and a receiver that really listens."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from balcao.channels.models import Channel
from balcao.journal.types import SYSTEM
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_channel, make_shop
from balcao.testing.receivers import Receiver, receiver
from balcao.webhooks.actions.endpoints import create_endpoint
from balcao.webhooks.models import Endpoint

MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def channel(shop: Shop) -> Channel:
    registry.register_channel(PaperChannel())
    return make_channel(shop)


@pytest.fixture
def erp() -> Iterator[Receiver]:
    with receiver() as known:
        yield known


@pytest.fixture
def make_endpoint(settings: Any, shop: Shop, erp: Receiver, now: datetime) -> MakeEndpoint:
    """Set up endpoints at the receiver, which is next door; their secrets are kept on them for the tests."""
    settings.WEBHOOKS_TO_PRIVATE = True

    def make(*events: str, name: str = "ERP", url: str = "", of: Shop | None = None) -> Endpoint:
        endpoint, secret = create_endpoint(
            name=name, url=url or erp.address, events=events or ["*"], shop=of, actor=SYSTEM, now=now
        )
        endpoint.secret = secret  # type: ignore[attr-defined] # known to the tests only
        return endpoint

    return make

"""Casa Moringa and a shop next door, with people of every role."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from balcao.channels.models import Channel
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def paper() -> PaperChannel:
    adapter = PaperChannel()
    registry.register_channel(adapter)
    return adapter


@pytest.fixture
def moringa(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def next_door(db: None) -> Shop:
    return make_shop("bergamota")


@pytest.fixture
def helena(moringa: Shop) -> Agent:
    """Hire the admin of Casa Moringa, and of nothing else."""
    return make_agent("Helena", shop=moringa, role=Role.ADMIN)


@pytest.fixture
def letters(moringa: Shop, paper: PaperChannel) -> Channel:
    return make_channel(moringa)


@pytest.fixture
def enter() -> Callable[[Agent | None], Client]:
    """Open a visitor in which somebody is signed in."""

    def come_in(agent: Agent | None) -> Client:
        visitor = Client()
        if agent is not None:
            visitor.force_login(agent)
        return visitor

    return come_in

"""One shop with its paper channel, and Bia, who is signed in at the desk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from balcao.channels.models import Channel
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.tickets.models import Message


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop(time_zone="America/Recife")


@pytest.fixture
def channel(shop: Shop) -> Channel:
    registry.register_channel(PaperChannel())
    return make_channel(shop)


@pytest.fixture
def bia(shop: Shop) -> Agent:
    return make_agent("Bia", shop=shop)


@pytest.fixture
def caio(shop: Shop) -> Agent:
    return make_agent("Caio", shop=shop)


@pytest.fixture
def sign_in() -> Callable[[Agent], Client]:
    def signed_in(agent: Agent) -> Client:
        client = Client()
        client.force_login(agent, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return signed_in


@pytest.fixture
def desk(bia: Agent, sign_in: Callable[[Agent], Client]) -> Client:
    return sign_in(bia)


@pytest.fixture
def light(shop: Shop, sign_in: Callable[[Agent], Client]) -> Client:
    return sign_in(make_agent("Lia", shop=shop, role=Role.LIGHT))


@pytest.fixture
def stranger(shop: Shop, sign_in: Callable[[Agent], Client]) -> Client:
    """Give the desk of somebody who works for another shop only."""
    return sign_in(make_agent("Zoe", shop=make_shop("other")))


@pytest.fixture
def arrive(channel: Channel) -> Callable[..., Message]:
    """Let a letter arrive some minutes ago."""

    def arrived(minutes: int = 5, **facts: Any) -> Message:
        facts = {"subject": "Two plates are broken", "text": "They came in pieces.", "name": "Marina Souza"} | facts
        taken = receive(channel, now=timezone.now() - timedelta(minutes=minutes), **facts)
        assert taken.message is not None
        return taken.message

    return arrived

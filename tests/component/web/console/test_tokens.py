"""API tokens."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from balcao.shops.models import Shop
from balcao.staff.models import Agent, ApiToken
from balcao.staff.queries import valid_token
from balcao.staff.types import Role
from balcao.testing.factories import make_agent


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


def secret_in(page: str) -> str:
    found = re.search(r"balcao_[\w-]+", page)
    assert found
    return found[0]


def test_a_secret_is_shown_once(visitor: Client, helena: Agent) -> None:
    made = visitor.post("/console/tokens/new/", {"name": "Loja", "agent": helena.pk, "scopes": ["tickets.read"]})
    secret = secret_in(made.content.decode())
    assert "no-store" in made.headers["Cache-Control"]
    token = valid_token(secret, now=timezone.now())
    assert token == ApiToken.objects.get()
    listed = visitor.get("/console/tokens/").content.decode()
    assert "Loja" in listed
    assert secret not in listed


def test_a_token_is_withdrawn(visitor: Client, helena: Agent) -> None:
    made = visitor.post("/console/tokens/new/", {"name": "Loja", "agent": helena.pk, "scopes": ["tickets.read"]})
    visitor.post(f"/console/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert valid_token(secret_in(made.content.decode()), now=timezone.now()) is None


def test_nobody_makes_a_token_that_can_do_more_than_they(
    visitor: Client, helena: Agent, next_door: Shop, moringa: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    neighbour = make_agent("Otto", shop=next_door)
    for agent in (neighbour.pk, ""):  # nor as the system
        answer = visitor.post("/console/tokens/new/", {"name": "X", "agent": agent, "scopes": ["tickets.read"]})
        assert answer.status_code == 422
    foreign = {"name": "X", "agent": helena.pk, "scopes": ["tickets.read"], "shops": [next_door.pk]}
    assert visitor.post("/console/tokens/new/", foreign).status_code == 422
    chief = make_agent("Chief", shop=moringa, role=Role.ADMIN, every_shop=True)
    enter(chief).post("/console/tokens/new/", {"name": "Kernel", "agent": "", "scopes": ["journal.read"]})
    system = ApiToken.objects.get()
    assert system.agent is None
    assert "Kernel" not in visitor.get("/console/tokens/").content.decode()
    assert visitor.post(f"/console/tokens/{system.pk}/revoke/").status_code == 404


def test_a_token_needs_something_to_do(visitor: Client, helena: Agent) -> None:
    assert visitor.post("/console/tokens/new/", {"name": "X", "agent": helena.pk}).status_code == 422

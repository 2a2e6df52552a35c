"""The journal as programs follow it: with a token, waiting for what comes."""

import threading
import time

import httpx
import pytest
from django.utils import timezone

from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.actions import create_token, revoke_token
from balcao.staff.models import Agent, ApiToken
from balcao.staff.types import Scope

from .conftest import Server, record


def follow(server: Server, secret: str, **query: int) -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.get(f"http://127.0.0.1:{server.port}/live/journal", params=query, headers=headers, timeout=30)


@pytest.fixture
def secret(ana: Agent) -> str:
    return create_token(name="ERP", agent=ana, scopes=[Scope.JOURNAL_READ], actor=SYSTEM, now=timezone.now())[1]


def test_a_program_hears_at_once_what_comes(server: Server, shop: Shop, secret: str) -> None:
    position = follow(server, secret, after=0, wait=10).json()["position"]  # the making of the token itself
    timer = threading.Timer(0.3, lambda: record(shop=shop, ticket=7))
    timer.start()
    began = time.monotonic()

    heard = follow(server, secret, after=position, wait=20).json()

    timer.join()
    assert [entry["ticket"] for entry in heard["messages"]] == [7]
    assert time.monotonic() - began < 10
    assert heard["position"] > position


def test_a_program_hears_nothing_of_other_shops(server: Server, shop: Shop, other_shop: Shop, secret: str) -> None:
    record(shop=other_shop, ticket=7)
    record(shop=shop, ticket=8)
    heard = follow(server, secret, after=0, wait=10).json()["messages"]
    assert {entry["shop"] for entry in heard} <= {shop.pk, 0}


def test_who_may_not_is_told_so(server: Server, ana: Agent, secret: str) -> None:
    now = timezone.now()
    other = create_token(name="Shop", agent=ana, scopes=[Scope.TICKETS_READ], actor=SYSTEM, now=now)[1]
    for bad, status in (("balcao_nobody", 401), (other, 403)):
        refused = follow(server, bad)
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
        assert refused.json()["status"] == status

    revoke_token(token=ApiToken.objects.get(name="ERP"), actor=SYSTEM, now=now)
    assert follow(server, secret).status_code == 401

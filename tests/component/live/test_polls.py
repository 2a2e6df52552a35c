"""The fall-back without WebSockets."""

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from balcao.api.live import feed
from balcao.journal import actions as journal
from balcao.journal import queries
from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.actions import create_token
from balcao.staff.models import Agent
from balcao.staff.types import Scope

from .conftest import Server, log_in, record

Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(server: Server, ana: Agent) -> Ask:
    cookies = {settings.SESSION_COOKIE_NAME: log_in(ana)}

    def ask(**query: Any) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{server.port}/live/poll", params=query, cookies=cookies, timeout=30)

    return ask


def test_what_came_after_a_position_is_answered_at_once(shop: Shop, other_shop: Shop, ask: Ask) -> None:
    record("ticket.opened", shop=shop)
    record("ticket.hidden", shop=other_shop)
    record("ticket.solved", shop=shop)
    journal.seal()
    answer = ask(after=0, wait=0).json()
    assert [entry["name"] for entry in answer["messages"]] == ["ticket.opened", "ticket.solved"]
    assert (answer["position"], answer["refetch"]) == (3, False)


def test_the_answer_waits_for_something_to_say(shop: Shop, ask: Ask) -> None:
    def record_soon() -> None:
        time.sleep(0.3)
        record("ticket.opened", shop=shop)
        connection.close()

    recording = threading.Thread(target=record_soon)
    recording.start()
    began = time.monotonic()
    answer = ask(after=0, wait=20).json()
    recording.join()
    assert [entry["name"] for entry in answer["messages"]] == ["ticket.opened"]
    assert time.monotonic() - began < 5


def test_the_answer_does_not_wait_for_ever(ask: Ask) -> None:
    began = time.monotonic()
    assert ask(after=0, wait=0.3).json() == {"position": 0, "messages": [], "refetch": False}
    assert 0.2 < time.monotonic() - began < 5


def test_what_may_not_be_seen_moves_the_position_on(other_shop: Shop, ask: Ask) -> None:
    record("ticket.opened", shop=other_shop)
    journal.seal()
    assert ask(after=0, wait=0.2).json() == {"position": 1, "messages": [], "refetch": False}


def test_who_missed_too_much_fetches_anew(shop: Shop, ask: Ask) -> None:
    for _ in range(feed.MOST_REPLAYED + 1):
        record(shop=shop)
    while journal.seal():
        pass
    assert ask(after=0, wait=0).json() == {"position": queries.head_position(), "messages": [], "refetch": True}


@pytest.mark.parametrize("after", ["", "x", "-5", "1e9", "nan", "inf"])
def test_a_position_that_is_none_counts_as_now(ask: Ask, after: str) -> None:
    assert ask(after=after, wait="x").json()["messages"] == []


def test_nobody_is_answered_without_a_session(server: Server) -> None:
    assert httpx.get(f"http://127.0.0.1:{server.port}/live/poll").status_code == 401


def test_other_addresses_are_unknown(server: Server) -> None:
    assert httpx.get(f"http://127.0.0.1:{server.port}/live/elsewhere").status_code == 404


def test_a_program_that_was_away_gets_all_of_it_in_pages(server: Server, shop: Shop, ana: Agent) -> None:
    for _ in range(feed.MOST_REPLAYED + 1):
        record(shop=shop)
    while journal.seal():
        pass
    _, secret = create_token(name="Warehouse", scopes=[Scope.JOURNAL_READ], agent=ana, actor=SYSTEM, now=timezone.now())

    def ask(after: int) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        url = f"http://127.0.0.1:{server.port}/live/journal"
        return httpx.get(url, params={"after": after, "wait": 0}, headers=headers).json()

    first = ask(0)
    second = ask(first["position"])
    positions = [entry["position"] for page in (first, second) for entry in page["messages"]]
    assert positions == list(range(1, queries.head_position() + 1))


def test_a_token_for_one_shop_hears_of_no_other_that_its_agent_sees(
    server: Server, shop: Shop, other_shop: Shop, ana: Agent
) -> None:
    ana.shops.add(other_shop)
    _, secret = create_token(
        name="Warehouse",
        scopes=[Scope.JOURNAL_READ],
        agent=ana,
        every_shop=False,
        shops=[other_shop],
        actor=SYSTEM,
        now=timezone.now(),
    )
    record("ticket.opened", shop=shop)
    record("ticket.solved", shop=other_shop)
    journal.seal()
    headers = {"Authorization": f"Bearer {secret}"}
    url = f"http://127.0.0.1:{server.port}/live/journal"
    answer = httpx.get(url, params={"after": 0, "wait": 0}, headers=headers).json()
    assert [entry["name"] for entry in answer["messages"] if entry["shop"]] == ["ticket.solved"]

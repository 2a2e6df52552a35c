"""Colleagues whose pages are open at another live process."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.servers.redis import redis
from balcao.tickets.models import Ticket

from .conftest import Open, Page, Server, new_agent, new_ticket


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis() as url:
        yield url


@pytest.fixture(autouse=True)
def with_redis(redis_url: str, settings: Settings) -> None:
    settings.REDIS_URL = redis_url


@pytest.fixture
def other_server(transactional_db: None) -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


def seen(page: Page, name: str) -> bool:
    return bool(page.hear_until("presence", lambda news: name in {agent["name"] for agent in news["agents"]}))


def test_colleagues_at_another_process_are_shown(
    ana: Agent, bruno: Agent, other_shop: Shop, other_server: Server, open_page: Open
) -> None:
    hers = open_page(ana)
    his = open_page(bruno, at=other_server)
    open_page(new_agent("Elif", other_shop), at=other_server)
    assert seen(hers, "Bruno")
    assert seen(his, "Ana")
    his.line.close()
    assert hers.hear("presence")["gone"] == [bruno.pk]


def test_who_writes_at_another_process_is_shown(
    ana: Agent, bruno: Agent, shop: Shop, other_server: Server, open_page: Open
) -> None:
    ticket: Ticket = new_ticket(shop, number=1001)
    hers, his = open_page(ana), open_page(bruno, at=other_server)
    hers.say(type="watch", tickets=[ticket.pk])
    assert seen(hers, "Bruno")  # both processes hear each other now
    his.say(type="typing", ticket=ticket.pk, mode="note")
    hers.hear_until("typing", lambda news: [agent["mode"] for agent in news["agents"]] == ["note"])
    his.line.close()
    hers.hear_until("typing", lambda news: not news["agents"])


def test_a_process_that_starts_later_learns_who_is_there(ana: Agent, bruno: Agent, open_page: Open) -> None:
    his = open_page(bruno)
    his.hear("hello")
    late = Server()
    try:
        assert seen(open_page(ana, at=late), "Bruno")
    finally:
        late.stop()

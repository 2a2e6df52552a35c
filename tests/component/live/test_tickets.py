"""Who reads and who writes at a ticket."""

import time

import pytest

from balcao.api.live import colleagues
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket

from .conftest import Open, Page, new_agent, new_ticket


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return new_ticket(shop, number=1001)


def modes(page: Page, ticket: Ticket) -> dict[str, str]:
    message = page.hear("typing")
    assert message["ticket"] == ticket.pk
    return {agent["name"]: agent["mode"] for agent in message["agents"]}


def comes(page: Page, ticket: Ticket, expected: dict[str, str]) -> bool:
    """Pass over states on the way; a page that waits in vain times out."""
    while modes(page, ticket) != expected:
        pass
    return True


def test_a_colleague_who_reads_and_writes_is_seen_by_who_watches(
    ana: Agent, bruno: Agent, ticket: Ticket, open_page: Open
) -> None:
    hers, his = open_page(ana), open_page(bruno)
    hers.say(type="watch", tickets=[ticket.pk])
    hers.hear("presence")
    his.say(type="reading", ticket=ticket.pk)
    assert comes(hers, ticket, {"Bruno": "reading"})
    his.say(type="typing", ticket=ticket.pk, mode="reply")
    assert comes(hers, ticket, {"Bruno": "reply"})
    his.say(type="typing", ticket=ticket.pk, mode=None)
    assert comes(hers, ticket, {"Bruno": "reading"})
    his.line.close()
    assert comes(hers, ticket, {})


def test_who_comes_later_is_told_who_is_there(ana: Agent, bruno: Agent, ticket: Ticket, open_page: Open) -> None:
    his = open_page(bruno)
    his.say(type="reading", ticket=ticket.pk)
    his.hear("typing")
    hers = open_page(ana)
    hers.say(type="watch", tickets=[ticket.pk])
    assert comes(hers, ticket, {"Bruno": "reading"})


def test_going_to_another_ticket_leaves_the_first(ana: Agent, bruno: Agent, shop: Shop, open_page: Open) -> None:
    first, second = new_ticket(shop, number=1), new_ticket(shop, number=2)
    hers, his = open_page(ana), open_page(bruno)
    hers.say(type="watch", tickets=[first.pk, second.pk])
    hers.hear("presence")
    his.say(type="reading", ticket=first.pk)
    assert comes(hers, first, {"Bruno": "reading"})
    his.say(type="typing", ticket=second.pk, mode="note")
    assert comes(hers, first, {})
    assert comes(hers, second, {"Bruno": "reading"})
    assert comes(hers, second, {"Bruno": "note"})


def test_who_stops_typing_without_a_word_becomes_a_reader(
    ana: Agent, bruno: Agent, ticket: Ticket, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(colleagues, "TYPING_LASTS", 0.5)
    hers, his = open_page(ana), open_page(bruno)
    hers.say(type="watch", tickets=[ticket.pk])
    hers.hear("presence")
    his.say(type="typing", ticket=ticket.pk, mode="reply")
    assert comes(hers, ticket, {"Bruno": "reply"})
    assert comes(hers, ticket, {"Bruno": "reading"})


def test_two_tabs_count_as_one_agent(ana: Agent, bruno: Agent, ticket: Ticket, open_page: Open) -> None:
    hers = open_page(ana)
    hers.say(type="watch", tickets=[ticket.pk])
    hers.hear("presence")
    tabs = [open_page(bruno), open_page(bruno)]
    for tab in tabs:
        tab.say(type="reading", ticket=ticket.pk)
        assert comes(hers, ticket, {"Bruno": "reading"})
    tabs[0].line.close()
    assert comes(hers, ticket, {"Bruno": "reading"})


def test_tickets_of_other_shops_can_be_neither_watched_nor_read(
    ana: Agent, bruno: Agent, other_shop: Shop, ticket: Ticket, open_page: Open
) -> None:
    elif_ = new_agent("Elif", other_shop)
    hers, his = open_page(elif_), open_page(bruno)
    hers.say(type="watch", tickets=[ticket.pk])
    hers.say(type="reading", ticket=ticket.pk)
    hers.hear("presence")
    his.say(type="reading", ticket=ticket.pk)
    assert comes(his, ticket, {"Bruno": "reading"})
    assert hers.hears_nothing_of("typing")


def test_repeating_the_same_is_not_told_again(ana: Agent, bruno: Agent, ticket: Ticket, open_page: Open) -> None:
    hers, his = open_page(ana), open_page(bruno)
    hers.say(type="watch", tickets=[ticket.pk])
    hers.hear("presence")
    his.say(type="typing", ticket=ticket.pk, mode="reply")
    assert comes(hers, ticket, {"Bruno": "reply"})
    his.say(type="typing", ticket=ticket.pk, mode="reply")
    time.sleep(0.1)
    assert hers.hears_nothing_of("typing")

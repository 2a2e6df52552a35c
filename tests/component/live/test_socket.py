from contextlib import suppress
from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from balcao.api.live import feed, hub
from balcao.journal import actions as journal
from balcao.journal import queries
from balcao.journal.types import Subject, SubjectKind
from balcao.shops.models import Shop
from balcao.staff.models import Agent

from .conftest import Open, Server, log_in, new_agent, record


def seal() -> int:
    while journal.seal():
        pass
    return queries.head_position()


def test_a_change_reaches_the_page_in_a_moment(ana: Agent, shop: Shop, open_page: Open) -> None:
    page = open_page(ana)
    hello = page.hear("hello")
    assert (hello["agent"], hello["position"]) == (ana.pk, 0)
    record(shop=shop, ticket=5, facts={"ticket": 5})
    entry = page.hear("entry", within=2)
    assert (entry["name"], entry["ticket"], entry["position"]) == ("ticket.message.received", 5, 1)


def test_a_page_hears_nothing_of_other_shops(ana: Agent, shop: Shop, other_shop: Shop, open_page: Open) -> None:
    page = open_page(ana)
    page.hear("hello")
    record("ticket.opened", shop=other_shop)
    record("ticket.solved", shop=shop)
    assert page.hear("entry")["name"] == "ticket.solved"


def test_a_notice_reaches_only_the_agent_it_is_for(ana: Agent, bruno: Agent, shop: Shop, open_page: Open) -> None:
    hers, his = open_page(ana), open_page(bruno)
    for page in (hers, his):
        page.hear("hello")
    record("notice.mention", shop=shop, about=[Subject(SubjectKind.AGENT, ana.pk)])
    assert hers.hear("entry")["name"] == "notice.mention"
    assert his.hears_nothing_of("entry")


def test_a_page_that_was_away_gets_what_it_missed_once_and_in_order(ana: Agent, shop: Shop, open_page: Open) -> None:
    page = open_page(ana)
    page.hear("hello")
    record("ticket.opened", shop=shop)
    last = page.hear("entry")["position"]
    page.line.close()
    for number in range(3):
        record(f"missed.{number}", shop=shop)
    back = open_page(ana, position=last)
    assert back.hear("hello")["position"] == last
    record("new.one", shop=shop)
    assert [back.hear("entry")["name"] for _ in range(4)] == ["missed.0", "missed.1", "missed.2", "new.one"]


def test_what_was_missed_before_the_server_started_is_replayed_too(ana: Agent, shop: Shop, open_page: Open) -> None:
    record("ticket.opened", shop=shop)
    seal()
    page = open_page(ana, position=0)
    assert page.hear("entry")["name"] == "ticket.opened"


def test_what_a_page_may_not_see_is_not_replayed_either(ana: Agent, other_shop: Shop, open_page: Open) -> None:
    record("ticket.opened", shop=other_shop)
    seal()
    assert open_page(ana, position=0).hears_nothing_of("entry")


def test_who_missed_too_much_is_told_to_fetch_anew(ana: Agent, shop: Shop, open_page: Open) -> None:
    for _ in range(feed.MOST_REPLAYED + 1):
        record(shop=shop)
    head = seal()
    page = open_page(ana, position=0)
    assert page.hear("refetch")["position"] == head
    record("ticket.solved", shop=shop)
    assert page.hear("entry")["position"] == head + 1


def test_a_storm_becomes_one_word(ana: Agent, shop: Shop, open_page: Open) -> None:
    page = open_page(ana)
    page.hear("hello")
    with transaction.atomic():
        for _ in range(hub.STORM + 1):
            record(shop=shop)
    assert page.hear("refetch")["position"] == hub.STORM + 1
    assert page.hears_nothing_of("entry")


def test_a_position_from_the_future_counts_as_now(ana: Agent, open_page: Open) -> None:
    assert open_page(ana, position=10**9).hear("hello")["position"] == 0


def test_nobody_gets_in_without_a_session(open_page: Open) -> None:
    assert open_page().closed_with() == 4401


def test_another_site_gets_no_connection_though_the_browser_sends_the_cookie(ana: Agent, open_page: Open) -> None:
    assert open_page(ana, origin="https://evil.example").closed_with() == 4403


def test_a_disabled_agent_is_shown_the_door_at_once(ana: Agent, bruno: Agent, shop: Shop, open_page: Open) -> None:
    page, colleague = open_page(ana), open_page(bruno)
    page.hear("hello")
    colleague.hear("hello")
    Agent.objects.filter(pk=ana.pk).update(is_active=False)
    record("agent.disabled", shop=None, about=[Subject(SubjectKind.AGENT, ana.pk)])
    assert page.closed_with() == 4401
    record(shop=shop)
    assert colleague.hear("entry")["name"] == "ticket.message.received"


def test_a_changed_password_ends_the_open_pages(ana: Agent, open_page: Open) -> None:
    page = open_page(ana)
    page.hear("hello")
    ana.set_password("battery staple")
    ana.save()
    record("agent.password.changed", shop=None, about=[Subject(SubjectKind.AGENT, ana.pk)])
    assert page.closed_with() == 4401


def test_an_agent_who_leaves_a_shop_hears_no_more_of_it(
    ana: Agent, shop: Shop, other_shop: Shop, open_page: Open
) -> None:
    page = open_page(ana)
    page.hear("hello")
    ana.shops.set([other_shop])
    record("agent.changed", shop=None, about=[Subject(SubjectKind.AGENT, ana.pk)])
    page.hear("refetch")
    record("ticket.opened", shop=shop)
    record("ticket.solved", shop=other_shop)
    assert page.hear("entry")["name"] == "ticket.solved"


def test_a_session_that_was_idle_too_long_opens_nothing(ana: Agent, open_page: Open) -> None:
    key = log_in(ana)
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    session["seen"] = (timezone.now() - timedelta(seconds=settings.SESSION_IDLE_SECONDS + 1)).timestamp()
    session.save()
    assert open_page(session=key).closed_with() == 4401


@pytest.mark.parametrize("nonsense", ["", "[]", "{", "null", '"resume"', "x" * 10_000])
def test_nonsense_ends_the_connection_and_nothing_else(
    ana: Agent, bruno: Agent, shop: Shop, open_page: Open, nonsense: str
) -> None:
    page, colleague = open_page(ana), open_page(bruno)
    colleague.hear("hello")
    page.line.send(nonsense)
    assert page.closed_with() == 4400
    record(shop=shop)
    assert colleague.hear("entry")


def test_a_message_of_an_unknown_type_is_passed_over(ana: Agent, shop: Shop, open_page: Open) -> None:
    page = open_page(ana)
    page.say(type="dance")
    page.say(type="reading", ticket="five")
    page.say(type="watch", tickets={"a": 1})
    page.say(type="typing", ticket=[], mode="reply")
    page.hear("hello")
    record(shop=shop)
    assert page.hear("entry")


def test_a_page_that_talks_without_end_is_cut_off(ana: Agent, open_page: Open) -> None:
    page = open_page(ana)
    with suppress(ConnectionClosed):
        for _ in range(400):
            page.say(type="presence", state="active")
    assert page.closed_with() == 4429


def test_colleagues_are_shown_while_they_have_a_page_open(
    ana: Agent, bruno: Agent, other_shop: Shop, open_page: Open
) -> None:
    hers = open_page(ana)
    assert [agent["name"] for agent in hers.hear("presence")["agents"]] == ["Ana"]
    open_page(new_agent("Elif", other_shop)).hear("hello")
    his = open_page(bruno)
    assert {agent["name"] for agent in his.hear("presence")["agents"]} == {"Ana", "Bruno"}
    coming = {"id": bruno.pk, "name": "Bruno", "state": "active"}
    while coming not in (news := hers.hear("presence"))["agents"]:
        assert not news["whole"]
    his.say(type="presence", state="away")
    assert hers.hear("presence")["agents"][0]["state"] == "away"
    his.line.close()
    assert hers.hear("presence")["gone"] == [bruno.pk]


def test_the_server_counts_its_open_pages(ana: Agent, server: Server, open_page: Open) -> None:
    page = open_page(ana)
    page.hear("presence")
    assert len(server.app.hub) == 1

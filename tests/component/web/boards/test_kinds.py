"""The board of kinds: how answers and solutions of quick, action and forwarded matters kept their promises."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.deadlines.actions.clocks import void_breach
from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind
from balcao.insights.queries import kinds as reading
from balcao.journal.actions import seal
from balcao.pipeline import followers
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.tickets.actions import classifying
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Ticket
from balcao.tickets.types import Kind

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)  # within the shop's hours


@pytest.fixture
def shop(db: None) -> Shop:
    registry.register_channel(PaperChannel())
    return make_shop()


@pytest.fixture
def rafael(shop: Shop) -> Agent:
    return make_agent("Rafael", shop=shop, role=Role.SUPERVISOR)


def answered(
    shop: Shop, agent: Agent, *, kind: Kind | None, after: timedelta, name: str, at: datetime = MONDAY
) -> None:
    """Let a customer ask at ten, and the agent answer some time later."""
    channel = shop.channels.first() or make_channel(shop)
    taken = receive(channel, now=at, id=name, **{"from": f"{name}@example.com"})
    assert taken.message
    ticket: Ticket = taken.message.ticket
    if kind:
        classifying.set_kind(ticket=ticket, kind=kind, agent=agent, now=at)
    _follow(at)
    send_message(conversation=ticket.conversations.get(), writing=Writing(text="Ok."), agent=agent, now=at + after)
    _follow(at + after)


def _follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def figures(shop: Shop, *, since: datetime = MONDAY, days: int = 7) -> dict[tuple[Kind | None, str], tuple[int, int]]:
    found = reading.figures(shops=[shop.pk], since=since, until=since + timedelta(days=days))
    return {(one.kind, one.clock): (one.ended, one.late) for one in found}


def test_answers_count_by_what_their_ticket_is_said_to_be(shop: Shop, rafael: Agent) -> None:
    answered(shop, rafael, kind=Kind.QUICK, after=HOUR / 2, name="ana")
    answered(shop, rafael, kind=Kind.QUICK, after=6 * HOUR, name="bruno")  # four were promised
    answered(shop, rafael, kind=None, after=HOUR, name="elif")

    found = figures(shop)

    assert found[Kind.QUICK, ClockKind.FIRST_RESPONSE] == (2, 1)
    assert found[None, ClockKind.FIRST_RESPONSE] == (1, 0)


def test_a_line_says_what_one_took_as_the_customer_waited(shop: Shop, rafael: Agent) -> None:
    answered(shop, rafael, kind=Kind.ACTION, after=HOUR, name="ana")
    answered(shop, rafael, kind=Kind.ACTION, after=3 * HOUR, name="bruno")

    found = reading.figures(shops=[shop.pk], since=MONDAY, until=MONDAY + timedelta(days=1))
    [first] = [one for one in found if one.clock is ClockKind.FIRST_RESPONSE]

    assert (first.average, first.kept) == (2 * HOUR, 1.0)


def test_a_voided_breach_counts_as_kept_and_another_span_or_shop_not_at_all(shop: Shop, rafael: Agent) -> None:
    answered(shop, rafael, kind=Kind.QUICK, after=6 * HOUR, name="ana")
    late = Clock.objects.get(kind=ClockKind.FIRST_RESPONSE)
    void_breach(clock=late, agent=rafael, reason="The mail server was down.", now=MONDAY + 7 * HOUR)

    assert figures(shop)[Kind.QUICK, ClockKind.FIRST_RESPONSE] == (1, 0)
    assert figures(shop, since=MONDAY + timedelta(days=1)) == {}
    assert figures(make_shop("Nar & Fincan")) == {}


def test_the_page_has_a_line_for_each_kind_also_for_an_empty_one(shop: Shop, rafael: Agent, client: Client) -> None:
    answered(shop, rafael, kind=Kind.QUICK, after=HOUR, name="ana", at=timezone.now() - 2 * HOUR)
    client.force_login(rafael)

    page = client.get("/boards/kinds/").content.decode()

    assert page.count("<h2") == 3
    assert page.count('class="keeps"') == 1
    rows = client.get("/boards/kinds.csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "kind,promise,ended,late,lasted_s"
    assert any(row.startswith("quick,first_response,1,0,") for row in rows)


@pytest.mark.parametrize("asked", [{"span": "year"}, {"shop": "x"}, {"shop": "9" * 30}, {"shop": "99999"}])
def test_strange_questions_get_a_page(rafael: Agent, client: Client, asked: dict[str, str]) -> None:
    client.force_login(rafael)
    assert client.get("/boards/kinds/", asked).status_code == 200


def test_it_is_for_those_who_lead(shop: Shop, client: Client) -> None:
    client.force_login(make_agent("Bia", shop=shop, role=Role.AGENT))
    assert client.get("/boards/kinds/").status_code == 403
    assert client.get("/boards/kinds.csv").status_code == 403


def test_it_asks_as_much_for_many_as_for_few(shop: Shop, rafael: Agent, django_assert_num_queries: Any) -> None:
    for number in range(4):
        answered(shop, rafael, kind=Kind.QUICK, after=HOUR, name=f"c{number}")
    with django_assert_num_queries(1):
        figures(shop)

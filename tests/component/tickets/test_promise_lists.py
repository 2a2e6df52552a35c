"""Lists by kind and by promise: what is in them, in which order, page by page, and at which cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from balcao.channels.models import Channel
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions import changing, classifying
from balcao.tickets.models import Ticket, Topic
from balcao.tickets.queries.filtering import Wanted, filtered_tickets
from balcao.tickets.queries.lists import count_key, counts, ticket_page
from balcao.tickets.queries.rows import row_page
from balcao.tickets.queries.searching import search_tickets
from balcao.tickets.queries.walking import Key, Order, View, order_for, orders_of
from balcao.tickets.rules.searching import parse_search
from balcao.tickets.types import DueFacts, Kind, Status

HOUR = timedelta(hours=1)
Counting = Callable[[int], AbstractContextManager[object]]


def ticket_of(channel: Channel, name: str, *, now: datetime, facts: DueFacts | None = None, kind: str = "") -> Ticket:
    taken = receive(channel, now=now, subject=name, text=name, **{"from": f"{name.lower()}@example.com"})
    assert taken.message
    ticket = taken.message.ticket
    if facts:
        classifying.set_due_facts(ticket=ticket, facts=facts)
    if kind:
        classifying.set_kind(ticket=ticket, kind=Kind(kind), agent=None, now=now)
    return ticket


@pytest.fixture
def desk(channel: Channel, now: datetime) -> None:
    due = DueFacts(due_at=now + 3 * HOUR, due_kind="resolution")
    ticket_of(channel, "Ana", now=now, facts=due, kind="quick")
    ticket_of(channel, "Bruno", now=now + HOUR, facts=replace(due, due_at=now + HOUR, warned=75), kind="action")
    late = replace(due, due_at=now - HOUR, breached_at=now - HOUR, warned=90)
    ticket_of(channel, "Cem", now=now + 2 * HOUR, facts=late, kind="forwarded")
    ticket_of(channel, "Deniz", now=now, facts=DueFacts(paused_for="waiting_carrier", paused_left=60), kind="forwarded")
    ticket_of(channel, "Elif", now=now, facts=DueFacts(paused_for="waiting_customer", paused_left=60))
    ticket_of(channel, "Fatma", now=now + HOUR, facts=replace(due, due_at=now + 9 * HOUR, is_at_risk=True))


def names(agent: Agent, view: View, order: Order = Order.NEWEST) -> list[str]:
    return [row.subject for row in row_page(agent=agent, view=view, order=order).rows]


@pytest.mark.parametrize(
    "view, expected",
    [
        (View.QUICK, ["Ana"]),
        (View.ACTION, ["Bruno"]),
        (View.FORWARDED, ["Cem", "Deniz"]),
        (View.SOON, ["Bruno"]),
        (View.BREACHED, ["Cem"]),
        (View.RISK, ["Fatma"]),
        (View.OTHERS, ["Deniz"]),
    ],
)
def test_views_show_and_count_the_same(desk: None, bia: Agent, view: View, expected: list[str]) -> None:
    assert names(bia, view) == expected
    key = count_key(view, agent=bia)
    assert key
    assert counts(agent=bia)[key] == len(expected)


def test_what_is_done_is_neither_late_nor_soon(desk: None, bia: Agent, now: datetime) -> None:
    for name in ("Bruno", "Cem", "Deniz", "Fatma"):
        ticket = Ticket.objects.get(subject=name)
        changing.set_status(ticket=ticket, status=Status.SOLVED, agent=bia, now=now + 3 * HOUR)
    for view in (View.SOON, View.BREACHED, View.RISK, View.OTHERS, View.ACTION):
        assert (names(bia, view), counts(agent=bia)[count_key(view, agent=bia) or ""]) == ([], 0)


def test_sorted_by_the_next_promise_and_then_by_change(desk: None, bia: Agent) -> None:
    assert names(bia, View.OURS, Order.DUE) == ["Cem", "Bruno", "Ana", "Fatma", "Elif", "Deniz"]
    assert names(bia, View.OURS, Order.DUE_LAST) == ["Fatma", "Ana", "Bruno", "Cem", "Elif", "Deniz"]
    assert names(bia, View.FORWARDED, Order.DUE) == ["Cem", "Deniz"]


def test_a_view_that_cannot_be_sorted_so_keeps_its_own_way() -> None:
    assert order_for(View.SOON, Order.NEWEST) == Order.DUE
    assert order_for(View.OTHERS, Order.DUE) == Order.OLDEST
    assert order_for(View.CLOSED, Order.DUE) == Order.NEWEST
    assert all(order_for(view, order) in orders_of(view) for view in View for order in Order)


@pytest.mark.parametrize("order", [Order.DUE, Order.DUE_LAST])
def test_pages_by_promise_follow_one_another(channel: Channel, bia: Agent, now: datetime, order: Order) -> None:
    for number in range(17):
        dated = DueFacts(due_at=now + HOUR * (number // 3), due_kind="resolution") if number % 4 else None
        ticket_of(channel, f"n{number}", now=now + HOUR * (number // 5), facts=dated)
    whole = [row.number for row in row_page(agent=bia, view=View.OURS, order=order).rows]

    seen: list[int] = []
    after: Key | None = None
    while True:
        page = ticket_page(agent=bia, view=View.OURS, order=order, after=after, limit=3)
        part = row_page(agent=bia, view=View.OURS, order=order, after=after, limit=3)
        assert [row.number for row in part.rows] == [ticket.number for ticket in page.tickets]
        seen += [ticket.number for ticket in page.tickets]
        after = page.next_key
        assert after == part.next_key
        if after is None:
            break
    rows = Ticket.objects.filter(due_at__isnull=False).order_by(*(["due_at", "id"]))
    dated = list(rows.values_list("number", flat=True))
    undated = Ticket.objects.filter(due_at__isnull=True).order_by("-changed_at", "-id")
    expected = (dated if order == Order.DUE else dated[::-1]) + list(undated.values_list("number", flat=True))
    assert (seen, whole) == (expected, expected)


def test_a_page_by_promise_costs_at_most_one_walk_more(
    desk: None, bia: Agent, django_assert_num_queries: Counting
) -> None:
    bia.shop_ids()
    with django_assert_num_queries(4):
        row_page(agent=bia, view=View.SOON, order=Order.DUE)
    with django_assert_num_queries(5):
        row_page(agent=bia, view=View.OURS, order=Order.DUE)
    with django_assert_num_queries(4):
        row_page(agent=bia, view=View.OURS, order=Order.DUE, limit=2)


def test_programs_filter_by_kind_and_promise(desk: None, bia: Agent, now: datetime) -> None:
    def found(wanted: Wanted, order: Order = Order.DUE) -> list[str]:
        tickets, _ = filtered_tickets(agent=bia, wanted=wanted, after=None, limit=9, order=order)
        return [ticket.subject for ticket in tickets]

    assert found(Wanted(kinds=[Kind.FORWARDED])) == ["Cem", "Deniz"]
    assert found(Wanted(is_breached=True)) == ["Cem"]
    assert found(Wanted(is_paused=True), Order.OLDEST) == ["Deniz", "Elif"]
    assert found(Wanted(is_at_risk=True)) == ["Fatma"]
    assert found(Wanted(due_before=now + 4 * HOUR)) == ["Cem", "Bruno", "Ana"]
    topic = Topic.objects.create(key="where", kind=Kind.QUICK)
    classifying.set_topic(ticket=Ticket.objects.get(subject="Elif"), topic=topic, agent=bia, now=now)
    assert found(Wanted(topic_ids=[topic.pk])) == ["Elif"]
    assert found(Wanted(topic_ids=[])) == []


@pytest.mark.parametrize(
    "text, expected",
    [
        ("kind:quick", ["Ana"]),
        ("tipo:encaminhado", ["Cem", "Deniz"]),
        ("tür:işlem", ["Bruno"]),
        ("is:breached", ["Cem"]),
        ("is:paused", ["Deniz", "Elif"]),
        ("is:at-risk", ["Fatma"]),
        ("due:<2h", ["Bruno", "Cem"]),
        ("due:<4h kind:quick", ["Ana"]),
        ("due:today", ["Ana", "Bruno", "Cem", "Fatma"]),
        ("topic:delivery", ["Elif"]),
        ("assunto:rastreio", ["Elif"]),
        ("topic:nonsense", []),
        ('konu:"kargo takibi"', ["Elif"]),
    ],
)
def test_the_search_language_knows_them(desk: None, bia: Agent, now: datetime, text: str, expected: list[str]) -> None:
    group = Topic.objects.create(key="zustellung", names={"en": "Any delivery"}, kind=Kind.QUICK)
    names = {"en": "No scan", "pt-BR": "Rastreio parado", "tr": "Kargo takibi ilerlemiyor"}
    topic = Topic.objects.create(key="no-scan", parent=group, names=names, kind=Kind.QUICK)
    classifying.set_topic(ticket=Ticket.objects.get(subject="Elif"), topic=topic, agent=None, now=now)
    classifying.set_kind(ticket=Ticket.objects.get(subject="Elif"), kind=None, agent=bia, now=now)
    Ticket.objects.filter(subject="Elif").update(kind="")
    search, zone = parse_search(text), ZoneInfo("America/Sao_Paulo")
    found = search_tickets(agent=bia, search=search, time_zone=zone, languages=["en"], now=now)
    assert sorted(row.subject for row in found.rows) == expected

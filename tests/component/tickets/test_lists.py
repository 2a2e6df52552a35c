"""Lists and search: who sees what, in which order, at which cost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from balcao.channels.models import Channel
from balcao.journal.actions import seal
from balcao.pipeline import followers
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.tickets.actions import changing, noting
from balcao.tickets.models import Tag, Ticket
from balcao.tickets.queries.lists import is_unread, of_number, tags_of, ticket_page
from balcao.tickets.queries.searching import search_tickets
from balcao.tickets.queries.timeline import timeline
from balcao.tickets.queries.walking import Order, View
from balcao.tickets.rules.searching import parse_search
from balcao.tickets.types import Priority, Status

MINUTE = timedelta(minutes=1)
ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def found(agent: Agent, text: str) -> list[str]:
    languages = ["pt-BR", "tr", "en"]
    result = search_tickets(agent=agent, search=parse_search(text), time_zone=ZONE, languages=languages, now=NOW)
    return [ticket.subject for ticket in result.page.tickets]


def test_pages_follow_one_another_without_gap_or_repeat(channel: Channel, bia: Agent, now: datetime) -> None:
    for number in range(25):
        at = now + MINUTE * (number // 3)  # several in one minute
        receive(channel, now=at, subject=str(number), text=str(number), **{"from": f"c{number}@example.com"})

    for order in (Order.NEWEST, Order.OLDEST):
        seen: list[int] = []
        after = None
        while True:
            page = ticket_page(agent=bia, view=View.OURS, order=order, after=after, limit=7)
            seen += [ticket.pk for ticket in page.tickets]
            after = page.next_key
            if after is None:
                break
        expected = Ticket.objects.order_by("changed_at", "id").values_list("pk", flat=True)
        assert seen == (list(expected)[::-1] if order == Order.NEWEST else list(expected))


def test_nobody_sees_another_shops_tickets(channel: Channel, bia: Agent, now: datetime) -> None:
    other = make_shop("other")
    receive(channel, now=now, subject="ours", text="a")
    receive(make_channel(other), now=now, subject="theirs", text="b")
    zoe, boss = make_agent("Zoe", shop=other), make_agent("Boss", shop=other, role=Role.ADMIN, every_shop=True)
    follow(now)

    def seen(agent: Agent, shop: Shop | None = None) -> list[str]:
        page = ticket_page(agent=agent, view=View.OURS, shop_id=shop.pk if shop else None)
        return sorted(ticket.subject for ticket in page.tickets)

    assert (seen(bia), seen(zoe), seen(boss)) == (["ours"], ["theirs"], ["ours", "theirs"])
    assert seen(bia, other) == []
    theirs = Ticket.objects.get(subject="theirs")
    assert of_number(agent=bia, number=theirs.number) is None
    assert found(bia, "theirs") == []
    assert found(bia, str(theirs.number)) == []
    assert found(zoe, "theirs") == ["theirs"]


def test_a_page_costs_the_same_however_many_rows(
    channel: Channel, bia: Agent, now: datetime, django_assert_num_queries: object
) -> None:
    tag = Tag.objects.create(name="avaria")
    for number in range(12):
        taken = receive(channel, now=now, text=str(number), **{"from": f"c{number}@example.com"})
        assert taken.message
        changing.set_tags(ticket=taken.message.ticket, tags=[tag], agent=bia, now=now)
    bia.shop_ids()
    for limit in (2, 12):
        with django_assert_num_queries(4):  # type: ignore[operator]
            page = ticket_page(agent=bia, view=View.OURS, limit=limit)
            for ticket in page.tickets:
                _ = (ticket.identity.customer.name, [t.name for t in tags_of(ticket)], ticket.shop.name)


def test_unread_until_looked_at(channel: Channel, bia: Agent, caio: Agent, now: datetime) -> None:
    receive(channel, now=now, id="one")
    noting.mark_seen(ticket=Ticket.objects.get(), agent=bia, now=now + MINUTE)

    assert [is_unread(t) for t in ticket_page(agent=bia, view=View.OURS).tickets] == [False]
    assert [is_unread(t) for t in ticket_page(agent=caio, view=View.OURS).tickets] == [True]
    receive(channel, now=now + 2 * MINUTE, answers=["one"], text="more")
    assert [is_unread(t) for t in ticket_page(agent=bia, view=View.OURS).tickets] == [True]


@pytest.fixture
def library(channel: Channel, bia: Agent, now: datetime) -> None:
    letters = [
        ("Prato quebrado", "Minha porcelana chegou quebrada, pedido CM-20377.", "pt-BR", "ana@example.com"),
        ("Siparişim nerede", "İstanbul'a kargo hâlâ gelmedi, ILIK suda yıkanır mı?", "tr", "elif@example.com"),
        ("Refund", "I want my money back for the linen tablecloth.", "en", "john@example.org"),
        ("Coração", "Café não chegou às 10h", "pt-BR", "joao@example.com"),
    ]
    for number, (subject, text, language, sender) in enumerate(letters):
        receive(channel, now=now + MINUTE * number, subject=subject, text=text, language=language, **{"from": sender})
    refund = Ticket.objects.get(subject="Refund")
    changing.set_status(ticket=refund, status=Status.SOLVED, agent=bia, now=now)
    changing.set_tags(ticket=refund, tags=[Tag.objects.create(name="reembolso")], agent=bia, now=now)
    noting.add_note(ticket=refund, text="Pagar pelo Pix amanhã", agent=bia, now=now + MINUTE * 2)
    follow(now + MINUTE * 10)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("porcelana", ["Prato quebrado"]),
        ("quebrados", ["Prato quebrado"]),
        ("coracao", ["Coração"]),
        ("cafe nao", ["Coração"]),
        ("istanbul", ["Siparişim nerede"]),
        ("ISTANBUL", ["Siparişim nerede"]),
        ("ılık", ["Siparişim nerede"]),
        ("ilik", ["Siparişim nerede"]),
        ("siparis", ["Siparişim nerede"]),
        ("tablecloths", ["Refund"]),
        ("pix", ["Refund"]),
        ("CM-20377", ["Prato quebrado"]),
        ("20377", ["Prato quebrado"]),
        ("chegou", ["Coração", "Prato quebrado"]),
        ('"money back"', ["Refund"]),
        ('"back money"', []),
        ("from:ana@example.com", ["Prato quebrado"]),
        ("de:joao@example.com", ["Coração"]),
        ("john@example.org", ["Refund"]),
        ("tag:reembolso", ["Refund"]),
        ("is:solved", ["Refund"]),
        ("is:open chegou", ["Coração", "Prato quebrado"]),
        ("is:solved chegou", []),
        ("after:2026-03-11", []),
        ("before:2026-03-11 chegou", ["Coração", "Prato quebrado"]),
        ("zzz", []),
        ("", []),
        ("is:nonsense", []),
    ],
)
@pytest.mark.usefixtures("library")
def test_search_finds(bia: Agent, text: str, expected: list[str]) -> None:
    assert found(bia, text) == expected


@pytest.mark.usefixtures("library")
def test_search_by_number(bia: Agent) -> None:
    ticket = Ticket.objects.get(subject="Coração")
    assert found(bia, f"#{ticket.number}") == ["Coração"]


@pytest.mark.usefixtures("library")
def test_a_new_subject_is_found_and_the_old_one_is_not(bia: Agent, now: datetime) -> None:
    ticket = Ticket.objects.get(subject="Coração")
    changing.set_subject(ticket=ticket, subject="Xícara", agent=bia, now=now)
    follow(now)
    assert found(bia, "xicara") == ["Xícara"]


def test_the_timeline_in_order_and_in_pages(
    channel: Channel, bia: Agent, now: datetime, django_assert_max_num_queries: object
) -> None:
    receive(channel, now=now, id="first")
    ticket = Ticket.objects.get()
    for number in range(8):
        at = now + MINUTE * (number + 1)
        receive(channel, now=at, answers=["first"], text=f"word {number}")
        noting.add_note(ticket=ticket, text=f"note {number}", agent=bia, now=at + timedelta(seconds=20))
    changing.set_priority(ticket=ticket, priority=Priority.HIGH, agent=bia, now=now + MINUTE * 20)

    with django_assert_max_num_queries(10):  # type: ignore[operator]
        page = timeline(ticket=ticket, limit=10)
        moments = [entry.at for entry in page.entries]
    assert moments == sorted(moments)
    assert len(page.entries) == 10
    older = timeline(ticket=ticket, before=page.older, limit=10)
    assert len(older.entries) == 8
    assert older.older is None
    assert max(entry.at for entry in older.entries) < moments[0]

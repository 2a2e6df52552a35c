"""Lists, search and timeline walk indexes, so that they cost the same however many tickets there are."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from balcao.channels.actions.connecting import set_first_answers
from balcao.channels.models import Channel, Dispatch
from balcao.channels.types import DispatchState
from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions.answering import answer_first_message
from balcao.tickets.actions.arranging import save_tag
from balcao.tickets.models import Conversation, Message, SearchDocument, SentAnswer, Sight, Ticket
from balcao.tickets.queries.lists import PAGE, counts, of_number, visible
from balcao.tickets.queries.rows import row_page
from balcao.tickets.queries.searching import INDEX, search_tickets
from balcao.tickets.queries.tags import MOST_COUNTED, tag_uses
from balcao.tickets.queries.timeline import conversations_of, drafts_of, timeline
from balcao.tickets.queries.walking import View, orders_of
from balcao.tickets.rules.searching import parse_search
from balcao.web.console.health import findings

MANY = 1500
LARGE = ("tickets_ticket", "tickets_message", "tickets_conversation", "tickets_searchdocument", "tickets_search")
SORTS = re.compile(r"TEMP B-TREE|\bSort\b")

Asked = list[tuple[str, Any]]


@contextmanager
def asked() -> Iterator[Asked]:
    """Give the statements that the block runs, to be explained after it."""
    found: Asked = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def plan(sql: str, params: Any) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def assert_walks_indexes(statements: Asked, *, large: Sequence[str] = LARGE) -> None:
    reads_all = re.compile(rf"(?:SCAN|Seq Scan on) (?:{'|'.join(large)})\b(?! USING| VIRTUAL)")
    assert statements
    for sql, params in statements:
        assert not reads_all.search(plan(sql, params)), f"{sql}\n{plan(sql, params)}"


def copies(model: type[Any], row: Any, **differing: list[Any]) -> list[Any]:
    """Return as many copies of a row, told apart by the values of some fields."""
    same = {
        field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if field.attname != "id"
    }
    return [model(**{**same, **{name: values[place] for name, values in differing.items()}}) for place in range(MANY)]


@pytest.fixture
def ticket(channel: Channel, bia: Agent, now: datetime) -> Ticket:
    """One ticket among thousands, all of them with the word "rastreio", one with "azulejo"."""
    taken = receive(channel, now=now, subject="Pedido", text="azulejo rastreio")
    assert taken.message
    first = taken.message.ticket
    moments = [now - timedelta(minutes=place) for place in range(MANY)]
    numbers = [first.number + 1_000_000 + place for place in range(MANY)]
    tickets = Ticket.objects.bulk_create(copies(Ticket, first, number=numbers, changed_at=moments))
    ids = [row.pk for row in tickets]
    threads = Conversation.objects.bulk_create(
        copies(Conversation, taken.message.conversation, ticket_id=ids, home_id=ids)
    )
    ways = [row.pk for row in threads]
    nothing = [None] * MANY
    said = Message.objects.bulk_create(
        copies(Message, taken.message, ticket_id=ids, conversation_id=ways, at=moments, envelope_id=nothing)
    )
    documents = [SearchDocument(ticket=row.ticket, message=row) for row in (taken.message, *said)]
    SearchDocument.objects.bulk_create(documents)
    letter = [f"palavra{number}" for number in range(80)]  # as long as a letter is, or reading all would be cheap
    INDEX.add(
        (row.pk, [*letter, *(["rastrei", "rastreio"] if place else ["azulej", "azulejo"])])
        for place, row in enumerate(documents)
    )
    analyze()
    return first


def analyze() -> None:
    """Do what autovacuum does with tables that grew by many rows."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT gin_clean_pending_list('tickets_search_terms')")
        cursor.execute("ANALYZE")


def test_the_check_sees_a_table_that_is_read_whole(ticket: Ticket) -> None:
    with asked() as statements:
        list(Ticket.objects.filter(last_words="nowhere"))
    with pytest.raises(AssertionError):
        assert_walks_indexes(statements)


def test_views(ticket: Ticket, bia: Agent) -> None:
    for view in (View.MINE, View.UNASSIGNED, View.OURS, View.CLOSED, View.MENTIONS):
        with asked() as statements:
            page = row_page(agent=bia, view=view)
            row_page(agent=bia, view=view, after=page.next_key)
            counts(agent=bia)
        assert_walks_indexes(statements)


def test_views_by_kind_and_promise_sort_nothing_and_read_few(ticket: Ticket, bia: Agent, now: datetime) -> None:
    rows = list(Ticket.objects.exclude(pk=ticket.pk).order_by("id"))
    for place, row in enumerate(rows):
        row.kind = ("quick", "action", "forwarded")[place % 3]
        row.due_at = now + timedelta(minutes=place) if place % 2 else None
        row.breached_at = now if place % 100 == 1 else None
        row.is_due_soon, row.is_at_risk, row.waits_for_others = (place % 100 == rest for rest in (3, 5, 6))
    fields = ["kind", "due_at", "breached_at", "is_due_soon", "is_at_risk", "waits_for_others"]
    Ticket.objects.bulk_update(rows, fields, batch_size=200)
    analyze()
    own = {
        View.SOON: "tickets_due_soon",
        View.BREACHED: "tickets_breached",
        View.RISK: "tickets_at_risk",
        View.OTHERS: "tickets_with_others",
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # it likes to sort so few rows; asked not to, it shows whether it must
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    for view in (View.OURS, View.QUICK, *own):
        for order in orders_of(view):
            with asked() as statements:
                page = row_page(agent=bia, view=view, order=order)
                row_page(agent=bia, view=view, order=order, after=page.next_key)
            assert_walks_indexes(statements)
            for sql, params in statements:
                if "ORDER BY" in sql and "LIMIT" in sql:
                    found = plan(sql, params)
                    assert not SORTS.search(found), (view, order, found)
                    assert own.get(view, "") in found, (view, order, found)


def test_a_view_sorts_nothing(ticket: Ticket, bia: Agent) -> None:
    with asked() as statements:
        assert len(row_page(agent=bia, view=View.OURS).rows) == PAGE
    walk = next(plan(sql, params) for sql, params in statements if "ORDER BY" in sql and "LIMIT" in sql)
    assert "TEMP B-TREE" not in walk
    assert "Sort" not in walk


def test_search(ticket: Ticket, bia: Agent) -> None:
    for query, count in (("azulejo", 1), ("rastreio", PAGE), ("rastreio is:open", PAGE), ("nada", 0)):
        with asked() as statements:
            search = parse_search(query)
            found = search_tickets(
                agent=bia, search=search, time_zone=ZoneInfo("UTC"), languages=["pt-BR", "tr"], now=ticket.changed_at
            )
            assert len(found.rows) == count
        # A word that every document holds is read from all of them, while they are fewer than the bound of FullText.
        is_frequent = count == PAGE
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # it likes to read so small a table whole; asked not to, it shows
                cursor.execute("SET LOCAL enable_seqscan = off")  # whether an index can serve
        assert_walks_indexes([one for one in statements if not (is_frequent and "FROM tickets_search" in one[0])])


def test_a_ticket(ticket: Ticket, bia: Agent) -> None:
    with asked() as statements:
        found = of_number(agent=bia, number=ticket.number)
        assert found
        timeline(ticket=found)
        conversations_of(found)
        drafts_of(found)
    assert_walks_indexes(statements)


def test_what_an_agent_looked_at_last(ticket: Ticket, bia: Agent, now: datetime) -> None:
    seen = [Sight(ticket=row, agent=bia, seen_at=now) for row in Ticket.objects.all()]
    Sight.objects.bulk_create(seen)
    analyze()
    with asked() as statements:
        recent = visible(bia).filter(sights__agent=bia).order_by("-sights__seen_at")
        assert len(recent[:6]) == 6
    assert_walks_indexes(statements, large=["tickets_sight"])
    assert not SORTS.search(plan(*statements[-1]))


def test_later_pages_of_a_search(ticket: Ticket, bia: Agent) -> None:
    search, first_at = parse_search("rastreio"), ticket.changed_at
    first = search_tickets(
        agent=bia, search=search, time_zone=ZoneInfo("UTC"), languages=["pt-BR"], now=ticket.changed_at
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    with asked() as statements:
        page = {"time_zone": ZoneInfo("UTC"), "languages": ["pt-BR"], "before": first.before, "now": first_at}
        second = search_tickets(agent=bia, search=search, **page)  # type: ignore[arg-type] # as they are above
    assert not set(first.ids) & set(second.ids)
    assert_walks_indexes([one for one in statements if "FROM tickets_search WHERE" not in one[0]])


def test_a_repeat_is_looked_for_among_what_was_sent_at_that_moment(channel: Channel, ticket: Ticket) -> None:
    first = ticket.messages.get()
    sent_at = first.at - timedelta(hours=1)
    for message in (said := list(Message.objects.all())):
        message.sent_at = message.at - timedelta(seconds=1)
    Message.objects.bulk_update(said, ["sent_at"])
    analyze()
    with asked() as statements:
        receive(channel, now=first.at + timedelta(minutes=1), text="outra coisa", sent_at=sent_at.isoformat())
    looked = [one for one in statements if "fingerprint" in one[0] and "ORDER BY" in one[0]]
    assert looked
    assert "tickets_same_again" in plan(*looked[0])


def test_answers_that_may_or_may_not_have_left(channel: Channel, ticket: Ticket, shop: Shop, now: datetime) -> None:
    made = [
        Dispatch(channel=channel, external_id=str(n), order_key="x", outbound={}, due_at=now, created_at=now)
        for n in range(MANY)
    ]
    for place, row in enumerate(made):
        row.state = DispatchState.SENT if place else DispatchState.UNCERTAIN
    Dispatch.objects.bulk_create(made)
    analyze()
    with asked() as statements:
        found = findings(now=now, shop_ids=frozenset({shop.pk}))
    assert [one.tone for one in found if "left" in one.found] == ["soon"]
    assert_walks_indexes([one for one in statements if "channels_dispatch" in one[0]], large=["channels_dispatch"])


def test_automatic_answers_of_a_quiet_hour_are_not_counted_through_the_day(
    channel: Channel, ticket: Ticket, now: datetime
) -> None:
    identity, texts = ticket.identity, {"pt-BR": "Oi!", "en": "Hi!"}
    moments = [now - timedelta(hours=2, seconds=place) for place in range(MANY)]
    SentAnswer.objects.bulk_create(SentAnswer(identity=identity, ticket=ticket, at=at) for at in moments)
    set_first_answers(channel=channel, texts=texts, actor=SYSTEM, now=now)
    fresh = receive(channel, now=now, text="Oi", **{"from": "elif@example.com"}).message
    assert fresh
    message = Message.objects.select_related("ticket__shop", "identity", "conversation__channel__shop").get(pk=fresh.pk)
    analyze()
    with asked() as statements:
        assert answer_first_message(message=message, now=now) == ""
    counted = [one for one in statements if "tickets_sentanswer" in one[0] and one[0].startswith("SELECT")]
    assert_walks_indexes(counted, large=["tickets_sentanswer"])
    assert all("COUNT(" in sql for sql, _ in counted)
    assert len(counted) == 3  # of the ticket, of the sender, of the newest hour


def test_how_often_tags_are_used_is_counted_to_a_bound(ticket: Ticket, bia: Agent, now: datetime) -> None:
    many, few = (save_tag(tag=None, name=name, colour="", actor=SYSTEM, now=now) for name in ("a", "b"))
    through = Ticket.tags.through
    rows = [through(ticket_id=pk, tag_id=many.pk) for pk in Ticket.objects.values_list("pk", flat=True)]
    through.objects.bulk_create([*rows, through(ticket_id=ticket.pk, tag_id=few.pk)])
    assert tag_uses() == [(many, MOST_COUNTED + 1), (few, 1)]

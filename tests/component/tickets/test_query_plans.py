"""Lists, search and timeline walk indexes, so that they cost the same however many tickets there are."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from balcao.channels.models import Channel
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.models import Conversation, Message, SearchDocument, Ticket
from balcao.tickets.queries.lists import PAGE, View, counts, of_number
from balcao.tickets.queries.rows import row_page
from balcao.tickets.queries.searching import INDEX, search_tickets
from balcao.tickets.queries.timeline import conversations_of, drafts_of, timeline
from balcao.tickets.rules.searching import parse_search

MANY = 1500
LARGE = ("tickets_ticket", "tickets_message", "tickets_conversation", "tickets_searchdocument", "tickets_search")
READS_ALL = re.compile(rf"(?:SCAN|Seq Scan on) (?:{'|'.join(LARGE)})\b(?! USING| VIRTUAL)")

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


def assert_walks_indexes(statements: Asked) -> None:
    assert statements
    for sql, params in statements:
        assert not READS_ALL.search(plan(sql, params)), f"{sql}\n{plan(sql, params)}"


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
    numbers = [first.number + 1 + place for place in range(MANY)]
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
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # what autovacuum does with a table that grew by many rows
            cursor.execute("SELECT gin_clean_pending_list('tickets_search_terms')")
        cursor.execute("ANALYZE")
    return first


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
            found = search_tickets(agent=bia, search=search, time_zone=ZoneInfo("UTC"), languages=["pt-BR", "tr"])
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

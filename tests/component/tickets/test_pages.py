"""Pages of lists and timelines: everything once, nothing between two pages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from balcao.channels.models import Channel
from balcao.journal.actions import seal
from balcao.pipeline import followers
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions import files, noting
from balcao.tickets.models import Note, Ticket
from balcao.tickets.queries.lists import ticket_page
from balcao.tickets.queries.rows import row_page
from balcao.tickets.queries.searching import search_tickets
from balcao.tickets.queries.timeline import timeline
from balcao.tickets.queries.walking import View
from balcao.tickets.rules.searching import parse_search


def test_a_ticket_with_two_mentions_is_one_row(channel: Channel, bia: Agent, caio: Agent, now: datetime) -> None:
    taken = receive(channel, now=now, text="Oi")
    assert taken.message
    for text in ("@Bia veja", "@Bia, e agora?"):
        noting.add_note(ticket=taken.message.ticket, text=text, agent=caio, now=now, mentions=[bia])

    assert [row.id for row in row_page(agent=bia, view=View.MENTIONS).rows] == [taken.message.ticket_id]
    assert len(ticket_page(agent=bia, view=View.MENTIONS).tickets) == 1
    assert row_page(agent=caio, view=View.MENTIONS).rows == []


def found(bia: Agent, text: str, *, before: int | None = None, limit: int = 50) -> tuple[list[int], int | None]:
    result = search_tickets(
        agent=bia,
        search=parse_search(text),
        time_zone=ZoneInfo("UTC"),
        languages=["pt-BR"],
        now=datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
        before=before,
        limit=limit,
    )
    return [ticket.number for ticket in result.page.tickets], result.before


def test_a_ticket_with_two_conversations_is_found_once(channel: Channel, bia: Agent, now: datetime) -> None:
    first = receive(channel, now=now, text="Oi").message
    assert first
    noting.add_note(ticket=first.ticket, text="veja", agent=bia, now=now)
    first.ticket.conversations.create(
        home=first.ticket, channel=channel, identity=first.conversation.identity, created_at=now
    )

    assert found(bia, "in:paper")[0] == [first.ticket.number]
    assert found(bia, "in:form")[0] == []


def test_tickets_changed_in_the_same_second_are_all_found(channel: Channel, bia: Agent, now: datetime) -> None:
    moments = [now, now, now - timedelta(hours=1), now - timedelta(hours=1), now - timedelta(hours=2)]
    for place, at in enumerate(moments):
        receive(channel, now=at, text=f"Oi {place}", **{"from": f"ana{place}@example.com"})

    seen: list[int] = []
    before: int | None = None
    for _page in moments:
        page, before = found(bia, "is:new", before=before, limit=3)
        seen += page
        if before is None:
            break

    assert sorted(seen) == sorted(Ticket.objects.values_list("number", flat=True))
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("before", [0, 10**17, 2**63 - 1])
def test_a_made_up_place_in_a_search_is_no_fault(channel: Channel, bia: Agent, now: datetime, before: int) -> None:
    receive(channel, now=now, text="Oi")
    assert found(bia, "is:new", before=before)[1] is None


def test_entries_of_one_moment_stay_on_one_page(channel: Channel, bia: Agent, now: datetime) -> None:
    first = receive(channel, now=now - timedelta(days=1), text="Oi").message
    assert first
    for place in range(5):
        noting.add_note(ticket=first.ticket, text=f"um {place}", agent=bia, now=now + timedelta(minutes=place // 2))

    seen: list[tuple[str, int]] = []
    before: datetime | None = datetime(2999, 1, 1, tzinfo=UTC)
    while before is not None:
        page = timeline(ticket=first.ticket, before=before, limit=2)
        seen += [(type(entry).__name__, entry.pk) for entry in page.entries]
        before = page.older

    wanted = {("Note", pk) for pk in Note.objects.values_list("pk", flat=True)} | {("Message", first.pk)}
    assert set(seen) == wanted
    assert len(seen) == len(wanted)


def test_a_file_whose_writer_died_is_written_anew() -> None:
    content = b"a photo of a broken plate"
    sha256, key = files.put(content)
    default_storage.delete(key)
    default_storage.save(key, ContentFile(content[:7]))

    assert files.put(content) == (sha256, key)

    with default_storage.open(key) as stored:
        assert stored.read() == content


def test_a_ticket_found_by_several_messages_is_on_one_page(channel: Channel, bia: Agent, now: datetime) -> None:
    # Given six tickets with one word in common, written about in turns, so that their matches lie among each other
    tickets = []
    for place in range(6):
        taken = receive(channel, now=now, text="Meu azulejo quebrou", **{"from": f"ana{place}@example.com"})
        assert taken.message
        tickets.append(taken.message.ticket)
    for text in ("azulejo azul", "nada disso", "outro azulejo azul", "boa tarde"):
        for ticket in tickets:
            noting.add_note(ticket=ticket, text=text, agent=bia, now=now + timedelta(minutes=len(text)))
    while seal() or followers.run_due(now=now):
        pass

    for query in ("azulejo", '"azulejo azul"', '"meu azulejo"', "azulejo quebrou"):
        # When all pages are read
        seen: list[int] = []
        before: int | None = None
        for _page in range(10):
            page, before = found(bia, query, before=before, limit=2)
            seen += page
            if before is None:
                break

        # Then each ticket was on one of them
        assert sorted(seen) == sorted(ticket.number for ticket in tickets), query
        assert before is None

"""One ticket: what the timeline shows, what it costs, and every deed of its header."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.staff.models import Agent
from balcao.tickets.actions import arranging, changing, noting
from balcao.tickets.actions.merging import standing_of
from balcao.tickets.actions.tallies import fold
from balcao.tickets.models import Message, Tally, Ticket
from balcao.tickets.types import Priority, Status

PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "work"}
DIALOG = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ticket(arrive: Callable[..., Message]) -> Ticket:
    return arrive().ticket


def test_a_ticket_shows_words_notes_and_events(desk: Client, bia: Agent, caio: Agent, ticket: Ticket) -> None:
    noting.add_note(ticket=ticket, text="Ask @Bia about it", agent=caio, now=timezone.now(), mentions=[bia])
    desk.post(f"/tickets/{ticket.number}/take/")

    page = desk.get(f"/tickets/{ticket.number}/").content.decode()

    assert "They came in pieces." in page
    assert '<span class="mention">@Bia</span>' in page
    assert "You gave it to Bia" in page


def test_what_came_in_since_the_last_look_stands_below_a_line(
    desk: Client, ticket: Ticket, arrive: Callable[..., Message]
) -> None:
    desk.get(f"/tickets/{ticket.number}/")
    first = ticket.messages.get()
    arrive(minutes=-1, text="Any news?", answers=[first.external_id])

    page = desk.get(f"/tickets/{ticket.number}/").content.decode()

    assert page.index('id="fresh"') < page.index("Any news?")
    assert page.index("They came in pieces.") < page.index('id="fresh"')


def test_only_the_panes_are_sent_when_only_they_are_asked_for(desk: Client, ticket: Ticket) -> None:
    part = desk.get(f"/tickets/{ticket.number}/", **PART).content.decode()

    assert part.lstrip().startswith("<title>")
    assert 'id="rows"' not in part


def test_a_long_timeline_comes_in_pages(desk: Client, ticket: Ticket, bia: Agent) -> None:
    for number in range(40):
        noting.add_note(
            ticket=ticket, text=f"Remark {number:02}", agent=bia, now=timezone.now() + timedelta(minutes=number)
        )

    page = desk.get(f"/tickets/{ticket.number}/").content.decode()
    older = page.split('hx-get="')[1:]
    address = next(part.split('"')[0] for part in older if "/older/" in part.split('"')[0])
    rest = desk.get(address, **DIALOG).content.decode()

    assert ("Remark 39" in page, "Remark 05" in page) == (True, False)
    assert ("Remark 05" in rest, "They came in pieces." in rest) == (True, True)


def test_a_ticket_costs_the_same_however_long(
    desk: Client,
    ticket: Ticket,
    arrive: Callable[..., Message],
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    first = ticket.messages.get()
    for number in range(15):
        arrive(minutes=-number, text=f"Word {number}", answers=[first.external_id])
    desk.get(f"/tickets/{ticket.number}/")

    with django_assert_max_num_queries(27):
        desk.get(f"/tickets/{ticket.number}/", **PART)


def test_markup_in_a_mail_stays_text(desk: Client, arrive: Callable[..., Message]) -> None:
    message = arrive(subject="<b>hi</b>", text="<script>alert(1)</script>", name="<i>Eve</i>")

    page = desk.get(f"/tickets/{message.ticket.number}/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "deed,fields,field,expected",
    [
        ("status", {"status": "solved"}, "status", Status.SOLVED),
        ("status", {"status": "waiting", "remind_at": "2099-01-02"}, "status", Status.WAITING),
        ("hide", {"status": "spam"}, "status", Status.SPAM),
        ("priority", {"priority": "urgent"}, "priority", Priority.URGENT),
        ("subject", {"subject": "Plates", "language": "tr"}, "subject", "Plates"),
    ],
)
def test_a_deed_of_the_header(
    deed: str, fields: dict[str, str], field: str, expected: str, desk: Client, ticket: Ticket
) -> None:
    answer = desk.post(f"/tickets/{ticket.number}/{deed}/?in=ours", fields)

    ticket.refresh_from_db()
    assert answer["Location"] == f"/tickets/{ticket.number}/?in=ours"
    assert getattr(ticket, field) == expected


def test_what_was_solved_can_be_undone_from_the_toast(desk: Client, ticket: Ticket) -> None:
    page = desk.post(f"/tickets/{ticket.number}/status/", {"status": "solved"}, follow=True).content.decode()
    undo = page.split('data-undo="')[1].split('"')[0]

    desk.post(undo)

    ticket.refresh_from_db()
    assert ticket.status == Status.NEW


@pytest.mark.parametrize(
    "deed, fields",
    [("status", {"status": "solved"}), ("status", {"status": "waiting"}), ("hide", {"status": "spam"})],
)
def test_undoing_a_status_brings_every_date_back(
    deed: str, fields: dict[str, str], desk: Client, bia: Agent, ticket: Ticket
) -> None:
    # Given a ticket that waits with a reminder, and sleeps
    now = timezone.now()
    remind_at, until = now + timedelta(days=3), now + timedelta(days=1)
    changing.set_status(ticket=ticket, status=Status.WAITING, agent=bia, now=now, remind_at=remind_at)
    changing.snooze(ticket=ticket, until=until, agent=bia, now=now)
    stood = standing_of(ticket)

    # When Bia moves it and takes that back
    page = desk.post(f"/tickets/{ticket.number}/{deed}/", fields, follow=True).content.decode()
    ticket.refresh_from_db()
    moved = standing_of(ticket)
    undo = page.split('data-undo="')[1].split('"')[0]
    desk.post(undo)

    # Then it stands exactly where it stood, is counted there, and the journal says so
    ticket.refresh_from_db()
    assert moved != stood
    assert standing_of(ticket) == stood
    assert (ticket.remind_at, ticket.snoozed_until, ticket.queue) == (remind_at, until, "snoozed")
    fold()
    assert Tally.objects.get(key="snoozed").count == 1
    assert Entry.objects.filter(name="ticket.status.changed").latest("id").facts["after"] == "waiting"


def test_a_status_is_not_undone_over_what_somebody_did_since(desk: Client, caio: Agent, ticket: Ticket) -> None:
    page = desk.post(f"/tickets/{ticket.number}/status/", {"status": "solved"}, follow=True).content.decode()
    undo = page.split('data-undo="')[1].split('"')[0]
    ticket.refresh_from_db()
    changing.set_status(ticket=ticket, status=Status.CLOSED, agent=caio, now=timezone.now())

    page = desk.post(undo, follow=True).content.decode()

    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
    assert "cannot be undone any more" in page
    assert desk.post(undo[:-2] + "xx").status_code == 404


def test_spam_comes_back_to_where_it_stood(desk: Client, ticket: Ticket) -> None:
    desk.post(f"/tickets/{ticket.number}/hide/", {"status": "trash"})
    desk.post(f"/tickets/{ticket.number}/restore/")

    ticket.refresh_from_db()
    assert ticket.status == Status.NEW


def test_a_ticket_sleeps_and_wakes(desk: Client, ticket: Ticket) -> None:
    desk.post(f"/tickets/{ticket.number}/snooze/", {"until": "+1d"})
    ticket.refresh_from_db()
    slept = ticket.snoozed_until

    desk.post(f"/tickets/{ticket.number}/snooze/")
    ticket.refresh_from_db()

    assert slept is not None
    assert ticket.snoozed_until is None


def test_solving_can_lead_to_the_next_ticket(desk: Client, ticket: Ticket, arrive: Callable[..., Message]) -> None:
    following = arrive(**{"from": "leo@example.com"}).ticket

    answer = desk.post(f"/tickets/{ticket.number}/status/?in=ours", {"status": "solved", "next": "1"})

    assert answer["Location"] == f"/tickets/{following.number}/?in=ours"


def test_the_next_ticket_is_of_the_saved_view(
    desk: Client, bia: Agent, ticket: Ticket, arrive: Callable[..., Message]
) -> None:
    # Given a view of what Leo wrote, two tickets in it, and a newer one of Bia's own that is not
    view = arranging.save_view(
        view=None, name="Leo", query="from:leo@example.com", agent=bia, actor=SYSTEM, now=timezone.now()
    )
    first, second = (arrive(**{"from": "leo@example.com"}).ticket for _ in range(2))
    mine = arrive(minutes=1, **{"from": "ana@example.com"}).ticket
    changing.assign(ticket=mine, assignee=bia, team=None, agent=bia, now=timezone.now())

    # When she solves one, and answers and solves the other
    key = f"saved-{view.pk}"
    solved = desk.post(f"/tickets/{first.number}/status/?in={key}", {"status": "solved", "next": "1"})
    facts = {"text": "Done.", "to": "leo@example.com", "then": "solve+next"}
    answered = desk.post(f"/tickets/{first.number}/reply/?in={key}", facts)

    # Then she goes on in that view
    assert solved["Location"] == f"/tickets/{second.number}/?in={key}"
    assert answered["Location"] == f"/tickets/{second.number}/?in={key}"


def test_tags_are_what_the_form_says(desk: Client, ticket: Ticket) -> None:
    tags = [
        arranging.save_tag(tag=None, name=name, colour="", actor=SYSTEM, now=timezone.now())
        for name in ("damage", "vip")
    ]
    desk.post(f"/tickets/{ticket.number}/tags/", {"tag": [tags[0].pk, tags[1].pk]})
    desk.post(f"/tickets/{ticket.number}/tags/", {"tag": [tags[1].pk]})

    assert list(ticket.tags.all()) == [tags[1]]


def test_merge_shows_what_will_happen_then_does_it_and_undoes_it(
    desk: Client, ticket: Ticket, arrive: Callable[..., Message]
) -> None:
    target = arrive(subject="The same again", **{"from": "leo@example.com"}).ticket

    preview = desk.get(f"/tickets/{ticket.number}/merge/?into={target.number}").content.decode()
    done = desk.post(f"/tickets/{ticket.number}/merge/", {"into": target.number, "sure": "1"}, follow=True)
    ticket.refresh_from_db()
    merged_into = ticket.merged_into
    desk.post(done.content.decode().split('data-undo="')[1].split('"')[0])
    ticket.refresh_from_db()

    assert "The same again" in preview
    assert "They came in pieces." in done.content.decode()
    assert (merged_into, ticket.merged_into) == (target, None)


def test_split_takes_messages_out_and_puts_them_back(
    desk: Client, ticket: Ticket, arrive: Callable[..., Message]
) -> None:
    first = ticket.messages.get()
    other = arrive(minutes=1, text="Also, my invoice is wrong.", answers=[first.external_id])

    done = desk.post(f"/tickets/{ticket.number}/split/", {"message": [other.pk], "subject": "Invoice"}, follow=True)
    other.refresh_from_db()
    apart = other.ticket
    desk.post(done.content.decode().split('data-undo="')[1].split('"')[0])
    other.refresh_from_db()

    assert (apart.subject, apart == ticket) == ("Invoice", False)
    assert other.ticket == ticket


def test_a_split_that_would_take_all_is_refused_in_words(desk: Client, ticket: Ticket) -> None:
    page = desk.post(f"/tickets/{ticket.number}/split/", {"message": [ticket.messages.get().pk]}, follow=True)

    assert "At least one message has to stay." in page.content.decode()

"""What happens to tickets, told to their clocks: once, with the instants of what happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from balcao.channels.models import Channel
from balcao.deadlines.actions import clocks
from balcao.deadlines.models import Clock, Target
from balcao.journal.actions import seal
from balcao.journal.models import Entry, Reader
from balcao.pipeline import followers
from balcao.ports.channel import IdentityKind, Party
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions import changing, classifying, merging, noting, splitting
from balcao.tickets.actions.sending import Writing, log_contact, recall_message, send_message, start_ticket
from balcao.tickets.models import Message, Ticket
from balcao.tickets.types import Kind, Priority, Source, Status

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    """Monday, ten o'clock in UTC, by which the shop's office hours count."""
    return datetime(2026, 8, 3, 10, 0, tzinfo=UTC)


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def ask(channel: Channel, now: datetime, *, name: str = "one", **facts: Any) -> Ticket:
    taken = receive(channel, now=now, id=name, **facts)
    assert taken.message
    follow(now)
    return taken.message.ticket


def answer(ticket: Ticket, agent: Agent | None, now: datetime, **facts: Any) -> Message:
    conversation = ticket.conversations.order_by("pk")[0]
    writing = Writing(text=f"Ok, {now}.", **facts)
    message = send_message(conversation=conversation, writing=writing, agent=agent, now=now)
    follow(now)
    return message


def move(ticket: Ticket, status: Status, agent: Agent, now: datetime) -> None:
    changing.set_status(ticket=ticket, status=status, agent=agent, now=now)
    follow(now)


def clock(ticket: Ticket, kind: str, number: int = 1) -> Clock:
    return Clock.objects.get(ticket_id=ticket.pk, kind=kind, number=number)


def states(ticket: Ticket) -> dict[str, str]:
    rows = Clock.objects.filter(ticket_id=ticket.pk).exclude(kind="legal").order_by("kind", "number")
    return {f"{row.kind} {row.number}": row.state for row in rows}


def test_a_question_starts_what_the_shop_promises(channel: Channel, now: datetime) -> None:
    ticket = ask(channel, now)

    assert states(ticket) == {"first_response 1": "running", "resolution 1": "running"}
    assert clock(ticket, "first_response").due_at == now + 4 * HOUR
    assert clock(ticket, "resolution").due_at == now + 3 * DAY
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.due_kind) == (now + 4 * HOUR, "first_response")


def test_the_law_of_the_country_sets_a_term_beside_the_promise(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    legal = Clock.objects.get(kind="legal")
    assert (legal.rule, legal.due_at) == ("BR-D7962-4-V", datetime(2026, 8, 9, 0, 0, tzinfo=UTC))  # the end of the 8th

    move(ticket, Status.WAITING, bia, now + HOUR)
    legal.refresh_from_db()
    assert legal.state == "running", "no term of the law waits for the customer"
    answer(ticket, bia, now + 2 * HOUR)
    legal.refresh_from_db()
    assert legal.state == "met"


def test_the_law_is_shown_when_it_is_due_first(channel: Channel, now: datetime) -> None:
    ask(channel, now, name="plant")
    Target.objects.update(seconds=30 * 24 * 3600)
    ticket = ask(channel, now + HOUR, name="two", **{"from": "ana2@example.com"})
    ticket.refresh_from_db()
    assert ticket.due_kind == "legal"


def test_machines_are_promised_nothing_until_somebody_writes(channel: Channel, now: datetime) -> None:
    ticket = ask(channel, now, nature="auto", text="I am away")
    assert states(ticket) == {}

    ask(channel, now + HOUR, name="two", answers=["one"], text="Back. Where is it?")
    assert clock(ticket, "first_response").started_at == now + HOUR


def test_a_person_answers_a_machine_does_not(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    send_message(
        conversation=ticket.conversations.get(), writing=Writing(text="Received.", automatic=True), agent=None, now=now
    )
    noting.add_note(ticket=ticket, text="Let me see.", agent=bia, now=now + HOUR)
    follow(now + HOUR)
    assert states(ticket)["first_response 1"] == "running"

    answer(ticket, bia, now + 2 * HOUR)
    assert clock(ticket, "first_response").ended_at == now + 2 * HOUR
    assert states(ticket) == {"first_response 1": "met", "resolution 1": "paused"}
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.paused_for, ticket.paused_left) == (None, "waiting_customer", 25 * 3600)


def test_the_customer_sets_the_clock_going_again_at_the_instant_of_writing(
    channel: Channel, bia: Agent, now: datetime
) -> None:
    ticket = ask(channel, now)
    answer(ticket, bia, now + HOUR)
    ask(channel, now + 2 * HOUR, name="away", answers=["one"], nature="auto", text="I am away")
    assert states(ticket)["resolution 1"] == "paused"

    receive(channel, now=now + 3 * HOUR, id="two", answers=["one"], text="And now?")
    receive(channel, now=now + 4 * HOUR, id="three", answers=["one"], text="Hello?")
    follow(now + 6 * HOUR)

    assert clock(ticket, "resolution").due_at == now + 3 * DAY + 2 * HOUR
    second = clock(ticket, "next_response")
    assert (second.started_at, second.due_at) == (now + 3 * HOUR, now + DAY + 2 * HOUR)
    assert Clock.objects.filter(kind="next_response").count() == 1

    answer(ticket, bia, now + 6 * HOUR)
    ask(channel, now + DAY, name="four", answers=["one"], text="Thank you, but")
    assert states(ticket)["next_response 1"] == "met"
    assert clock(ticket, "next_response", 2).started_at == now + DAY


def test_an_answer_that_is_recalled_was_none(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    message = answer(ticket, bia, now + HOUR)
    assert recall_message(message=message, agent=bia, now=now + HOUR + timedelta(seconds=5))
    follow(now + HOUR)

    assert states(ticket) == {"first_response 1": "running", "resolution 1": "running"}
    assert clock(ticket, "resolution").due_at == now + 3 * DAY


def test_who_is_written_to_first_is_owed_no_first_answer(channel: Channel, bia: Agent, now: datetime) -> None:
    writing = Writing(text="Your order is late.", to=(Party(IdentityKind.EMAIL, "ana@example.com", "Ana"),))
    message = start_ticket(channel=channel, writing=writing, agent=bia, language="en", now=now)
    follow(now)
    assert states(message.ticket) == {"resolution 1": "paused"}


def test_what_was_said_on_the_phone_is_an_answer(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    party = Party(IdentityKind.EMAIL, "ana@example.com", "Ana")
    facts: dict[str, Any] = {"channel": channel, "party": party, "subject": "", "agent": bia, "language": "en"}
    log_contact(text="She called.", ticket=ticket, now=now + HOUR, **facts)
    fresh = log_contact(text="Another matter.", ticket=None, now=now + 2 * HOUR, **facts)
    follow(now + 2 * HOUR)

    assert states(ticket) == {"first_response 1": "met", "resolution 1": "running"}
    assert states(fresh.ticket) == {"resolution 1": "running"}


def test_what_came_in_writing_by_way_of_somebody_else_waits_for_an_answer(
    channel: Channel, bia: Agent, now: datetime
) -> None:
    Shop.objects.update(region="BR", time_zone="America/Sao_Paulo")
    party = Party(IdentityKind.EMAIL, "celia@example.com", "Dona Célia")
    facts: dict[str, Any] = {"channel": channel, "party": party, "subject": "", "agent": bia, "language": "pt-BR"}
    told = log_contact(text="Caneca", ticket=None, now=now, source=Source.CONSUMIDOR_GOV, **facts).ticket
    follow(now)
    assert clock(told, "first_response").state == "running"
    terms = Clock.objects.filter(ticket_id=told.pk, kind="legal").order_by("due_at")
    assert [row.rule for row in terms] == ["BR-D7962-4-V", "BR-GOVBR"]
    assert terms[1].due_at == datetime(2026, 8, 14, 3, 0, tzinfo=UTC)  # ten days, the first not counted

    other = ask(channel, now, name="two")
    changing.set_status(ticket=other, status=Status.SOLVED, agent=bia, now=now + HOUR)
    log_contact(text="A letter.", ticket=other, now=now + 2 * HOUR, source=Source.LETTER, **facts)
    follow(now + 2 * HOUR)
    other.refresh_from_db()
    assert other.status == Status.OPEN
    assert states(other)["next_response 1"] == "running"


def test_solved_keeps_the_promise_and_the_answer_nobody_gave_counts_apart(
    channel: Channel, bia: Agent, now: datetime
) -> None:
    ticket = ask(channel, now)
    move(ticket, Status.SOLVED, bia, now + HOUR)

    assert states(ticket) == {"first_response 1": "cancelled", "resolution 1": "met"}
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.breached_at) == (None, None)

    move(ticket, Status.CLOSED, bia, now + 2 * HOUR)
    assert len(clock(ticket, "resolution").events) == 2


@pytest.mark.parametrize(
    "days, left", [(2, timedelta(hours=26)), (8, timedelta(hours=27))], ids=["goes on", "begins anew"]
)
def test_what_is_reopened_goes_on_or_begins_anew(
    channel: Channel, bia: Agent, now: datetime, days: int, left: timedelta
) -> None:
    ticket = ask(channel, now)
    move(ticket, Status.SOLVED, bia, now + HOUR)
    back = now + days * DAY
    ask(channel, back, name="two", answers=["one"], text="It is broken again.")

    total = clock(ticket, "resolution")
    assert total.target_seconds - (0 if days > 7 else 3600) == left.total_seconds()
    assert total.state == "running"
    assert (total.started_at == back) == (days > 7)
    assert states(ticket)["first_response 1"] == "cancelled", "it never starts again"
    assert states(ticket)["next_response 1"] == "running"


def test_spam_is_promised_nothing_until_it_is_brought_back(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    move(ticket, Status.SPAM, bia, now + HOUR)
    assert set(states(ticket).values()) == {"cancelled"}

    changing.restore(ticket=ticket, agent=bia, now=now + 3 * HOUR)
    follow(now + 3 * HOUR)
    assert set(states(ticket).values()) == {"running"}
    assert clock(ticket, "first_response").due_at == now + 6 * HOUR


def test_what_is_urgent_is_due_sooner_and_maybe_at_once(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    changing.set_priority(ticket=ticket, priority=Priority.URGENT, agent=bia, now=now + 2 * HOUR)
    follow(now + 2 * HOUR)

    first = clock(ticket, "first_response")
    assert (first.due_at, first.breached_at) == (now + HOUR, now + HOUR)
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.breached_at) == (now + HOUR, now + HOUR)
    assert Entry.objects.get(name="clock.breached").at == now + HOUR

    changing.set_priority(ticket=ticket, priority=Priority.LOW, agent=bia, now=now + 3 * HOUR)
    follow(now + 3 * HOUR)
    first = clock(ticket, "first_response")
    assert (first.due_at, first.breached_at) == (now + 4 * HOUR, now + HOUR)


def test_the_kind_says_how_long_it_may_take(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    classifying.set_kind(ticket=ticket, kind=Kind.QUICK, agent=bia, now=now + timedelta(minutes=1))
    follow(now + HOUR)
    assert clock(ticket, "first_response").due_at == now + HOUR

    changing.set_priority(ticket=ticket, priority=Priority.URGENT, agent=bia, now=now + timedelta(minutes=2))
    follow(now + HOUR)
    assert clock(ticket, "first_response").due_at == now + timedelta(minutes=30)


# --- Merging and splitting --------------------------------------------------------------------------------------------


def test_a_merged_ticket_keeps_the_earlier_start_and_all_the_time(channel: Channel, bia: Agent, now: datetime) -> None:
    older = ask(channel, now, name="one")
    answer(older, bia, now + HOUR)  # waits for the customer from 11 on
    newer = ask(channel, now + 3 * HOUR, name="two", **{"from": "ana2@example.com"})

    merge = merging.merge_tickets(source=older, target=newer, agent=bia, now=now + 4 * HOUR)
    follow(now + 4 * HOUR)

    total = clock(newer, "resolution")
    assert total.started_at == now
    assert total.due_at == now + 3 * DAY + 2 * HOUR  # from 10 to 11 and from 13 on
    assert states(older) == {"first_response 1": "met", "resolution 1": "cancelled"}
    assert not clocks.differs(total)

    merging.undo_ticket_merge(merge=merge, agent=bia, now=now + 5 * HOUR)
    follow(now + 5 * HOUR)
    assert clock(newer, "resolution").started_at == now + 3 * HOUR
    assert clock(newer, "resolution").due_at == now + 3 * DAY + 3 * HOUR
    assert states(older)["resolution 1"] in ("running", "paused")


def test_an_open_question_goes_along_into_a_merge(channel: Channel, bia: Agent, now: datetime) -> None:
    answered = ask(channel, now, name="one")
    answer(answered, bia, now + HOUR)
    asked = ask(channel, now + 2 * HOUR, name="two", **{"from": "ana2@example.com"})

    merging.merge_tickets(source=asked, target=answered, agent=bia, now=now + 3 * HOUR)
    follow(now + 3 * HOUR)

    assert states(answered) == {"first_response 1": "met", "next_response 1": "running", "resolution 1": "running"}
    assert clock(answered, "next_response").started_at == now + 2 * HOUR


def test_two_open_questions_are_one_with_the_earlier_start(channel: Channel, bia: Agent, now: datetime) -> None:
    older = ask(channel, now, name="one")
    newer = ask(channel, now + HOUR, name="two", **{"from": "ana2@example.com"})

    merging.merge_tickets(source=older, target=newer, agent=bia, now=now + 2 * HOUR)
    follow(now + 2 * HOUR)

    assert clock(newer, "first_response").due_at == now + 4 * HOUR
    assert set(states(older).values()) == {"cancelled"}


def test_what_is_split_off_starts_at_the_split(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    receive(channel, now=now + HOUR, id="two", answers=["one"], text="And another thing")
    message = Message.objects.get(external_id="two")

    split = splitting.split_messages(messages=[message], agent=bia, now=now + 2 * HOUR)
    follow(now + 2 * HOUR)
    assert clock(split.target, "resolution").started_at == now + 2 * HOUR
    assert clock(split.target, "first_response").due_at == now + 6 * HOUR
    assert clock(ticket, "resolution").started_at == now
    assert Clock.objects.get(ticket_id=split.target_id, kind="legal").started_at == now + HOUR, "the law hears at once"
    assert states(ticket)["first_response 1"] == "running", "its own question stayed"

    splitting.undo_split(split=split, agent=bia, now=now + 3 * HOUR)
    follow(now + 3 * HOUR)
    assert set(states(split.target).values()) == {"cancelled"}


def test_a_question_that_is_split_off_is_owed_no_answer_where_it_was(
    channel: Channel, bia: Agent, now: datetime
) -> None:
    ticket = ask(channel, now)
    answer(ticket, bia, now + HOUR)
    ask(channel, now + 2 * HOUR, name="two", answers=["one"], text="And another thing")
    assert states(ticket)["next_response 1"] == "running"

    message = Message.objects.get(external_id="two")
    split = splitting.split_messages(messages=[message], agent=bia, now=now + 3 * HOUR)
    follow(now + 3 * HOUR)
    assert states(ticket)["next_response 1"] == "cancelled"
    assert states(split.target)["first_response 1"] == "running"

    splitting.undo_split(split=split, agent=bia, now=now + 4 * HOUR)
    follow(now + 4 * HOUR)
    waiting = clock(ticket, "next_response")
    assert (waiting.state, waiting.started_at) == ("running", now + 2 * HOUR)


def test_what_is_split_off_is_promised_by_the_kind_that_it_keeps(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    classifying.set_kind(ticket=ticket, kind=Kind.FORWARDED, agent=bia, now=now + HOUR)
    receive(channel, now=now + HOUR, id="two", answers=["one"], text="And another thing")

    split = splitting.split_messages(messages=[Message.objects.get(external_id="two")], agent=bia, now=now + 2 * HOUR)
    follow(now + 2 * HOUR)

    assert Ticket.objects.get(pk=split.target_id).kind == Kind.FORWARDED
    assert clock(split.target, "resolution").events[0]["by"]["kind"] == Kind.FORWARDED


# --- Once, cheaply, and the same again --------------------------------------------------------------------------------


def test_rebuilt_from_the_journal_they_say_the_same(channel: Channel, bia: Agent, now: datetime) -> None:
    ticket = ask(channel, now)
    changing.set_priority(ticket=ticket, priority=Priority.URGENT, agent=bia, now=now + HOUR)
    answer(ticket, bia, now + 2 * HOUR)
    other = ask(channel, now + 3 * HOUR, name="two", **{"from": "ana2@example.com"})
    merging.merge_tickets(source=other, target=ticket, agent=bia, now=now + 4 * HOUR)
    ask(channel, now + 5 * HOUR, name="three", answers=["two"])
    move(ticket, Status.SOLVED, bia, now + 6 * HOUR)
    ask(channel, now + 7 * HOUR, name="four", answers=["one"])
    kept = [
        "ticket_id",
        "rule",
        "kind",
        "number",
        "state",
        "due_at",
        "target_seconds",
        "breached_at",
        "ended_at",
        "paused_for",
    ]
    before = list(Clock.objects.order_by("ticket_id", "kind", "number").values(*kept))

    Clock.objects.all().delete()
    Reader.objects.filter(name="promises").update(position=0)
    follow(now + 8 * HOUR)

    assert list(Clock.objects.order_by("ticket_id", "kind", "number").values(*kept)) == before
    assert not any(clocks.differs(row) for row in Clock.objects.all())


def queries_for(channel: Channel, now: datetime, count: int) -> int:
    for number in range(count):
        receive(channel, now=now, id=f"{count}-{number}", **{"from": f"c{count}-{number}@example.com"})
    while seal():
        pass
    entries = list(Entry.objects.filter(position__gt=Reader.objects.get(name="promises").position))
    followed = followers.FOLLOWERS["promises"]
    with CaptureQueriesContext(connection) as queries:
        followed(entries, now)
    return len(queries)


def test_many_entries_cost_as_many_queries_as_one(channel: Channel, now: datetime) -> None:
    ask(channel, now)
    one, many = queries_for(channel, now, 1), queries_for(channel, now, 40)
    assert many <= one + 4
    assert one < 25

"""Merging tickets and taking it back."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balcao.customers.models import Identity
from balcao.journal.models import Entry
from balcao.ports.channel import Nature
from balcao.shops.models import Shop
from balcao.tickets.actions import changing, indexing, noting
from balcao.tickets.actions.merging import merge_tickets, undo_ticket_merge
from balcao.tickets.actions.tallies import counted
from balcao.tickets.models import Conversation, Message, Note, SearchDocument, TallyChange, Ticket, TicketMerge
from balcao.tickets.types import Refusal, Status, TicketRefused

Rows = list[dict[str, Any]]


def rows() -> Rows:
    """Return every ticket's row and where everything stands."""
    return [
        *Ticket.objects.order_by("pk").values(),
        *Conversation.objects.order_by("pk").values("pk", "ticket", "home"),
        *Message.objects.order_by("pk").values("pk", "ticket", "conversation"),
        *Note.objects.order_by("pk").values("pk", "ticket", "home"),
        *Identity.objects.order_by("pk").values("pk", "ticket_count", "last_contact_at"),
    ]


def check_counts() -> None:
    """Compare the kept counts with the tickets they count."""
    kept: Counter[tuple[int, str]] = Counter()
    for change in TallyChange.objects.all():
        kept[change.shop_id, change.key] += change.change
    real: Counter[tuple[int, str]] = Counter()
    for ticket in Ticket.objects.all():
        shop, keys = counted(ticket)
        real.update((shop, key) for key in keys)
    assert +kept == +real
    assert not -kept
    for identity in Identity.objects.all():
        assert identity.ticket_count == identity.tickets.filter(merged_into__isnull=True).count()


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def merge(desk: Any) -> Callable[[Message | Ticket, Message | Ticket], TicketMerge]:
    """Merge the tickets that two messages opened."""

    def merge(source: Message | Ticket, target: Message | Ticket) -> TicketMerge:
        one, other = (each.ticket if isinstance(each, Message) else each for each in (source, target))
        return merge_tickets(source=one, target=other, agent=desk.agent, now=desk.tick())

    return merge


def test_a_merged_ticket_is_shown_in_the_other(desk: Any, merge: Any) -> None:
    one, other = desk.write("Ana", "By letter"), desk.write("Ana", "By card", channel=desk.card)
    note = noting.add_note(ticket=other.ticket, text="She called", agent=desk.agent, now=desk.tick())

    merge(other, one)

    source, target = again(other.ticket), again(one.ticket)
    assert source.merged_into == target
    assert list(target.messages.order_by("pk")) == [one, other]
    assert Note.objects.get().ticket == target
    assert (target.message_count, target.last_words, target.last_author) == (2, "By card", "Ana")
    assert target.channel_kinds == ["paper", "card"]
    assert target.changed_at == note.at
    entry = Entry.objects.get(name="ticket.merged")
    assert {subject.subject_id for subject in entry.subjects.all()} == {source.pk, target.pk}
    check_counts()


def test_undoing_restores_every_row(desk: Any, merge: Any) -> None:
    one, other = desk.write("Ana"), desk.write("Bia", channel=desk.card)
    desk.answer(one)
    noting.add_note(ticket=other.ticket, text="She called", agent=desk.agent, now=desk.tick())
    before = rows()
    done = merge(other, one)
    assert rows() != before

    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())

    assert rows() == before
    assert Entry.objects.filter(name="ticket.merge.undone").count() == 1
    check_counts()


def test_what_came_in_since_follows_its_conversation_back(desk: Any, merge: Any) -> None:
    one, other = desk.write("Ana"), desk.write("Bia")
    done = merge(other, one)
    late = desk.write("Bia", "Any news?", answers=other)
    own = desk.write("Ana", "Thanks", answers=one)
    assert late.ticket == own.ticket == one.ticket

    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())

    source, target = again(other.ticket), again(one.ticket)
    assert list(source.messages.order_by("pk")) == [other, late]
    assert list(target.messages.order_by("pk")) == [one, own]
    assert (source.last_words, target.last_words) == ("Any news?", "Thanks")
    assert (source.message_count, target.message_count) == (2, 2)
    assert source.status == Status.NEW


def test_a_solved_ticket_whose_customer_wrote_while_merged_is_open_again(desk: Any, merge: Any) -> None:
    one, other = desk.write("Ana"), desk.write("Bia")
    changing.set_status(ticket=other.ticket, status=Status.SOLVED, agent=desk.agent, now=desk.tick())
    done = merge(other, one)
    desk.write("Bia", "Still broken", answers=other)

    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())

    source = again(other.ticket)
    assert (source.status, source.solved_at) == (Status.OPEN, None)
    check_counts()


def test_a_ticket_that_was_answered_while_merged_waits(desk: Any, merge: Any) -> None:
    one, other = desk.write("Ana"), desk.write("Bia")
    done = merge(other, one)
    desk.answer(other)

    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())

    assert again(other.ticket).status == Status.WAITING
    check_counts()


def test_an_open_question_opens_the_ticket_it_goes_into_and_undo_lets_it_rest(desk: Any, merge: Any) -> None:
    one, other = desk.write("Ana"), desk.write("Ana")
    desk.answer(one)
    reminder = desk.now + timedelta(days=3)
    changing.set_status(
        ticket=again(one.ticket), status=Status.WAITING, agent=desk.agent, now=desk.tick(), remind_at=reminder
    )

    done = merge(other, one)
    target = again(one.ticket)
    assert (target.status, target.remind_at) == (Status.OPEN, None)

    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())
    target = again(one.ticket)
    assert (target.status, target.remind_at) == (Status.WAITING, reminder)


def test_undo_leaves_what_an_agent_decided_since(desk: Any, merge: Any) -> None:
    one, other = desk.write("Ana"), desk.write("Ana")
    desk.answer(one)
    done = merge(other, one)
    changing.set_status(ticket=again(one.ticket), status=Status.SOLVED, agent=desk.agent, now=desk.tick())

    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())

    assert again(one.ticket).status == Status.SOLVED


def test_another_open_question_keeps_the_ticket_open(desk: Any, merge: Any) -> None:
    one, other, third = desk.write("Ana"), desk.write("Ana"), desk.write("Ana")
    desk.answer(one)
    first, second = merge(other, one), merge(third, one)

    undo_ticket_merge(merge=first, agent=desk.agent, now=desk.tick())
    assert again(one.ticket).status == Status.OPEN

    undo_ticket_merge(merge=second, agent=desk.agent, now=desk.tick())
    assert again(one.ticket).status == Status.WAITING


def test_chains_are_undone_in_either_order(desk: Any, merge: Any) -> None:
    ana, bia, caio = desk.write("Ana"), desk.write("Bia"), desk.write("Caio")
    first, second = merge(ana, bia), merge(bia, caio)
    assert Message.objects.filter(ticket=caio.ticket).count() == 3

    undo_ticket_merge(merge=first, agent=desk.agent, now=desk.tick())
    assert list(again(ana.ticket).messages.all()) == [ana]
    assert Message.objects.filter(ticket=caio.ticket).count() == 2

    undo_ticket_merge(merge=second, agent=desk.agent, now=desk.tick())
    assert list(again(bia.ticket).messages.all()) == [bia]
    check_counts()


def test_a_customer_who_writes_to_a_merged_ticket_reaches_the_one_that_stands(desk: Any, merge: Any) -> None:
    ana, bia, caio = desk.write("Ana"), desk.write("Bia"), desk.write("Caio")
    merge(ana, bia)
    merge(bia, caio)

    assert desk.write("Ana", "Hello?", answers=ana).ticket == caio.ticket


def test_search_follows(desk: Any, merge: Any) -> None:
    one, other = desk.write("Ana"), desk.write("Bia")
    indexing.index_messages([one.pk, other.pk])
    done = merge(other, one)
    assert SearchDocument.objects.get(message=other).ticket == one.ticket

    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())
    assert SearchDocument.objects.get(message=other).ticket == other.ticket


def test_what_cannot_be_merged_is_refused(desk: Any, merge: Any) -> None:
    one, other, third = desk.write("Ana"), desk.write("Bia"), desk.write("Caio")
    merge(other, one)
    elsewhere = Ticket.objects.get(pk=third.ticket_id)
    elsewhere.shop = Shop.objects.create(name="Outlet", slug="outlet", created_at=desk.now)
    elsewhere.save(update_fields=["shop"])
    before = rows()

    for source, target, refusal in [
        (one, one, Refusal.SAME_TICKET),
        (other, third, Refusal.OTHER_SHOP),
        (one, other, Refusal.MERGED),
        (other, one, Refusal.MERGED),
    ]:
        with pytest.raises(TicketRefused) as refused:
            merge(source.ticket, Ticket.objects.get(pk=target.ticket_id))
        assert refused.value.refusal == refusal
    assert rows() == before


def test_a_merge_is_undone_once(desk: Any, merge: Any) -> None:
    done = merge(desk.write("Ana"), desk.write("Bia"))
    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())

    with pytest.raises(TicketRefused) as refused:
        undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())
    assert refused.value.refusal == Refusal.ALREADY_UNDONE


def test_a_ticket_that_a_machine_opened_is_restored_too(desk: Any, merge: Any) -> None:
    one, machine = desk.write("Ana"), desk.write("Robot", "Report", channel=desk.card, nature=Nature.AUTO)
    assert machine.ticket.last_words == "Report"
    before = rows()
    done = merge(machine, one)
    assert again(one.ticket).last_words == "Where is my order?"

    undo_ticket_merge(merge=done, agent=desk.agent, now=desk.tick())

    assert rows() == before


def run_together(*deeds: Callable[[], None]) -> None:
    """Run deeds at once, each with a connection of its own; raise what any of them raised."""

    def run(deed: Callable[[], None]) -> None:
        try:
            deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        for future in [pool.submit(run, deed) for deed in deeds]:
            future.result()


@pytest.mark.usefixtures("shared_database", "_channels")
def test_a_message_that_is_being_stored_while_its_ticket_is_merged_goes_along(opened: Callable[[], Any]) -> None:
    desks: list[Any] = []
    letters: list[Message] = []
    shown: list[tuple[int, int]] = []
    about_to_store, merged = threading.Event(), threading.Event()

    def set_up() -> None:
        desks.append(opened())
        letters.extend([desks[0].write("Ana"), desks[0].write("Bia")])

    def pause(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "tickets_message"'):
            about_to_store.set()
            merged.wait(0.5)
        return execute(sql, *rest)

    def go_on() -> None:
        with connection.execute_wrapper(pause), transaction.atomic():
            desks[0].write("Ana", "More", answers=letters[0])

    def merge_them() -> None:
        about_to_store.wait(10)
        merge_tickets(source=letters[0].ticket, target=letters[1].ticket, agent=desks[0].agent, now=desks[0].now)
        merged.set()

    def check() -> None:
        shown.extend(Message.objects.values_list("ticket", "conversation__ticket"))

    run_together(set_up)
    run_together(go_on, merge_them)
    run_together(check)

    assert shown == [(letters[1].ticket_id, letters[1].ticket_id)] * 3


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    merges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6),
    answered=st.sets(st.integers(0, 4)),
    chance=st.randoms(use_true_random=False),
)
def test_merging_at_will_and_undoing_in_any_order_restores_every_row(
    opened: Callable[[], Any], merges: list[tuple[int, int]], answered: set[int], chance: Any
) -> None:
    with transaction.atomic():
        desk = opened()
        letters = [desk.write(name) for name in ("Ana", "Bia", "Caio", "Davi", "Ana")]
        for number in answered:
            desk.answer(letters[number])
        tickets = [letter.ticket for letter in letters]
        before, done = rows(), []
        for source, target in merges:
            try:
                done.append(
                    merge_tickets(source=tickets[source], target=tickets[target], agent=desk.agent, now=desk.tick())
                )
            except TicketRefused:
                continue
            check_counts()
        chance.shuffle(done)
        for merge in done:
            undo_ticket_merge(merge=merge, agent=desk.agent, now=desk.tick())
            check_counts()

        assert rows() == before
        transaction.set_rollback(True)

"""Splitting tickets and taking it back, also among merges."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Order
from balcao.customers.models import Identity
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.ports.channel import Nature
from balcao.testing.orders import an_order
from balcao.tickets.actions import changing, classifying, indexing, noting
from balcao.tickets.actions.merging import merge_tickets, undo_ticket_merge
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.actions.sending import recall_message
from balcao.tickets.actions.splitting import split_messages, undo_split
from balcao.tickets.actions.tallies import counted
from balcao.tickets.models import (
    Message,
    Note,
    Participant,
    SearchDocument,
    Tag,
    TallyChange,
    Ticket,
    TicketMerge,
    TicketSplit,
    Topic,
)
from balcao.tickets.types import Kind, LinkReason, OrderRule, Priority, Refusal, Status, TicketRefused


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def split(desk: Any, *messages: Message, subject: str = "") -> TicketSplit:
    return split_messages(messages=messages, agent=desk.agent, now=desk.tick(), subject=subject)


def test_messages_get_a_ticket_of_their_own(desk: Any) -> None:
    first = desk.write("Ana", "Where is it?")
    second = desk.write("Ana", "And the other one is broken", answers=first)
    changing.set_priority(ticket=first.ticket, priority=Priority.HIGH, agent=desk.agent, now=desk.tick())
    changing.assign(ticket=again(first.ticket), assignee=desk.agent, team=None, agent=desk.agent, now=desk.tick())

    done = split(desk, second, subject="  Broken  cup ")

    source, target = again(done.source), again(done.target)
    assert (source.last_words, source.message_count) == ("Where is it?", 1)
    assert (target.last_words, target.message_count, target.subject) == ("And the other one is broken", 1, "Broken cup")
    assert (target.status, target.assignee, target.priority) == (Status.OPEN, desk.agent, Priority.HIGH)
    assert (target.linked_to, target.link_reason, target.identity) == (source, LinkReason.SPLIT, first.identity)
    assert (target.opened_at, target.changed_at, target.customer_wrote_at) == (second.at, second.at, second.at)
    entry = Entry.objects.get(name="ticket.split")
    assert {subject.subject_id for subject in entry.subjects.all()} == {source.pk, target.pk}
    assert SearchDocument.objects.filter(ticket=target, message=None, note=None).exists()


def test_the_new_ticket_is_sorted_like_the_old_one(desk: Any) -> None:
    first = desk.write("Ana", "Where is it?")
    second = desk.write("Ana", "And the other one is broken", answers=first)
    topic = Topic.objects.create(key="parcel", names={"en": "Parcel"}, kind=Kind.FORWARDED)
    tag = Tag.objects.create(name="VIP")
    classifying.set_topic(ticket=again(first.ticket), topic=topic, agent=desk.agent, now=desk.tick())
    changing.add_tags(ticket=again(first.ticket), tags=[tag], agent=desk.agent, now=desk.tick())

    target = again(split(desk, second).target)

    assert (target.topic, target.kind, target.is_kind_chosen) == (topic, Kind.FORWARDED, False)
    assert list(target.tags.all()) == [tag]
    assert again(first.ticket).topic == topic


def test_the_new_ticket_is_about_the_same_order(desk: Any) -> None:
    first = desk.write("Ana", "Where is it?")
    second = desk.write("Ana", "And the other one is broken", answers=first)
    book = create_backend(
        shop=first.ticket.shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=desk.tick()
    )
    keep_order(backend=book, order=an_order(), now=desk.tick())
    order = Order.objects.get()
    link_order(ticket=first.ticket, order=order, rule=OrderRule.NAMED, agent=None, now=desk.tick())

    done = split(desk, second)

    link = done.target.order_links.get()
    assert (link.order, link.rule) == (order, OrderRule.NAMED)


def test_answers_to_split_messages_go_to_their_new_ticket(desk: Any) -> None:
    first = desk.write("Ana")
    second = desk.write("Ana", "Broken", answers=first)
    done = split(desk, second)

    assert desk.write("Ana", "Very broken", answers=second).ticket == done.target
    assert desk.write("Ana", "Still waiting", answers=first).ticket == done.source


def test_a_reply_token_of_the_cut_thread_goes_where_the_answered_message_went(desk: Any) -> None:
    first = desk.write("Ana")
    ours = desk.answer(first)
    thread = ours.conversation
    done = split(desk, ours)
    third = desk.write("Ana", "About both", answers=ours, thread=thread)
    deeper = split(desk, third)

    assert third.ticket == done.target
    assert desk.write("Ana", "About this", answers=third, thread=thread).ticket == deeper.target
    assert desk.write("Ana", "About that", answers=first, thread=thread).ticket == done.source
    assert desk.write("Ana", "About something", thread=thread).ticket == done.source

    undo_split(split=done, agent=desk.agent, now=desk.tick())
    assert desk.write("Ana", "And now?", answers=ours, thread=thread).ticket == done.source


def test_a_reply_token_does_not_lead_into_another_thread(desk: Any) -> None:
    first, other = desk.write("Ana"), desk.write("Bia")

    assert desk.write("Ana", answers=other, thread=first.conversation).ticket == first.ticket


def test_undoing_a_split_puts_everything_back(desk: Any) -> None:
    first = desk.write("Ana")
    desk.answer(first)
    second = desk.write("Ana", "Broken", answers=first)
    indexing.index_messages([first.pk, second.pk])
    before, born = Ticket.objects.filter(pk=first.ticket_id).values().get(), second.conversation
    done = split(desk, second)

    undo_split(split=done, agent=desk.agent, now=desk.tick())

    assert Ticket.objects.filter(pk=first.ticket_id).values().get() == before
    assert Message.objects.get(pk=second.pk).conversation == born
    assert SearchDocument.objects.get(message=second).ticket == first.ticket
    target = again(done.target)
    assert target.merged_into == first.ticket
    assert counted(target)[1] == frozenset()
    assert Identity.objects.get().ticket_count == 1


def test_what_came_in_since_a_split_goes_back_with_it_and_notes_too(desk: Any) -> None:
    first = desk.write("Ana")
    second = desk.write("Ana", "Broken", answers=first)
    done = split(desk, second)
    late = desk.write("Ana", "Very broken", answers=second)
    note = noting.add_note(ticket=again(done.target), text="Glass", agent=desk.agent, now=desk.tick())
    changing.set_status(ticket=again(first.ticket), status=Status.SOLVED, agent=desk.agent, now=desk.tick())

    undo_split(split=done, agent=desk.agent, now=desk.tick())

    source = again(first.ticket)
    assert list(source.messages.order_by("pk")) == [first, second, late]
    assert Note.objects.get() == note
    assert Note.objects.get().ticket == source
    assert (source.last_words, source.status) == ("Very broken", Status.OPEN)


def test_those_who_joined_since_take_part_after_the_undo(desk: Any) -> None:
    first = desk.write("Ana")
    second = desk.write("Ana", "Broken", answers=first)
    done = split(desk, second)
    bia = desk.write("Bia").identity
    half = Message.objects.get(pk=second.pk).conversation
    Participant.objects.create(conversation=half, identity=bia, role="writer")

    undo_split(split=done, agent=desk.agent, now=desk.tick())

    people = Participant.objects.filter(conversation=first.conversation)
    assert {person.identity for person in people} == {first.identity, bia}


def test_nested_splits_are_undone_outer_first(desk: Any) -> None:
    first = desk.write("Ana")
    second = desk.write("Ana", "Broken", answers=first)
    third = desk.write("Ana", "Wet", answers=second)
    outer = split(desk, second, third)
    inner = split(desk, Message.objects.get(pk=third.pk))

    undo_split(split=outer, agent=desk.agent, now=desk.tick())
    assert list(again(first.ticket).messages.order_by("pk")) == [first, second]

    undo_split(split=inner, agent=desk.agent, now=desk.tick())
    assert list(again(first.ticket).messages.order_by("pk")) == [first, second, third]
    assert set(Message.objects.values_list("conversation", flat=True)) == {first.conversation_id}


def test_recalled_and_automatic_messages_do_not_speak_for_a_ticket(desk: Any) -> None:
    first = desk.write("Ana", "Where is it?")
    second = desk.write("Ana", "Broken", answers=first)
    desk.write("Ana", "I am away", answers=first, nature=Nature.AUTO)
    recalled = desk.answer(first, "Wrong window")
    assert recall_message(message=recalled, agent=desk.agent, now=desk.now)
    before = Ticket.objects.filter(pk=first.ticket_id).values().get()

    done = split(desk, second)
    source = again(first.ticket)
    assert (source.last_words, source.message_count) == ("Where is it?", 2)

    undo_split(split=done, agent=desk.agent, now=desk.tick())
    assert Ticket.objects.filter(pk=first.ticket_id).values().get() == before


def test_what_cannot_be_split_is_refused(desk: Any) -> None:
    first, other = desk.write("Ana"), desk.write("Bia")
    second = desk.write("Ana", "Broken", answers=first)

    for messages, refusal in [
        ([], Refusal.EMPTY),
        ([first, second], Refusal.NOTHING_LEFT),
        ([second, other], Refusal.CHANGED_SINCE),
    ]:
        with pytest.raises(TicketRefused) as refused:
            split(desk, *messages)
        assert refused.value.refusal == refusal
    assert Ticket.objects.count() == 2


def test_a_split_is_undone_once(desk: Any) -> None:
    first = desk.write("Ana")
    done = split(desk, desk.write("Ana", "Broken", answers=first))
    undo_split(split=done, agent=desk.agent, now=desk.tick())

    with pytest.raises(TicketRefused) as refused:
        undo_split(split=done, agent=desk.agent, now=desk.tick())
    assert refused.value.refusal == Refusal.ALREADY_UNDONE


@pytest.mark.parametrize("is_source_hidden", [True, False])
def test_a_split_whose_tickets_were_merged_waits_for_that(desk: Any, is_source_hidden: bool) -> None:
    first, other = desk.write("Ana"), desk.write("Bia")
    done = split(desk, desk.write("Ana", "Broken", answers=first))
    source, target = (done.source, done.target) if is_source_hidden else (done.target, other.ticket)
    merged = merge_tickets(source=source, target=target, agent=desk.agent, now=desk.tick())

    with pytest.raises(TicketRefused) as refused:
        undo_split(split=done, agent=desk.agent, now=desk.tick())
    assert refused.value.refusal == Refusal.MERGED_ON

    undo_ticket_merge(merge=merged, agent=desk.agent, now=desk.tick())
    undo_split(split=done, agent=desk.agent, now=desk.tick())
    assert Message.objects.filter(ticket=first.ticket).count() == 2


# --- Any order -------------------------------------------------------------------------------------------------------

NAMES = ("Ana", "Bia", "Caio")


class Moving(RuleBasedStateMachine):
    """Write, note, merge, split and undo at random, beside a model of where each message was said.

    The model knows each message's thread, the ticket each thread began in, and what is merged into what.
    """

    opened: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        self.desk = self.opened()
        self.thread: dict[int, int] = {}
        self.born: dict[int, int] = {}  # threads by message, as if nothing had ever been split
        self.home: dict[int, int] = {}
        self.note_home: dict[int, int] = {}
        self.into: dict[int, int] = {}
        self.whole: dict[int, int] = {}  # halves that were put back
        self.merges: list[TicketMerge] = []
        self.splits: list[TicketSplit] = []
        self.somebody_writes(who=0)

    def stands(self, ticket: int) -> int:
        while ticket in self.into:
            ticket = self.into[ticket]
        return ticket

    def standing(self) -> list[Ticket]:
        return list(Ticket.objects.filter(merged_into__isnull=True).order_by("pk"))

    def learn(self, message: Message) -> None:
        self.thread[message.pk] = message.conversation_id
        self.home[message.conversation_id] = message.conversation.home_id

    @rule(who=st.integers(0, 2))
    def somebody_writes(self, who: int) -> None:
        message = self.desk.write(NAMES[who], f"Question {self.desk.now}")
        self.born[message.pk] = message.conversation_id
        self.learn(message)

    @rule(number=st.integers(0, 20), is_answer=st.booleans())
    def somebody_goes_on(self, number: int, is_answer: bool) -> None:
        found = list(Message.objects.filter(identity__isnull=False).select_related("channel").order_by("pk"))
        about = found[number % len(found)]
        text = f"More {self.desk.now}"
        said = (
            self.desk.answer(about, text) if is_answer else self.desk.write(about.identity.name, text, answers=about)  # type: ignore[union-attr]
        )
        assert said.conversation_id == self.thread[about.pk]
        self.born[said.pk] = self.born[about.pk]
        self.learn(said)

    @rule(number=st.integers(0, 20))
    def a_note_is_written(self, number: int) -> None:
        tickets = self.standing()
        ticket = tickets[number % len(tickets)]
        note = noting.add_note(ticket=ticket, text="Note", agent=self.desk.agent, now=self.desk.tick())
        self.note_home[note.pk] = ticket.pk

    @rule(one=st.integers(0, 9), other=st.integers(0, 9))
    def two_are_merged(self, one: int, other: int) -> None:
        tickets = self.standing()
        source, target = tickets[one % len(tickets)], tickets[other % len(tickets)]
        if source != target:
            self.merges.append(merge_tickets(source=source, target=target, agent=self.desk.agent, now=self.desk.tick()))
            self.into[source.pk] = target.pk

    @rule(number=st.integers(0, 9), chosen=st.integers(1, 15))
    def one_is_split(self, number: int, chosen: int) -> None:
        tickets = self.standing()
        rows = list(tickets[number % len(tickets)].messages.order_by("pk"))
        picked = [row for place, row in enumerate(rows) if chosen >> (place % 4) & 1]
        if not 0 < len(picked) < len(rows):
            return
        self.splits.append(split(self.desk, *picked))
        for message in Message.objects.filter(pk__in=[row.pk for row in picked]):
            assert message.conversation_id != self.thread[message.pk]
            self.learn(message)

    @precondition(lambda self: self.merges)
    @rule(number=st.integers(0, 20))
    def a_merge_is_undone(self, number: int) -> None:
        merge = self.merges.pop(number % len(self.merges))
        undo_ticket_merge(merge=merge, agent=self.desk.agent, now=self.desk.tick())
        del self.into[merge.source_id]

    @precondition(lambda self: self.splits)
    @rule(number=st.integers(0, 20))
    def a_split_is_undone(self, number: int) -> None:
        done = self.splits[number % len(self.splits)]
        is_held = done.target_id in self.into or self.stands(done.source_id) == done.target_id
        try:
            undo_split(split=done, agent=self.desk.agent, now=self.desk.tick())
        except TicketRefused as refused:
            assert refused.refusal == Refusal.MERGED_ON  # noqa: PT017 - other refusals are faults
            assert is_held
            return
        assert not is_held
        self.splits.remove(done)
        self.into[done.target_id] = done.source_id
        self.whole |= {int(half): old for half, old in done.before["conversations"].items()}
        for message, thread in self.thread.items():
            self.thread[message] = self.made_whole(thread)

    def made_whole(self, thread: int) -> int:
        while thread in self.whole:
            thread = self.whole[thread]
        return thread

    @invariant()
    def everything_is_where_the_model_says(self) -> None:
        for message in Message.objects.select_related("conversation"):
            assert message.conversation_id == self.thread[message.pk]
            assert message.ticket_id == message.conversation.ticket_id
            assert message.ticket_id == self.stands(self.home[message.conversation_id])
        for note in Note.objects.all():
            assert note.ticket_id == self.stands(self.note_home[note.pk])

    @invariant()
    def rows_tell_what_they_hold(self) -> None:
        for ticket in self.standing():
            said = list(ticket.messages.order_by("at", "pk"))
            assert ticket.message_count == len(said)
            assert ticket.last_words == (said[-1].text if said else "")
            written = [row.at for row in (*said, *ticket.notes.all())]
            assert ticket.changed_at == max(written, default=ticket.opened_at)

    @invariant()
    def counts_are_true(self) -> None:
        kept: Counter[tuple[int, str]] = Counter()
        for change in TallyChange.objects.all():
            kept[change.shop_id, change.key] += change.change
        real = Counter((t.shop_id, key) for t in Ticket.objects.all() for key in counted(t)[1])
        assert +kept == real
        assert not -kept
        for identity in Identity.objects.all():
            assert identity.ticket_count == identity.tickets.filter(merged_into__isnull=True).count()

    def teardown(self) -> None:
        try:
            while self.merges:
                self.a_merge_is_undone(len(self.merges) * 7)
            while self.splits:
                self.a_split_is_undone(len(self.splits) * 7)
            self.everything_is_where_the_model_says()
            self.rows_tell_what_they_hold()
            self.counts_are_true()
            assert self.thread == self.born
        finally:
            transaction.set_rollback(True)
            self.rolled_back.__exit__(None, None, None)


def test_any_order_of_merges_splits_and_undos(opened: Callable[[], Any]) -> None:
    machine = type("Machine", (Moving,), {"opened": staticmethod(opened)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes: the steps tell enough
        ),
    )

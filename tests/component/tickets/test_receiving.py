"""Which ticket a message belongs to, and what it changes there."""

from datetime import datetime, timedelta

import pytest

from balcao.channels.models import Channel
from balcao.channels.types import EnvelopeState, Outcome
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.staff.models import Agent
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_channel, receive
from balcao.tickets.actions import changing
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Conversation, Message, Ticket
from balcao.tickets.queries.lists import counts
from balcao.tickets.queries.threads import reply_token
from balcao.tickets.types import LinkReason, MessageKind, Status

HOUR = timedelta(hours=1)


def conversation_of(message: Message) -> Conversation:
    return Conversation.objects.select_related("ticket__shop", "channel__shop", "identity__customer").get(
        pk=message.conversation_id
    )


def test_a_first_letter_opens_a_ticket(channel: Channel, bia: Agent, now: datetime) -> None:
    taken = receive(channel, now=now, name="Ana Lima", subject="Prato quebrado", text="Chegou em pedaços.")

    ticket = Ticket.objects.get()
    assert (taken.outcome, taken.envelope.state) == (Outcome.NEW, EnvelopeState.DONE)
    assert (ticket.status, ticket.subject, ticket.last_words) == ("new", "Prato quebrado", "Chegou em pedaços.")
    assert (ticket.last_author, ticket.channel_kinds, ticket.message_count) == ("Ana Lima", ["paper"], 1)
    assert ticket.identity.customer.name == "Ana Lima"
    assert counts(agent=bia) == {"ours": 1, "unassigned": 1}
    entry = Entry.objects.get(name="ticket.opened")
    assert {(s.kind, s.subject_id) for s in entry.subjects.all()} == {
        ("ticket", ticket.pk),
        ("customer", ticket.identity.customer_id),
    }


def test_numbers_follow_one_another(channel: Channel, now: datetime) -> None:
    receive(channel, now=now)
    receive(channel, now=now, **{"from": "bruno@example.com"})

    first, second = Ticket.objects.order_by("id").values_list("number", flat=True)
    assert second == first + 1


def test_an_answer_joins_its_thread_and_reopens(channel: Channel, bia: Agent, now: datetime) -> None:
    first = receive(channel, now=now, id="one")
    ticket = Ticket.objects.get()
    changing.set_status(ticket=ticket, status=Status.WAITING, agent=bia, now=now, remind_at=now + HOUR)

    second = receive(channel, now=now + HOUR, answers=["one"])

    ticket.refresh_from_db()
    assert second.outcome == Outcome.REPLY
    assert second.message
    assert first.message
    assert second.message.conversation_id == first.message.conversation_id
    assert (ticket.status, ticket.remind_at, ticket.message_count) == ("open", None, 2)
    assert counts(agent=bia) == {"ours": 1, "unassigned": 1, "waiting": 0}


def test_references_from_the_nearest_on(channel: Channel, now: datetime) -> None:
    old = receive(channel, now=now, id="old", subject="A")
    near = receive(channel, now=now, id="near", subject="B")

    answer = receive(channel, now=now, answers=["unknown", "near", "old"])

    assert old.message
    assert near.message
    assert answer.message
    assert answer.message.ticket_id == near.message.ticket_id != old.message.ticket_id


def test_a_stranger_cannot_join_by_thread(channel: Channel, now: datetime) -> None:
    first = receive(channel, now=now, id="one")

    other = receive(channel, now=now, answers=["one"], **{"from": "mallory@example.net"})

    assert first.message
    assert other.message
    assert other.outcome == Outcome.NEW
    assert other.message.ticket_id != first.message.ticket_id
    assert other.message.ticket.linked_to_id == first.message.ticket_id
    assert other.message.ticket.link_reason == LinkReason.POSSIBLE_REPLY


def test_somebody_in_copy_may_join(channel: Channel, now: datetime) -> None:
    first = receive(channel, now=now, id="one", copied=["carla@example.com"])

    other = receive(channel, now=now, answers=["one"], **{"from": "carla@example.com"})

    assert first.message
    assert other.message
    assert other.message.ticket_id == first.message.ticket_id
    assert not other.message.is_stranger


def test_a_forged_sender_stands_beside_the_thread(channel: Channel, now: datetime) -> None:
    first = receive(channel, now=now, id="one")

    forged = receive(channel, now=now, answers=["one"], proof="failed")

    assert first.message
    assert forged.message
    assert forged.message.ticket_id != first.message.ticket_id
    assert forged.message.ticket.link_reason == LinkReason.POSSIBLE_REPLY


def test_a_signed_address_opens_its_conversation_to_a_stranger_who_is_shown_as_one(
    channel: Channel, bia: Agent, now: datetime
) -> None:
    first = receive(channel, now=now)
    assert first.message
    ticket = first.message.ticket
    changing.set_status(ticket=ticket, status=Status.WAITING, agent=bia, now=now)

    token = reply_token(conversation_of(first.message))
    other = receive(channel, now=now, tokens=[token.upper()], **{"from": "irma@example.com"})

    assert other.message
    ticket.refresh_from_db()
    assert (other.message.ticket_id, other.message.is_stranger) == (ticket.pk, True)
    assert ticket.status == "open", "somebody has to look at it"


@pytest.mark.parametrize("token", ["1.aaaaaaaaaa", "zzzzzzzzz.aaaaaaaaaa", "x", "'; drop--.a", "0" * 40 + ".b"])
def test_a_forged_reply_address_is_worth_nothing(channel: Channel, now: datetime, token: str) -> None:
    receive(channel, now=now)

    other = receive(channel, now=now, tokens=[token], **{"from": "mallory@example.net"})

    assert other.outcome == Outcome.NEW
    assert Ticket.objects.count() == 2


def test_the_subject_tag_needs_a_participant(channel: Channel, now: datetime) -> None:
    receive(channel, now=now)
    number = Ticket.objects.get().number

    mine = receive(channel, now=now, tag=str(number))
    theirs = receive(channel, now=now, tag=str(number), **{"from": "mallory@example.net"})

    assert (mine.outcome, theirs.outcome) == (Outcome.REPLY, Outcome.NEW)


def test_the_same_letter_again_changes_nothing(channel: Channel, now: datetime) -> None:
    receive(channel, now=now, id="one", text="Oi")

    again = receive(channel, now=now, id="one", text="Oi")

    assert again.outcome == Outcome.DUPLICATE
    assert Message.objects.count() == 1
    assert again.envelope.state == EnvelopeState.DONE


def test_the_same_id_with_other_words_is_another_letter(channel: Channel, now: datetime) -> None:
    receive(channel, now=now, id="one", text="Oi")

    other = receive(channel, now=now, id="one", text="Outra coisa")

    assert other.outcome != Outcome.DUPLICATE
    assert Message.objects.count() == 2


def test_the_same_words_with_the_same_clock_are_a_repeat(channel: Channel, now: datetime) -> None:
    sent_at = (now - HOUR).isoformat()
    receive(channel, now=now, id="one", text="Oi", sent_at=sent_at)

    again = receive(channel, now=now, id="other", text="Oi", sent_at=sent_at)
    later = receive(channel, now=now + timedelta(days=8), id="third", text="Oi", sent_at=sent_at)

    assert again.outcome == Outcome.DUPLICATE
    assert later.outcome == Outcome.NEW


def test_the_same_letter_on_another_channel_is_no_repeat(channel: Channel, now: datetime) -> None:
    receive(channel, now=now, id="one", text="Oi")

    other = receive(make_channel(channel.shop, name="Destek"), now=now, id="one", text="Oi")

    assert other.outcome == Outcome.NEW


@pytest.mark.parametrize("days, outcome", [(29, Outcome.REPLY), (31, Outcome.NEW)])
def test_an_answer_long_after_the_end_is_a_new_matter(
    channel: Channel, bia: Agent, now: datetime, days: int, outcome: Outcome
) -> None:
    receive(channel, now=now, id="one")
    first = Ticket.objects.get()
    changing.set_status(ticket=first, status=Status.CLOSED, agent=bia, now=now)

    answer = receive(channel, now=now + timedelta(days=days), answers=["one"])

    assert answer.outcome == outcome
    if outcome == Outcome.NEW:
        assert answer.message
        assert (answer.message.ticket.linked_to, answer.message.ticket.link_reason) == (first, LinkReason.AFTER_CLOSE)
    else:
        first.refresh_from_db()
        assert (first.status, first.closed_at) == ("open", None)


def test_a_machine_neither_reopens_nor_counts(channel: Channel, bia: Agent, now: datetime) -> None:
    receive(channel, now=now, id="one", text="Quero trocar")
    ticket = Ticket.objects.get()
    changing.set_status(ticket=ticket, status=Status.SOLVED, agent=bia, now=now)

    auto = receive(channel, now=now + HOUR, answers=["one"], nature="auto", text="Estou de férias")

    ticket.refresh_from_db()
    assert auto.outcome == Outcome.AUTO
    assert auto.message
    assert auto.message.kind == MessageKind.AUTO
    assert (ticket.status, ticket.last_words, ticket.customer_wrote_at) == ("solved", "Quero trocar", now)


def test_a_machine_that_answers_nothing_makes_no_work(channel: Channel, bia: Agent, now: datetime) -> None:
    receive(channel, now=now, nature="auto")

    assert Ticket.objects.get().status == Status.CLOSED
    assert counts(agent=bia) == {"closed": 1}


def test_suspicious_letters_go_to_spam(channel: Channel, bia: Agent, now: datetime) -> None:
    receive(channel, now=now, suspicion="honeypot")

    assert counts(agent=bia) == {"spam": 1}


def test_one_ticket_collects_what_a_flooding_sender_opens(channel: Channel, now: datetime) -> None:
    for number in range(14):
        receive(channel, now=now + timedelta(minutes=number), subject=f"Matter {number}", text=f"Text {number}")

    assert Ticket.objects.count() == 10
    assert Message.objects.count() == 14


def test_an_unreadable_letter_is_set_aside_and_can_run_again(channel: Channel, now: datetime) -> None:
    from balcao.channels.actions.keeping import release
    from balcao.channels.queries import connection_of
    from balcao.pipeline import inbound
    from balcao.ports.channel import RawEnvelope

    raw = RawEnvelope(external_id="x", body=b"\x00garbage", source="test")
    taken = inbound.take_in(channel=channel, raw=raw, connection=connection_of(channel), now=now, holder="test")
    assert taken.outcome == Outcome.QUARANTINED
    assert "no letter" in taken.reason
    assert Entry.objects.filter(name="channel.envelope.quarantined").exists()

    assert release(envelope=taken.envelope, actor=SYSTEM, now=now)
    assert inbound.run_due(worker="w", now=now, clock=lambda: now) == 1
    taken.envelope.refresh_from_db()
    assert taken.envelope.state == EnvelopeState.QUARANTINED, "still unreadable, still not lost"


def test_a_bounce_lands_on_the_message_it_is_about(
    channel: Channel, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    from balcao.pipeline import outbound

    first = receive(channel, now=now)
    assert first.message
    ours = send_message(
        conversation=conversation_of(first.message), writing=Writing("Resposta"), agent=bia, now=now, undo=timedelta()
    )
    outbound.run_due(worker="w", now=now, clock=lambda: now)

    bounce = receive(
        channel,
        now=now + HOUR,
        nature="bounce",
        **{"from": "mailer-daemon@example.com"},
        report={"recipient": "ana@example.com", "permanent": True, "action": "failed", "about": ours.external_id},
        answers=[ours.external_id],
    )

    assert bounce.outcome == Outcome.BOUNCE
    ours.refresh_from_db()
    assert ours.dispatch
    assert ours.dispatch.receipts.get().recipient == "ana@example.com"
    identity = first.message.conversation.identity
    identity.refresh_from_db()
    assert identity.undeliverable_at is not None
    assert bounce.message
    assert bounce.message.ticket_id == first.message.ticket_id


def test_taking_one_letter_in_costs_a_fixed_number_of_queries(
    channel: Channel, now: datetime, django_assert_max_num_queries: object
) -> None:
    receive(channel, now=now, id="one")
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        receive(channel, now=now, text="a new matter")
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        receive(channel, now=now, text="an answer", answers=["one"])

"""Writing to customers, taking it back, and what became of it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from balcao.channels.models import Channel, Dispatch
from balcao.channels.types import DispatchState
from balcao.pipeline import clock, outbound
from balcao.ports.channel import ChannelError, IdentityKind, Party
from balcao.staff.models import Agent
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_channel, make_shop, receive
from balcao.tickets.actions import changing, noting
from balcao.tickets.actions.restating import restate
from balcao.tickets.actions.sending import (
    Writing,
    forward_message,
    log_contact,
    recall_message,
    retry_message,
    send_message,
    start_ticket,
)
from balcao.tickets.models import Conversation, Draft, Message, Ticket
from balcao.tickets.queries.lists import counts
from balcao.tickets.queries.searching import search_tickets
from balcao.tickets.queries.threads import reply_token
from balcao.tickets.rules.searching import parse_search
from balcao.tickets.types import Kind, Refusal, Source, Status, TicketRefused

SECOND = timedelta(seconds=1)


@pytest.fixture
def conversation(channel: Channel, now: datetime) -> Conversation:
    taken = receive(
        channel, now=now - timedelta(hours=2), subject="Prato quebrado", text="Chegou em pedaços.", name="Ana"
    )
    assert taken.message
    return Conversation.objects.select_related("ticket__shop", "channel__shop", "identity__customer").get(
        pk=taken.message.conversation_id
    )


def relay(now: datetime) -> None:
    outbound.run_due(worker="w", now=now, clock=lambda: now)


def test_an_answer_is_stored_at_once_and_leaves_after_the_undo_window(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    message = send_message(conversation=conversation, writing=Writing("Sentimos muito!"), agent=bia, now=now)

    relay(now + 9 * SECOND)
    assert paper.sent == []
    relay(now + 10 * SECOND)

    (sent,) = paper.sent
    assert (sent.text, sent.to[0].value) == ("Sentimos muito!", "ana@example.com")
    assert sent.subject == f"Re: Prato quebrado [#{conversation.ticket.number}]"
    assert sent.external_id == message.external_id
    assert sent.reply_token == reply_token(conversation)
    assert sent.answers[0] == conversation.messages.order_by("id")[0].external_id
    message.refresh_from_db()
    assert message.dispatch
    assert message.dispatch.state == DispatchState.SENT


def test_answering_takes_the_ticket_and_makes_it_the_customers_turn(
    conversation: Conversation, bia: Agent, now: datetime
) -> None:
    send_message(conversation=conversation, writing=Writing("Ok"), agent=bia, now=now)

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.assignee, ticket.last_direction) == ("waiting", bia, "out")


def test_the_signature_is_the_shops_in_the_tickets_language(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    shop = conversation.ticket.shop
    shop.signatures = {"pt-BR": "Um abraço,\n{agent.name} · {shop.name}", "en": "Regards"}
    shop.save()

    send_message(conversation=conversation, writing=Writing("Oi"), agent=bia, now=now, undo=timedelta())
    relay(now)

    assert paper.sent[0].text == "Oi\n\n-- \nUm abraço,\nBia · Moringa"


def test_an_answer_can_be_taken_back_until_it_leaves(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    message = send_message(conversation=conversation, writing=Writing("Oops", then=Status.SOLVED), agent=bia, now=now)

    assert recall_message(message=message, agent=bia, now=now + 5 * SECOND)
    relay(now + 60 * SECOND)

    ticket = Ticket.objects.get()
    assert paper.sent == []
    assert (ticket.status, ticket.assignee, ticket.solved_at, ticket.message_count) == ("new", None, None, 1)
    assert ticket.last_words == "Chegou em pedaços."
    assert Draft.objects.get().text == "Oops"


@pytest.mark.parametrize("status", [Status.SOLVED, Status.CLOSED, Status.WAITING, Status.OPEN])
def test_taking_back_puts_everything_back(
    conversation: Conversation, bia: Agent, caio: Agent, now: datetime, status: Status
) -> None:
    ticket = conversation.ticket
    changing.assign(ticket=ticket, assignee=caio, team=None, agent=bia, now=now)
    reminder = now + timedelta(days=3) if status == Status.WAITING else None
    changing.set_status(ticket=ticket, status=status, agent=bia, now=now, remind_at=reminder)
    if status == Status.OPEN:
        changing.snooze(ticket=ticket, until=now + timedelta(days=2), agent=bia, now=now)
    names = ["status", "queue", "assignee", "solved_at", "closed_at", "remind_at", "snoozed_until", "message_count"]
    before, counted = Ticket.objects.values(*names).get(), Counter(counts(agent=bia))
    later = now + 60 * SECOND

    message = send_message(conversation=conversation, writing=Writing("Oops"), agent=bia, now=later)
    assert recall_message(message=message, agent=bia, now=later + SECOND)

    assert (Ticket.objects.values(*names).get(), Counter(counts(agent=bia))) == (before, counted)


def test_what_was_begun_since_stays_below_what_is_taken_back(
    conversation: Conversation, bia: Agent, now: datetime
) -> None:
    message = send_message(conversation=conversation, writing=Writing("Oops"), agent=bia, now=now)
    noting.save_draft(
        ticket=conversation.ticket, agent=bia, mode="reply", text="E mais uma coisa", addressing={}, now=now
    )

    assert recall_message(message=message, agent=bia, now=now + SECOND)

    assert Draft.objects.get().text == "Oops\n\nE mais uma coisa"


def test_a_forward_taken_back_is_no_answer_to_the_customer(
    conversation: Conversation, channel: Channel, bia: Agent, now: datetime
) -> None:
    carrier = Party(IdentityKind.EMAIL, "sac@carrier.example", "Carrier")
    writing = Writing("A cliente é difícil", to=(carrier,))
    message = forward_message(ticket=conversation.ticket, channel=channel, writing=writing, agent=bia, now=now)

    assert recall_message(message=message, agent=bia, now=now + SECOND)

    assert [(draft.mode, draft.text) for draft in Draft.objects.all()] == [("forward", "A cliente é difícil")]


def test_what_has_left_cannot_be_taken_back(conversation: Conversation, bia: Agent, now: datetime) -> None:
    message = send_message(conversation=conversation, writing=Writing("Oi"), agent=bia, now=now)
    relay(now + 10 * SECOND)
    assert message.dispatch
    message.dispatch.refresh_from_db()

    assert not recall_message(message=message, agent=bia, now=now + 11 * SECOND)


def test_a_passing_failure_is_tried_again_and_a_lasting_one_is_shown(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    message = send_message(conversation=conversation, writing=Writing("Oi"), agent=bia, now=now, undo=timedelta())
    paper.fails_before = ChannelError("Busy.", permanent=False, code="connect")
    relay(now)
    dispatch = Dispatch.objects.get()
    assert (dispatch.state, dispatch.error) == (DispatchState.QUEUED, "Busy.")
    assert dispatch.due_at > now

    paper.fails_before = ChannelError("No such mailbox.", permanent=True, code="address")
    relay(dispatch.due_at)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.FAILED
    assert Ticket.objects.get().has_failed_send

    paper.fails_before = None
    message.refresh_from_db()
    assert retry_message(message=message, agent=bia, now=now)
    relay(now)
    assert len(paper.sent) == 1
    assert not Ticket.objects.get().has_failed_send


def test_what_may_have_left_is_uncertain_and_never_sent_again_by_itself(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    send_message(conversation=conversation, writing=Writing("Oi"), agent=bia, now=now, undo=timedelta())
    paper.fails_after = ChannelError("The line broke.", permanent=False, uncertain=True)
    relay(now)
    paper.fails_after = None
    relay(now + timedelta(days=2))

    assert Dispatch.objects.get().state == DispatchState.UNCERTAIN
    assert paper.sent == []
    assert Ticket.objects.get().has_failed_send


def test_a_worker_that_died_before_the_hand_over_is_replaced(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    from balcao.channels.actions.sending import claim_dispatches

    send_message(conversation=conversation, writing=Writing("Oi"), agent=bia, now=now, undo=timedelta())
    assert len(claim_dispatches(worker="dead", now=now)) == 1

    relay(now + 60 * SECOND)
    assert paper.sent == [], "the lease still runs"
    relay(now + 200 * SECOND)
    assert len(paper.sent) == 1


def test_a_worker_that_died_while_handing_over_leaves_it_uncertain(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    from balcao.channels.actions.sending import claim_dispatches, mark_handing_over

    send_message(conversation=conversation, writing=Writing("Oi"), agent=bia, now=now, undo=timedelta())
    (dispatch,) = claim_dispatches(worker="dead", now=now)
    mark_handing_over(dispatch=dispatch, now=now)

    relay(now + 200 * SECOND)

    dispatch.refresh_from_db()
    assert (dispatch.state, paper.sent) == (DispatchState.UNCERTAIN, [])


def test_answers_of_one_ticket_leave_in_order(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    for text in ("first", "second"):
        send_message(conversation=conversation, writing=Writing(text), agent=bia, now=now, undo=timedelta())
    paper.fails_before = ChannelError("Busy.", permanent=False)
    relay(now)
    paper.fails_before = None

    relay(now + SECOND)
    assert paper.sent == [], "the second waits for the first"
    for _ in range(2):
        relay(now + timedelta(minutes=1))
    assert [sent.text for sent in paper.sent] == ["first", "second"]


def test_an_answer_to_something_not_seen_is_refused(
    conversation: Conversation, channel: Channel, bia: Agent, now: datetime
) -> None:
    seen = conversation.messages.get().pk
    receive(channel, now=now, answers=[conversation.messages.get().external_id], text="Já resolvi!")

    with pytest.raises(TicketRefused) as refused:
        send_message(conversation=conversation, writing=Writing("Oi", seen_message_id=seen), agent=bia, now=now)
    assert refused.value.refusal == Refusal.SOMETHING_NEWER


@pytest.mark.parametrize("text", ["", "   \n"])
def test_nothing_cannot_be_sent(conversation: Conversation, bia: Agent, now: datetime, text: str) -> None:
    with pytest.raises(TicketRefused) as refused:
        send_message(conversation=conversation, writing=Writing(text), agent=bia, now=now)
    assert refused.value.refusal == Refusal.EMPTY
    assert not Dispatch.objects.exists()


def test_card_numbers_do_not_leave_either(
    conversation: Conversation, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    message = send_message(
        conversation=conversation,
        writing=Writing("Seu cartão 4111 1111 1111 1111"),
        agent=bia,
        now=now,
        undo=timedelta(),
    )
    relay(now)
    assert "4111 1111 1111 1111" not in message.text + paper.sent[0].text


def test_an_answer_goes_where_the_customer_asked(
    channel: Channel, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    taken = receive(channel, now=now, reply_to="ana@work.example")
    assert taken.message
    conversation = taken.message.conversation
    send_message(conversation=conversation, writing=Writing("Oi"), agent=bia, now=now, undo=timedelta())
    relay(now)
    assert paper.sent[0].to[0].value == "ana@work.example"


def test_a_form_is_answered_by_the_shops_mailbox(
    channel: Channel, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    from balcao.ports import registry

    class Form(PaperChannel):
        kind = "slip"

    registry.register_channel(Form(replies=False))
    slip = make_channel(channel.shop, kind="slip", name="Form")
    taken = receive(slip, now=now)
    assert taken.message
    message = send_message(
        conversation=taken.message.conversation, writing=Writing("Oi"), agent=bia, now=now, undo=timedelta()
    )
    relay(now)
    assert message.channel == channel
    assert paper.sent[0].to[0].value == "ana@example.com"

    answer = receive(channel, now=now, answers=[message.external_id])
    assert answer.message
    assert answer.message.ticket_id == taken.message.ticket_id


def test_forwarding_opens_a_conversation_of_its_own(
    conversation: Conversation, channel: Channel, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    ticket = conversation.ticket
    carrier = Party(IdentityKind.EMAIL, "sac@carrier.example", "Carrier")
    message = forward_message(
        ticket=ticket, channel=channel, writing=Writing("Onde está?", to=(carrier,)), agent=bia, now=now
    )
    relay(now + 10 * SECOND)
    answer = receive(channel, now=now, answers=[message.external_id], text="Em rota", **{"from": "sac@carrier.example"})

    assert answer.message
    assert (answer.message.ticket_id, answer.message.is_stranger) == (ticket.pk, False)
    assert answer.message.conversation_id == message.conversation_id != conversation.pk
    assert Ticket.objects.get().identity == conversation.identity


def test_somebody_outside_takes_part_in_what_was_forwarded_only(
    conversation: Conversation, channel: Channel, bia: Agent, now: datetime
) -> None:
    # Given a carrier who was asked about Ana's ticket
    ticket = conversation.ticket
    carrier = Party(IdentityKind.EMAIL, "sac@carrier.example", "Carrier")
    forward_message(ticket=ticket, channel=channel, writing=Writing("Onde está?", to=(carrier,)), agent=bia, now=now)

    # When they answer what Ana wrote, as if it had been written to them
    hers = conversation.messages.get().external_id
    answer = receive(channel, now=now, answers=[hers], text="Em rota", **{"from": "sac@carrier.example"})

    # Then it is no part of her conversation
    assert answer.message
    assert answer.message.ticket_id != ticket.pk
    assert answer.message.ticket.link_reason == "possible_reply"


def test_the_shop_writes_first(channel: Channel, paper: PaperChannel, bia: Agent, now: datetime) -> None:
    elif_ = Party(IdentityKind.EMAIL, "elif@example.com", "Elif Kaya")
    message = start_ticket(
        channel=channel,
        writing=Writing("Merhaba", to=(elif_,), subject="Siparişiniz"),
        agent=bia,
        language="tr",
        now=now,
    )
    relay(now + 10 * SECOND)

    assert paper.sent[0].subject == f"Siparişiniz [#{message.ticket.number}]"
    assert (message.ticket.status, message.ticket.language, message.ticket.assignee) == ("waiting", "tr", bia)


def test_a_ticket_begun_and_solved_at_once_closes_like_any_other(channel: Channel, bia: Agent, now: datetime) -> None:
    elif_ = Party(IdentityKind.EMAIL, "elif@example.com", "Elif Kaya")
    writing = Writing("Merhaba", to=(elif_,), then=Status.SOLVED, remind_at=now + timedelta(days=3))
    ticket = start_ticket(channel=channel, writing=writing, agent=bia, language="tr", now=now).ticket

    assert (ticket.status, ticket.remind_at, ticket.solved_at) == ("solved", None, now)
    clock.run_due(now=now + timedelta(days=ticket.shop.close_after_days))
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED


def test_a_phone_call_is_written_down(channel: Channel, bia: Agent, now: datetime) -> None:
    caller = Party(IdentityKind.PHONE, "+55 31 5555-0199", "Dona Célia")
    message = log_contact(
        channel=channel,
        party=caller,
        text="Ligou: onde está?",
        subject="Onde está",
        agent=bia,
        ticket=None,
        language="pt-BR",
        now=now,
    )
    assert (message.kind, message.ticket.status, message.dispatch) == ("logged", "open", None)
    with pytest.raises(TicketRefused) as refused:  # no letter goes to a telephone number
        send_message(conversation=message.conversation, writing=Writing("Oi"), agent=bia, now=now)
    assert refused.value.refusal == Refusal.NO_RECIPIENT


def test_what_comes_from_a_complaint_body_is_a_complaint_and_is_found_by_it(
    channel: Channel, bia: Agent, now: datetime
) -> None:
    facts: dict[str, Any] = {
        "channel": channel,
        "party": Party(IdentityKind.EMAIL, "celia@example.com", "Dona Célia"),
        "agent": bia,
        "language": "pt-BR",
    }
    told = log_contact(
        text="Protocolo 2026.1", subject="Caneca", ticket=None, now=now, source=Source.CONSUMIDOR_GOV, **facts
    ).ticket
    assert told.topic
    assert (told.topic.key, told.kind) == ("complaint-authority", Kind.FORWARDED)
    assert told.channel_kinds == ["consumidor_gov"]
    later = now + timedelta(hours=1)
    log_contact(text="Ligou", subject="", ticket=told, now=later, source=Source.PHONE, **facts)
    called = log_contact(text="Outra", subject="Prato", ticket=None, now=later, source=Source.PHONE, **facts).ticket
    assert (called.topic, called.channel_kinds) == (None, ["phone"])
    told.refresh_from_db()
    assert told.channel_kinds == ["consumidor_gov", "phone"]
    restate([told])
    assert told.channel_kinds == ["consumidor_gov", "phone"]

    def found(text: str) -> set[int]:
        rows = search_tickets(
            agent=bia, search=parse_search(text), time_zone=ZoneInfo("UTC"), languages=["en"], now=later
        ).rows
        return {row.number for row in rows}

    assert found("in:consumidor.gov.br") == found("canal:órgão") == {told.number}
    assert found("kanal:telefon") == {told.number, called.number}
    assert found('canal:"reclame aqui"') == set()


def test_a_contact_stays_in_its_shop(conversation: Conversation, bia: Agent, now: datetime) -> None:
    elsewhere = make_channel(make_shop("canela"))
    with pytest.raises(TicketRefused) as refused:
        log_contact(
            channel=elsewhere,
            party=Party(IdentityKind.PHONE, "+55 31 5555-0199", "Dona Célia"),
            text="Ligou",
            subject="Onde está",
            agent=bia,
            ticket=conversation.ticket,
            language="pt-BR",
            now=now,
        )
    assert refused.value.refusal == Refusal.OTHER_SHOP


def test_a_note_stays_inside(
    conversation: Conversation, paper: PaperChannel, bia: Agent, caio: Agent, now: datetime
) -> None:
    note = noting.add_note(ticket=conversation.ticket, text="@Caio olha isto", agent=bia, now=now, mentions=[caio])
    relay(now + timedelta(hours=1))

    assert list(note.mentions.all()) == [caio]
    assert paper.sent == []
    assert not Message.objects.filter(text__contains="olha isto").exists()


def test_a_form_that_is_sent_twice_writes_once(
    conversation: Conversation, channel: Channel, bia: Agent, now: datetime
) -> None:
    elif_ = Party(IdentityKind.EMAIL, "elif@example.com", "Elif Kaya")
    carrier = Party(IdentityKind.EMAIL, "sac@carrier.example")
    ticket = conversation.ticket
    for seconds in (0, 2):
        at = now + SECOND * seconds
        start_ticket(channel=channel, writing=Writing("Merhaba", to=(elif_,)), agent=bia, language="tr", now=at)
        forward_message(ticket=ticket, channel=channel, writing=Writing("Onde está?", to=(carrier,)), agent=bia, now=at)
        noting.add_note(ticket=ticket, text="olha", agent=bia, now=at)

    assert Ticket.objects.count() == 2
    assert Dispatch.objects.count() == 2
    assert ticket.notes.count() == 1


def test_the_same_words_later_are_meant(channel: Channel, bia: Agent, now: datetime) -> None:
    elif_ = Party(IdentityKind.EMAIL, "elif@example.com", "Elif Kaya")
    for minutes in (0, 5):
        at = now + SECOND * 60 * minutes
        start_ticket(channel=channel, writing=Writing("Merhaba", to=(elif_,)), agent=bia, language="tr", now=at)

    assert Ticket.objects.count() == 2

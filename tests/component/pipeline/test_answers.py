"""The automatic first answer, and everything that keeps it from going round in circles."""

from datetime import datetime, timedelta

import pytest

from balcao.channels.actions.connecting import set_first_answers
from balcao.channels.models import Channel
from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM
from balcao.kit.placeholders import BadTemplate
from balcao.pipeline import followers, outbound
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_channel, receive
from balcao.tickets.models import Ticket
from balcao.tickets.queries.lists import counts

HOUR = timedelta(hours=1)


def go_on(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass
    while outbound.run_due(worker="w", now=now, clock=lambda: now):
        pass


@pytest.fixture
def answering(channel: Channel, now: datetime) -> Channel:
    texts = {"pt-BR": "Oi, {customer.first_name}! Seu protocolo é {ticket.number}.", "tr": "Merhaba!"}
    set_first_answers(channel=channel, texts=texts, actor=SYSTEM, now=now)
    return channel


def test_a_first_message_is_answered_once_in_its_language(
    answering: Channel, paper: PaperChannel, now: datetime
) -> None:
    receive(answering, now=now, id="one", name="Ana Lima", language="pt-BR")
    receive(answering, now=now, answers=["one"], text="mais", language="pt-BR")
    receive(answering, now=now, language="tr", text="selam", **{"from": "elif@example.com"})
    go_on(now)
    go_on(now)

    first, second = sorted(paper.sent, key=lambda sent: sent.text, reverse=True)
    number = Ticket.objects.order_by("id")[0].number
    assert first.text == f"Oi, Ana! Seu protocolo é {number}."
    assert first.automatic
    assert second.text == "Merhaba!"


def test_an_answer_by_machine_leaves_the_ticket_as_it_is(
    answering: Channel, paper: PaperChannel, bia: Agent, now: datetime
) -> None:
    receive(answering, now=now, text="Quero trocar")
    go_on(now)

    ticket = Ticket.objects.get()
    assert len(paper.sent) == 1
    assert (ticket.status, ticket.assignee, ticket.last_words) == ("new", None, "Quero trocar")
    assert counts(agent=bia) == {"ours": 1, "unassigned": 1}


@pytest.mark.parametrize(
    "facts",
    [
        {"silence": "auto-submitted"},
        {"silence": "list"},
        {"nature": "auto"},
        {"proof": "failed"},
        {"suspicion": "honeypot"},
    ],
)
def test_who_must_not_be_answered_is_not(
    answering: Channel, paper: PaperChannel, now: datetime, facts: dict[str, str]
) -> None:
    receive(answering, now=now, **facts)
    go_on(now)
    assert paper.sent == []


def test_one_sender_hears_three_times_a_day(answering: Channel, paper: PaperChannel, now: datetime) -> None:
    for number in range(6):
        receive(answering, now=now + HOUR * number, text=f"matter {number}")
        go_on(now + HOUR * number)
    assert len(paper.sent) == 3

    receive(answering, now=now + HOUR * 30, text="the next day")
    go_on(now + HOUR * 30)
    assert len(paper.sent) == 4


def test_a_storm_opens_the_breaker(answering: Channel, paper: PaperChannel, now: datetime) -> None:
    for number in range(80):
        receive(answering, now=now, text=f"m{number}", **{"from": f"c{number}@example.com"})
    go_on(now)
    assert len(paper.sent) == 50


def test_a_channel_without_words_says_nothing(channel: Channel, paper: PaperChannel, now: datetime) -> None:
    receive(channel, now=now)
    go_on(now)
    assert paper.sent == []


def test_unknown_placeholders_are_refused(channel: Channel, now: datetime) -> None:
    with pytest.raises(BadTemplate):
        set_first_answers(channel=channel, texts={"en": "Hi {custmer.name}"}, actor=SYSTEM, now=now)


def test_one_that_cannot_be_answered_holds_up_no_other(
    answering: Channel, paper: PaperChannel, shop: Shop, now: datetime
) -> None:
    broken = make_channel(shop, name="Broken")
    set_first_answers(channel=broken, texts={"pt-BR": "Oi!"}, actor=SYSTEM, now=now)
    receive(broken, now=now, text="primeira", language="pt-BR")
    Channel.objects.filter(pk=broken.pk).update(sealed_secrets="not ours")
    receive(answering, now=now, text="selam", language="tr", **{"from": "elif@example.com"})

    go_on(now)

    assert [sent.text for sent in paper.sent] == ["Merhaba!"]

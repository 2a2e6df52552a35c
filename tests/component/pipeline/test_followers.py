"""Who is told what, and when a mail goes out about it."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from balcao.channels.models import Channel
from balcao.journal.actions import seal
from balcao.journal.types import Subject, SubjectKind
from balcao.notices.actions import read
from balcao.notices.models import Notice
from balcao.pipeline import followers, notice_mails
from balcao.staff.actions import remember
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions import changing, noting
from balcao.tickets.models import Ticket

MINUTE = timedelta(minutes=1)


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def told(agent: Agent) -> list[str]:
    return list(Notice.objects.filter(agent=agent).order_by("id").values_list("kind", flat=True))


@pytest.fixture
def ticket(channel: Channel, bia: Agent, caio: Agent, now: datetime) -> Ticket:
    receive(channel, now=now, id="one")
    ticket = Ticket.objects.get()
    changing.assign(ticket=ticket, assignee=bia, team=None, agent=caio, now=now)
    follow(now)
    return ticket


def test_the_new_owner_is_told_and_the_giver_is_not(ticket: Ticket, bia: Agent, caio: Agent) -> None:
    assert (told(bia), told(caio)) == (["assigned"], [])


def test_who_takes_a_ticket_needs_no_telling(channel: Channel, bia: Agent, now: datetime) -> None:
    receive(channel, now=now)
    changing.assign(ticket=Ticket.objects.get(), assignee=bia, team=None, agent=bia, now=now)
    follow(now)
    assert told(bia) == []


def test_the_owner_hears_of_a_new_message_once_until_reading(
    ticket: Ticket, channel: Channel, bia: Agent, now: datetime
) -> None:
    for number in range(3):
        receive(channel, now=now, answers=["one"], text=f"more {number}")
    follow(now)
    assert told(bia) == ["assigned", "message"]

    read(agent=bia, now=now, subject=Subject(SubjectKind.TICKET, ticket.pk))
    receive(channel, now=now, answers=["one"], text="even more")
    follow(now)
    assert told(bia) == ["assigned", "message", "message"]


def test_a_machine_tells_nobody(ticket: Ticket, channel: Channel, bia: Agent, now: datetime) -> None:
    receive(channel, now=now, answers=["one"], nature="auto", text="away")
    follow(now)
    assert told(bia) == ["assigned"]


def test_following_twice_tells_once(ticket: Ticket, bia: Agent, now: datetime) -> None:
    follow(now)
    follow(now)
    assert told(bia) == ["assigned"]


def test_a_mention_is_mailed_in_the_agents_language_if_not_read(
    ticket: Ticket, bia: Agent, caio: Agent, now: datetime
) -> None:
    caio.language = "tr"
    caio.save()
    noting.add_note(ticket=ticket, text="@Caio", agent=bia, now=now, mentions=[caio])
    follow(now)

    notice_mails.run_due(now=now + MINUTE)
    assert mail.outbox == [], "there is still time to see it on the desk"
    notice_mails.run_due(now=now + 3 * MINUTE)
    notice_mails.run_due(now=now + 60 * MINUTE)
    (sent,) = mail.outbox
    assert sent.to == [caio.email]
    assert str(ticket.number) in sent.body
    assert f"/tickets/{ticket.number}/" in sent.body


def test_what_was_read_is_not_mailed(ticket: Ticket, bia: Agent, caio: Agent, now: datetime) -> None:
    noting.add_note(ticket=ticket, text="@Caio", agent=bia, now=now, mentions=[caio])
    follow(now)
    read(agent=caio, now=now)
    notice_mails.run_due(now=now + 10 * MINUTE)
    assert mail.outbox == []


def test_an_agent_may_not_want_it(ticket: Ticket, bia: Agent, caio: Agent, now: datetime) -> None:
    remember(agent=caio, notices={"mention": {"bell": False, "mail": False}})
    noting.add_note(ticket=ticket, text="@Caio", agent=bia, now=now, mentions=[caio])
    follow(now)
    assert told(caio) == []


def test_many_notices_are_one_mail(channel: Channel, bia: Agent, caio: Agent, now: datetime) -> None:
    for number in range(3):
        taken = receive(channel, now=now, text=str(number), **{"from": f"c{number}@example.com"})
        assert taken.message
        noting.add_note(ticket=taken.message.ticket, text="@Caio", agent=bia, now=now, mentions=[caio])
    follow(now)
    notice_mails.run_due(now=now + 3 * MINUTE)
    assert len(mail.outbox) == 1

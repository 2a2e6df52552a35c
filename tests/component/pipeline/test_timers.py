"""Steps of clocks: each fired once, with its own instant, and told to those who can do something."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connections

from balcao.channels.models import Channel
from balcao.deadlines.actions import escalating
from balcao.deadlines.actions.clocks import set_forecast
from balcao.deadlines.models import Clock, Escalation, Timer
from balcao.deadlines.types import PauseReason
from balcao.journal.actions import seal
from balcao.journal.models import Entry
from balcao.notices.models import Notice
from balcao.pipeline import followers, notice_mails, timers
from balcao.pipeline.late_words import deadline_words
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.tickets.actions import changing, noting
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Ticket
from balcao.tickets.types import Priority, Status

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    """Monday, ten o'clock in UTC, by which the shop's office hours count."""
    return datetime(2026, 8, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def sofia(shop: Shop) -> Agent:
    return make_agent("Sofia", shop=shop, role=Role.SUPERVISOR)


@pytest.fixture
def lead(shop: Shop) -> Agent:
    agent = make_agent("Lia", shop=shop)
    Department.objects.create(name="Service", key="cs", lead=agent)
    return agent


@pytest.fixture
def ticket(channel: Channel, bia: Agent, lead: Agent, sofia: Agent, now: datetime) -> Ticket:
    """Ask what Bia has to answer within four hours, by 14:00."""
    return asked(channel, bia, now)


def asked(channel: Channel, agent: Agent, now: datetime, *, name: str = "one") -> Ticket:
    taken = receive(channel, now=now, id=name, **{"from": f"{name}@example.com"})
    assert taken.message
    changing.assign(ticket=taken.message.ticket, assignee=agent, team=None, agent=agent, now=now)
    follow(now)
    return taken.message.ticket


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def fire(now: datetime) -> None:
    follow(now)
    timers.run_due(now=now)
    follow(now)


def told(agent: Agent) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(agent=agent, kind__in=["deadline", "escalation"]).order_by("id")
    return [(row.kind, row.facts["step"]) for row in rows]


def entries(name: str) -> list[Entry]:
    return list(Entry.objects.filter(name=name).order_by("id"))


def test_people_are_warned_step_by_step_and_each_step_once(
    ticket: Ticket, bia: Agent, lead: Agent, sofia: Agent, now: datetime
) -> None:
    fire(now + 2 * HOUR)
    assert told(bia) == [], "half the time is no reason to disturb anybody"

    for _ in range(2):
        fire(now + 3 * HOUR)
    assert told(bia) == [("deadline", "warn_75")]

    answered = now + 3 * HOUR + MINUTE
    noting.add_note(ticket=ticket, text="I am on it.", agent=bia, now=answered)
    fire(now + 4 * HOUR - 24 * MINUTE)
    assert told(lead) == [("deadline", "warn_90")]
    assert [(e.facts["share"], e.at - now) for e in entries("clock.warned")] == [
        (50, 2 * HOUR),
        (75, 3 * HOUR),
        (90, 4 * HOUR - 24 * MINUTE),
    ]
    assert told(sofia) == []
    ticket.refresh_from_db()
    assert (ticket.warned, ticket.is_due_soon) == (90, True)


def test_a_broken_promise_is_told_with_the_due_instant_to_lead_and_assignee(
    ticket: Ticket, bia: Agent, lead: Agent, now: datetime
) -> None:
    fire(now + 4 * HOUR)
    assert not entries("clock.breached"), "whoever answers at the instant itself is in time"

    fire(now + 5 * HOUR)
    breached = entries("clock.breached")
    assert [(e.at, e.facts["kind"]) for e in breached] == [(now + 4 * HOUR, "first_response")]
    assert told(lead)[-1] == told(bia)[-1] == ("escalation", "breach")
    ticket.refresh_from_db()
    assert ticket.breached_at == now + 4 * HOUR


def test_several_steps_due_at_once_tell_people_once(ticket: Ticket, bia: Agent, lead: Agent, now: datetime) -> None:
    fire(now + 5 * HOUR)

    assert told(bia) == told(lead) == [("escalation", "breach")]
    assert len(entries("clock.warned")) == 3
    assert len(entries("clock.escalated")) == 1


def test_an_answer_in_time_that_was_not_read_yet_is_no_breach(
    ticket: Ticket, channel: Channel, bia: Agent, now: datetime
) -> None:
    writing = Writing(text="On its way.")
    send_message(conversation=ticket.conversations.get(), writing=writing, agent=bia, now=now + 3 * HOUR)

    timers.run_due(now=now + 6 * HOUR)  # the worker was away: the follower has not read on
    assert not entries("clock.breached")
    fire(now + 6 * HOUR)
    assert not entries("clock.breached")
    assert Clock.objects.get(kind="first_response").state == "met"


def test_nobody_answers_and_it_goes_up(ticket: Ticket, bia: Agent, lead: Agent, sofia: Agent, now: datetime) -> None:
    fire(now + 4 * HOUR + MINUTE)
    assert told(sofia) == []

    fire(now + 4 * HOUR + 32 * MINUTE)
    assert told(sofia) == [("escalation", "up")]
    assert Escalation.objects.order_by("id").values_list("rung", "answer_by").first() == (1, None)

    noting.add_note(ticket=ticket, text="I see to it.", agent=sofia, now=now + 5 * HOUR)
    fire(now + 7 * HOUR)
    assert told(sofia) == [("escalation", "up")]
    assert not Escalation.objects.filter(answered_at=None).exists()
    assert Escalation.objects.latest("id").answered_by == sofia


def test_who_takes_it_up_stops_it_from_going_up(ticket: Ticket, bia: Agent, sofia: Agent, now: datetime) -> None:
    fire(now + 4 * HOUR + MINUTE)
    clock = Clock.objects.get(kind="first_response")
    assert escalating.answer(clock=clock, agent=bia, now=now + 4 * HOUR + 2 * MINUTE) == 1
    assert escalating.answer(clock=clock, agent=bia, now=now + 4 * HOUR + 2 * MINUTE) == 0

    fire(now + 6 * HOUR)
    assert told(sofia) == []
    assert Timer.objects.get(clock=clock).step == "overrun"


def test_as_much_time_again_and_the_managers_hear_of_it(
    ticket: Ticket, bia: Agent, lead: Agent, sofia: Agent, now: datetime
) -> None:
    fire(now + 4 * HOUR + MINUTE)
    noting.add_note(ticket=ticket, text="Tomorrow.", agent=bia, now=now + 4 * HOUR + 2 * MINUTE)
    fire(now + 8 * HOUR + MINUTE)

    assert told(sofia) == [("escalation", "overrun")]
    assert "Twice the time is used." in mailed(sofia, now + 9 * HOUR)


def mailed(agent: Agent, now: datetime) -> str:
    notice_mails.run_due(now=now)
    return "".join(sent.body for sent in mail.outbox if sent.to == [agent.email])


def test_each_is_told_who_must_do_what_by_when(ticket: Ticket, bia: Agent, lead: Agent, now: datetime) -> None:
    fire(now + 4 * HOUR + MINUTE)
    words = mailed(lead, now + 5 * HOUR)
    assert f"{ticket.number}: the first answer is late. To be taken up by 14:31: Bia." in words


def test_a_ticket_of_nobody_goes_to_the_lead_at_once(
    channel: Channel, bia: Agent, lead: Agent, sofia: Agent, now: datetime
) -> None:
    receive(channel, now=now)
    fire(now + 3 * HOUR)
    assert told(lead) == [("deadline", "warn_75")]


def test_without_a_lead_the_supervisors_hear_of_it(channel: Channel, bia: Agent, sofia: Agent, now: datetime) -> None:
    asked(channel, bia, now)
    fire(now + 5 * HOUR)
    assert told(sofia) == [("escalation", "breach")]


def test_a_long_pause_is_looked_at_once(ticket: Ticket, bia: Agent, lead: Agent, now: datetime) -> None:
    writing = Writing(text="Which size?")
    send_message(conversation=ticket.conversations.get(), writing=writing, agent=bia, now=now + HOUR)
    for _ in range(2):
        fire(now + HOUR + 3 * DAY + MINUTE)

    (told_of,) = entries("clock.pause.long")
    assert (told_of.at, told_of.facts["reason"]) == (now + HOUR + 3 * DAY, PauseReason.CUSTOMER)
    assert told(lead) == [("escalation", "long_pause")]


def test_the_ladder_begins_anew_when_the_target_is_another(
    ticket: Ticket, bia: Agent, lead: Agent, sofia: Agent, now: datetime
) -> None:
    fire(now + 3 * HOUR)
    changing.set_priority(ticket=ticket, priority=Priority.URGENT, agent=bia, now=now + 3 * HOUR + MINUTE)
    fire(now + 3 * HOUR + 2 * MINUTE)
    assert told(bia)[-1] == told(lead)[-1] == told(sofia)[-1] == ("escalation", "overrun")


def test_a_forecast_that_does_not_hold_is_told_to_the_lead(ticket: Ticket, lead: Agent, now: datetime) -> None:
    total = Clock.objects.get(kind="resolution")
    set_forecast(clock=total, forecast_at=now + 30 * DAY, now=now + HOUR)
    fire(now + HOUR)

    assert told(lead) == [("deadline", "at_risk")]
    assert "by the forecast it will be late" in deadline_words(Notice.objects.latest("id").facts, now=now, zone=UTC)
    ticket.refresh_from_db()
    assert ticket.is_at_risk


def test_what_is_over_fires_nothing(ticket: Ticket, bia: Agent, now: datetime) -> None:
    changing.set_status(ticket=ticket, status=Status.SOLVED, agent=bia, now=now + HOUR)
    fire(now + 9 * DAY)
    assert not Timer.objects.exists()
    assert not entries("clock.warned")


def test_a_clock_that_cannot_be_read_holds_nobody_up(
    ticket: Ticket, channel: Channel, bia: Agent, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    other = asked(channel, bia, now, name="two")
    Clock.objects.filter(ticket_id=other.pk).update(events=[{"key": "x", "type": "pause", "at": now.isoformat()}])

    fire(now + 3 * HOUR)

    assert ("deadline", "warn_75") in told(bia)
    assert "cannot be read" in caplog.text
    assert Timer.objects.filter(clock__ticket_id=other.pk, fire_at__gt=now + 3 * HOUR).exists()


def test_after_an_hour_away_everything_due_is_fired_in_one_turn(
    channel: Channel, bia: Agent, sofia: Agent, now: datetime
) -> None:
    for number in range(2 * timers.BATCH // 5):
        receive(channel, now=now, id=f"{number}", **{"from": f"c{number}@example.com"})
    fire(now + 5 * HOUR)
    assert len(entries("clock.breached")) == 2 * timers.BATCH // 5


@pytest.mark.usefixtures("shared_database")
def test_two_workers_fire_each_step_once(now: datetime) -> None:
    registry.register_channel(PaperChannel())
    shop = make_shop()
    bia = make_agent("Bia", shop=shop)
    channel = make_channel(shop)
    for number in range(12):
        asked(channel, bia, now, name=f"n{number}")
    late, barrier = now + 5 * HOUR, threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        try:
            while timers.run_due(now=late):
                pass
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    timers.run_due(now=late)

    assert len(entries("clock.breached")) == 12
    assert len({entry.facts["clock"] for entry in entries("clock.breached")}) == 12
    assert Escalation.objects.count() == 12
    assert len(entries("clock.warned")) == 36

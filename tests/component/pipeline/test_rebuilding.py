"""Clocks made anew say what they would have said, and nobody is told of what was late long ago."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.channels.models import Channel
from balcao.cli.main import main
from balcao.deadlines.models import Clock, Escalation, Target, Timer
from balcao.journal.actions import record, seal
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.notices.models import Notice
from balcao.pipeline import followers, timers
from balcao.pipeline.promises import rebuilding
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions import changing, merging
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Ticket
from balcao.tickets.types import Priority, Status

HOUR = timedelta(hours=1)
NOW = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)


def follow(now: datetime = NOW) -> None:
    while seal() or followers.run_due(now=now):
        pass


def ask(channel: Channel, name: str, now: datetime, **facts: Any) -> Ticket:
    taken = receive(channel, now=now, id=name, **{"from": f"{name}@example.com"} | facts)
    assert taken.message
    return taken.message.ticket


def stored() -> list[dict[str, Any]]:
    names = ("ticket_id", "kind", "number", "rule", "events", "state", "due_at", "paused_for")
    rows = list(Clock.objects.order_by("ticket_id", "kind", "number", "rule").values(*names))
    for row in rows:  # a breach is written down when somebody looks
        row["events"] = [event for event in row["events"] if event["type"] != "breach"]
    return rows


@pytest.fixture
def tickets(channel: Channel, bia: Agent) -> list[Ticket]:
    """One that waits for an answer, one answered, one made urgent, two that became one, one that a machine wrote."""
    found = [ask(channel, name, NOW + number * HOUR) for number, name in enumerate(("ana", "bruno", "elif", "mehmet"))]
    talk = found[1].conversations.get()
    send_message(conversation=talk, writing=Writing(text="Ok."), agent=bia, now=NOW + 2 * HOUR)
    changing.set_priority(ticket=found[2], priority=Priority.URGENT, agent=bia, now=NOW + 3 * HOUR)
    merging.merge_tickets(source=found[3], target=found[0], agent=bia, now=NOW + 4 * HOUR)
    ask(channel, "robot", NOW + 4 * HOUR, nature="auto")
    follow(NOW + 4 * HOUR)
    return found


def forget_clocks() -> None:
    Timer.objects.all().delete()
    Clock.objects.all().delete()


def test_clocks_that_are_gone_come_back_as_they_were(tickets: list[Ticket]) -> None:
    before = stored()
    forget_clocks()

    ids = list(rebuilding.without_clocks().values_list("pk", flat=True))
    found = rebuilding.rebuild(tickets=ids, now=NOW + 4 * HOUR)

    assert stored() == before
    assert (found.tickets, found.clocks, found.unread) == (4, len(before), 0)
    assert Timer.objects.count() > 0
    ticket = Ticket.objects.get(pk=tickets[0].pk)
    assert (ticket.due_at, ticket.due_kind) == (NOW + 4 * HOUR, "first_response")


def test_done_twice_or_some_at_a_time_it_is_the_same(tickets: list[Ticket]) -> None:
    before = stored()
    forget_clocks()

    for ticket in [*Ticket.objects.order_by("-pk"), *Ticket.objects.all()]:
        rebuilding.rebuild(tickets=[ticket.pk], now=NOW + 4 * HOUR)

    assert [(row["ticket_id"], row["kind"], row["state"], row["due_at"]) for row in stored()] == [
        (row["ticket_id"], row["kind"], row["state"], row["due_at"]) for row in before
    ]
    rebuilding.rebuild(tickets=[ticket.pk for ticket in tickets], now=NOW + 4 * HOUR)
    assert len(stored()) == len(before)


def test_what_was_late_long_ago_is_no_news(tickets: list[Ticket]) -> None:
    forget_clocks()
    later = NOW + timedelta(days=30)
    count = Entry.objects.exclude(name="ticket.due.changed").count()

    rebuilding.rebuild(tickets=[ticket.pk for ticket in tickets], now=later)
    timers.run_due(now=later)
    follow(later)

    assert Clock.objects.filter(breached_at__isnull=False).exists()
    assert Ticket.objects.get(pk=tickets[0].pk).breached_at is not None
    assert not Notice.objects.filter(kind__in=("deadline", "escalation")).exists()
    assert not Escalation.objects.exists()
    assert Entry.objects.exclude(name="ticket.due.changed").count() == count


def test_an_entry_that_nobody_can_read_is_counted(tickets: list[Ticket]) -> None:
    about = [Subject(SubjectKind.TICKET, tickets[0].pk)]
    record(name="ticket.priority.changed", at=NOW, actor=SYSTEM, about=about, facts={"ticket": tickets[0].pk})
    entry = Entry.objects.latest("pk")
    Entry.objects.filter(pk=entry.pk).update(position=0)
    forget_clocks()

    assert rebuilding.rebuild(tickets=[tickets[0].pk], now=NOW).unread == 1


def test_running_promises_take_other_targets_when_asked_to(tickets: list[Ticket]) -> None:
    Target.objects.filter(clock="first_response").update(seconds=8 * 3600)
    ids = list(rebuilding.with_running_promises().values_list("pk", flat=True))

    found = rebuilding.take_targets(tickets=ids, now=NOW + 5 * HOUR)
    again = rebuilding.take_targets(tickets=ids, now=NOW + 6 * HOUR)

    assert found.tickets > 0
    assert again.clocks == 0
    clock = Clock.objects.get(ticket_id=tickets[0].pk, kind="first_response")
    assert (clock.target_seconds, clock.started_at) == (8 * 3600, NOW)


def test_the_command_says_what_it_did(tickets: list[Ticket], capsys: pytest.CaptureFixture[str]) -> None:
    changing.set_status(ticket=tickets[1], status=Status.SOLVED, agent=None, now=NOW + 5 * HOUR)
    follow(NOW + 5 * HOUR)
    count = Clock.objects.count()
    forget_clocks()

    assert main(["deadlines", "rebuild", "--targets", "--json"]) == 0
    out = capsys.readouterr().out
    assert f'"clocks": {count}, "unread": 0' in out
    assert '"retargeted": 0' in out
    assert main(["deadlines", "rebuild"]) == 0
    assert "0 tickets have 0 clocks" in capsys.readouterr().out

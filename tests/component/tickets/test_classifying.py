"""What a ticket is about, what it takes, and what lists show of its promises."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from balcao.channels.models import Channel
from balcao.journal.models import Entry
from balcao.staff.models import Agent
from balcao.testing.factories import make_shop, receive
from balcao.tickets import rules
from balcao.tickets.actions import changing, classifying
from balcao.tickets.models import Ticket, Topic
from balcao.tickets.queries.lists import counts
from balcao.tickets.types import DueFacts, Kind, Priority, Refusal, Status, TicketRefused

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(channel: Channel, now: datetime) -> Ticket:
    taken = receive(channel, now=now)
    assert taken.message
    return taken.message.ticket


@pytest.fixture
def late_parcel(db: None) -> Topic:
    return Topic.objects.create(key="very-late-parcel", names={"en": "Very late parcel"}, kind=Kind.FORWARDED)


@pytest.fixture
def question(db: None) -> Topic:
    return Topic.objects.create(key="a-question", names={"en": "A question"}, kind=Kind.QUICK)


def kept_counts(agent: Agent) -> dict[str, int]:
    return {key: count for key, count in counts(agent=agent).items() if count}


def test_a_topic_says_the_kind(ticket: Ticket, late_parcel: Topic, question: Topic, bia: Agent, now: datetime) -> None:
    classifying.set_topic(ticket=ticket, topic=late_parcel, agent=bia, now=now)
    assert (Ticket.objects.get().kind, Ticket.objects.get().topic) == ("forwarded", late_parcel)
    assert kept_counts(bia) == {"ours": 1, "unassigned": 1, "kind:forwarded": 1}

    classifying.set_topic(ticket=ticket, topic=question, agent=bia, now=now)
    assert kept_counts(bia) == {"ours": 1, "unassigned": 1, "kind:quick": 1}
    told = Entry.objects.filter(name__in=["ticket.topic.changed", "ticket.kind.changed"]).order_by("id")
    assert [(entry.name, entry.facts["before"], entry.facts["after"]) for entry in told] == [
        ("ticket.topic.changed", None, late_parcel.pk),
        ("ticket.kind.changed", "", "forwarded"),
        ("ticket.topic.changed", late_parcel.pk, question.pk),
        ("ticket.kind.changed", "forwarded", "quick"),
    ]

    classifying.set_topic(ticket=ticket, topic=None, agent=bia, now=now)
    assert (Ticket.objects.get().kind, Ticket.objects.get().topic) == ("", None)


def test_what_an_agent_said_outlasts_the_topic(
    ticket: Ticket, late_parcel: Topic, question: Topic, bia: Agent, now: datetime
) -> None:
    classifying.set_kind(ticket=ticket, kind=Kind.ACTION, agent=bia, now=now)
    classifying.set_topic(ticket=ticket, topic=late_parcel, agent=bia, now=now)
    classifying.set_kind(ticket=ticket, kind=Kind.QUICK, agent=None, now=now)
    assert Ticket.objects.get().kind == "action"

    classifying.set_kind(ticket=ticket, kind=None, agent=bia, now=now)
    assert Ticket.objects.get().kind == "forwarded", "it is the topic's again"
    classifying.set_topic(ticket=ticket, topic=question, agent=None, now=now)
    assert Ticket.objects.get().kind == "quick"


def test_the_same_again_leaves_no_trace(ticket: Ticket, late_parcel: Topic, bia: Agent, now: datetime) -> None:
    classifying.set_topic(ticket=ticket, topic=late_parcel, agent=bia, now=now)
    classifying.set_kind(ticket=ticket, kind=Kind.ACTION, agent=bia, now=now)
    before = Entry.objects.count()

    classifying.set_topic(ticket=ticket, topic=late_parcel, agent=bia, now=now)
    classifying.set_kind(ticket=ticket, kind=Kind.ACTION, agent=bia, now=now)
    assert Entry.objects.count() == before


def test_topics_of_other_shops_and_retired_ones_are_refused(
    ticket: Ticket, late_parcel: Topic, bia: Agent, now: datetime
) -> None:
    theirs = Topic.objects.create(key="theirs", shop=make_shop("other"))
    Topic.objects.filter(pk=late_parcel.pk).update(is_active=False)
    late_parcel.refresh_from_db()
    for topic in (theirs, late_parcel):
        with pytest.raises(TicketRefused) as refused:
            classifying.set_topic(ticket=ticket, topic=topic, agent=bia, now=now)
        assert refused.value.refusal == Refusal.NOT_FOR_SHOP


def test_promises_are_copied_and_counted(ticket: Ticket, bia: Agent, now: datetime) -> None:
    soon = DueFacts(due_at=now + HOUR, due_kind="first_response", warned=75, is_at_risk=True)
    before = Entry.objects.count()
    assert classifying.set_due_facts(ticket=ticket, facts=soon)
    assert not classifying.set_due_facts(ticket=ticket, facts=soon)
    assert kept_counts(bia) == {"ours": 1, "unassigned": 1, "due_soon": 1, "at_risk": 1}

    late = replace(soon, warned=90, breached_at=now + HOUR, is_at_risk=False)
    classifying.set_due_facts(ticket=ticket, facts=late)
    assert kept_counts(bia) == {"ours": 1, "unassigned": 1, "breached": 1}

    classifying.set_due_facts(ticket=ticket, facts=DueFacts(paused_for="waiting_carrier", paused_left=-60))
    assert kept_counts(bia) == {"ours": 1, "unassigned": 1, "others": 1}
    classifying.set_due_facts(ticket=ticket, facts=DueFacts(paused_for="waiting_customer", paused_left=60))
    assert kept_counts(bia) == {"ours": 1, "unassigned": 1}
    assert Entry.objects.count() == before


def test_counts_hold_whoever_moves_the_ticket_meanwhile(ticket: Ticket, bia: Agent, now: datetime) -> None:
    of_page = Ticket.objects.get()
    classifying.set_kind(ticket=ticket, kind=Kind.QUICK, agent=bia, now=now)
    classifying.set_due_facts(ticket=ticket, facts=DueFacts(due_at=now, warned=90, breached_at=now))

    changing.set_status(ticket=of_page, status=Status.WAITING, agent=bia, now=now)
    assert kept_counts(bia) == {"waiting": 1, "breached": 1}
    changing.set_status(ticket=of_page, status=Status.SOLVED, agent=bia, now=now)
    assert kept_counts(bia) == {"solved": 1}
    changing.set_priority(ticket=ticket, priority=Priority.HIGH, agent=bia, now=now)
    classifying.set_due_facts(ticket=ticket, facts=DueFacts())
    assert kept_counts(bia) == {"solved": 1}


def test_kept_counts_are_those_of_the_rows(ticket: Ticket, late_parcel: Topic, bia: Agent, now: datetime) -> None:
    classifying.set_topic(ticket=ticket, topic=late_parcel, agent=bia, now=now)
    classifying.set_due_facts(ticket=ticket, facts=DueFacts(paused_for="waiting_supplier", paused_left=5))
    row = Ticket.objects.get()
    promises = rules.promise_keys(
        is_due_soon=row.is_due_soon,
        is_breached=row.breached_at is not None,
        is_at_risk=row.is_at_risk,
        waits_for_others=row.waits_for_others,
    )
    keys = rules.tally_keys(
        queue=row.queue, assignee_id=row.assignee_id, team_id=row.team_id, kind=row.kind, promises=promises
    )
    assert kept_counts(bia) == dict(Counter(keys))

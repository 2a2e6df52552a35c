"""Who owns a ticket, where it stands, and that the kept counts stay true."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balcao.channels.models import Channel
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.pipeline import clock
from balcao.shops.models import Shop
from balcao.staff.actions import create_team
from balcao.staff.models import Agent
from balcao.testing.factories import make_agent, make_shop, receive
from balcao.tickets import rules
from balcao.tickets.actions import changing, tallies
from balcao.tickets.models import Tag, Ticket
from balcao.tickets.queries.lists import counts
from balcao.tickets.types import Priority, Refusal, Status, TicketRefused

DAY = timedelta(days=1)


@pytest.fixture
def ticket(channel: Channel, now: datetime) -> Ticket:
    taken = receive(channel, now=now)
    assert taken.message
    return taken.message.ticket


def true_counts() -> dict[str, int]:
    """Count the slow way, row by row."""
    found: Counter[str] = Counter()
    for ticket in Ticket.objects.filter(merged_into__isnull=True):
        found.update(rules.tally_keys(queue=ticket.queue, assignee_id=ticket.assignee_id, team_id=ticket.team_id))
    return dict(found)


def kept_counts(agent: Agent) -> dict[str, int]:
    return {key: count for key, count in counts(agent=agent).items() if count}


def test_assigning_moves_the_counts(ticket: Ticket, bia: Agent, caio: Agent, now: datetime) -> None:
    team = create_team(name="Atendimento", members=[bia], actor=SYSTEM, now=now)
    changing.assign(ticket=ticket, assignee=bia, team=team, agent=caio, now=now)

    assert kept_counts(bia) == {"ours": 1, f"agent:{bia.pk}": 1, f"team:{team.pk}": 1}
    entry = Entry.objects.get(name="ticket.assigned")
    assert entry.facts["after"] == {"assignee": bia.pk, "team": team.pk}
    assert ("agent", bia.pk) in {(s.kind, s.subject_id) for s in entry.subjects.all()}


def test_doing_the_same_again_leaves_no_trace(ticket: Ticket, bia: Agent, now: datetime) -> None:
    changing.assign(ticket=ticket, assignee=bia, team=None, agent=bia, now=now)
    changing.set_status(ticket=ticket, status=Status.SOLVED, agent=bia, now=now)
    before = Entry.objects.count()

    changing.assign(ticket=ticket, assignee=bia, team=None, agent=bia, now=now)
    changing.set_status(ticket=ticket, status=Status.SOLVED, agent=bia, now=now)
    changing.set_priority(ticket=ticket, priority=Priority.NORMAL, agent=bia, now=now)

    assert Entry.objects.count() == before


def test_a_ticket_is_not_given_to_somebody_of_another_shop(ticket: Ticket, bia: Agent, now: datetime) -> None:
    stranger = make_agent("Zoe", shop=make_shop("other"))
    with pytest.raises(TicketRefused) as refused:
        changing.assign(ticket=ticket, assignee=stranger, team=None, agent=bia, now=now)
    assert refused.value.refusal == Refusal.NO_SUCH_AGENT


def test_spam_and_trash_are_restored_to_where_they_were(ticket: Ticket, bia: Agent, now: datetime) -> None:
    changing.set_status(ticket=ticket, status=Status.WAITING, agent=bia, now=now)
    changing.set_status(ticket=ticket, status=Status.SPAM, agent=bia, now=now)
    changing.set_status(ticket=ticket, status=Status.TRASH, agent=bia, now=now)
    changing.restore(ticket=ticket, agent=bia, now=now)
    assert ticket.status == Status.WAITING


def test_a_reminder_in_the_past_is_refused(ticket: Ticket, bia: Agent, now: datetime) -> None:
    with pytest.raises(TicketRefused) as refused:
        changing.set_status(ticket=ticket, status=Status.WAITING, agent=bia, now=now, remind_at=now - DAY)
    assert refused.value.refusal == Refusal.IN_THE_PAST


def test_time_brings_back_what_was_put_off(ticket: Ticket, bia: Agent, now: datetime) -> None:
    changing.set_status(ticket=ticket, status=Status.WAITING, agent=bia, now=now, remind_at=now + DAY)
    clock.run_due(now=now + DAY - timedelta(seconds=1))
    ticket.refresh_from_db()
    assert ticket.status == Status.WAITING

    clock.run_due(now=now + DAY)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.remind_at) == (Status.OPEN, None)

    changing.snooze(ticket=ticket, until=now + 2 * DAY, agent=bia, now=now + DAY)
    assert kept_counts(bia) == {"snoozed": 1}
    clock.run_due(now=now + 2 * DAY)
    ticket.refresh_from_db()
    assert (ticket.queue, ticket.snoozed_until) == ("ours", None)


def test_solved_tickets_close_after_the_shops_days(ticket: Ticket, shop: Shop, bia: Agent, now: datetime) -> None:
    changing.set_status(ticket=ticket, status=Status.SOLVED, agent=bia, now=now)
    clock.run_due(now=now + DAY * (shop.close_after_days - 1))
    ticket.refresh_from_db()
    assert ticket.status == Status.SOLVED
    clock.run_due(now=now + DAY * shop.close_after_days)
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED


def test_tags_are_told_by_what_came_and_went(ticket: Ticket, bia: Agent, now: datetime) -> None:
    one, two = Tag.objects.create(name="avaria"), Tag.objects.create(name="troca")
    changing.set_tags(ticket=ticket, tags=[one], agent=bia, now=now)
    changing.set_tags(ticket=ticket, tags=[two], agent=bia, now=now)
    last = Entry.objects.filter(name="ticket.tags.changed").latest("id")
    assert last.facts["added"] == [two.pk]
    assert last.facts["removed"] == [one.pk]


def test_a_subject_is_personal_and_can_be_erased(ticket: Ticket, bia: Agent, now: datetime) -> None:
    changing.set_subject(ticket=ticket, subject="  Ana's \n broken plate ", agent=bia, now=now)
    entry = Entry.objects.get(name="ticket.subject.changed")
    assert ticket.subject == "Ana's broken plate"
    assert "plate" not in str(entry.facts)
    assert entry.personal.values["after"] == "Ana's broken plate"


DEEDS = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(list(Status))),
    st.tuples(st.just("assign"), st.sampled_from([None, "bia", "caio"])),
    st.tuples(st.just("snooze"), st.booleans()),
    st.tuples(st.just("letter"), st.booleans()),
    st.tuples(st.just("fold"), st.none()),
    st.tuples(st.just("clock"), st.integers(0, 10)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, max_size=12))
def test_kept_counts_are_always_the_true_counts(
    channel: Channel, bia: Agent, caio: Agent, now: datetime, deeds: list[tuple[str, object]]
) -> None:
    people = {"bia": bia, "caio": caio, None: None}
    taken = receive(channel, now=now)
    assert taken.message
    pk = taken.message.ticket_id
    first = taken.message.external_id

    for name, value in deeds:
        ticket = Ticket.objects.get(pk=pk)
        if name == "status":
            changing.set_status(ticket=ticket, status=Status(str(value)), agent=bia, now=now)
        elif name == "assign":
            changing.assign(ticket=ticket, assignee=people[value], team=None, agent=bia, now=now)  # type: ignore[index]
        elif name == "snooze":
            changing.snooze(ticket=ticket, until=now + DAY if value else None, agent=bia, now=now)
        elif name == "letter":
            receive(channel, now=now, answers=[first] if value else [])
        elif name == "fold":
            tallies.fold()
        else:
            clock.run_due(now=now + DAY * int(str(value)))

    assert kept_counts(bia) == true_counts()

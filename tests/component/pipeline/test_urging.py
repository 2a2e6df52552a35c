"""What cannot wait goes up the ladder at once, and further up when nobody takes it up."""

from datetime import UTC, datetime, timedelta

import pytest

from balcao.automation.actions.first_rules import plant_rules
from balcao.automation.models import Rule, RuleRun
from balcao.channels.models import Channel
from balcao.deadlines.models import Clock, Escalation
from balcao.journal.actions import seal
from balcao.notices.models import Notice
from balcao.pipeline import followers, ruling, timers
from balcao.pipeline.late_words import deadline_words
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, receive
from balcao.tickets.actions import urging
from balcao.tickets.actions.noting import add_note
from balcao.tickets.models import Ticket

NOW = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lead(shop: Shop) -> Agent:
    agent = make_agent("Dalva", shop=shop)
    Department.objects.create(name="CS", key="cs", lead=agent)
    return agent


@pytest.fixture
def boss(shop: Shop) -> Agent:
    return make_agent("Caio", shop=shop, role=Role.SUPERVISOR)


def work(now: datetime) -> None:
    while seal() or followers.run_due(now=now) or ruling.run_due(now=now):
        pass
    timers.run_due(now=now)


def ask(channel: Channel, text: str, name: str = "one", now: datetime = NOW) -> Ticket:
    taken = receive(channel, now=now, id=name, text=text)
    assert taken.message
    work(now)
    return taken.message.ticket


def test_whoever_names_a_regulator_is_told_of_to_the_lead_at_once(
    channel: Channel, shop: Shop, lead: Agent, boss: Agent
) -> None:
    plant_rules(shop=shop, now=NOW)
    ask(channel, "Se não resolverem hoje vou ao Procon.")

    asked = Escalation.objects.get()
    assert (list(asked.told.all()), asked.answer_by) == ([lead], NOW + 30 * MINUTE)
    notice = Notice.objects.get(kind="escalation")
    assert notice.agent == lead
    assert "cannot wait" in deadline_words(notice.facts, now=NOW, zone=UTC)

    work(NOW + 31 * MINUTE)
    assert Notice.objects.filter(kind="escalation", agent=boss).exists(), "nobody took it up"


def test_taken_up_it_goes_no_further(channel: Channel, shop: Shop, lead: Agent, boss: Agent) -> None:
    plant_rules(shop=shop, now=NOW)
    ticket = ask(channel, "Meu advogado vai procurar vocês.")
    add_note(ticket=ticket, text="I call them.", agent=lead, now=NOW + 5 * MINUTE)

    work(NOW + 60 * MINUTE)

    assert Escalation.objects.get().answered_by == lead
    assert not Notice.objects.filter(agent=boss, kind="escalation").exists()


def test_others_wait_their_turn(channel: Channel, shop: Shop, lead: Agent) -> None:
    plant_rules(shop=shop, now=NOW)
    ask(channel, "Onde está o meu pedido?")

    assert not Escalation.objects.exists()
    assert not RuleRun.objects.exists()


def test_each_time_it_is_said_it_is_told_once(channel: Channel, shop: Shop, lead: Agent) -> None:
    ticket = ask(channel, "Olá")
    urging.urge(ticket=ticket, why="a journalist", now=NOW + MINUTE)
    work(NOW + 2 * MINUTE)
    work(NOW + 3 * MINUTE)
    assert Escalation.objects.count() == 1

    urging.urge(ticket=ticket, why="a journalist", now=NOW + 4 * MINUTE)
    work(NOW + 5 * MINUTE)
    assert Escalation.objects.count() == 2
    assert sum(name.startswith("0.at_once") for name in Clock.objects.get(kind="first_response").fired) == 2


def test_a_shop_with_rules_is_given_none(shop: Shop) -> None:
    assert plant_rules(shop=shop, now=NOW)
    assert plant_rules(shop=shop, now=NOW) is None
    assert Rule.objects.count() == 1

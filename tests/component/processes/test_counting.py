"""The kept counts of what stands in stages and of what departments owe."""

from datetime import timedelta

import pytest
from django.utils import timezone

from balcao.ports import registry
from balcao.processes.actions import blueprints, working
from balcao.processes.actions.moving import Mover, forward, start
from balcao.processes.models import Process, Task, Visit
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.processes.rules.counting import stage_key
from balcao.staff.models import Agent, Department
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.tickets.actions import tallies
from balcao.tickets.models import Tally, Ticket

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def process() -> Process:
    registry.register_channel(PaperChannel())
    shop = make_shop()
    for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
        Department.objects.create(name=key, key=key)
    blueprints.bring_defaults(now=NOW)
    receive(make_channel(shop), now=NOW, subject="Quero devolver", **{"from": "ana@example.com"})
    blueprint = blueprint_for("return", shop_id=shop.pk)
    assert blueprint
    by_bia = Mover(agent=make_agent("Bia", shop=shop))
    ticket = Ticket.objects.get()
    fields = {"reason": "defective"}
    return start(ticket=ticket, blueprint=blueprint, order=None, mover=by_bia, key="k", now=NOW, fields=fields)


def kept() -> dict[str, int]:
    tallies.fold()
    rows = Tally.objects.exclude(count=0).filter(key__regex="^(stage|owed|free):")
    return dict(rows.values_list("key", "count"))


def test_a_stage_that_is_entered_and_left_is_counted_as_long_as_it_lasts(process: Process) -> None:
    bia = Agent.objects.get()
    cs, lead = (Department.objects.get(key=key).pk for key in ("cs", "cs_lead"))
    first = stage_key(process.blueprint_id, "requested")
    assert kept() == {first: 1, f"owed:{cs}": 1, f"free:{cs}": 1}

    visit = last_visit(process)
    working.give_visit(visit=visit, assignee=bia, agent=bia, now=NOW)
    assert kept() == {first: 1, f"owed:{cs}": 1}

    forward(visit=visit, transition="ask_review", mover=Mover(agent=bia), key="a", now=NOW)
    second = stage_key(process.blueprint_id, "review")
    assert kept() == {second: 1, f"owed:{lead}": 1, f"free:{lead}": 1}

    forward(visit=last_visit(process), transition="cancel", mover=Mover(agent=bia), key="b", reason="keeps_it", now=NOW)
    assert kept() == {}


def test_a_task_is_owed_until_it_is_done_or_its_stage_is_left_without_it(process: Process) -> None:
    bia, wh = Agent.objects.get(), Department.objects.get(key="wh")
    visit = Visit.objects.get()
    given = {"visit": visit, "department": wh, "seconds": 3600, "is_obligatory": False, "agent": bia, "now": NOW}
    counted = working.add_task(title="Count the plates", **given)
    working.add_task(title="Weigh the box", **given)
    assert kept()[f"owed:{wh.pk}"] == 2

    working.do_task(task=counted, result="Two", agent=bia, now=NOW)
    assert kept()[f"owed:{wh.pk}"] == 1

    later = NOW + timedelta(minutes=5)
    forward(visit=visit, transition="cancel", mover=Mover(agent=bia), key="b", reason="keeps_it", now=later)
    assert f"owed:{wh.pk}" not in kept()
    assert Task.objects.get(title="Weigh the box").dropped_at == later


def test_a_long_name_of_a_stage_still_fits_the_count() -> None:
    assert len(stage_key(12345, "a" * 60)) <= 60
    assert stage_key(1, "a" * 60) != stage_key(1, "a" * 59 + "b")

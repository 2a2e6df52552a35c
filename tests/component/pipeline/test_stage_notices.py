"""Who hears of stages: leads, whoever is given something, who has to agree, who was refused; and nobody else."""

import pytest
from django.utils import timezone

from balcao.notices.models import Notice
from balcao.pipeline import followers
from balcao.pipeline.sealing import seal_now
from balcao.ports import registry
from balcao.processes.actions import blueprints, working
from balcao.processes.actions.moving import Mover, decline, forward, start
from balcao.processes.models import Process
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.staff.models import Agent, Department
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.tickets.models import Ticket
from balcao.web.desk.processes.notices import notice_words

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def process() -> Process:
    registry.register_channel(PaperChannel())
    shop = make_shop()
    for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
        Department.objects.create(name=key.upper(), key=key)
    blueprints.bring_defaults(now=NOW)
    receive(make_channel(shop), now=NOW, subject="Quero devolver", **{"from": "ana@example.com"})
    blueprint = blueprint_for("return", shop_id=shop.pk)
    assert blueprint
    by_bia = Mover(agent=make_agent("Bia", shop=shop))
    ticket = Ticket.objects.get()
    return start(
        ticket=ticket,
        blueprint=blueprint,
        order=None,
        mover=by_bia,
        key="k",
        now=NOW,
        fields={"reason": "defective"},
        facts={"open_balance": 90_000, "is_disputed": False},
    )


def told() -> list[tuple[str, str]]:
    """Let the followers read on; return who was told what."""
    seal_now(worker="test")
    followers.run_due(now=NOW)
    rows = Notice.objects.filter(kind="stage").select_related("agent").order_by("agent__name")
    return [(row.agent.name, notice_words(row.facts)) for row in rows]


def go(process: Process, way: str, **more: object) -> None:
    bia, visit = Agent.objects.get(name="Bia"), last_visit(process)
    forward(visit=visit, transition=way, mover=Mover(agent=bia), key=f"{visit.pk}:{way}", now=NOW, **more)  # type: ignore[arg-type] # of the fields


def test_the_lead_hears_what_arrives_and_the_members_see_a_count(process: Process) -> None:
    number, shop = process.ticket.number, process.ticket.shop
    rui, caio = make_agent("Rui", shop=shop), make_agent("Caio", shop=shop)
    lead = Department.objects.get(key="cs_lead")
    lead.members.add(caio)
    Department.objects.filter(pk=lead.pk).update(lead=rui)
    go(process, "ask_review")
    assert told() == [("Rui", f"{number} has come to your department: Review")]


def test_whoever_is_given_a_stage_hears_it_and_not_who_takes_one(process: Process) -> None:
    bia = Agent.objects.get()
    caio = make_agent("Caio", shop=process.ticket.shop)
    working.give_visit(visit=last_visit(process), assignee=bia, agent=bia, now=NOW)
    assert told() == []
    working.give_visit(visit=last_visit(process), assignee=caio, agent=bia, now=NOW)
    assert told() == [("Caio", f"Request of {process.ticket.number} is yours now")]


def test_who_has_to_agree_is_asked_and_the_asker_hears_a_no(process: Process) -> None:
    elif_ = make_agent("Elif", shop=process.ticket.shop)
    elsewhere = make_agent("Zoe", shop=make_shop("other"))
    for one in (elif_, elsewhere):
        one.departments.add(Department.objects.get(key="fin"))
    go(process, "ask_review")
    go(process, "approve_reviewed")
    go(process, "label_by_hand", fields={"return_code": "RMA-1"})
    go(process, "receive")
    go(process, "inspect", fields={"grade": "a", "serial_matches": True, "parts_complete": True})
    money = {"amount": 80_000, "remedy": "refund", "disposition": "restock", "fault": "customer"}
    go(process, "refund", fields=money)
    assert told() == [("Elif", f"Bia asks you to agree: Refund, {process.ticket.number}")]

    asked = last_visit(process).forwards.get()
    decline(asked=asked, agent=elif_, remark="Too much", now=NOW)
    assert ("Bia", f"Elif did not agree: Refund, {process.ticket.number}") in told()


def test_the_lead_hears_of_a_task(process: Process) -> None:
    bia, rui = Agent.objects.get(), make_agent("Rui", shop=process.ticket.shop)
    department = Department.objects.get(key="wh")
    Department.objects.filter(pk=department.pk).update(lead=rui)
    given = {"seconds": 3600, "is_obligatory": False, "agent": bia, "now": NOW}
    working.add_task(visit=last_visit(process), title="Count", department=department, **given)
    assert told() == [("Rui", f"Your department has a task in {process.ticket.number}")]

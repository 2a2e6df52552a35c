"""Processes as rows: started once, forwarded once, held open, ended."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from balcao.deadlines.types import PauseReason
from balcao.journal.models import Entry
from balcao.ports import registry
from balcao.processes.actions import blueprints, working
from balcao.processes.actions.moving import BY_ITSELF, Mover, ProcessRefused, approve, fill, forward, start
from balcao.processes.models import Effect, Forward, Process, Visit
from balcao.processes.queries.asked import asked_count, asked_of
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.processes.types import ForwardState, ProcessState, RefusalCode
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.tickets.actions import changing
from balcao.tickets.models import Ticket
from balcao.tickets.types import Refusal, Status, TicketRefused

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def ticket() -> Ticket:
    registry.register_channel(PaperChannel())
    shop = make_shop()
    for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
        Department.objects.create(name=key, key=key)
    blueprints.bring_defaults(now=NOW)
    receive(make_channel(shop), now=NOW, subject="Quero devolver", **{"from": "ana@example.com"})
    return Ticket.objects.get()


@pytest.fixture
def bia(ticket: Ticket) -> Agent:
    return make_agent("Bia", shop=ticket.shop)


def begin(ticket: Ticket, agent: Agent, *, key: str = "k1", **more: Any) -> Process:
    blueprint = blueprint_for("return", shop_id=ticket.shop_id)
    assert blueprint
    return start(ticket=ticket, blueprint=blueprint, order=None, mover=Mover(agent=agent), key=key, now=NOW, **more)


def go(process: Process, way: str, mover: Mover = BY_ITSELF, **more: Any) -> Forward:
    visit = last_visit(process)
    return forward(visit=visit, transition=way, mover=mover, key=f"{visit.pk}:{way}", now=NOW, **more)


def test_a_process_starts_once_and_stands_in_its_first_stage(ticket: Ticket, bia: Agent) -> None:
    process = begin(ticket, bia, fields={"reason": "defective"})
    again = begin(ticket, bia, fields={"reason": "defective"})
    assert again.pk == process.pk
    visit = process.visits.get()
    assert (visit.stage, visit.department and visit.department.key) == ("requested", "cs")
    assert visit.clock is not None
    assert visit.due_at is not None
    assert Entry.objects.filter(name="process.started").count() == 1


def test_another_process_waits_until_the_first_has_ended(ticket: Ticket, bia: Agent) -> None:
    begin(ticket, bia)
    with pytest.raises(ProcessRefused) as refused:
        begin(ticket, bia, key="k2")
    assert refused.value.refusals[0].code is RefusalCode.RUNNING


def test_a_ticket_is_not_solved_while_something_is_owed_on_it(ticket: Ticket, bia: Agent) -> None:
    begin(ticket, bia)
    with pytest.raises(TicketRefused) as refused:
        changing.set_status(ticket=ticket, status=Status.SOLVED, agent=bia, now=NOW)
    assert refused.value.refusal is Refusal.HELD_OPEN


def test_what_is_regretted_in_time_is_granted_by_itself(ticket: Ticket, bia: Agent) -> None:
    process = begin(ticket, bia, fields={"reason": "regret"}, facts={"within_policy": True, "needs_review": False})
    process.refresh_from_db()
    assert process.stage == "approved"
    assert Effect.objects.filter(process=process, kind="return_label", state="due").exists()


def test_a_way_that_lacks_a_field_says_which(ticket: Ticket, bia: Agent) -> None:
    process = begin(ticket, bia, facts={"within_policy": True, "needs_review": False})
    with pytest.raises(ProcessRefused) as refused:
        go(process, "approve", Mover(agent=bia))
    assert [(one.code, one.detail) for one in refused.value.refusals] == [(RefusalCode.FIELD, "reason")]


def test_the_same_way_twice_is_gone_once(ticket: Ticket, bia: Agent) -> None:
    process = begin(ticket, bia)
    fill(process=process, fields={"reason": "defective"}, mover=Mover(agent=bia), now=NOW)
    first = last_visit(process)
    one = forward(visit=first, transition="ask_review", mover=Mover(agent=bia), key="a", now=NOW)
    two = forward(visit=first, transition="ask_review", mover=Mover(agent=bia), key="b", now=NOW)
    assert one.pk == two.pk
    assert process.visits.count() == 2


def test_much_money_waits_for_a_second_pair_of_eyes(ticket: Ticket, bia: Agent) -> None:
    # Given a complaint of a return that was inspected, and money to be paid back above the limit
    process = begin(
        ticket,
        bia,
        fields={"reason": "regret"},
        facts={"within_policy": True, "needs_review": False, "open_balance": 90_000, "is_disputed": False},
    )
    by_bia = Mover(agent=bia)
    go(process, "label_by_hand", by_bia, fields={"return_code": "RMA-1"})
    go(process, "receive", by_bia)
    inspected = {"grade": "a", "serial_matches": True, "parts_complete": True}
    go(process, "inspect", by_bia, fields=inspected)
    process.refresh_from_db()
    assert process.stage == "inspected"

    # When Bia wants to pay it back
    fill(process=process, fields={"remedy": "refund"}, mover=by_bia, now=NOW)
    wanted = {"amount": 80_000, "disposition": "restock", "fault": "customer"}
    asked = go(process, "refund", by_bia, fields=wanted)

    # Then it waits; she cannot agree to it herself, finance can
    assert asked.state == ForwardState.ASKED
    with pytest.raises(ProcessRefused):
        approve(asked=asked, agent=bia, now=NOW)
    caio = make_agent("Caio", shop=ticket.shop)
    caio.departments.add(Department.objects.get(key="fin"))
    elsewhere = make_agent("Elif", shop=make_shop("Nar & Fincan"), role=Role.SUPERVISOR)
    mert = make_agent("Mert", shop=ticket.shop)  # of no department, and asked for nothing
    for agent, shown in ((caio, [asked]), (bia, [asked]), (elsewhere, []), (mert, [])):
        assert (asked_of(agent), asked_count(agent)) == (shown, len(shown))
    assert approve(asked=asked, agent=caio, now=NOW).state == ForwardState.GONE
    process.refresh_from_db()
    assert process.stage == "refunding"
    assert process.fields["amount"] == 80_000
    assert Effect.objects.filter(process=process, kind="order_action").count() == 1


def test_an_ended_process_solves_its_ticket(ticket: Ticket, bia: Agent) -> None:
    process = begin(ticket, bia)
    go(process, "cancel", Mover(agent=bia), reason="keeps_it")
    process.refresh_from_db()
    ticket.refresh_from_db()
    assert (process.state, process.outcome) == (ProcessState.ENDED, "cancelled")
    assert ticket.status == Status.SOLVED
    assert not Visit.objects.filter(process=process, left_at=None).exists()


def test_a_pause_stops_the_clock_of_a_stage(ticket: Ticket, bia: Agent) -> None:
    visit = last_visit(begin(ticket, bia))
    working.pause(visit=visit, reason=PauseReason.SUPPLIER, agent=bia, now=NOW + timedelta(minutes=5))
    visit.refresh_from_db()
    assert (visit.due_at, visit.paused_for) == (None, "waiting_supplier")
    working.resume(visit=visit, agent=bia, now=NOW + timedelta(minutes=65))
    visit.refresh_from_db()
    assert visit.due_at is not None
    assert visit.paused_for == ""


def test_a_running_process_takes_a_new_version_or_keeps_its_own(ticket: Ticket, bia: Agent) -> None:
    process = begin(ticket, bia)
    row = process.blueprint
    assert row.current
    spec = {**row.current.spec}
    spec["stages"] = [
        {**stage, "limit_seconds": 3600} if stage["key"] == "requested" else stage for stage in spec["stages"]
    ]
    draft = blueprints.save_draft(blueprint=row, spec=spec, note="faster", agent=bia, now=NOW)
    assert blueprints.publish(draft=draft, agent=bia, take_running=True, now=NOW) == 1
    visit = last_visit(process)
    assert visit.clock
    assert visit.clock.target_seconds == 3600

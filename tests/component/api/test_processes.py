"""Processes through the API: read, started, forwarded, their tasks done."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from balcao.commerce.actions.copying import write_order
from balcao.commerce.models import Order
from balcao.commerce.queries import order_value
from balcao.pipeline.returning import Wish, open_for
from balcao.ports.commerce import OrderStage
from balcao.processes.actions.blueprints import bring_defaults
from balcao.processes.actions.moving import Mover, forward
from balcao.processes.actions.working import add_task
from balcao.processes.models import Forward, Process, Visit
from balcao.returns.queries.cases import Wanted, notice_of
from balcao.returns.types import Reason
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.testing.factories import make_agent
from balcao.tickets.models import Ticket

from .conftest import MakeProgram, Program


@pytest.fixture(autouse=True)
def blueprints(db: None) -> None:
    for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
        Department.objects.create(name=key.upper(), key=key)
    bring_defaults(now=timezone.now())


@pytest.fixture
def begun(erp: Program, ticket: Ticket) -> dict[str, object]:
    answer = erp.post(f"/tickets/{ticket.number}/processes", {"blueprint": "return", "fields": {"reason": "defective"}})
    assert answer.status_code == 201, answer.json()
    told: dict[str, object] = answer.json()
    return told


def test_a_process_is_started_once_and_read_with_its_ways(erp: Program, ticket: Ticket) -> None:
    body = {"blueprint": "return", "fields": {"reason": "defective"}}
    first = erp.post(f"/tickets/{ticket.number}/processes", body, key="start")
    again = erp.post(f"/tickets/{ticket.number}/processes", body, key="start")
    assert (first.status_code, first.json()) == (201, again.json())
    assert Process.objects.count() == 1

    (told,) = erp.get(f"/tickets/{ticket.number}/processes").json()
    assert (told["blueprint"], told["stage"], told["fields"]) == ("return", "requested", {"reason": "defective"})
    assert [stage["department"] for stage in told["stages"]] == ["cs"]
    ways = {way["key"]: way for way in told["ways"]}
    assert ways["ask_review"]["is_open"]
    assert {"code": "guard", "detail": "within_policy"} in ways["approve"]["refusals"]


def test_a_stage_is_forwarded_once(erp: Program, begun: dict[str, object]) -> None:
    stage = Visit.objects.get()
    body = {"transition": "ask_review", "remark": "Look at it"}
    gone = erp.post(f"/stages/{stage.pk}/forward", body, key="go")
    assert (gone.status_code, gone.json()["state"], gone.json()["target"]) == (201, "gone", "review")
    assert erp.post(f"/stages/{stage.pk}/forward", body).json()["id"] == gone.json()["id"]
    assert Forward.objects.count() == 1


def test_what_stands_against_a_way_is_told_reason_by_reason(erp: Program, begun: dict[str, object]) -> None:
    stage = Visit.objects.get()
    refused = erp.post(f"/stages/{stage.pk}/forward", {"transition": "approve"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:balcao:problem:conflict")
    assert "guard" in {error["code"] for error in refused.json()["errors"]}

    wrong = erp.post(f"/stages/{stage.pk}/forward", {"transition": "ask_review", "fields": {"reason": "weather"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/fields/reason")
    photos = erp.post(f"/stages/{stage.pk}/forward", {"transition": "ask_review", "fields": {"photos": [1]}})
    assert (photos.status_code, photos.json()["errors"][0]["pointer"]) == (422, "#/fields/photos")
    assert Visit.objects.count() == 1


def test_a_light_agent_does_what_their_own_department_owes(
    make_program: MakeProgram, shop: Shop, bia: Agent, begun: dict[str, object]
) -> None:
    caio = make_agent("Caio", shop=shop, role=Role.LIGHT)
    caio.departments.add(Department.objects.get(key="qc"))
    stage, program = Visit.objects.get(), make_program(caio)
    given = {"visit": stage, "seconds": 3600, "is_obligatory": False, "agent": bia, "now": timezone.now()}
    own = add_task(title="Compare the lot", department=Department.objects.get(key="qc"), **given)
    other = add_task(title="Weigh the box", department=Department.objects.get(key="wh"), **given)

    assert program.post(f"/stages/{stage.pk}/forward", {"transition": "ask_review"}).status_code == 403
    assert program.post(f"/tasks/{other.pk}/done", {}).status_code == 403
    done = program.post(f"/tasks/{own.pk}/done", {"result": "Lot 0226"})
    assert (done.status_code, done.json()["result"]) == (200, "Lot 0226")


def test_an_order_that_the_ticket_is_not_about_is_refused(erp: Program, ticket: Ticket) -> None:
    refused = erp.post(f"/tickets/{ticket.number}/processes", {"blueprint": "return", "order_id": 999})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/order_id")
    unknown = erp.post(f"/tickets/{ticket.number}/processes", {"blueprint": "nonsense"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "#/blueprint")


def test_an_address_is_an_object_of_its_parts(erp: Program, ticket: Ticket) -> None:
    body = {"blueprint": "address_payment_change", "fields": {"what": "address", "new_address": "Rua da Aurora, 12"}}
    wrong = erp.post(f"/tickets/{ticket.number}/processes", body, key="wrong")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/fields/new_address")

    address = {"line1": "Rua da Aurora, 12", "city": "Recife", "postcode": "50050-000"}
    body["fields"] = {"what": "address", "new_address": address}
    begun = erp.post(f"/tickets/{ticket.number}/processes", body, key="right")
    assert (begun.status_code, begun.json()["fields"]["new_address"]) == (201, address)


def test_the_sum_of_a_return_is_its_own(erp: Program, talk: Ticket, order: Order, caio: Agent) -> None:
    # Given a return of one of Ana's two mugs that was looked at
    came = replace(order_value(order), stage=OrderStage.DELIVERED)
    write_order(backend=order.backend, order=came, now=timezone.now())
    wish = Wish(Order.objects.select_related("account__backend__shop").get(), [Wanted("1", 1, Reason.FLAW)])
    given: dict[str, Any] = {
        "notice": notice_of(talk),
        "agent": caio,
        "language": "en",
        "key": "k",
        "now": timezone.now(),
    }
    row = open_for(ticket=talk, wish=wish, **given)
    found = {"grade": "a", "serial_matches": True, "parts_complete": True}
    gone: dict[str, dict[str, object]] = {
        "ask_review": {},
        "approve_reviewed": {},
        "label_by_hand": {"return_code": "1"},
        "receive": {},
    }
    for way, fields in {**gone, "inspect": found}.items():
        stage = Visit.objects.get(process=row.process, left_at=None)
        moved = forward_to(stage, way, caio, fields)
        assert moved.state == "gone"

    # When a program pays it back
    stage = Visit.objects.get(process=row.process, left_at=None)
    body: dict[str, Any] = {
        "transition": "refund",
        "fields": {"remedy": "refund", "disposition": "restock", "fault": "shop"},
    }
    wrong = erp.post(f"/stages/{stage.pk}/forward", {**body, "fields": {**body["fields"], "amount": 1}}, key="wrong")
    right = erp.post(f"/stages/{stage.pk}/forward", body, key="right")

    # Then another sum than that of the return is refused
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/fields/amount")
    row.process.refresh_from_db()
    assert (right.status_code, row.process.fields["amount"]) == (201, 4_990)


def forward_to(visit: Visit, way: str, agent: Agent, fields: dict[str, object]) -> Forward:
    more: dict[str, Any] = {"key": f"{visit.pk}:{way}", "now": timezone.now(), "fields": fields}
    return forward(visit=visit, transition=way, mover=Mover(agent=agent), **more)

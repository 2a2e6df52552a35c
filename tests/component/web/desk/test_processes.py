"""A ticket's process on its page: started, forwarded, waited for, agreed to, accounted for."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from balcao.deadlines.types import PauseReason
from balcao.processes.actions import blueprints, effects, working
from balcao.processes.actions.moving import Mover, forward, start
from balcao.processes.models import Effect, Forward, Process, Task, Visit
from balcao.processes.queries.accounts import account_of
from balcao.processes.queries.blueprints import blueprint_by_id, blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.processes.types import EffectState, ForwardState
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.testing.factories import make_agent
from balcao.tickets.models import Attachment, Message, Ticket
from balcao.web.desk.processes import boards
from balcao.web.desk.processes.card import card_of

DEPARTMENTS = {
    "cs": "Customer care",
    "cs_lead": "Leads",
    "log": "Transport",
    "wh": "Warehouse",
    "qc": "Quality",
    "fin": "Finance",
}


@pytest.fixture
def ticket(arrive: Callable[..., Message]) -> Ticket:
    for key, name in DEPARTMENTS.items():
        Department.objects.create(name=name, key=key)
    blueprints.bring_defaults(now=timezone.now())
    return arrive().ticket


@pytest.fixture
def process(ticket: Ticket, bia: Agent) -> Process:
    blueprint = blueprint_for("return", shop_id=ticket.shop_id)
    assert blueprint
    return start(
        ticket=ticket,
        blueprint=blueprint,
        order=None,
        mover=Mover(agent=bia),
        key="given",
        now=timezone.now(),
        fields={"reason": "defective"},
    )


@pytest.fixture
def qc(ticket: Ticket, shop: Shop, sign_in: Callable[[Agent], Client]) -> Client:
    """Give the desk of Caio, a light agent of the quality department."""
    caio = make_agent("Caio", shop=shop, role=Role.LIGHT)
    caio.departments.add(Department.objects.get(key="qc"))
    return sign_in(caio)


def go(process: Process, way: str, agent: Agent, **more: Any) -> Visit:
    visit = last_visit(process)
    forward(visit=visit, transition=way, mover=Mover(agent=agent), key=f"{visit.pk}:{way}", now=timezone.now(), **more)
    return last_visit(process)


def in_inspection(process: Process, bia: Agent) -> Visit:
    """Lead a return to where it is inspected."""
    go(process, "ask_review", bia)
    go(process, "approve_reviewed", bia)
    go(process, "label_by_hand", bia, fields={"return_code": "RMA-1"})
    return go(process, "receive", bia)


def page(client: Client, ticket: Ticket) -> str:
    return client.get(f"/tickets/{ticket.number}/").content.decode()


def test_a_process_is_started_once_from_its_sheet(desk: Client, ticket: Ticket) -> None:
    sheet = desk.get(f"/tickets/{ticket.number}/process/?blueprint=return").content.decode()
    assert 'name="f-reason"' in sheet

    form = {"blueprint": "return", "f-reason": "defective", "key": "same"}
    desk.post(f"/tickets/{ticket.number}/process/", form)
    answer = desk.post(f"/tickets/{ticket.number}/process/", form)

    assert answer.status_code == 302
    process = Process.objects.get()
    assert (process.stage, process.fields["reason"]) == ("requested", "defective")
    ticket.refresh_from_db()
    assert ticket.kind == "forwarded"
    shown = page(desk, ticket)
    assert 'class="stages"' in shown
    assert "Customer care" in shown


def test_a_way_shows_what_will_happen_and_is_gone_once(desk: Client, ticket: Ticket, process: Process) -> None:
    visit = Visit.objects.get()
    address = f"/tickets/{ticket.number}/stage/{visit.pk}/ways/ask_review/"

    sheet = desk.get(address).content.decode()
    assert "It goes on with:" in sheet
    assert "Leads" in sheet

    form = {"key": "k", "f-reason": "defective", "remark": "Look at the photos"}
    assert desk.post(address, form).status_code == 302
    assert desk.post(address, form).status_code == 302
    review = last_visit(process)
    assert (review.stage, review.remark) == ("review", "Look at the photos")
    assert process.visits.count() == 2
    assert "forwarded it to" in page(desk, ticket)


def test_what_was_said_when_it_was_forwarded_is_read_by_whoever_goes_on(
    desk: Client, ticket: Ticket, process: Process, bia: Agent
) -> None:
    go(process, "ask_review", bia, remark="The jug leaks at its foot.")
    shown = page(desk, ticket)
    assert "(Hand to the lead): The jug leaks at its foot." in shown.split('id="timeline"')[1]
    assert "The jug leaks at its foot." in shown.split('class="process-why"')[1].split("</p>")[0]

    go(process, "cancel", bia, reason="keeps_it")
    assert "(Withdraw the request): Keeps the product" in page(desk, ticket)


def test_the_head_says_the_stage_s_time_once(desk: Client, ticket: Ticket, process: Process, bia: Agent) -> None:
    card = card_of(bia, ticket, now=timezone.now())
    assert card
    assert card.pill
    assert card.own_pill(None) == card.pill
    assert card.own_pill(replace(card.pill, what="First answer")) is None
    assert card.own_pill(replace(card.pill, due="2027-01-01T00:00:00+00:00")) == card.pill


def test_what_is_not_open_stands_among_the_other_ways_with_its_reason(
    desk: Client, ticket: Ticket, process: Process, bia: Agent
) -> None:
    card = card_of(bia, ticket, now=timezone.now())
    assert card
    assert {way.reason for way in card.first_ways} == {""}
    assert {way.key for way in card.rest_ways} > {way.key for way in card.own_ways if way.reason}
    assert len(card.first_ways) + len(card.rest_ways) == len(card.ways)


def test_a_card_is_drawn_by_an_agent_s_way_before_one_that_is_taken_by_itself(process: Process) -> None:
    ways = json.loads(boards.ways_json(blueprint_by_id(process.version_id)))
    assert ways["requested"]["approved"] == "approve"


def test_what_is_missing_is_said_beside_its_field(desk: Client, ticket: Ticket, process: Process, bia: Agent) -> None:
    visit = in_inspection(process, bia)
    answer = desk.post(f"/tickets/{ticket.number}/stage/{visit.pk}/ways/inspect/", {"key": "k", "f-grade": "a"})

    assert answer.status_code == 422
    assert "This is needed." in answer.content.decode()
    assert last_visit(process).pk == visit.pk


def test_a_typed_field_is_read_by_its_type(desk: Client, ticket: Ticket, process: Process, bia: Agent) -> None:
    visit = in_inspection(process, bia)
    form = {"key": "k", "f-grade": "a", "f-serial_matches": "yes", "f-parts_complete": "no"}
    assert desk.post(f"/tickets/{ticket.number}/stage/{visit.pk}/ways/inspect/", form).status_code == 302
    process.refresh_from_db()
    assert process.fields["serial_matches"] is True
    assert process.fields["parts_complete"] is False


def test_a_guard_that_does_not_hold_is_said_in_words(desk: Client, ticket: Ticket, process: Process) -> None:
    shown = page(desk, ticket)
    assert "has to decide" in shown  # why "approve" is not open

    visit = Visit.objects.get()
    answer = desk.post(
        f"/tickets/{ticket.number}/stage/{visit.pk}/ways/approve/", {"key": "k", "f-reason": "defective"}
    )
    assert answer.status_code == 422
    assert Visit.objects.count() == 1


def test_photos_of_a_stage_stand_in_a_note_and_in_the_field(
    desk: Client, ticket: Ticket, process: Process, bia: Agent
) -> None:
    visit = in_inspection(process, bia)
    photo = SimpleUploadedFile("plate.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "image/png")
    desk.post(f"/tickets/{ticket.number}/files/", {"mode": "stage", "file": photo})
    upload = Attachment.objects.get(uploader=bia)
    form = {
        "key": "k",
        "f-grade": "a",
        "f-serial_matches": "yes",
        "f-parts_complete": "yes",
        "f-inspection_photos": str(upload.pk),
    }
    assert desk.post(f"/tickets/{ticket.number}/stage/{visit.pk}/ways/inspect/", form).status_code == 302

    process.refresh_from_db()
    assert process.fields["inspection_photos"] == [upload.pk]
    upload.refresh_from_db()
    assert upload.note is not None
    assert upload.note.ticket == ticket


def test_a_second_pair_of_eyes_is_asked_for_and_agrees(
    desk: Client, ticket: Ticket, process: Process, bia: Agent, shop: Shop, sign_in: Callable[[Agent], Client]
) -> None:
    # Given an inspected return of much money
    inspected = {"grade": "a", "serial_matches": True, "parts_complete": True}
    process.facts = {"open_balance": 90_000, "is_disputed": False}
    process.save()
    in_inspection(process, bia)
    go(process, "inspect", bia, fields=inspected)
    visit = last_visit(process)

    # When Bia wants to pay it back
    form = {"key": "k", "f-amount": "800,00", "f-remedy": "refund", "f-disposition": "restock", "f-fault": "customer"}
    sheet = desk.post(f"/tickets/{ticket.number}/stage/{visit.pk}/ways/refund/try/", form).content.decode()
    assert "Finance has to agree first" in sheet
    desk.post(f"/tickets/{ticket.number}/stage/{visit.pk}/ways/refund/", form)
    asked = Forward.objects.get(state=ForwardState.ASKED)

    # Then it waits: she cannot agree herself, finance can, from the ticket
    assert "asks for agreement" in page(desk, ticket)
    assert "800" in page(desk, ticket)
    desk.post(f"/ways/{asked.pk}/agree/")
    assert Forward.objects.get(pk=asked.pk).state == ForwardState.ASKED
    elif_ = make_agent("Elif", shop=shop)
    elif_.departments.add(Department.objects.get(key="fin"))
    waiting = sign_in(elif_).get("/approvals/").content.decode()
    assert f'action="/ways/{asked.pk}/agree/"' in waiting
    answer = sign_in(elif_).post(f"/ways/{asked.pk}/agree/", {"next": "/approvals/"})
    assert answer["Location"] == "/approvals/"
    process.refresh_from_db()
    assert process.stage == "refunding"
    assert process.fields["amount"] == 80_000


def test_a_way_is_declined_with_a_reason(
    desk: Client, ticket: Ticket, process: Process, bia: Agent, shop: Shop, sign_in: Callable[[Agent], Client]
) -> None:
    process.facts = {"open_balance": 90_000, "is_disputed": False}
    process.save()
    in_inspection(process, bia)
    go(process, "inspect", bia, fields={"grade": "a", "serial_matches": True, "parts_complete": True})
    wanted = {"amount": 80_000, "remedy": "refund", "disposition": "restock", "fault": "customer"}
    go(process, "refund", bia, fields=wanted)
    asked = Forward.objects.get(state=ForwardState.ASKED)
    lead = sign_in(make_agent("Rui", shop=shop, role=Role.SUPERVISOR))

    lead.post(f"/ways/{asked.pk}/disagree/", {"reason": " "})
    assert Forward.objects.get(pk=asked.pk).state == ForwardState.ASKED
    lead.post(f"/ways/{asked.pk}/disagree/", {"reason": "Too much"})
    assert Forward.objects.get(pk=asked.pk).state == ForwardState.DECLINED
    assert "did not agree" in page(desk, ticket)


def test_a_stage_is_taken_paused_and_goes_on(desk: Client, ticket: Ticket, process: Process, bia: Agent) -> None:
    visit = Visit.objects.get()
    base = f"/tickets/{ticket.number}/stage/{visit.pk}"

    desk.post(f"{base}/give/", {"to": str(bia.pk)})
    desk.post(f"{base}/pause/", {"reason": "waiting_carrier"})
    visit.refresh_from_db()
    assert (visit.assignee, visit.paused_for) == (bia, "waiting_carrier")
    assert "Waiting for the carrier" in page(desk, ticket)

    desk.post(f"{base}/pause/", {"reason": "tired"})
    desk.post(f"{base}/resume/")
    visit.refresh_from_db()
    assert visit.paused_for == ""


def test_a_task_is_given_to_a_department_and_done_by_it(
    desk: Client, qc: Client, ticket: Ticket, process: Process
) -> None:
    visit = Visit.objects.get()
    department = Department.objects.get(key="qc")
    form = {"title": "Compare the lot", "department": department.pk, "hours": "3", "key": "k"}
    desk.post(f"/tickets/{ticket.number}/stage/{visit.pk}/tasks/", form)
    task = Task.objects.get()
    assert "Compare the lot" in page(desk, ticket)

    assert qc.post(f"/tickets/{ticket.number}/tasks/{task.pk}/", {"result": "Lot 0226"}).status_code == 302
    task.refresh_from_db()
    assert (task.result, task.done_by and task.done_by.name) == ("Lot 0226", "Caio")


def test_a_failed_step_is_tried_again(desk: Client, ticket: Ticket, process: Process) -> None:
    effect = Effect.objects.filter(process=process).first()
    assert effect
    effects.settle(effect=effect, is_done=False, code="no_conversation", now=timezone.now())
    assert "There is no conversation in which it could be said." in page(desk, ticket)

    desk.post(f"/tickets/{ticket.number}/effects/{effect.pk}/again/")
    effect.refresh_from_db()
    assert effect.state == EffectState.DUE


def test_a_light_agent_works_on_the_stages_of_their_own_department_alone(
    qc: Client, ticket: Ticket, process: Process, bia: Agent
) -> None:
    first = Visit.objects.get()
    assert qc.post(f"/tickets/{ticket.number}/stage/{first.pk}/ways/ask_review/", {"key": "k"}).status_code == 403
    assert (
        qc.post(f"/tickets/{ticket.number}/stage/{first.pk}/pause/", {"reason": "waiting_carrier"}).status_code == 403
    )
    assert qc.get(f"/tickets/{ticket.number}/process/").status_code == 403
    assert "/ways/" not in page(qc, ticket)

    visit = in_inspection(process, bia)
    assert f"/stage/{visit.pk}/ways/inspect/" in page(qc, ticket)
    form = {"key": "k", "f-grade": "b", "f-serial_matches": "yes", "f-parts_complete": "yes"}
    assert qc.post(f"/tickets/{ticket.number}/stage/{visit.pk}/ways/inspect/", form).status_code == 302


def test_who_looks_at_a_stage_that_is_over_is_told_so(desk: Client, ticket: Ticket, process: Process) -> None:
    visit = Visit.objects.get()
    desk.post(f"/tickets/{ticket.number}/stage/{visit.pk}/ways/ask_review/", {"key": "a", "f-reason": "defective"})
    address = f"/tickets/{ticket.number}/stage/{visit.pk}/ways/cancel/"
    answer = desk.post(address, {"key": "b", "reason": "keeps_it"})
    assert "moved on since you looked" in answer.content.decode()
    process.refresh_from_db()
    assert process.stage == "review"


def test_where_the_time_went_adds_up_to_the_age(desk: Client, ticket: Ticket, process: Process, bia: Agent) -> None:
    later = timezone.now() + timedelta(hours=1)
    working.pause(visit=last_visit(process), reason=PauseReason.CARRIER, agent=bia, now=later)

    account = account_of(ticket, now=later + timedelta(hours=2))

    assert account.age == pytest.approx((later + timedelta(hours=2) - ticket.opened_at).total_seconds())
    assert account.seconds["carrier"] == pytest.approx(7200, abs=1)
    assert account.seconds["department:cs"] == pytest.approx(3600, abs=60)
    assert "Nobody had it" in desk.get(f"/tickets/{ticket.number}/times/").content.decode()


def test_an_ended_process_says_how_it_ended(desk: Client, ticket: Ticket, process: Process, bia: Agent) -> None:
    go(process, "cancel", bia, reason="keeps_it")
    shown = page(desk, ticket)
    assert "Taken back" in shown
    assert "brought it to its end" in shown


def test_a_ticket_without_a_process_asks_one_query_for_it(
    bia: Agent, ticket: Ticket, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert card_of(bia, ticket, now=timezone.now()) is None

"""A department that does not use the desk: asked by mail, answers by mail."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from balcao.channels.models import Dispatch, Envelope
from balcao.channels.types import Outcome
from balcao.processes.actions.moving import Mover, forward
from balcao.processes.models import Process, StageMail
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.courses import last_visit
from balcao.staff.models import Department
from balcao.testing.factories import make_agent, receive
from balcao.tickets.models import Message, Note, Ticket
from tests.component.pipeline.stage_desk import StageDesk

pytestmark = pytest.mark.django_db
STOCK = "estoque@loja.example"


@pytest.fixture
def desk() -> StageDesk:
    desk = StageDesk()
    Department.objects.filter(key="qc").update(email=STOCK)
    return desk


@pytest.fixture
def process(desk: StageDesk) -> Process:
    """Return a return whose goods have just come to inspection."""
    facts = {"within_policy": True, "needs_review": False}
    process = desk.begin("return", fields={"reason": "regret"}, facts=facts)
    desk.go(process, "label_by_hand", fields={"return_code": "RMA-1"})
    desk.go(process, "receive")
    desk.work()
    return process


def mail() -> Dispatch:
    return StageMail.objects.order_by("-pk")[0].dispatch


def answer(desk: StageDesk, text: str, *, sender: str = STOCK, **more: Any) -> None:
    to = {"tokens": [mail().outbound["reply_token"]], **more}
    receive(desk.channel, now=timezone.now(), text=text, **{"from": sender, **to})


def test_the_department_is_asked_with_numbered_ways(desk: StageDesk, process: Process) -> None:
    assert StageMail.objects.count() == 1
    outbound = mail().outbound
    assert outbound["to"][0]["value"] == STOCK
    assert "1  " in outbound["text"]
    assert not Message.objects.filter(dispatch=mail()).exists()
    desk.work()
    assert StageMail.objects.count() == 1


def test_a_number_and_facts_do_the_stage(desk: StageDesk, process: Process) -> None:
    lines = [line for line in mail().outbound["text"].splitlines() if line[:1].isdigit()]
    assert lines
    answer(desk, "1\ngrade: a\nserial_matches: yes\nparts_complete: yes\nCaixa lacrada.")
    process.refresh_from_db()
    assert process.stage == "inspected"
    assert process.fields["grade"] == "a"
    assert "Caixa lacrada." in Note.objects.get().text
    assert Envelope.objects.order_by("-pk")[0].outcome == Outcome.COLLEAGUE
    assert Ticket.objects.count() == 1


def test_what_is_missing_is_asked_for_again(desk: StageDesk, process: Process) -> None:
    answer(desk, "1\ngrade: a")
    process.refresh_from_db()
    assert process.stage == "received"
    assert StageMail.objects.count() == 2
    assert Note.objects.count() == 1


def test_a_fact_that_cannot_be_read_is_asked_for_again_and_nothing_is_taken_over(
    desk: StageDesk, process: Process
) -> None:
    answer(desk, "1\ngrade: wonderful\nserial_matches: yes\nparts_complete: yes")
    process.refresh_from_db()
    assert process.stage == "received"
    assert "grade" not in process.fields
    assert "wonderful" in Note.objects.get().text
    grade = blueprint_by_id(process.version_id).field("grade").names
    assert any(name in mail().outbound["text"] for name in grade.values())


def test_a_number_means_what_it_meant_in_the_mail(desk: StageDesk, process: Process) -> None:
    asked = StageMail.objects.get()
    asked.ways = ["inspect", *(way for way in asked.ways if way != "inspect")]  # numbered so by an older version
    asked.save()
    answer(desk, "1\ngrade: a\nserial_matches: yes\nparts_complete: yes")
    process.refresh_from_db()
    assert process.stage == "inspected"


def test_the_department_reads_its_limit_by_the_clock_of_the_shop(desk: StageDesk, process: Process) -> None:
    due = last_visit(process).due_at
    assert due
    local = due.astimezone(ZoneInfo(desk.shop.time_zone))
    assert f"{local:%H:%M}" in mail().outbound["text"]
    assert "UTC" not in mail().outbound["text"]


def test_other_words_are_an_internal_note(desk: StageDesk, process: Process) -> None:
    answer(desk, "Ainda não chegou aqui.")
    process.refresh_from_db()
    assert process.stage == "received"
    assert "Ainda não chegou aqui." in Note.objects.get().text
    assert Message.objects.filter(text__contains="Ainda").count() == 0


def test_a_stranger_with_the_address_does_no_stage(desk: StageDesk, process: Process) -> None:
    answer(desk, "1\ngrade: a\nserial_matches: yes\nparts_complete: yes", sender="mallory@example.com")
    process.refresh_from_db()
    assert process.stage == "received"
    assert Note.objects.count() == 0


def test_an_agent_of_the_department_may_answer_from_their_own_address(desk: StageDesk, process: Process) -> None:
    dora = make_agent("Dora", shop=desk.shop)
    dora.departments.add(Department.objects.get(key="qc"))
    answer(desk, "Olho amanhã.", sender=dora.email)
    assert Note.objects.get().text.startswith("Dora")


def test_an_answer_to_a_stage_that_was_left_is_kept_as_a_note(desk: StageDesk, process: Process) -> None:
    asked = mail().outbound["reply_token"]
    visit = last_visit(process)
    fields = {"grade": "a", "serial_matches": True, "parts_complete": True}
    forward(visit=visit, transition="inspect", mover=Mover(agent=desk.caio), key="x", fields=fields, now=timezone.now())
    receive(desk.channel, now=timezone.now(), text="1", **{"from": STOCK, "tokens": [asked]})
    process.refresh_from_db()
    assert process.stage == "inspected"
    assert Note.objects.count() == 1


def test_an_answer_without_a_signed_address_is_found_by_what_it_answers(desk: StageDesk, process: Process) -> None:
    answer(desk, "Chegou.", tokens=[], answers=[mail().external_id])
    assert "Chegou." in Note.objects.get().text

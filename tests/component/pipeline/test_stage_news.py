"""What customers are told at each stage: in their language, once, on the thread that they know."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from balcao.pipeline import outbound
from balcao.ports import registry
from balcao.ports.channel import Outbound
from balcao.processes.queries.cases import case_address
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import receive
from balcao.tickets.models import Message, Ticket
from balcao.tickets.types import Direction
from tests.component.pipeline.stage_desk import StageDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> StageDesk:
    return StageDesk()


def letters(now: datetime | None = None) -> list[Outbound]:
    """Let everything leave, and return it."""
    while outbound.run_due(worker="w", now=now or timezone.now()):
        pass
    paper = registry.channel("paper")
    assert isinstance(paper, PaperChannel)
    return paper.sent


GRANTED = {"within_policy": True, "needs_review": False}


def begun(desk: StageDesk, language: str, reason: str = "defective", **more: Any) -> Any:
    Ticket.objects.filter(pk=desk.ticket.pk).update(language=language)
    desk.ticket.refresh_from_db()
    identity = desk.ticket.identity
    identity.customer.name = "Ana Souza"
    identity.customer.save()
    process = desk.begin("return", fields={"reason": reason}, **more)
    desk.work()
    return process


@pytest.mark.parametrize(
    "language, greeting, promise, link",
    [
        ("en", "Hello Ana,", "It will be settled by ", "You can follow it and write to us here: "),
        ("pt-br", "Olá, Ana!", "Será resolvido até ", "Acompanhe e escreva para nós por aqui: "),
        ("tr", "Merhaba Ana,", "En geç ", "Buradan takip edebilir ve bize yazabilirsiniz: "),
    ],
)
def test_a_stage_is_told_in_the_customers_language(
    language: str, greeting: str, promise: str, link: str, desk: StageDesk
) -> None:
    process = begun(desk, language)

    [letter] = letters()

    assert letter.to[0].value == "ana@example.com"
    assert letter.subject == f"Re: Pedido 1001: quero devolver [#{desk.ticket.number}]"
    assert letter.text.startswith(greeting)
    assert promise in letter.text
    assert f"{link}{case_address(process)}" in letter.text
    assert letter.automatic


def test_who_is_asked_for_something_reads_until_when_and_where(desk: StageDesk) -> None:
    process = begun(desk, "pt-br", facts=GRANTED)
    desk.go(process, "approve", now=timezone.now())
    desk.go(process, "label_by_hand", fields={"return_code": "RMA-1"}, now=timezone.now())
    desk.work()

    letter = letters()[-1]

    assert "Você pode fazer a sua parte aqui até " in letter.text
    assert letter.text.count("prazo") == 1


def test_a_broken_promise_is_not_passed_over(desk: StageDesk) -> None:
    process = begun(desk, "en", facts=GRANTED)
    later = timezone.now() + timedelta(days=30)
    desk.go(process, "approve", now=later)
    desk.work(now=later)

    assert "It takes longer than we had promised" in letters(later)[-1].text


def test_a_stage_is_told_once_however_often_the_worker_looks(desk: StageDesk) -> None:
    begun(desk, "en")
    desk.work()
    desk.work()

    assert len(letters()) == 1


def test_a_stage_that_is_left_at_once_is_not_told(desk: StageDesk) -> None:
    begun(desk, "en", "regret", facts=GRANTED)
    desk.work()

    [letter] = letters()

    assert "We have your request" not in letter.text


def test_an_answer_to_a_stage_mail_lands_on_its_ticket(desk: StageDesk) -> None:
    begun(desk, "en")
    [letter] = letters()

    receive(
        desk.channel,
        now=timezone.now() + timedelta(minutes=5),
        subject=f"Re: {letter.subject}",
        text="Obrigada!",
        answers=[letter.external_id],
        **{"from": "ana@example.com"},
    )

    assert Ticket.objects.count() == 1
    last = Message.objects.filter(ticket=desk.ticket, direction=Direction.IN).order_by("-pk")[0]
    assert (last.text, last.is_stranger) == ("Obrigada!", False)

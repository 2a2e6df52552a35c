"""What processes do by themselves: they tell the customer, move money through the ledger, and go on."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from balcao.automation.actions import save_macro
from balcao.automation.models import Macro
from balcao.commerce.actions.verifying import Place, attest
from balcao.commerce.models import LedgerEntry
from balcao.commerce.queries import order_value
from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind
from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers, orders
from balcao.pipeline.stages import doing, outlook
from balcao.ports.money import open_balance
from balcao.processes.actions.moving import Mover, fill
from balcao.processes.models import Blueprint, Effect, Process
from balcao.processes.queries.cases import case_address
from balcao.processes.queries.courses import last_visit
from balcao.processes.types import EffectState
from balcao.testing.factories import receive
from balcao.tickets.models import Conversation, Message, Ticket
from balcao.tickets.types import Direction, Status
from tests.component.pipeline.stage_desk import NOW, StageDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> StageDesk:
    return StageDesk()


def told(desk: StageDesk) -> list[str]:
    rows = Message.objects.filter(ticket=desk.ticket, direction=Direction.OUT).order_by("pk")
    return [row.text for row in rows]


def test_the_customer_is_told_where_it_is_with_a_link(desk: StageDesk, client: Any) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    desk.work()
    assert len(told(desk)) == 1
    text = told(desk)[0]
    address = next(word for word in text.split() if "/m/" in word)
    page = client.get(address[address.index("/o/") :])
    assert page.status_code == 200
    assert str(desk.ticket.number) in page.content.decode()
    desk.work()
    assert len(told(desk)) == 1
    assert Effect.objects.get(process=process, kind="message").state == "done"


def test_ways_that_are_taken_at_once_are_told_once(desk: StageDesk) -> None:
    desk.begin("return", fields={"reason": "regret"}, facts={"within_policy": True, "needs_review": False})
    desk.work()
    assert len(told(desk)) == 1


def test_a_link_with_another_signature_opens_nothing(desk: StageDesk, client: Any) -> None:
    process = desk.begin("return")
    assert client.get(f"/o/{desk.shop.slug}/m/{process.pk}-aaaaaaaaaa/").status_code == 404


def refunding(desk: StageDesk) -> Process:
    facts = {"within_policy": True, "needs_review": False, "is_disputed": False}
    process = desk.begin("return", fields={"reason": "regret"}, facts=facts)
    desk.go(process, "label_by_hand", fields={"return_code": "RMA-1"})
    desk.go(process, "receive")
    desk.go(process, "inspect", fields={"grade": "a", "serial_matches": True, "parts_complete": True})
    fill(process=process, fields={"remedy": "refund"}, mover=Mover(agent=desk.caio), now=NOW)
    wanted = {"amount": 5000, "disposition": "restock", "fault": "customer"}
    desk.go(process, "refund", fields=wanted)
    return process


def test_money_goes_back_once_through_the_ledger_and_ends_the_process(desk: StageDesk) -> None:
    process = refunding(desk)
    before = open_balance(order_value(desk.order))
    desk.work()
    process.refresh_from_db()
    desk.order.refresh_from_db()
    entry = LedgerEntry.objects.get()
    assert entry.key == Effect.objects.get(process=process, step="refund").key
    assert process.stage == "refunded"
    assert before - open_balance(order_value(desk.order)) == 5000
    desk.ticket.refresh_from_db()
    assert desk.ticket.status == Status.SOLVED


def test_a_step_whose_worker_died_is_done_once(desk: StageDesk) -> None:
    refunding(desk)
    seal()
    # Given a worker that asked the ledger and died before it wrote that down
    effect = Effect.objects.get(step="refund")
    doing._ask(effect, doing.action_of(effect), timezone.now())
    Effect.objects.filter(pk=effect.pk).update(state="doing", leased_by="dead", due_at=NOW - timedelta(minutes=1))
    desk.work()
    assert LedgerEntry.objects.count() == 1
    effect.refresh_from_db()
    assert effect.state == "done"


def test_an_action_that_is_done_before_its_step_waits_is_not_missed(desk: StageDesk) -> None:
    process = refunding(desk)
    # Given a step whose worker is overtaken by the one that carries its action out, and by those who follow
    effect = Effect.objects.get(step="refund")
    doing._ask(effect, doing.action_of(effect), timezone.now())
    stale = LedgerEntry.objects.get()
    orders.run_due(worker="other", now=timezone.now(), clock=timezone.now)
    seal()
    followers.run_due(now=timezone.now())
    doing.settle_by(effect=effect, entry=stale, now=timezone.now())
    process.refresh_from_db()
    assert process.stage == "refunded"


def test_the_total_promise_is_that_of_the_blueprint_and_waits_for_the_customer(desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"}, facts={"within_policy": True, "needs_review": False})
    desk.work()
    total = Clock.objects.get(ticket_id=desk.ticket.pk, kind=ClockKind.RESOLUTION)
    assert process.version.spec["total_seconds"] == total.target_seconds
    desk.go(process, "approve")
    desk.go(process, "label_by_hand", fields={"return_code": "RMA-1"})
    desk.work()
    total.refresh_from_db()
    assert (total.state, total.paused_for) == ("paused", "waiting_customer")


def test_a_stage_that_stays_too_long_puts_the_promise_at_risk_before_it_is_late(desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    desk.work()
    total = Clock.objects.get(ticket_id=desk.ticket.pk, kind=ClockKind.RESOLUTION)
    assert not total.is_at_risk
    assert total.due_at
    late = total.due_at - timedelta(hours=3)
    outlook.foresee(process=process, now=late)
    total.refresh_from_db()
    assert total.is_at_risk
    assert total.breached_at is None


def test_a_stage_of_customer_service_waits_with_its_ticket(desk: StageDesk) -> None:
    from balcao.tickets.actions import changing

    process = desk.begin("return", fields={"reason": "defective"})
    changing.set_status(ticket=desk.ticket, status=Status.WAITING, agent=desk.caio, now=timezone.now())
    desk.work()
    assert last_visit(process).paused_for == "waiting_customer"
    receive(desk.channel, now=timezone.now(), subject="Re: quero devolver", **{"from": "ana@example.com"})
    desk.work()


def test_an_answer_meanwhile_does_not_end_the_wait_of_a_stage(desk: StageDesk) -> None:
    from balcao.tickets.actions import changing

    desk.begin("return", fields={"reason": "defective"}, facts={"within_policy": True, "needs_review": False})
    process = Process.objects.get()
    desk.go(process, "approve")
    desk.go(process, "label_by_hand", fields={"return_code": "RMA-1"})
    changing.set_status(ticket=desk.ticket, status=Status.OPEN, agent=desk.caio, now=timezone.now())
    desk.work()
    total = Clock.objects.get(ticket_id=desk.ticket.pk, kind=ClockKind.RESOLUTION)
    assert (total.state, total.paused_for) == ("paused", "waiting_customer")


# --- Texts of macros --------------------------------------------------------------------------------------------------


def saying(template: str) -> None:
    """Let a cancellation begin with a text of the shop."""
    row = Blueprint.objects.get(key="cancel")
    assert row.current
    spec = row.current.spec
    first = next(stage for stage in spec["stages"] if stage.get("is_start"))
    first["effects"] = [{"key": "say", "kind": "message", "arguments": {"template": template}}]
    row.current.save()


def macro(texts: dict[str, str], **facts: Any) -> Macro:
    return save_macro(macro=None, name="Já vimos", texts=texts, steps=[], actor=SYSTEM, now=NOW, **facts)


def test_a_step_sends_the_text_of_a_macro_in_the_language_of_the_customer(desk: StageDesk) -> None:
    macro({"pt-BR": "Olá, {ticket.number}: {order.number}, {order.page_url}", "tr": "Merhaba {ticket.number}"})
    Ticket.objects.filter(pk=desk.ticket.pk).update(language="pt-BR")
    desk.ticket.refresh_from_db()
    saying("ja-vimos")
    place = Place(began_at=NOW, conversation=Conversation.objects.get().pk, ticket=desk.ticket.pk)
    attest(account=desk.order.account, place=place, agent=desk.caio, now=NOW)  # she was heard by phone
    process = desk.begin("cancel")
    desk.work()
    said = [text for text in told(desk) if text.startswith("Olá, ")]
    assert len(said) == 1
    assert "1001" in said[0]
    assert case_address(process) in said[0]


@pytest.mark.parametrize(
    "texts, is_active, code",
    [({"pt-BR": "Oi"}, False, "no_template"), ({"pt-BR": "Oi {agent.name}"}, True, "lacks_words")],
)
def test_a_text_that_is_gone_or_lacks_something_is_not_sent_and_says_so(
    desk: StageDesk, texts: dict[str, str], is_active: bool, code: str
) -> None:
    macro(texts, is_active=is_active)
    saying("ja-vimos")
    desk.begin("cancel")
    desk.work()
    failed = Effect.objects.get(step="say")
    assert (failed.state, failed.code) == (EffectState.FAILED, code)
    assert not any(text.startswith("Oi") for text in told(desk))


def test_macros_of_one_name_have_keys_of_their_own_that_stay() -> None:
    first, second = macro({"en": "One"}), macro({"en": "Two"})
    assert (first.key, second.key) == ("ja-vimos", "ja-vimos-2")
    again = save_macro(macro=first, name="Renamed", texts={"en": "1"}, steps=[], actor=SYSTEM, now=NOW)
    assert again.key == "ja-vimos"

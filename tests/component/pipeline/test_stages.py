"""What processes do by themselves: they tell the customer, move money through the ledger, and go on."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import LedgerEntry, Order
from balcao.commerce.queries import order_value
from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind
from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers, orders
from balcao.pipeline.stages import doing, outlook
from balcao.ports import registry
from balcao.ports.money import open_balance
from balcao.processes.actions import blueprints
from balcao.processes.actions.moving import Mover, fill, forward, start
from balcao.processes.models import Effect, Process
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.staff.models import Department
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.testing.orders import an_order
from balcao.tickets.models import Message, Ticket
from balcao.tickets.types import Direction, Status

pytestmark = pytest.mark.django_db
NOW = timezone.now()


class Desk:
    """A shop with its departments, Ana's order, her letter, and somebody of finance."""

    def __init__(self) -> None:
        registry.register_channel(PaperChannel())
        self.shop = make_shop()
        for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
            Department.objects.create(name=key, key=key)
        blueprints.bring_defaults(now=NOW)
        book = create_backend(shop=self.shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=NOW)
        keep_order(backend=book, order=an_order(), now=NOW)
        self.channel = make_channel(self.shop)
        receive(self.channel, now=NOW, subject="Pedido 1001: quero devolver", **{"from": "ana@example.com"})
        self.ticket = Ticket.objects.get()
        self.order = Order.objects.select_related("account__backend__shop").get()
        self.caio = make_agent("Caio", shop=self.shop, role=Role.SUPERVISOR)

    def begin(self, key: str, **more: Any) -> Process:
        blueprint = blueprint_for(key, shop_id=self.shop.pk)
        assert blueprint
        return start(
            ticket=self.ticket,
            blueprint=blueprint,
            order=self.order,
            mover=Mover(agent=self.caio),
            key=f"start {key}",
            now=NOW,
            **more,
        )

    def work(self, now: Any = None) -> None:
        """Let everything happen that happens by itself."""
        for _ in range(6):
            seal()
            at = now or timezone.now()
            done = followers.run_due(now=at)
            done += doing.run_due(worker="w", now=at, clock=lambda at=at: at)
            done += orders.run_due(worker="w", now=at, clock=lambda at=at: at)
            if not done:
                return


@pytest.fixture
def desk() -> Desk:
    return Desk()


def go(desk: Desk, process: Process, way: str, **more: Any) -> None:
    visit = last_visit(process)
    forward(visit=visit, transition=way, mover=Mover(agent=desk.caio), key=f"{visit.pk}:{way}", now=NOW, **more)


def told(desk: Desk) -> list[str]:
    rows = Message.objects.filter(ticket=desk.ticket, direction=Direction.OUT).order_by("pk")
    return [row.text for row in rows]


def test_the_customer_is_told_where_it_is_with_a_link(desk: Desk, client: Any) -> None:
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


def test_ways_that_are_taken_at_once_are_told_once(desk: Desk) -> None:
    desk.begin("return", fields={"reason": "regret"}, facts={"within_policy": True, "needs_review": False})
    desk.work()
    assert len(told(desk)) == 1


def test_a_link_with_another_signature_opens_nothing(desk: Desk, client: Any) -> None:
    process = desk.begin("return")
    assert client.get(f"/o/{desk.shop.slug}/m/{process.pk}-aaaaaaaaaa/").status_code == 404


def refunding(desk: Desk) -> Process:
    facts = {"within_policy": True, "needs_review": False, "is_disputed": False}
    process = desk.begin("return", fields={"reason": "regret"}, facts=facts)
    go(desk, process, "label_by_hand", fields={"return_code": "RMA-1"})
    go(desk, process, "receive")
    go(desk, process, "inspect", fields={"grade": "a", "serial_matches": True, "parts_complete": True})
    fill(process=process, fields={"remedy": "refund"}, mover=Mover(agent=desk.caio), now=NOW)
    wanted = {"amount": 5000, "disposition": "restock", "fault": "customer"}
    go(desk, process, "refund", fields=wanted)
    return process


def test_money_goes_back_once_through_the_ledger_and_ends_the_process(desk: Desk) -> None:
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


def test_a_step_whose_worker_died_is_done_once(desk: Desk) -> None:
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


def test_the_total_promise_is_that_of_the_blueprint_and_waits_for_the_customer(desk: Desk) -> None:
    process = desk.begin("return", fields={"reason": "defective"}, facts={"within_policy": True, "needs_review": False})
    desk.work()
    total = Clock.objects.get(ticket_id=desk.ticket.pk, kind=ClockKind.RESOLUTION)
    assert process.version.spec["total_seconds"] == total.target_seconds
    go(desk, process, "approve")
    go(desk, process, "label_by_hand", fields={"return_code": "RMA-1"})
    desk.work()
    total.refresh_from_db()
    assert (total.state, total.paused_for) == ("paused", "waiting_customer")


def test_a_stage_that_stays_too_long_puts_the_promise_at_risk_before_it_is_late(desk: Desk) -> None:
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


def test_a_stage_of_customer_service_waits_with_its_ticket(desk: Desk) -> None:
    from balcao.tickets.actions import changing

    process = desk.begin("return", fields={"reason": "defective"})
    changing.set_status(ticket=desk.ticket, status=Status.WAITING, agent=desk.caio, now=timezone.now())
    desk.work()
    assert last_visit(process).paused_for == "waiting_customer"
    receive(desk.channel, now=timezone.now(), subject="Re: quero devolver", **{"from": "ana@example.com"})
    desk.work()

"""What stages do to orders, as the desk shows it: an address, a proof that is missing, a return that was not opened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.commerce.actions import verifying
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.models import Challenge, Order
from balcao.commerce.queries import order_value
from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers, orders
from balcao.pipeline.stages import doing
from balcao.ports.commerce import OrderStage, Shipment, ShipmentState
from balcao.processes.actions import blueprints
from balcao.processes.actions.moving import Mover, forward, start
from balcao.processes.models import Effect, Process
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.returns.actions.configuring import set_policy
from balcao.returns.models import Return
from balcao.returns.types import ReturnsPolicy
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.testing.orders import HOME, a_line, a_product, an_order
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.models import Message, Ticket
from balcao.tickets.types import OrderRule

NEW_HOME = {"line1": "Rua da Aurora, 12", "city": "Recife", "postcode": "50050-000"}


@pytest.fixture
def departments(db: None) -> None:
    for key in ("cs", "cs_lead", "log", "wh", "qc", "fin", "frd"):
        Department.objects.create(name=key, key=key)
    blueprints.bring_defaults(now=timezone.now())


@pytest.fixture
def order(shop: Shop, bia: Agent, departments: None) -> Order:
    now = timezone.now()
    set_policy(shop=shop, policy=ReturnsPolicy(warehouse=HOME), agent=bia, now=now)
    backend = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=now)
    keep_product(backend=backend, product=a_product(), now=now)
    return keep_order(backend=backend, order=an_order(a_line("1", quantity=2)), now=now)


@pytest.fixture
def ticket(arrive: Callable[..., Message], order: Order, bia: Agent) -> Ticket:
    found = arrive(**{"from": "ana@example.com"}).ticket
    link_order(ticket=found, order=order, rule=OrderRule.AGENT, agent=bia, now=timezone.now())
    return found


def begun(ticket: Ticket, order: Order, bia: Agent, key: str, **fields: Any) -> Process:
    blueprint = blueprint_for(key, shop_id=ticket.shop_id)
    assert blueprint
    given = {"ticket": ticket, "blueprint": blueprint, "order": order, "now": timezone.now(), "fields": fields}
    return start(mover=Mover(agent=bia), key="given", **given)


def delivered(order: Order) -> None:
    parcel = Shipment("s1", ShipmentState.DELIVERED, delivered_at=timezone.now() - timedelta(days=2))
    came = an_order(a_line("1", quantity=2), stage=OrderStage.DELIVERED, shipments=(parcel,))
    keep_order(backend=order.backend, order=came, now=timezone.now())


def page_of(desk: Client, ticket: Ticket) -> str:
    return str(desk.get(f"/tickets/{ticket.number}/").content.decode())


def way(process: Process, key: str) -> str:
    return f"/tickets/{process.ticket.number}/stage/{last_visit(process).pk}/ways/{key}/"


def work() -> None:
    for _ in range(6):
        seal()
        now = timezone.now() + timedelta(minutes=1)
        followers.run_due(now=now)
        doing.run_due(worker="w", now=now)
        orders.run_due(worker="w", now=now, clock=timezone.now)


def test_whoever_must_confirm_is_asked_with_one_press_and_the_stage_waits(
    desk: Client, ticket: Ticket, order: Order, bia: Agent
) -> None:
    process = begun(ticket, order, bia, "address_payment_change", what="address")
    page = page_of(desk, ticket)
    assert "For this the customer has to confirm who they are." in page
    closed = desk.post(way(process, "change"), {f"f-new_address.{name}": value for name, value in NEW_HOME.items()})
    assert closed.status_code == 422

    visit = last_visit(process)
    desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/verify/", {"how": "link", "visit": visit.pk})
    assert last_visit(process).paused_for == "waiting_customer"
    _code, token = verifying.arm(challenge=Challenge.objects.get())
    assert verifying.confirm_link(token=token, now=timezone.now())
    work()
    assert last_visit(process).paused_for == ""
    assert "has to confirm who they are" not in page_of(desk, ticket)


def test_an_address_is_filled_in_part_by_part_and_changes_the_order(
    desk: Client, ticket: Ticket, order: Order, bia: Agent
) -> None:
    process = begun(ticket, order, bia, "address_payment_change", what="address")
    talk = ticket.conversations.get()
    place = verifying.Place(talk.created_at, conversation=talk.pk, ticket=ticket.pk)
    asked = verifying.challenge(
        account=order.account, order=order, place=place, language="en", agent=bia, now=timezone.now()
    )
    verifying.confirm_link(token=verifying.arm(challenge=asked)[1], now=timezone.now())

    form = desk.get(way(process, "change")).content.decode()
    assert 'name="f-new_address.line1"' in form
    wrong = desk.post(way(process, "change"), {"f-new_address.line1": "Rua da Aurora, 12"})
    assert wrong.status_code == 422
    assert "Street, city and postcode are needed." in wrong.content.decode()
    desk.post(way(process, "change"), {f"f-new_address.{name}": value for name, value in NEW_HOME.items()})
    work()

    process.refresh_from_db()
    address = order_value(Order.objects.select_related("account").get()).address
    assert process.stage == "changed"
    assert (address.line1, address.city, address.country, address.name) == (
        "Rua da Aurora, 12",
        "Recife",
        "BR",
        "Ana Souza",
    )


@pytest.mark.parametrize("key", ["return", "exchange"])
def test_a_process_of_goods_begins_with_what_comes_back(desk: Client, ticket: Ticket, order: Order, key: str) -> None:
    delivered(order)
    form = desk.get(f"/tickets/{ticket.number}/process/?blueprint={key}").content.decode()
    assert "Say what comes back…" in form
    answer = desk.post(
        f"/tickets/{ticket.number}/process/",
        {"blueprint": key, "order": order.pk, "f-reason": "defective_arrival", "key": "k"},
    )
    assert answer["Location"] == (
        f"/tickets/{ticket.number}/orders/{order.pk}/return/?blueprint={key}&reason=defective_arrival"
    )
    wizard = desk.get(answer["Location"]).content.decode()
    assert '<option value="arrival.broken" selected>' in wizard
    assert '<option value="2" selected>' in wizard
    assert not Process.objects.exists()


def test_the_wizard_opens_an_exchange_by_its_own_process(desk: Client, ticket: Ticket, order: Order) -> None:
    delivered(order)
    address = f"/tickets/{ticket.number}/orders/{order.pk}/return/?blueprint=exchange"
    wanted = {"qty-1": "1", "reason-1": "arrival.flaw", "outcome": "exchange", "variant-1": "mug-red"}
    answer = desk.post(address, {**wanted, "step": "send", "key": "k", "blueprint": "exchange"})
    row = Return.objects.get()
    assert answer["Location"] == f"/returns/{row.pk}/"
    assert row.process.blueprint.key == "exchange"
    assert row.process.fields["wanted"] == "1 × Caneca Moringa (vermelha)"

    page = desk.get(answer["Location"]).content.decode()
    assert "Wanted instead" in page
    line = row.lines.get()
    desk.post(f"/returns/{row.pk}/outcome/", {"outcome": "exchange", f"variant-{line.pk}": "mug-green"})
    row.process.refresh_from_db()
    assert (row.lines.get().variant, row.process.facts["to_send"]) == ("mug-green", [["mug-green", 1]])


def test_a_label_that_lacks_its_return_leads_to_the_wizard_and_is_made_then(
    desk: Client, ticket: Ticket, order: Order, bia: Agent
) -> None:
    delivered(order)
    process = begun(ticket, order, bia, "return", reason="defective")
    for key in ("ask_review", "approve_reviewed"):
        visit = last_visit(process)
        forward(visit=visit, transition=key, mover=Mover(agent=bia), key=key, now=timezone.now())
    work()
    assert Effect.objects.get(step="label").code == "no_return"
    address = f"/tickets/{ticket.number}/orders/{order.pk}/return/"
    assert f"{address}?blueprint=return&amp;reason=defective" in page_of(desk, ticket)

    desk.post(address, {"qty-1": "1", "reason-1": "arrival.flaw", "step": "send", "key": "k"})
    work()
    assert Return.objects.get().process == process
    process.refresh_from_db()
    assert (Effect.objects.get(step="label").state, process.stage) == ("done", "label_sent")


def test_the_sum_of_a_return_is_shown_and_not_typed(desk: Client, ticket: Ticket, order: Order, bia: Agent) -> None:
    delivered(order)
    address = f"/tickets/{ticket.number}/orders/{order.pk}/return/"
    desk.post(address, {"qty-1": "1", "reason-1": "arrival.flaw", "step": "send", "key": "k", "outcome": "refund"})
    process = Process.objects.get()
    gone = [
        ("approve", {}),
        ("label_by_hand", {"return_code": "RMA-1"}),
        ("receive", {}),
        ("inspect", {"grade": "a", "serial_matches": True, "parts_complete": True}),
    ]
    for key, fields in gone:
        visit = last_visit(process)
        forward(visit=visit, transition=key, mover=Mover(agent=bia), key=key, now=timezone.now(), fields=fields)
    form = desk.get(way(process, "refund")).content.decode()
    assert "What the return comes to." in form
    assert "readonly" in form

    typed = {"f-amount": "1.00", "f-remedy": "refund", "f-disposition": "restock", "f-fault": "shop"}
    desk.post(way(process, "refund"), typed)
    process.refresh_from_db()
    assert (process.stage, process.fields["amount"]) == ("refunding", 4_990)
    work()
    process.refresh_from_db()
    assert process.stage == "refunded"

"""What the law wants of the shop by a day in a matter that goes through departments."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from balcao.commerce.actions.copying import keep_order
from balcao.commerce.queries import order_value
from balcao.deadlines.models import Clock
from balcao.journal.actions import seal
from balcao.pipeline import followers
from balcao.pipeline.stages import doing
from balcao.ports import commerce as port
from balcao.ports.commerce import OrderStage, Shipment, ShipmentState
from balcao.processes.models import Process
from balcao.returns.models import Return
from balcao.testing.orders import HOME, an_order
from tests.component.pipeline.stage_desk import NOW, StageDesk

DAY = timedelta(days=1)
WROTE = NOW.replace(microsecond=0)  # clocks count whole seconds


@pytest.fixture
def desk(db: None) -> StageDesk:
    return StageDesk()


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def terms(process: Process) -> dict[str, Clock]:
    return {one.rule: one for one in Clock.objects.filter(subject_kind="process", subject_id=process.pk, kind="legal")}


def bring_to(desk: StageDesk, country: str) -> None:
    order = replace(an_order(), address=replace(HOME, country=country, region=""), version="2")
    keep(desk, order)


def keep(desk: StageDesk, order: port.Order) -> None:
    keep_order(backend=desk.order.backend, order=order, now=NOW)
    desk.order.refresh_from_db()


def test_a_complaint_is_answered_within_the_days_of_the_law_since_it_was_written(desk: StageDesk) -> None:
    process = desk.begin("complaint", now=NOW + DAY)
    follow(NOW + DAY)
    [clock] = terms(process).values()
    assert (clock.rule, clock.state, clock.started_at) == ("BR-D7962-4-V", "running", WROTE)

    desk.go(process, "investigate", now=NOW + DAY, fields={"about": "delivery", "severity": "low"})
    desk.go(process, "found", now=NOW + DAY, fields={"findings": "It came late."})
    follow(NOW + DAY)
    assert set(terms(process)) == {"BR-D7962-4-V"}
    desk.go(process, "answer", now=NOW + 2 * DAY, fields={"remedy": "apology"})
    follow(NOW + 2 * DAY)

    clock.refresh_from_db()
    assert (clock.state, clock.ended_at) == ("met", WROTE + 2 * DAY)


def test_a_complaint_of_the_product_is_cured_within_30_days(desk: StageDesk) -> None:
    process = desk.begin("complaint")
    desk.go(process, "investigate", fields={"about": "product", "severity": "low"})
    follow(NOW)

    cure = terms(process)["BR-CDC-18"]
    assert (cure.state, cure.started_at) == ("running", WROTE)
    assert timedelta(days=30) < cure.due_at - NOW <= timedelta(days=31)


@pytest.mark.parametrize("country, rule", [("BR", "BR-LGPD-19"), ("TR", "TR-KVKK-13"), ("DE", "EU-GDPR-12-3")])
def test_a_privacy_request_has_the_term_of_the_customers_country(desk: StageDesk, country: str, rule: str) -> None:
    bring_to(desk, country)
    process = desk.begin("privacy_request")
    follow(NOW)
    assert set(terms(process)) == {rule}


@pytest.mark.parametrize(
    "country, rules", [("BR", set()), ("TR", {"TR-MSY-12"}), ("DE", {"EU-CRD-9-REFUND"}), ("JP", set())]
)
def test_money_for_what_was_cancelled_goes_back_by_the_day_of_the_law(
    desk: StageDesk, country: str, rules: set[str]
) -> None:
    bring_to(desk, country)
    process = desk.begin("cancel")
    follow(NOW)
    assert set(terms(process)) == rules


def test_what_goes_on_as_a_return_is_owed_since_it_was_cancelled(desk: StageDesk) -> None:
    bring_to(desk, "TR")
    process = desk.begin("cancel")
    follow(NOW)
    desk.go(process, "stop", fields={"reason": "mind"})
    desk.go(process, "not_stopped")
    desk.go(process, "not_intercepted", now=NOW + DAY)
    follow(NOW + DAY)

    clock = terms(process)["TR-MSY-12"]
    assert clock.state == "cancelled"
    assert clock.events[-1]["reason"] == "goes_on"
    due_at = clock.started_at + timedelta(seconds=clock.target_seconds)

    came = Shipment("s1", ShipmentState.DELIVERED, "PTT", delivered_at=NOW)
    told = order_value(desk.order)
    keep(desk, replace(told, stage=OrderStage.DELIVERED, shipments=(came,), version="3"))
    doing.run_due(worker="w", now=NOW + DAY, clock=lambda: NOW + DAY)
    follow(NOW + DAY)
    row = Return.objects.get()
    again = terms(row.process)["TR-MSY-12"]
    assert (again.state, again.started_at, again.due_at) == ("running", WROTE, due_at)

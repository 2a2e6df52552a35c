"""What is wrong with a shipment before its customer says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from balcao.commerce.rules.watching import Alarm, Trouble, alarms, next_look, watched_from
from balcao.commerce.types import Watch
from balcao.ports.commerce import Order, OrderStage, Scan, Shipment, ShipmentState
from balcao.testing.orders import an_order

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WATCH = Watch(is_on=True, late_days=1, silent_days=4)


def shipped(state: ShipmentState = ShipmentState.IN_TRANSIT, *, seen: timedelta = DAY, **facts: object) -> Order:
    parcel = Shipment("p1", state, "Correios", "QB1", scans=(Scan(NOW - seen, "seen"),))
    return an_order(stage=OrderStage.SHIPPED, shipments=(parcel,), **facts)


def test_a_promise_that_passed_by_the_shops_patience_is_late() -> None:
    assert alarms(shipped(promised_at=NOW - DAY), WATCH, now=NOW) == [Alarm("", Trouble.LATE, NOW)]
    assert alarms(shipped(promised_at=NOW - DAY / 2), WATCH, now=NOW) == []


def test_what_was_never_shipped_is_late_as_well() -> None:
    order = an_order(stage=OrderStage.PREPARING, promised_at=NOW - 2 * DAY)
    assert [one.trouble for one in alarms(order, WATCH, now=NOW)] == [Trouble.LATE]


def test_what_failed_or_was_lost_is_told_at_once_and_first() -> None:
    order = shipped(ShipmentState.LOST, promised_at=NOW - 3 * DAY)
    assert [one.trouble for one in alarms(order, WATCH, now=NOW)] == [Trouble.LOST, Trouble.LATE]
    assert alarms(shipped(ShipmentState.FAILED), WATCH, now=NOW) == [Alarm("p1", Trouble.FAILED, NOW - DAY)]


def test_a_parcel_that_nobody_sees_any_more_is_silent() -> None:
    assert alarms(shipped(seen=5 * DAY), WATCH, now=NOW) == [Alarm("p1", Trouble.SILENT, NOW - DAY)]
    assert alarms(shipped(seen=3 * DAY), WATCH, now=NOW) == []
    assert alarms(shipped(ShipmentState.LABELLED, seen=5 * DAY), WATCH, now=NOW)
    assert not alarms(shipped(ShipmentState.PREPARING, seen=5 * DAY), WATCH, now=NOW)


def test_what_arrived_or_was_cancelled_is_never_wrong() -> None:
    order = shipped(ShipmentState.LOST, promised_at=NOW - 3 * DAY)
    for stage in (OrderStage.DELIVERED, OrderStage.CANCELLED, OrderStage.DRAFT):
        assert alarms(replace(order, stage=stage), WATCH, now=NOW) == []
        assert watched_from(replace(order, stage=stage)) is None
    assert alarms(shipped(ShipmentState.DELIVERED, promised_at=NOW - 3 * DAY), WATCH, now=NOW) == []


def test_what_went_wrong_long_ago_is_history() -> None:
    assert alarms(shipped(promised_at=NOW - 30 * DAY), WATCH, now=NOW) == []


def test_it_is_looked_at_when_something_may_be_wrong_and_then_when_more_may_be() -> None:
    order = shipped(promised_at=NOW + 2 * DAY)

    assert watched_from(order) == NOW - DAY  # the last scan
    assert next_look(order, WATCH, now=NOW) == NOW + 3 * DAY
    assert next_look(order, WATCH, now=NOW + 9 * DAY) is None

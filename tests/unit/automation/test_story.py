"""How an order stands for whoever waits for it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from balcao.automation.rules.story import Standing, Story, story_of
from balcao.ports.commerce import Order, OrderStage, Payment, PaymentState, Scan, Shipment, ShipmentState
from balcao.testing.orders import a_line, an_order

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)


def parcel(state: ShipmentState = ShipmentState.IN_TRANSIT, **facts: object) -> Shipment:
    return replace(Shipment("s1", state, "Correios", "QB1", "https://track.example/QB1"), **facts)  # type: ignore[arg-type]


def story(order: Order) -> Story:
    return story_of(order, now=NOW, zone=UTC)


@pytest.mark.parametrize(
    "stage, state, standing",
    [
        (OrderStage.SHIPPED, ShipmentState.IN_TRANSIT, Standing.ON_ITS_WAY),
        (OrderStage.SHIPPED, ShipmentState.LABELLED, Standing.PACKED),
        (OrderStage.SHIPPED, ShipmentState.FAILED, Standing.FAILED),
        (OrderStage.SHIPPED, ShipmentState.LOST, Standing.LOST),
        (OrderStage.DELIVERED, ShipmentState.DELIVERED, Standing.DELIVERED),
        (OrderStage.DELIVERED, ShipmentState.IN_TRANSIT, Standing.DELIVERED),
        (OrderStage.CANCELLED, ShipmentState.RETURNED, Standing.CANCELLED),
    ],
)
def test_the_parcel_tells_how_it_stands(stage: OrderStage, state: ShipmentState, standing: Standing) -> None:
    assert story(an_order(stage=stage, shipments=(parcel(state),))).standing == standing


def test_an_order_without_a_parcel_tells_by_its_stage() -> None:
    assert story(an_order(stage=OrderStage.PENDING)).standing == Standing.PLACED
    assert story(an_order(stage=OrderStage.PREPARING)).standing == Standing.PREPARING


def test_what_is_not_paid_says_so_with_the_way_to_pay() -> None:
    order = an_order(stage=OrderStage.PENDING)
    waiting = replace(order.payments[0], state=PaymentState.PENDING, code="000201…")

    told = story(replace(order, payments=(waiting,)))

    assert (told.standing, told.payment) == (Standing.UNPAID, "000201…")


def test_what_is_promised_for_today_is_not_late() -> None:
    shipped = an_order(stage=OrderStage.SHIPPED, shipments=(parcel(promised_at=NOW - timedelta(hours=3)),))
    assert not story(shipped).is_late

    late = an_order(stage=OrderStage.SHIPPED, shipments=(parcel(promised_at=NOW - timedelta(days=1)),))
    assert story(late).is_late
    assert story(late).promised_on == date(2026, 3, 15)


def test_what_has_arrived_is_never_late() -> None:
    done = parcel(ShipmentState.DELIVERED, promised_at=NOW - timedelta(days=9), delivered_at=NOW - timedelta(days=1))
    told = story(an_order(stage=OrderStage.DELIVERED, shipments=(done,)))

    assert (told.is_late, told.delivered_on) == (False, date(2026, 3, 15))


def test_the_worst_parcel_is_told_and_one_that_was_sent_anew_by_its_successor() -> None:
    here, lost = parcel(ShipmentState.DELIVERED, pieces=(("1", 1),)), parcel(ShipmentState.LOST, pieces=(("2", 1),))
    order = an_order(a_line("1"), a_line("2"), stage=OrderStage.SHIPPED, shipments=(here, lost))

    assert (story(order).standing, story(order).arrived, story(order).parcels) == (Standing.LOST, 1, 2)
    again = parcel(pieces=(("2", 1),), ref="s3")
    assert story(replace(order, shipments=(here, lost, again))).standing == Standing.ON_ITS_WAY


def test_only_addresses_of_the_web_are_links() -> None:
    shipped = an_order(stage=OrderStage.SHIPPED, shipments=(parcel(url="javascript:alert(1)"),))
    assert story(shipped).url == ""


def test_what_went_back_is_counted_once_it_left() -> None:
    order = an_order(stage=OrderStage.CANCELLED)
    back = Payment("r", order.payments[0].instrument, 4_990, is_refund=True)
    waiting = replace(back, state=PaymentState.PENDING)

    assert story(replace(order, payments=(*order.payments, back, waiting))).back == 4_990


def test_the_newest_scan_is_the_one_that_counts() -> None:
    scans = (Scan(NOW - timedelta(days=2), "posted"), Scan(NOW, "at the depot", "Recife"))
    assert story(an_order(stage=OrderStage.SHIPPED, shipments=(parcel(scans=scans),))).scan == scans[1]

"""Orders as Vendure 3.7.3 told them (fixtures/order.json was recorded from the server of the contract tests)."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from balcao.plugins.commerce.vendure.lines import lines_of
from balcao.plugins.commerce.vendure.reading import order_from
from balcao.ports.commerce import InstrumentKind, OrderStage, PaymentState

RECORDED = json.loads(Path(__file__).with_name("fixtures").joinpath("order.json").read_text("utf-8"))


@pytest.fixture
def raw() -> dict[str, Any]:
    """Return three mugs, of which one has left, and a shirt, with a tenth off all of it."""
    return copy.deepcopy(RECORDED)


def counts(raw: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    return [(line.sku, line.quantity, line.cancelled, line.returned) for line in lines_of(raw)]


def test_an_order_is_read_whole(raw: dict[str, Any]) -> None:
    order = order_from(raw, dashboard="https://shop.example.com/dashboard/")

    assert (order.number, order.stage, order.currency) == (raw["code"], OrderStage.SHIPPED, "BRL")
    assert (order.account.name, order.account.email) == ("Ana Souza", "ana@example.com")
    assert (order.address.line1, order.address.country) == ("Rua das Laranjeiras, 210", "BR")
    assert order.billing is None
    assert order.total == raw["totalWithTax"] == order.payments[0].amount
    assert order.url == f"https://shop.example.com/dashboard/orders/{raw['id']}"
    assert [line.options for line in order.lines] == [{"cor": "azul"}, {"tamanho": "M"}]


def test_money_that_went_back_stands_beside_what_was_paid(raw: dict[str, Any]) -> None:
    paid, back = order_from(raw).payments

    assert (paid.instrument, paid.is_refund) == (back.instrument, False)
    assert (back.amount, back.is_refund, back.state) == (500, True, PaymentState.CAPTURED)


def test_notes_are_shown_without_marks_and_announced_returns_as_returns(raw: dict[str, Any]) -> None:
    note = {
        **raw["history"]["items"][-1],
        "type": "ORDER_NOTE",
        "data": {"note": "Call first [balcao-" + "0" * 24 + "]"},
    }
    raw["history"]["items"].append(note)

    order = order_from(raw)

    assert order.notes == ("Call first",)
    assert [(one.pieces, one.reason) for one in order.comebacks] == [(((order.lines[0].ref, 1),), "regret")]


@pytest.mark.parametrize(
    "left, expected",
    [
        (3, ("CAN-AZ", 3, 0, 0)),
        (1, ("CAN-AZ", 3, 2, 0)),  # the two that had not left
        (0, ("CAN-AZ", 3, 2, 1)),  # and the one that had
    ],
)
def test_missing_pieces_were_cancelled_or_came_back(raw: dict[str, Any], left: int, expected: tuple[Any, ...]) -> None:
    raw["lines"][0]["quantity"] = left
    assert counts(raw)[0] == expected


def test_pieces_that_moved_to_another_variant_were_bought_there(raw: dict[str, Any]) -> None:
    mugs, shirt = raw["lines"]
    green = copy.deepcopy(mugs)
    green |= {"id": "77", "quantity": 2, "orderPlacedQuantity": 0}
    green["productVariant"]["sku"] = "CAN-VD"
    raw["lines"].append(green)
    mugs["quantity"], shirt["quantity"] = 1, 0
    moved = [{"orderLineId": mugs["id"], "quantity": -2}, {"orderLineId": "77", "quantity": 2}]
    taken = [{"orderLineId": shirt["id"], "quantity": -1}]
    raw["modifications"] = [
        {"id": str(n), "note": "", "priceChange": 0, "isSettled": True, "refund": None, "lines": lines}
        for n, lines in enumerate((moved, taken))
    ]

    assert counts(raw) == [("CAN-AZ", 1, 0, 0), ("CAM-M", 1, 1, 0), ("CAN-VD", 2, 0, 0)]
    assert order_from(raw).changes == 2


def test_a_line_that_was_changed_whole_is_no_line_any_more(raw: dict[str, Any]) -> None:
    mugs, shirt = raw["lines"]
    mugs["quantity"], shirt["quantity"] = 4, 0
    lines = [{"orderLineId": mugs["id"], "quantity": 1}, {"orderLineId": shirt["id"], "quantity": -1}]
    raw["modifications"] = [
        {"id": "1", "note": "", "priceChange": 0, "isSettled": True, "refund": None, "lines": lines}
    ]
    assert counts(raw) == [("CAN-AZ", 4, 0, 0)]


@pytest.mark.parametrize(
    "state, parcels, stage",
    [
        ("Draft", [], OrderStage.DRAFT),
        ("ArrangingPayment", [], OrderStage.DRAFT),
        ("PaymentSettled", [], OrderStage.PENDING),
        ("Modifying", [], OrderStage.PENDING),
        ("PaymentSettled", [("Pending", 1)], OrderStage.PREPARING),
        ("PaymentSettled", [("Cancelled", 1)], OrderStage.PENDING),
        ("Modifying", [("Shipped", 1)], OrderStage.SHIPPED),
        ("PartiallyDelivered", [("Delivered", 3)], OrderStage.SHIPPED),
        ("OnItsWay", [("Delivered", 4)], OrderStage.DELIVERED),
        ("Delivered", [("Delivered", 4)], OrderStage.DELIVERED),
        ("Cancelled", [], OrderStage.CANCELLED),
    ],
)
def test_the_stage_is_the_furthest_thing_that_is_true(
    raw: dict[str, Any], state: str, parcels: list[tuple[str, int]], stage: OrderStage
) -> None:
    raw["state"] = state
    line = raw["lines"][0]["id"]
    raw["fulfillments"] = [
        {
            "id": "1",
            "state": parcel,
            "method": "",
            "trackingCode": "",
            "lines": [{"orderLineId": line, "quantity": count}],
        }
        for parcel, count in parcels
    ]
    if state == "Cancelled":
        for one in raw["lines"]:
            one["quantity"] = 0
    assert order_from(raw).stage == stage


def test_what_is_charged_or_given_besides_belongs_to_the_order(raw: dict[str, Any]) -> None:
    before = order_from(raw)
    raw["surcharges"] = [{"priceWithTax": 250}]
    assert order_from(raw).total == before.total + 250
    raw["surcharges"] = [{"priceWithTax": -400}]
    assert order_from(raw).total == before.total - 400


@pytest.mark.parametrize(
    "method, kind",
    [
        ("credit-card", InstrumentKind.CARD),
        ("stripe-payment", InstrumentKind.CARD),
        ("pix-gateway", InstrumentKind.PIX),
        ("gift-card", InstrumentKind.GIFT_CARD),
        ("custom", InstrumentKind.OTHER),
    ],
)
def test_the_code_of_a_method_tells_its_kind(raw: dict[str, Any], method: str, kind: InstrumentKind) -> None:
    raw["payments"][0]["method"] = method
    assert order_from(raw).payments[0].instrument.kind == kind


def test_the_time_of_change_is_that_of_the_last_thing_that_happened(raw: dict[str, Any]) -> None:
    raw["payments"][0]["refunds"][0]["updatedAt"] = "2030-01-01T00:00:00.000Z"
    changed = order_from(raw).changed_at
    assert changed
    assert changed.year == 2030

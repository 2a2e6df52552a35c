"""What becomes of Tryton's documents, where the shop of the contract tests has no such order."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from balcao.plugins.commerce.tryton import marks, values
from balcao.plugins.commerce.tryton.mapping import order_from
from balcao.plugins.commerce.tryton.reading import Papers
from balcao.ports.commerce import OrderStage, PaymentState

TRY = {"code": "TRY", "digits": 2}
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sale(**given: Any) -> dict[str, Any]:
    row = {
        "id": 1, "number": "1", "reference": None, "state": "processing", "shipment_state": "waiting",
        "invoice_state": "pending", "party": 3, "lines": [], "moves": [], "shipments": [], "invoices": [],
        "shipment_returns": [], "tax_amount": Decimal(0), "shipment_address": None, "invoice_address": None,
        "currency.": TRY, "sale_date": date(2026, 11, 20), "create_date": NOW, "write_date": NOW, "origin": None,
    }  # fmt: skip
    return row | given


def line(key: int, quantity: float, amount: str, **given: Any) -> dict[str, Any]:
    row = {
        "id": key, "sale": 1, "type": "line", "quantity": quantity, "unit.": {"symbol": "kg"},
        "amount": Decimal(amount), "product.": {"id": 7, "name": "Nuts", "code": "NUT", "template": 5},
        "description": None, "taxes": [], "moves": [], "moves_recreated": [], "invoice_lines": [],
    }  # fmt: skip
    return row | given


def papers(*lines: dict[str, Any], **of_sale: Any) -> Papers:
    party = {"id": 3, "name": "Elif Demir", "addresses": [], "email": "elif@example.com"}
    return Papers(
        sales={1: sale(lines=[row["id"] for row in lines], **of_sale)},
        lines={row["id"]: row for row in lines},
        moves={}, shipments={}, invoices={}, payments={}, parties={3: party}, addresses={},
    )  # fmt: skip


def invoice(key: int, state: str, total: str, *, paid: tuple[int, ...] = ()) -> dict[str, Any]:
    return {
        "id": key, "state": state, "total_amount": Decimal(total), "payment_lines": list(paid), "lines": [],
        "currency.": TRY, "invoice_date": date(2026, 11, 20), "create_date": NOW,
    }  # fmt: skip


@pytest.mark.parametrize("quantity, amount", [(3, "10.00"), (7, "1.00"), (3, "0.01"), (1, "33.33")])
def test_a_line_costs_what_tryton_says_though_its_price_has_no_whole_cents(quantity: int, amount: str) -> None:
    order = order_from(papers(line(11, quantity, amount)), 1)
    (bought,) = order.lines
    assert bought.discount >= 0
    assert order.total == int(Decimal(amount) * 100)


def test_what_is_weighed_is_one_piece_that_says_its_weight() -> None:
    (bought,) = order_from(papers(line(11, 0.35, "12.25")), 1).lines
    assert (bought.quantity, bought.unit_price, bought.name) == (1, 1225, "Nuts, 0.35 kg")


def test_tax_is_shared_out_to_the_cent_over_the_lines_that_are_taxed() -> None:
    rows = [line(11, 1, "0.10", taxes=[1]), line(12, 1, "0.10", taxes=[1]), line(13, 1, "5.00")]
    freight = line(14, 1, "0.10", taxes=[1], shipment_cost=Decimal("0.10"))
    order = order_from(papers(*rows, freight, tax_amount=Decimal("0.05")), 1)
    assert [bought.tax for bought in order.lines] == [2, 2, 0]
    assert (order.freight, order.tax, order.total) == (11, 0, 535)


def test_a_line_below_nothing_is_taken_off_the_whole_order() -> None:
    order = order_from(papers(line(11, 1, "10.00"), line(12, 1, "-2.50", **{"product.": None})), 1)
    assert (len(order.lines), order.discount, order.total) == (1, 250, 750)


def test_pieces_whose_move_was_made_anew_are_not_cancelled() -> None:
    row = line(11, 2, "10.00", moves=[21, 22], moves_recreated=[21])
    cancelled = {"state": "cancelled", "quantity": 2.0, "shipment": None, "origin": "sale.line,11"}
    held = replace(papers(row), moves={21: cancelled, 22: {**cancelled, "state": "draft"}})
    assert [bought.cancelled for bought in order_from(held, 1).lines] == [0]

    gone = replace(held, moves={21: cancelled, 22: cancelled})
    assert order_from(gone, 1).stage == OrderStage.CANCELLED


@pytest.mark.parametrize(
    "state, stage",
    [("draft", OrderStage.DRAFT), ("confirmed", OrderStage.PENDING), ("cancelled", OrderStage.CANCELLED)],
)
def test_the_state_of_an_order_before_its_shipments(state: str, stage: OrderStage) -> None:
    assert order_from(papers(line(11, 1, "1.00"), state=state), 1).stage == stage


def test_a_return_made_by_hand_is_known_by_its_product() -> None:
    held = papers(line(11, 2, "10.00"), line(12, 3, "15.00"))
    coming = line(31, -4, "-20.00")
    back = sale(id=2, number="R2", origin="sale.sale,1", lines=[31], state="processing", shipment_state="received")
    held = replace(held, lines={**held.lines, 31: coming}, returns={2: back})
    order = order_from(held, 1)
    assert order.comebacks[0].pieces == (("11", 2), ("12", 2))
    assert [bought.returned for bought in order.lines] == [2, 2]


def test_a_credit_note_of_what_was_never_paid_is_no_refund() -> None:
    held = papers(line(11, 1, "10.00"), invoices=[41])
    unpaid = {41: invoice(41, "posted", "10.00"), 42: invoice(42, "draft", "-10.00")}
    order = order_from(replace(held, invoices=unpaid, credited={41: [42]}), 1)
    assert [(payment.is_refund, payment.state) for payment in order.payments] == [(False, PaymentState.PENDING)]


def test_what_is_paid_in_part_is_partly_open_and_its_credit_note_goes_back() -> None:
    came = {
        "id": 51, "credit": Decimal("4.00"), "debit": Decimal(0), "create_date": NOW,
        "move.": {"journal.": {"id": 9, "name": "Pix Banco Azul", "code": "PX"}},
    }  # fmt: skip
    held = papers(line(11, 1, "10.00"), invoices=[41])
    rows = {41: invoice(41, "posted", "10.00", paid=(51,)), 42: invoice(42, "paid", "-1.00")}
    order = order_from(replace(held, invoices=rows, payments={51: came}, credited={41: [42]}), 1)
    assert [(one.amount, one.state, one.is_refund, one.instrument.kind) for one in order.payments] == [
        (400, "captured", False, "pix"),
        (600, "pending", False, "other"),
        (100, "captured", True, "pix"),
    ]


def test_values_are_read_as_tryton_writes_them() -> None:
    told = {
        "a": [{"__class__": "Decimal", "decimal": "1.005"}],
        "b": {"__class__": "date", "year": 2026, "month": 11, "day": 22},
        "c": values.moment(NOW),
    }
    assert values.plain(told) == {"a": [Decimal("1.005")], "b": date(2026, 11, 22), "c": NOW}
    assert (values.minor(Decimal("1.005")), values.minor(Decimal(1500), 0), values.minor(None)) == (101, 1500, 0)
    assert (values.target("sale.line,25"), values.target(None)) == (("sale.line", 25), ("", 0))


def test_marks_are_found_again_and_never_shown() -> None:
    text = marks.marked(marks.with_pieces("Late", (("11", 2), ("12", 1))), "key")
    assert marks.is_marked(text, "key")
    assert not marks.is_marked(text, "other")
    assert marks.plain(text) == "Late"
    assert marks.pieces_in(text) == (("11", 2), ("12", 1))

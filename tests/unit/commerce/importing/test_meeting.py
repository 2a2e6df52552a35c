"""What a file may change in the book once something was done there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from balcao.commerce.rules.importing.meeting import met, met_account
from balcao.ports.commerce import (
    Address,
    Instrument,
    InstrumentKind,
    OrderStage,
    Payment,
    PaymentState,
    Shipment,
    ShipmentState,
)
from balcao.testing.orders import ANA, GIFT, PLACED, VISA, a_line, an_order

PARCEL = Shipment("QP1", ShipmentState.LABELLED, "Correios", "QP1")
REFUND = Payment("r1", VISA, 1_000, is_refund=True)


def test_as_long_as_nothing_was_done_the_file_is_right() -> None:
    told = an_order(a_line(quantity=1))

    assert met(told, an_order(), has_deeds=False) == told


def test_afterwards_the_file_tells_progress_only() -> None:
    known = an_order(replace(a_line(), cancelled=1), payments=(Payment("1", VISA, 9_980), REFUND), shipments=(PARCEL,))
    moved = replace(PARCEL, state=ShipmentState.DELIVERED)
    resent = Shipment("QP2", ShipmentState.LABELLED, code="QP2")
    told = an_order(stage=OrderStage.DELIVERED, shipments=(moved, resent), promised_at=PLACED + timedelta(days=3))

    after = met(told, known, has_deeds=True)

    assert (after.stage, after.shipments) == (OrderStage.DELIVERED, (moved, resent))
    assert (after.lines, after.payments, after.address) == (known.lines, known.payments, known.address)
    assert after.promised_at == told.promised_at
    assert met(told, after, has_deeds=True) == after


@pytest.mark.parametrize(
    "told, known, after",
    [
        (OrderStage.SHIPPED, OrderStage.PENDING, OrderStage.SHIPPED),
        (OrderStage.PENDING, OrderStage.SHIPPED, OrderStage.SHIPPED),
        (OrderStage.SHIPPED, OrderStage.CANCELLED, OrderStage.CANCELLED),
        (OrderStage.CANCELLED, OrderStage.PENDING, OrderStage.PENDING),
    ],
)
def test_stages_only_go_forward_and_cancelling_is_not_for_files(
    told: OrderStage, known: OrderStage, after: OrderStage
) -> None:
    assert met(an_order(stage=told), an_order(stage=known), has_deeds=True).stage == after


@pytest.mark.parametrize(
    "known, told, after",
    [
        (PaymentState.PENDING, PaymentState.CAPTURED, PaymentState.CAPTURED),
        (PaymentState.CAPTURED, PaymentState.PENDING, PaymentState.CAPTURED),
        (PaymentState.VOIDED, PaymentState.CAPTURED, PaymentState.VOIDED),
    ],
)
def test_an_open_payment_is_taken_as_made(known: PaymentState, told: PaymentState, after: PaymentState) -> None:
    before = an_order(payments=(Payment("1", VISA, 9_980, state=known),))
    news = an_order(payments=(Payment("1", VISA, 9_980, state=told),))

    assert met(news, before, has_deeds=True).payments[0].state == after


def test_a_parcel_with_lines_that_are_no_more_is_not_taken() -> None:
    told = an_order(shipments=(replace(PARCEL, pieces=(("9", 1),)),))

    assert met(told, an_order(), has_deeds=True).shipments == ()


def test_the_newest_order_says_who_a_customer_is() -> None:
    moved = replace(ANA, name="Ana Souza Lima", phone="", address=Address(line1="Rua Nova, 1"), instruments=())

    newest = met_account(moved, ANA, is_newest=True, has_deeds=False)
    older = met_account(moved, ANA, is_newest=False, has_deeds=False)

    assert (newest.name, newest.phone, newest.address.line1) == ("Ana Souza Lima", ANA.phone, "Rua Nova, 1")
    assert older == ANA
    assert met_account(moved, replace(ANA, name=""), is_newest=False, has_deeds=False).name == "Ana Souza Lima"


def test_what_was_done_to_an_account_stays() -> None:
    pix = Instrument("pix", InstrumentKind.PIX)
    told = replace(ANA, name="X", address=Address(line1="Rua Nova, 1"), instruments=(replace(GIFT, balance=1), pix))

    after = met_account(told, ANA, is_newest=True, has_deeds=True)

    assert (after.name, after.address) == (ANA.name, ANA.address)
    assert after.instruments == (VISA, GIFT, pix), "a gift card keeps what it holds"

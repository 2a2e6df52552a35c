"""What customers are told of their order, in plain words."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from balcao.commerce.types import Denial
from balcao.ports.commerce import Instrument, InstrumentKind, OrderStage, PaymentState, ShipmentState

_FAILED = {ShipmentState.FAILED, ShipmentState.LOST, ShipmentState.RETURNED}


def headline(stage: OrderStage, *, is_late: bool, is_paid: bool) -> str:
    """Return how the order stands, as one sentence."""
    if stage == OrderStage.CANCELLED:
        return _("Your order is cancelled")
    if stage == OrderStage.DELIVERED:
        return _("Your order has arrived")
    if is_late:
        return _("Your order is late")
    if stage == OrderStage.SHIPPED:
        return _("Your order is on its way")
    if not is_paid:
        return _("Your order waits for its payment")
    return _("We are preparing your order")


def story(stage: OrderStage, *, is_late: bool, is_paid: bool) -> str:
    """Return what that means for the customer."""
    if stage in (OrderStage.CANCELLED, OrderStage.DELIVERED):
        return {
            OrderStage.CANCELLED: _("If you had paid, the money goes back the way it came."),
            OrderStage.DELIVERED: _("Is something wrong with it? Tell us below."),
        }[stage]
    if is_late:
        return _("We are sorry. Tell us below, and we look for it.")
    if not is_paid and stage != OrderStage.SHIPPED:
        return _("As soon as it is paid we begin.")
    return {
        OrderStage.SHIPPED: _("The carrier has your parcel."),
        OrderStage.PREPARING: _("It is being packed and leaves soon."),
    }.get(stage, _("You can still change the address while it has not left."))


def track(stage: OrderStage) -> list[tuple[str, str]]:
    """Return the steps of the order's way with their state: "done", "here" or "" for those to come."""
    names = (
        pgettext("order track", "Ordered"),
        pgettext("order track", "Preparing"),
        pgettext("order track", "Shipped"),
        pgettext("order track", "Delivered"),
    )
    places = {OrderStage.PREPARING: 1, OrderStage.SHIPPED: 2, OrderStage.DELIVERED: 3}
    here = places.get(stage, 0)
    return [(name, "done" if at < here else "here" if at == here else "") for at, name in enumerate(names)]


def parcel_state(state: ShipmentState) -> str:
    """Return where a parcel is."""
    return {
        ShipmentState.PREPARING: _("being packed"),
        ShipmentState.LABELLED: _("ready for the carrier"),
        ShipmentState.IN_TRANSIT: _("on its way"),
        ShipmentState.DELIVERED: _("delivered"),
        ShipmentState.FAILED: _("could not be delivered"),
        ShipmentState.LOST: _("lost on the way"),
        ShipmentState.RETURNED: _("went back to us"),
    }[state]


def went_wrong(state: ShipmentState) -> bool:
    """Tell whether a parcel will not arrive by itself."""
    return state in _FAILED


def instrument(paid_with: Instrument) -> str:
    """Return what was paid with."""
    return paid_with.label or {
        InstrumentKind.CARD: _("Card"),
        InstrumentKind.GIFT_CARD: _("Gift card"),
        InstrumentKind.PIX: "Pix",
        InstrumentKind.BOLETO: _("Boleto"),
        InstrumentKind.TRANSFER: _("Bank transfer"),
        InstrumentKind.CASH: _("Cash on delivery"),
    }.get(paid_with.kind, _("Payment"))


def payment_state(state: PaymentState, *, is_refund: bool) -> str:
    """Return how far a payment or refund has come."""
    if is_refund:
        return _("paid back") if state == PaymentState.CAPTURED else _("on its way back to you")
    return {
        PaymentState.PENDING: _("not paid yet"),
        PaymentState.AUTHORISED: _("reserved"),
        PaymentState.CAPTURED: _("paid"),
        PaymentState.FAILED: _("failed"),
        PaymentState.VOIDED: _("given up"),
    }[state]


def denial(reason: Denial, stage: OrderStage) -> str:
    """Return why something cannot be done at once."""
    if reason == Denial.STAGE:
        return {
            OrderStage.SHIPPED: _("The order has left already."),
            OrderStage.DELIVERED: _("The order has arrived already."),
            OrderStage.CANCELLED: _("The order is cancelled."),
            OrderStage.PREPARING: _("The order is being packed right now."),
        }.get(stage, _("The order has come too far for this."))
    return {
        Denial.UNDER_WAY: _("Something else is being done to this order right now."),
        Denial.ADDRESS: _("The address needs at least a street, a city and a postcode."),
        Denial.CHANGED: _("Your order has changed meanwhile. Please look at it again."),
    }.get(reason, _("This needs one of us to look at it."))


def is_late(stage: OrderStage, promised_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether the promised day is over and it has not arrived."""
    return stage not in (OrderStage.DELIVERED, OrderStage.CANCELLED) and bool(promised_at and promised_at < now)

"""What orders, payments and order actions are called on the desk, in the active language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from balcao.commerce.types import EvidenceKind, LedgerState, Level
from balcao.ports.commerce import ActionKind, Address, Instrument, InstrumentKind, OrderStage, ShipmentState
from balcao.web.components import formats

_STAGES = {
    OrderStage.DRAFT: pgettext_lazy("order", "Draft"),
    OrderStage.PENDING: pgettext_lazy("order", "Placed"),
    OrderStage.PREPARING: pgettext_lazy("order", "Being prepared"),
    OrderStage.SHIPPED: pgettext_lazy("order", "Shipped"),
    OrderStage.DELIVERED: pgettext_lazy("order", "Delivered"),
    OrderStage.CANCELLED: pgettext_lazy("order", "Cancelled"),
}
_PARCELS = {
    ShipmentState.PREPARING: pgettext_lazy("parcel", "being packed"),
    ShipmentState.LABELLED: pgettext_lazy("parcel", "waits for the carrier"),
    ShipmentState.IN_TRANSIT: pgettext_lazy("parcel", "on its way"),
    ShipmentState.DELIVERED: pgettext_lazy("parcel", "delivered"),
    ShipmentState.FAILED: pgettext_lazy("parcel", "could not be delivered"),
    ShipmentState.LOST: pgettext_lazy("parcel", "lost"),
    ShipmentState.RETURNED: pgettext_lazy("parcel", "came back to the shop"),
}
_METHODS = {
    InstrumentKind.CARD: pgettext_lazy("payment", "Card"),
    InstrumentKind.GIFT_CARD: pgettext_lazy("payment", "Gift card"),
    InstrumentKind.WALLET: pgettext_lazy("payment", "Wallet"),
    InstrumentKind.PIX: "Pix",
    InstrumentKind.BOLETO: "Boleto",
    InstrumentKind.TRANSFER: pgettext_lazy("payment", "Bank transfer"),
    InstrumentKind.CASH: pgettext_lazy("payment", "Cash on delivery"),
    InstrumentKind.MARKETPLACE: pgettext_lazy("payment", "Marketplace"),
    InstrumentKind.OTHER: pgettext_lazy("payment", "Other"),
}
_ACTIONS = {
    ActionKind.CHANGE_ADDRESS: pgettext_lazy("order action", "Change of address"),
    ActionKind.CHANGE_DEFAULT_ADDRESS: pgettext_lazy("order action", "Change of the usual address"),
    ActionKind.CHANGE_PAYMENT: pgettext_lazy("order action", "Change of payment"),
    ActionKind.SEND_PAYMENT_LINK: pgettext_lazy("order action", "Payment link"),
    ActionKind.CHANGE_LINES: pgettext_lazy("order action", "Change of items"),
    ActionKind.CANCEL: pgettext_lazy("order action", "Cancellation"),
    ActionKind.REFUND: pgettext_lazy("order action", "Refund"),
    ActionKind.REQUEST_RETURN: pgettext_lazy("order action", "Return"),
    ActionKind.EXCHANGE: pgettext_lazy("order action", "Exchange"),
    ActionKind.RESEND: pgettext_lazy("order action", "New shipment"),
    ActionKind.PLACE_ORDER: pgettext_lazy("order action", "New order"),
    ActionKind.ADD_NOTE: pgettext_lazy("order action", "Note in the shop system"),
    ActionKind.ADD_TAG: pgettext_lazy("order action", "Tag in the shop system"),
    ActionKind.GIVE_CREDIT: pgettext_lazy("order action", "Gift card"),
}
_STATES = {
    LedgerState.ASKED: gettext_lazy("waits for approval"),
    LedgerState.QUEUED: gettext_lazy("is being done"),
    LedgerState.PERFORMING: gettext_lazy("is being done"),
    LedgerState.DONE: pgettext_lazy("order action", "done"),
    LedgerState.PARTLY: gettext_lazy("done in part; the shop system needs a hand"),
    LedgerState.REFUSED: gettext_lazy("refused by the shop system"),
    LedgerState.UNCERTAIN: gettext_lazy("no answer yet; the shop system is being asked"),
    LedgerState.DECLINED: gettext_lazy("not approved"),
    LedgerState.WITHDRAWN: gettext_lazy("taken back"),
}


def money(amount: int, currency: str) -> str:
    """Return an amount in the reader's language."""
    return formats.money(amount, currency, language=get_language() or "en")


def stage_words(stage: OrderStage | str) -> str:
    """Return how far an order has come."""
    return str(_STAGES[OrderStage(stage)])


def shipment_words(state: ShipmentState) -> str:
    """Return where a parcel is."""
    return str(_PARCELS[state])


def method_words(kind: InstrumentKind) -> str:
    """Return what a kind of payment is called."""
    return str(_METHODS[kind])


def instrument_words(instrument: Instrument) -> str:
    """Return one thing to pay with: its own label where it has one."""
    return instrument.label or method_words(instrument.kind)


def action_words(kind: str) -> str:
    """Return an order action as a thing: "Refund"."""
    return str(_ACTIONS[ActionKind(kind)])


def thing_words(kind: str, amount: int, currency: str) -> str:
    """Return an order action with its sum, where it moves any: "Refund of R$ 10,00"."""
    if not amount:
        return action_words(kind)
    return pgettext("order action", "%(action)s of %(amount)s") % {
        "action": action_words(kind),
        "amount": money(amount, currency),
    }


def state_words(state: str) -> str:
    """Return how far an order action has come, to stand after its name."""
    return str(_STATES[LedgerState(state)])


def level_words(level: Level, evidence: str = "") -> str:
    """Return how sure we are of the customer, by what, and what that allows."""
    if level == Level.VERIFIED:
        known = {
            EvidenceKind.CODE: _("Verified: typed the code we sent"),
            EvidenceKind.LINK: _("Verified: opened the link we sent"),
        }
        return known[EvidenceKind(evidence)] if evidence in known else _("Verified")
    if level == Level.PLAUSIBLE:
        return _("Not verified: may be told the state only")
    return _("Not known to the order: tell nothing of it")


def address_words(address: Address) -> str:
    """Return an address in one line."""
    parts = (address.line1, address.line2, address.district, address.city, address.region, address.postcode)
    return ", ".join(part for part in parts if part)


def options_words(options: Mapping[str, str]) -> str:
    """Return what distinguishes a variant; a bare number is told with its name."""
    return " · ".join(f"{name} {value}" if value.isdigit() else value for name, value in options.items() if value)


def event_words(name: str, facts: dict[str, Any]) -> str:
    """Return what happened to an order, or to whom we speak with about it, as a sentence without its subject."""
    if name.startswith("verification."):
        return _verification_words(name, facts)
    order = facts.get("order", "")
    if name == "ticket.order.linked":
        return _("linked order %(order)s") % {"order": order}
    if name == "ticket.order.unlinked":
        return _("took the link to order %(order)s away") % {"order": order}
    thing = thing_words(facts["kind"], facts.get("amount", 0), facts.get("currency", ""))
    values = {"thing": thing, "order": order}
    return {
        "order.action.asked": _("asked for approval: %(thing)s, order %(order)s"),
        "order.action.approved": _("approved: %(thing)s, order %(order)s"),
        "order.action.declined": _("did not approve: %(thing)s, order %(order)s"),
        "order.action.withdrawn": _("took back: %(thing)s, order %(order)s"),
        "order.action.done": _("carried out: %(thing)s, order %(order)s"),
        "order.action.partly": _("carried out in part: %(thing)s, order %(order)s"),
        "order.action.refused": _("could not carry out: %(thing)s, order %(order)s"),
        "order.action.uncertain": _("got no answer and is asking: %(thing)s, order %(order)s"),
    }.get(name, name) % values


def _verification_words(name: str, facts: dict[str, Any]) -> str:
    """Return what was done to learn whom we speak with, as a sentence without its subject."""
    reason = facts.get("reason", "").partition("\n")[0]
    return {
        "verification.asked": _("had a link sent to %(to)s, to confirm who is writing"),
        "verification.failed": _("could not send the link to %(to)s: %(reason)s"),
        "verification.passed": _("confirmed from %(to)s who is writing"),
        "verification.disowned": _("said from %(to)s that somebody else is writing"),
        "verification.attested": _("heard by phone that they know the order"),
    }[name] % {"to": facts.get("to", ""), "reason": _(reason) if reason else ""}

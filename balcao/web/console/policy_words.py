"""What a shop's policy is called in plain words."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from balcao.commerce.types import Level, RefundTo
from balcao.ports.commerce import ActionKind
from balcao.web.console import words

_ACTIONS = {
    ActionKind.CHANGE_ADDRESS: pgettext_lazy("policy", "Change the address of an order"),
    ActionKind.CHANGE_DEFAULT_ADDRESS: pgettext_lazy("policy", "Change the customer's usual address"),
    ActionKind.CHANGE_PAYMENT: pgettext_lazy("policy", "Change the payment"),
    ActionKind.SEND_PAYMENT_LINK: pgettext_lazy("policy", "Send a payment link"),
    ActionKind.CHANGE_LINES: pgettext_lazy("policy", "Change items"),
    ActionKind.CANCEL: pgettext_lazy("policy", "Cancel"),
    ActionKind.REFUND: pgettext_lazy("policy", "Refund"),
    ActionKind.REQUEST_RETURN: pgettext_lazy("policy", "Accept a return"),
    ActionKind.EXCHANGE: pgettext_lazy("policy", "Exchange"),
    ActionKind.RESEND: pgettext_lazy("policy", "Send again, free of charge"),
    ActionKind.PLACE_ORDER: pgettext_lazy("policy", "Place an order for the customer"),
    ActionKind.ADD_NOTE: pgettext_lazy("policy", "Leave a note in the shop system"),
    ActionKind.ADD_TAG: pgettext_lazy("policy", "Tag the order in the shop system"),
    ActionKind.GIVE_CREDIT: pgettext_lazy("policy", "Give a gift card"),
}


def action_words(kind: ActionKind) -> str:
    """Return what an order action is called."""
    return str(_ACTIONS[kind])


def role_words(role: str) -> str:
    """Return what a role is called."""
    return words.role_words(role)


def level_words(level: Level) -> str:
    """Return how sure we have to be of the customer."""
    return {
        Level.CLAIMED: _("Anybody"),
        Level.PLAUSIBLE: _("Knows the order and a contact on it"),
        Level.VERIFIED: _("Showed that a contact of the order is theirs"),
    }[level]


def refund_words(kind: RefundTo) -> str:
    """Return where money goes back to."""
    return {
        RefundTo.ORIGINAL: _("Only to what it was paid with"),
        RefundTo.GIFT_CARD: _("To what it was paid with, or to a gift card"),
        RefundTo.ANY: _("To any payment form of the customer"),
    }[kind]


def stage_questions() -> dict[str, str]:
    """Return the settings that name stages, each as what may be done in them."""
    return {
        "address_stages": _("The address may be changed"),
        "payment_stages": _("The payment may be changed"),
        "lines_stages": _("Items may be changed"),
        "cancel_stages": _("The order may be cancelled"),
        "return_stages": _("Items may be sent back or exchanged"),
    }

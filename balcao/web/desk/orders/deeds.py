"""Which deeds an order's card offers: those that can be done now, and the others with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from balcao.commerce.rules.deciding import Scene, decide, is_foreign
from balcao.commerce.types import Denial, Policy
from balcao.ports import money
from balcao.ports.commerce import (
    Action,
    ActionKind,
    AddNote,
    Address,
    AddTag,
    Cancel,
    ChangeAddress,
    ChangeLines,
    ChangePayment,
    Exchange,
    GiveCredit,
    InstrumentKind,
    Line,
    Order,
    Refund,
    RequestReturn,
    Resend,
    SendPaymentLink,
    Swap,
)
from balcao.web.desk.orders import words
from balcao.web.desk.orders.denials import denial_words

# What depends on what is chosen in the form: no reason against opening it.
_OPEN_QUESTIONS = {
    Denial.REASON,
    Denial.NO_SUCH_VARIANT,
    Denial.SAME_VARIANT,
    Denial.OTHER_PRODUCT,
    Denial.SOLD_OUT,
    Denial.BALANCE,
    Denial.WRONG_INSTRUMENT,
}
_ANYWHERE = Address(line1="-", city="-", postcode="-")
_SIGNS = {
    ActionKind.REFUND: "currency-circle-dollar",
    ActionKind.CANCEL: "prohibit",
    ActionKind.REQUEST_RETURN: "arrow-u-up-left",
    ActionKind.EXCHANGE: "arrow-clockwise",
    ActionKind.RESEND: "package",
    ActionKind.CHANGE_ADDRESS: "truck",
    ActionKind.CHANGE_LINES: "pencil-simple",
    ActionKind.CHANGE_PAYMENT: "credit-card",
    ActionKind.SEND_PAYMENT_LINK: "link",
    ActionKind.GIVE_CREDIT: "gift",
    ActionKind.ADD_NOTE: "note-pencil",
    ActionKind.ADD_TAG: "tag",
}
_NAMES = {
    ActionKind.CHANGE_ADDRESS: pgettext_lazy("deed", "Change address…"),
    ActionKind.CHANGE_PAYMENT: pgettext_lazy("deed", "Change payment…"),
    ActionKind.SEND_PAYMENT_LINK: pgettext_lazy("deed", "Payment link…"),
    ActionKind.CHANGE_LINES: pgettext_lazy("deed", "Change items…"),
    ActionKind.CANCEL: pgettext_lazy("deed", "Cancel…"),
    ActionKind.REFUND: pgettext_lazy("deed", "Refund…"),
    ActionKind.REQUEST_RETURN: pgettext_lazy("deed", "Return…"),
    ActionKind.EXCHANGE: pgettext_lazy("deed", "Exchange…"),
    ActionKind.RESEND: pgettext_lazy("deed", "Send again…"),
    ActionKind.ADD_NOTE: pgettext_lazy("deed", "Note…"),
    ActionKind.ADD_TAG: pgettext_lazy("deed", "Tag…"),
    ActionKind.GIVE_CREDIT: pgettext_lazy("deed", "Gift card…"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that an agent may want to do to an order; with a `reason`, why it cannot be done now."""

    kind: ActionKind
    name: str
    sign: str
    note: str = ""
    reason: str = ""


def offered() -> tuple[ActionKind, ...]:
    """Return the deeds that have a form on the desk."""
    return tuple(_SIGNS)


def sign_of(kind: ActionKind) -> str:
    """Return the icon of a deed."""
    return _SIGNS[kind]


def deeds_of(order: Order, scene: Scene) -> list[Deed]:
    """Return what can be done to an order now, and what cannot; what the shop system never can is left out."""
    return [_deed(kind, order, scene) for kind in _SIGNS if kind in scene.abilities]


def impossible(deeds: Iterable[Deed]) -> list[tuple[str, list[Deed]]]:
    """Return the deeds that cannot be done now by their reason, so that each reason is read once."""
    reasons: dict[str, list[Deed]] = {}
    for deed in deeds:
        if deed.reason:
            reasons.setdefault(deed.reason, []).append(deed)
    return sorted(reasons.items(), key=lambda one: -len(one[1]))


def _deed(kind: ActionKind, order: Order, scene: Scene) -> Deed:
    denial = decide(_likely(kind, order, scene), scene).denial
    name = deed_words(kind)
    if denial is None or denial in _OPEN_QUESTIONS:
        return Deed(kind, name, _SIGNS[kind], note=_limit(kind, order, scene))
    return Deed(kind, name, "lock-simple", reason=denial_words(denial, order.stage))


def _limit(kind: ActionKind, order: Order, scene: Scene) -> str:
    if kind not in (ActionKind.REFUND, ActionKind.CANCEL):
        return ""
    limit = scene.policy.limits.get(scene.role)
    if limit is not None and is_foreign(scene):
        return _("needs approval: limits are in %(currency)s") % {"currency": scene.currency}
    if limit is None or limit >= money.open_balance(order):
        return ""
    return limit_words(limit, order.currency)


def limit_words(limit: int, currency: str) -> str:
    """Return up to which sum nobody else has to agree."""
    return _("up to %(amount)s without approval") % {"amount": words.money(limit, currency)}


def _likely(kind: ActionKind, order: Order, scene: Scene) -> Action:
    """Return the action as its form will most likely ask for it: enough to tell what speaks against it in general."""
    line = _first_left(order)
    pieces = ((line.ref, 1),)
    swaps = (Swap(line.ref, ""),)
    simple: dict[ActionKind, Action] = {
        ActionKind.CHANGE_ADDRESS: ChangeAddress(_ANYWHERE),
        ActionKind.CHANGE_PAYMENT: ChangePayment(_other_instrument(order, scene)),
        ActionKind.SEND_PAYMENT_LINK: SendPaymentLink(InstrumentKind.PIX),
        ActionKind.CHANGE_LINES: ChangeLines(swaps),
        ActionKind.CANCEL: Cancel(_reason(scene.policy)),
        ActionKind.REFUND: Refund("-", amount=1),
        ActionKind.REQUEST_RETURN: RequestReturn(_returnable(order)),
        ActionKind.EXCHANGE: Exchange(swaps),
        ActionKind.RESEND: Resend(pieces, "-"),
        ActionKind.ADD_NOTE: AddNote("-"),
        ActionKind.ADD_TAG: AddTag("-"),
        ActionKind.GIVE_CREDIT: GiveCredit(1, "-"),
    }
    return simple[kind]


def _reason(policy: Policy) -> str:
    return policy.cancel_reasons[0] if policy.cancel_reasons else "-"


def _other_instrument(order: Order, scene: Scene) -> str:
    used = money.instruments_of(order)
    return next((one.ref for one in scene.account.instruments if one.ref not in used), "")


def _first_left(order: Order) -> Line:
    return next((line for line in order.lines if money.gone(line) < line.quantity), order.lines[0])


def _returnable(order: Order) -> tuple[tuple[str, int], ...]:
    announced = money.coming_back(order)
    left = (line.ref for line in order.lines if announced[line.ref] < line.quantity)
    return ((next(left, order.lines[0].ref), 1),)


def deed_words(kind: ActionKind) -> str:
    """Return a deed as its button names it."""
    return str(_NAMES[kind])

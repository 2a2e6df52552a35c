"""Why an order action is not possible: a sentence (a message id) for each reason, and which field it is about."""

from balcao.commerce.types import Denial
from balcao.kit.i18n import N_
from balcao.ports.commerce import Action, OrderStage

_STAGES = {
    OrderStage.DRAFT: N_("The order is still a draft."),
    OrderStage.PENDING: N_("The order has not been shipped yet."),
    OrderStage.PREPARING: N_("The order is being prepared."),
    OrderStage.SHIPPED: N_("The order has been shipped."),
    OrderStage.DELIVERED: N_("The order has been delivered."),
    OrderStage.CANCELLED: N_("The order was cancelled."),
}
_ABOUT_THE_ORDER = {
    Denial.NO_ORDER: N_("This needs an order."),
    Denial.NOT_THEIRS: N_("The order belongs to another customer."),
    Denial.NOT_ABLE: N_("The shop system cannot do this."),
    Denial.SILENT: N_("The shop system does not answer, and this cannot wait until it does. Nothing was done."),
    Denial.UNDER_WAY: N_("Another action on this order is not finished yet."),
    Denial.LEVEL: N_("The customer is not verified enough for this."),
    Denial.ROLE: N_("Somebody else has to approve this, not who asked for it."),
    Denial.STAGE: N_("The order has come too far for this, or not far enough."),
    Denial.CHANGED_ALREADY: N_("The items of this order were changed already."),
    Denial.ASKED_BACK_ALREADY: N_("A return or an exchange of this order is under way already."),
    Denial.CHANGED: N_("The order has changed meanwhile. Look at it again before you go on."),
    Denial.DISPUTED: N_("The payment is disputed at the bank: nothing is paid back beside that."),
}
_ABOUT_THE_CHOICE = {
    Denial.REASON: N_("The shop does not accept this reason: choose another one."),
    Denial.EMPTY: N_("Nothing is chosen yet."),
    Denial.NO_SUCH_LINE: N_("This item is not in the order any more."),
    Denial.TOO_MANY: N_("There are not that many pieces left."),
    Denial.NO_SUCH_VARIANT: N_("The shop does not know this variant."),
    Denial.OTHER_PRODUCT: N_("An item can only be swapped within the same product."),
    Denial.SAME_VARIANT: N_("This is the variant that was bought."),
    Denial.SOLD_OUT: N_("This variant is sold out."),
    Denial.ADDRESS: N_("The address needs at least a street, a city and a postcode."),
}
_ABOUT_THE_MONEY = {
    Denial.NO_SUCH_INSTRUMENT: N_("The customer has no such payment form."),
    Denial.SAME_INSTRUMENT: N_("The order is paid with this one already."),
    Denial.NOT_ONE_PAYMENT: N_("The order is paid already, or in several parts."),
    Denial.BALANCE: N_("The gift card does not hold enough."),
    Denial.WRONG_INSTRUMENT: N_("The shop does not pay back to this one."),
    Denial.NOT_PAID: N_("Nothing is paid that could go back."),
    Denial.ABOVE_OPEN: N_("This is more than is left of what was paid."),
    Denial.ABOVE_CAP: N_("This is more than anybody may give."),
}
_DENIALS = _ABOUT_THE_ORDER | _ABOUT_THE_CHOICE | _ABOUT_THE_MONEY
_GOODS = ("pieces", "swaps", "variants")
_FIELDS: dict[Denial, tuple[str, ...]] = {
    Denial.REASON: ("reason",),
    Denial.EMPTY: (*_GOODS, "amount", "text", "tag"),
    Denial.NO_SUCH_LINE: _GOODS,
    Denial.TOO_MANY: _GOODS,
    Denial.NO_SUCH_VARIANT: _GOODS,
    Denial.OTHER_PRODUCT: _GOODS,
    Denial.SAME_VARIANT: _GOODS,
    Denial.SOLD_OUT: _GOODS,
    Denial.ADDRESS: ("address",),
    Denial.NO_SUCH_INSTRUMENT: ("instrument",),
    Denial.SAME_INSTRUMENT: ("instrument",),
    Denial.BALANCE: ("instrument",),
    Denial.WRONG_INSTRUMENT: ("instrument",),
    Denial.ABOVE_OPEN: ("amount",),
    Denial.ABOVE_CAP: ("amount",),
}


def sentence(denial: Denial, stage: OrderStage | None = None) -> str:
    """Return the reason as a message id; with the order's stage, what speaks against it is named."""
    if denial == Denial.STAGE and stage is not None:
        return _STAGES[stage]
    return _DENIALS[denial]


def field_of(denial: Denial, action: Action) -> str:
    """Return the field of an action that could be filled in otherwise; "" where none of them is the reason."""
    return next((name for name in _FIELDS.get(denial, ()) if hasattr(action, name)), "")

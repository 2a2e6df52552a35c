"""Why an order action is not possible, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from balcao.commerce.types import Denial
from balcao.ports.commerce import OrderStage

_STAGES = {
    OrderStage.DRAFT: _("The order is still a draft."),
    OrderStage.PENDING: _("The order has not been shipped yet."),
    OrderStage.PREPARING: _("The order is being prepared."),
    OrderStage.SHIPPED: _("The order has been shipped."),
    OrderStage.DELIVERED: _("The order has been delivered."),
    OrderStage.CANCELLED: _("The order was cancelled."),
}
_ABOUT_THE_ORDER = {
    Denial.NO_ORDER: _("This needs an order."),
    Denial.NOT_THEIRS: _("The order belongs to another customer."),
    Denial.NOT_ABLE: _("The shop system cannot do this."),
    Denial.SILENT: _("The shop system does not answer, and this cannot wait until it does. Nothing was done."),
    Denial.UNDER_WAY: _("Another action on this order is not finished yet."),
    Denial.LEVEL: _("The customer is not verified enough for this."),
    Denial.ROLE: _("Somebody else has to approve this, not who asked for it."),
    Denial.STAGE: _("The order has come too far for this, or not far enough."),
    Denial.CHANGED_ALREADY: _("The items of this order were changed already."),
    Denial.ASKED_BACK_ALREADY: _("A return or an exchange of this order is under way already."),
    Denial.CHANGED: _("The order has changed meanwhile. Look at it again before you go on."),
    Denial.DISPUTED: _("The payment is disputed at the bank: nothing is paid back beside that."),
}
_ABOUT_THE_CHOICE = {
    Denial.REASON: _("The shop does not accept this reason: choose another one."),
    Denial.EMPTY: _("Nothing is chosen yet."),
    Denial.NO_SUCH_LINE: _("This item is not in the order any more."),
    Denial.TOO_MANY: _("There are not that many pieces left."),
    Denial.NO_SUCH_VARIANT: _("The shop does not know this variant."),
    Denial.OTHER_PRODUCT: _("An item can only be swapped within the same product."),
    Denial.SAME_VARIANT: _("This is the variant that was bought."),
    Denial.SOLD_OUT: _("This variant is sold out."),
    Denial.ADDRESS: _("The address needs at least a street, a city and a postcode."),
}
_ABOUT_THE_MONEY = {
    Denial.NO_SUCH_INSTRUMENT: _("The customer has no such payment form."),
    Denial.SAME_INSTRUMENT: _("The order is paid with this one already."),
    Denial.NOT_ONE_PAYMENT: _("The order is paid already, or in several parts."),
    Denial.BALANCE: _("The gift card does not hold enough."),
    Denial.WRONG_INSTRUMENT: _("The shop does not pay back to this one."),
    Denial.NOT_PAID: _("Nothing is paid that could go back."),
    Denial.ABOVE_OPEN: _("This is more than is left of what was paid."),
    Denial.ABOVE_CAP: _("This is more than anybody may give."),
}
_DENIALS = _ABOUT_THE_ORDER | _ABOUT_THE_CHOICE | _ABOUT_THE_MONEY


def denial_words(denial: Denial, stage: OrderStage | None = None) -> str:
    """Return the reason as a sentence; with the order's stage, what speaks against it is named."""
    if denial == Denial.STAGE and stage is not None:
        return str(_STAGES[stage])
    return str(_DENIALS[denial])

"""What is made for a customer: an order to be paid, a coupon."""

from typing import Any

from balcao.kit.decimals import decimal
from balcao.kit.i18n import N_
from balcao.plugins.commerce.woocommerce.finding import Seen
from balcao.plugins.commerce.woocommerce.reading import written_place
from balcao.plugins.commerce.woocommerce.recalling import code_of
from balcao.plugins.commerce.woocommerce.rest import Missing, Refused, read, write
from balcao.plugins.commerce.woocommerce.step import Step, note_of
from balcao.ports.commerce import Done, GiveCredit, Order, Outcome, PlaceOrder

NO_CUSTOMER = N_("An order needs a customer with an account in the shop.")
NO_PRODUCT = N_("There is no such product.")

FREIGHT = "Shipping"  # the name of the freight on the order

_TAKEN = "coupon_code_already_exists"


def place_order(action: PlaceOrder, step: Step) -> Done:
    """Make an order that waits for its payment; where it can be paid stands in its payment."""
    link = step.link
    if not action.account.isdigit():
        raise Refused(NO_CUSTOMER, "no_customer")
    try:
        customer = read(link.config, f"/customers/{action.account}")
    except Missing as missing:
        raise Refused(str(missing), "no_customer") from missing
    wish: dict[str, Any] = {
        "status": "pending",
        "customer_id": int(action.account),
        "billing": {name: value for name, value in customer["billing"].items() if name in _BILLING and value},
        "shipping": written_place(action.address, region=link.region),
        "line_items": [_wanted(variant, count) for variant, count in action.variants],
        "meta_data": step.marked(),
    }
    if action.freight:
        total = decimal(action.freight, link.currency)
        wish["shipping_lines"] = [{"method_id": "flat_rate", "method_title": FREIGHT, "total": total}]
    answer = write(link.config, "POST", "/orders", wish)
    return Done(Outcome.DONE, Seen(answer, link).order, ref=str(answer["id"]))


_BILLING = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
    "email",
    "phone",
)


def _wanted(variant: str, count: int) -> dict[str, Any]:
    product, _, variation = variant.partition(":")
    if not product.isdigit() or (variation and not variation.isdigit()):
        raise Refused(NO_PRODUCT, "no_such_variant")
    wanted = {"product_id": int(product), "quantity": count}
    return {**wanted, "variation_id": int(variation)} if variation else wanted


def give_credit(action: GiveCredit, step: Step, order: Order | None) -> Done:
    """Make a coupon for one use, by this customer where their e-mail address is known."""
    currency = order.currency if order else step.link.currency
    code = code_of(step.key, secret=step.link.config.consumer_secret)
    wish: dict[str, Any] = {
        "code": code,
        "amount": decimal(action.amount, currency),
        "discount_type": "fixed_cart",
        "description": note_of(action.reason, step.mark),
        "usage_limit": 1,
    }
    if order and order.account.email:
        wish["email_restrictions"] = [order.account.email]
    try:
        answer = write(step.link.config, "POST", "/coupons", wish)
    except Refused as refused:
        if refused.code == _TAKEN:  # nobody but the same key can have taken this code
            return Done(Outcome.DONE, detail=code)
        raise
    return Done(Outcome.DONE, ref=str(answer["id"]), detail=code)

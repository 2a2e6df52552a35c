"""What is made for a customer: a draft to be paid, a gift card."""

import base64
import hmac

from balcao.kit.decimals import decimal
from balcao.kit.i18n import N_
from balcao.plugins.commerce.shopify import documents, finding
from balcao.plugins.commerce.shopify.basics import written_place
from balcao.plugins.commerce.shopify.finding import CUSTOMER
from balcao.plugins.commerce.shopify.graphql import change
from balcao.plugins.commerce.shopify.step import Refused, Step, must, note_of
from balcao.ports.commerce import (
    Account,
    Action,
    CommerceError,
    Done,
    GiveCredit,
    Order,
    Outcome,
    PlaceOrder,
    SendPaymentLink,
)

IS_DRAFT = N_("This order is a draft still: the customer has to pay it first, or somebody to complete it in Shopify.")
NO_CUSTOMER = N_("A gift card needs a customer.")

NOT_SENT = N_("It stands in Shopify, but the customer was not told. Send it from there.")
FREIGHT = "Shipping"  # the name of the freight on the invoice, in the words of Shopify's own default

_CODE_LENGTH = 16


def place_order(action: PlaceOrder, step: Step) -> Done:
    """Make a draft and send its invoice, by which the customer pays it."""
    link = step.link
    wish = {
        "customerId": action.account,
        "lineItems": [{"variantId": variant, "quantity": count} for variant, count in action.variants],
        "shippingAddress": written_place(action.address, region=link.region),
        "tags": [step.mark],
    }
    if action.freight:
        wish["shippingLine"] = {"title": FREIGHT, "price": decimal(action.freight, link.currency)}
    ref = must(change(link.config, documents.PLACE, {"input": wish}))["draftOrder"]["id"]
    is_sent = _tried(step, documents.SEND_INVOICE, ref)
    outcome = Outcome.DONE if is_sent else Outcome.PARTLY
    return Done(outcome, _draft(ref, step), ref=ref, detail="" if is_sent else NOT_SENT)


def on_draft(action: Action, step: Step, ref: str) -> Done:
    """Send the invoice of a draft once more; whatever else, Shopify does only to what was paid or completed."""
    if not isinstance(action, SendPaymentLink):
        raise Refused(IS_DRAFT, "draft")
    must(change(step.link.config, documents.SEND_INVOICE, {"id": ref}))
    must(change(step.link.config, documents.TAG, {"id": ref, "tags": [step.mark]}))
    return Done(Outcome.DONE, _draft(ref, step), ref=ref)


def give_credit(action: GiveCredit, step: Step, order: Order | None) -> Done:
    """Issue a gift card to the order's customer, who is told of it by Shopify."""
    account = order.account if order else Account("")
    if not account.ref.startswith(CUSTOMER):
        raise Refused(NO_CUSTOMER, "no_customer")
    link, currency = step.link, order.currency if order else step.link.currency
    wish = {
        "initialAmount": {"amount": decimal(action.amount, currency), "currencyCode": currency},
        "customerId": account.ref,
        "code": code_of(step.key, secret=link.config.client_secret),
        "note": note_of(action.reason, step.mark),
    }
    try:
        ref = must(change(link.config, documents.GIFT_CARD, {"input": wish}))["giftCard"]["id"]
    except Refused as refused:
        if refused.code == "taken":  # nobody but the same key can have taken this code
            return Done(Outcome.DONE)
        raise
    is_sent = _tried(step, documents.SEND_GIFT_CARD, ref)
    return Done(Outcome.DONE if is_sent else Outcome.PARTLY, ref=ref, detail="" if is_sent else NOT_SENT)


def code_of(key: str, *, secret: str) -> str:
    """Return the code of a gift card: nobody can guess it, and the same key cannot make a second card."""
    digest = hmac.digest(secret.encode(), f"gift card {key}".encode(), "sha256")
    return base64.b32encode(digest).decode()[:_CODE_LENGTH].lower()


def _tried(step: Step, document: str, ref: str) -> bool:
    try:
        must(change(step.link.config, document, {"id": ref}))
    except (Refused, CommerceError):
        return False
    return True


def _draft(ref: str, step: Step) -> Order | None:
    try:
        return finding.draft(ref, step.link)
    except CommerceError:
        return None

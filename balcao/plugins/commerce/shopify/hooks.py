"""Webhooks of Shopify: signed with the app's client secret; what they say has changed is read anew."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

from balcao.plugins.commerce.shopify.config import ShopifyConfig
from balcao.plugins.commerce.shopify.finding import ORDER, PRODUCT
from balcao.ports.commerce import Heard
from balcao.ports.hooks import Forbidden, HookRequest

_OLDEST = timedelta(days=2)  # Shopify tries for four hours
_ORDER_TOPICS = ("orders/", "order_")
_ABOUT_AN_ORDER = ("fulfillments/", "refunds/", "returns/", "order_transactions/", "fulfillment_events/")


def heard(request: HookRequest, config: ShopifyConfig, *, now: datetime | None = None) -> Heard:
    """Return what a webhook says has changed; raise `Forbidden` unless Shopify signed it for this shop lately."""
    _check(request, config, now=now or datetime.now(UTC))
    topic = request.headers.get("x-shopify-topic", "").lower()
    try:
        body = json.loads(request.body)
    except ValueError:
        return Heard()
    if not isinstance(body, dict):
        return Heard()
    if topic.startswith(_ORDER_TOPICS):
        return Heard(orders=_ref(ORDER, body.get("admin_graphql_api_id"), body.get("id") or body.get("order_id")))
    if topic.startswith(_ABOUT_AN_ORDER):
        within = body.get("order")  # a return holds its order, the others name it
        whole = within.get("admin_graphql_api_id") if isinstance(within, dict) else None
        return Heard(orders=_ref(ORDER, whole, body.get("order_id")))
    if topic.startswith("products/"):
        return Heard(products=_ref(PRODUCT, body.get("admin_graphql_api_id"), body.get("id")))
    return Heard()  # a topic that tells us nothing


def _ref(prefix: str, whole: object, number: object) -> tuple[str, ...]:
    if isinstance(whole, str) and whole.startswith(prefix):
        return (whole,)
    return (f"{prefix}{number}",) if isinstance(number, int) and not isinstance(number, bool) else ()


def _check(request: HookRequest, config: ShopifyConfig, *, now: datetime) -> None:
    if not config.client_secret:
        raise Forbidden("No client secret is set: nothing can be checked.")
    wanted = base64.b64encode(hmac.digest(config.client_secret.encode(), request.body, "sha256"))
    given = request.headers.get("x-shopify-hmac-sha256", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, wanted):
        raise Forbidden("The signature does not match the client secret.")
    shop = request.headers.get("x-shopify-shop-domain", "").lower()
    if shop and shop != config.host:  # the app may stand in several shops, with one secret
        raise Forbidden("This is a webhook of another shop.")
    if _is_old(request.headers.get("x-shopify-triggered-at", ""), now):
        raise Forbidden("This webhook is days old.")


def _is_old(text: str, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return False
    return now - (at if at.tzinfo else at.replace(tzinfo=UTC)) > _OLDEST

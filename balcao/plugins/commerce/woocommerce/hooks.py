"""Webhooks of WooCommerce: signed with a secret of their own; what they say has changed is read anew."""

import base64
import hmac
import json
import re

from balcao.plugins.commerce.woocommerce.config import WooCommerceConfig
from balcao.ports.commerce import Heard
from balcao.ports.hooks import Forbidden, HookRequest

# Sent without a signature when a webhook is made: it wants to hear 200, and says nothing.
_PING = re.compile(rb"webhook_id=\d{1,20}")


def heard(request: HookRequest, config: WooCommerceConfig) -> Heard:
    """Return what a webhook says has changed; raise `Forbidden` unless the shop signed it."""
    if _PING.fullmatch(request.body):
        return Heard()
    _check(request, config)
    resource = request.headers.get("x-wc-webhook-resource", "") or request.headers.get("x-wc-webhook-topic", "")
    try:
        body = json.loads(request.body)
    except ValueError:
        return Heard()
    number = body.get("id") if isinstance(body, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        return Heard()
    kind = resource.lower().partition(".")[0]
    if kind == "order":
        return Heard(orders=(str(number),))
    if kind == "product":
        return Heard(products=(str(body.get("parent_id") or number),))  # a variation is read with its product
    return Heard()


def _check(request: HookRequest, config: WooCommerceConfig) -> None:
    if not config.webhook_secret:
        raise Forbidden("No webhook secret is set: nothing can be checked.")
    wanted = base64.b64encode(hmac.digest(config.webhook_secret.encode(), request.body, "sha256"))
    given = request.headers.get("x-wc-webhook-signature", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, wanted):
        raise Forbidden("The signature does not match the webhook secret.")
    source = request.headers.get("x-wc-webhook-source", "")
    if source and _host(source) != _host(config.home):  # two shops may have been given the same secret
        raise Forbidden("This is a webhook of another shop.")


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].lower().removeprefix("www.")

"""Calls from the shop system: who vouches for them, and what they say has changed."""

import base64
import hmac
import json
from typing import Any

from balcao.plugins.commerce.rest.paths import parsed, spelt
from balcao.plugins.commerce.rest.schema import Signature, Token, Webhook
from balcao.plugins.commerce.rest.system import System, basic, holds
from balcao.ports.commerce import Heard
from balcao.ports.hooks import Forbidden, HookRequest


def heard(system: System, request: HookRequest) -> Heard:
    """Return what is to be read anew; raise `Forbidden` for a call that nobody vouches for."""
    webhook, secret = system.mapping.webhook, str(system.link.config.webhook_secret)
    if webhook is None or not secret:
        raise Forbidden
    _check(webhook, request, secret, login=str(system.link.config.login))
    try:
        body = json.loads(request.body)
    except ValueError:
        return Heard(status=400, body="no JSON")
    if webhook.only and not holds(webhook.only, body):
        return Heard()
    return Heard(orders=_refs(webhook.order, body), products=_refs(webhook.product, body))


def _refs(path: str | None, body: Any) -> tuple[str, ...]:
    found = (spelt(one) for one in parsed(path).every(body, body)) if path else ()
    return tuple(dict.fromkeys(one for one in found if one))


def _check(webhook: Webhook, request: HookRequest, secret: str, *, login: str) -> None:
    if webhook.signature:
        told, right = _signatures(webhook.signature, request, secret)
    else:
        told, right = _tokens(webhook.token or Token(query="secret"), request, secret, login)
    if not hmac.compare_digest(told.encode(), right.encode()):
        raise Forbidden


def _signatures(signature: Signature, request: HookRequest, secret: str) -> tuple[str, str]:
    told = request.headers.get(signature.header.lower(), "").strip().removeprefix(signature.prefix)
    digest = hmac.digest(secret.encode(), request.body, signature.algorithm)
    if signature.encoding == "base64":
        return told, base64.b64encode(digest).decode()
    return told.lower(), digest.hex()


def _tokens(token: Token, request: HookRequest, secret: str, login: str) -> tuple[str, str]:
    if token.basic:
        return request.headers.get("authorization", ""), basic(login, secret)
    told = request.headers.get(token.header.lower(), "") if token.header else request.query.get(token.query, "")
    return told.removeprefix("Bearer ").strip(), secret

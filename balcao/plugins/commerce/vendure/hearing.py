"""What Balcão's plug-in inside Vendure tells: the keys of what changed, signed with a secret that both know."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from balcao.plugins.commerce.vendure.config import VendureConfig
from balcao.ports.commerce import Heard
from balcao.ports.hooks import Forbidden, HookRequest

_MOST = 1000  # keys of one call; the plug-in gathers those of half a second


def heard(request: HookRequest, config: VendureConfig) -> Heard:
    """Return what is to be read anew; raise `Forbidden` unless it is signed as agreed."""
    if not config.hook_secret:
        raise Forbidden
    expected = hmac.digest(config.hook_secret.encode(), request.body, "sha256").hex()
    if not hmac.compare_digest(expected.encode(), request.headers.get("x-balcao-signature", "").encode()):
        raise Forbidden
    try:
        told = json.loads(request.body)
    except ValueError:
        told = None
    if not isinstance(told, Mapping):
        return Heard(status=400, body="This is no notice of Balcão's plug-in.")
    return Heard(_keys(told.get("orders")), _keys(told.get("products")))


def _keys(told: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(key) for key in told if key))[:_MOST] if isinstance(told, list) else ()

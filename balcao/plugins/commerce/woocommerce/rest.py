"""Calls to WooCommerce's REST API, and what its refusals mean.

It answers with status 500 also to what it clearly refuses (a refund above the rest), with a code of its own: then
nothing happened.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from balcao.kit.i18n import N_
from balcao.plugins.commerce.woocommerce.config import WooCommerceConfig
from balcao.ports.calling import NOT_UNDERSTOOD, SCOPE, Caller, Reply, fault, readable, refusal
from balcao.ports.commerce import CommerceError

UNSAFE = N_("Enter the address with https: over http the key would travel in the open.")
NO_API = N_("There is no WooCommerce at this address. Check it, and that WordPress has permalinks other than plain.")

_BAD, _UNAUTHORISED, _FORBIDDEN, _MISSING, _BROKEN = 400, 401, 403, 404, 500
_LOOKED_INTO = (_BAD, _UNAUTHORISED, _FORBIDDEN, _MISSING, _BROKEN)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_NO_ROUTE = "rest_no_route"
_LOGIN = "woocommerce_rest_authentication_error"
_REFUSED_WITH_500 = {"woocommerce_rest_cannot_create_order_refund"}

Raw = Mapping[str, Any]


class Refused(CommerceError):
    """WooCommerce does not do it; nothing happened. The message is in its own words."""

    def __init__(self, message: str, code: str = "refused") -> None:
        super().__init__(message, permanent=True, code=code)


class Missing(CommerceError):
    """There is no such thing in the shop."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="gone")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    rows: Sequence[Raw]
    has_more: bool
    date: str = ""  # by the shop's own clock


def read(config: WooCommerceConfig, path: str, params: Mapping[str, Any] | None = None) -> Any:
    """Return one thing; raises `CommerceError`, `Missing` where there is none."""
    return _called(config, "GET", path, params=params).json()


def page(config: WooCommerceConfig, path: str, params: Mapping[str, Any]) -> Page:
    """Return one page of a list; `page` and `per_page` are among the parameters. Raises `CommerceError`."""
    reply = _called(config, "GET", path, params=params)
    rows = reply.json()
    if not isinstance(rows, list):
        raise fault(NOT_UNDERSTOOD, "protocol", permanent=True)
    pages = reply.headers.get("x-wp-totalpages", "1")
    has_more = pages.isdigit() and int(params.get("page", 1)) < int(pages)
    return Page(rows, has_more, reply.headers.get("date", ""))


def write(config: WooCommerceConfig, method: str, path: str, body: Mapping[str, Any]) -> Any:
    """Change something and return it; raises `CommerceError`, `Refused` or `Missing` where it says so."""
    reply = _called(config, method, path, json=body)
    try:
        return reply.json()
    except CommerceError as error:  # it was taken, but nobody understands what came of it
        raise CommerceError(str(error), permanent=False, code="uncertain", uncertain=True) from error


def _called(
    config: WooCommerceConfig,
    method: str,
    path: str,
    *,
    params: Mapping[str, Any] | None = None,
    json: Mapping[str, Any] | None = None,
) -> Reply:
    _check_safe(config.home)
    login = f"{config.consumer_key.strip()}:{config.consumer_secret.strip()}".encode()
    caller = Caller(
        f"{config.home}/wp-json/wc/v3",
        headers={"Authorization": f"Basic {base64.b64encode(login).decode()}"},
        seconds=30,
    )
    writes = method != "GET"
    reply = caller.call(method, path, params=params, json=json, writes=writes, fine=_LOOKED_INTO)
    if reply.status in _LOOKED_INTO:
        raise _understood(reply, writes=writes)
    return reply


def _check_safe(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise fault(UNSAFE, "tls", permanent=True)


def _understood(reply: Reply, *, writes: bool) -> CommerceError:
    """Return what a refusal means, by its code; the sentences are in the shop's language."""
    code, message = _said(reply)
    if not code:
        return fault(NO_API, "protocol", permanent=True) if reply.status == _MISSING else refusal(reply, writes=writes)
    if code == _NO_ROUTE:
        return fault(NO_API, "protocol", permanent=True)
    if reply.status in (_UNAUTHORISED, _FORBIDDEN):
        # A key that may only read is refused in the same words as a wrong one; but then it cannot have read before.
        is_scope = code != _LOGIN or writes
        return fault(SCOPE, "scope", permanent=True, words=message) if is_scope else refusal(reply, writes=writes)
    if reply.status == _MISSING:
        return Missing(message)
    if reply.status == _BAD or code in _REFUSED_WITH_500:
        return Refused(message or code, code.removeprefix("woocommerce_rest_"))
    return refusal(reply, writes=writes)


def _said(reply: Reply) -> tuple[str, str]:
    try:
        answer = reply.json()
    except CommerceError:
        return "", ""
    if not isinstance(answer, dict):
        return "", ""
    return str(answer.get("code") or ""), readable(answer.get("message") or "")

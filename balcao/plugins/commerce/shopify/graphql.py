"""Questions to Shopify's GraphQL Admin API, and what can be wrong with the answers.

A throttled question comes back with status 200 and an error in it; nothing of it happened.
"""

import time
from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.shopify.config import ShopifyConfig
from balcao.plugins.commerce.shopify.documents import VERSION
from balcao.ports.calling import BROKEN, BUSY, LOGIN, NOT_UNDERSTOOD, SCOPE, Caller, fault
from balcao.ports.commerce import CommerceError

NO_APP = N_("Enter the client ID and the client secret of the app, or an access token.")

_SOON = 60.0  # seconds: a token that ends so soon is fetched anew
_tokens: dict[str, tuple[str, float]] = {}  # by a digest of shop and app: (token, when it ends)
_lock = Lock()


class TooCostly(CommerceError):
    """The question asks for more than Shopify answers at once; nothing happened. Ask for less."""

    def __init__(self, words: str) -> None:
        super().__init__(f"{NOT_UNDERSTOOD}\n{words[:200]}", permanent=True)


def ask(config: ShopifyConfig, document: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Ask a question and return its data; raises `CommerceError`."""
    return _asked(config, document, variables or {}, writes=False)


def change(config: ShopifyConfig, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Change something and return what the mutation answers; raises `CommerceError`."""
    told = _asked(config, document, variables, writes=True)
    answer = next(iter(told.values()), None)
    if not isinstance(answer, dict):
        raise fault(NOT_UNDERSTOOD, "uncertain", uncertain=True)
    return answer


def _asked(config: ShopifyConfig, document: str, variables: Mapping[str, Any], *, writes: bool) -> dict[str, Any]:
    try:
        return _called(config, document, variables, writes=writes)
    except CommerceError as error:
        if error.code != "auth" or config.access_token or not _forgotten(config):
            raise
    return _called(config, document, variables, writes=writes)  # the token we had was taken back: with a new one


def _called(config: ShopifyConfig, document: str, variables: Mapping[str, Any], *, writes: bool) -> dict[str, Any]:
    caller = Caller(config.address, headers={"X-Shopify-Access-Token": token(config)})
    reply = caller.call(
        "POST",
        f"/admin/api/{VERSION}/graphql.json",
        json={"query": document, "variables": dict(variables)},
        writes=writes,
    )
    try:
        answer = reply.json()
    except CommerceError as error:
        raise _unsure(error) if writes else error from error
    if not isinstance(answer, dict):
        raise fault(NOT_UNDERSTOOD, "uncertain" if writes else "protocol", permanent=not writes, uncertain=writes)
    if errors := answer.get("errors"):
        raise _fault_in(errors, answer, writes=writes)
    told = answer.get("data")
    return told if isinstance(told, dict) else {}


def _unsure(error: CommerceError) -> CommerceError:
    return CommerceError(str(error), permanent=False, code="uncertain", uncertain=True)


def _fault_in(errors: Any, answer: Mapping[str, Any], *, writes: bool) -> CommerceError:
    """Return what the errors of an answer with status 200 mean."""
    listed = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    words = "; ".join(str(one.get("message", "")) for one in listed) or str(errors)
    codes = {str((one.get("extensions") or {}).get("code", "")) for one in listed}
    if "THROTTLED" in codes:
        return fault(BUSY, "rate", retry_after=wait_for(answer))
    if "MAX_COST_EXCEEDED" in codes:
        return TooCostly(words)
    if "ACCESS_DENIED" in codes:
        return fault(SCOPE, "scope", permanent=True, words=words)
    if "INTERNAL_SERVER_ERROR" in codes or "TIMEOUT" in codes:
        return fault(BROKEN, "uncertain" if writes else "protocol", words=words, uncertain=writes)
    return fault(NOT_UNDERSTOOD, "protocol", permanent=True, words=words)


def wait_for(answer: Mapping[str, Any]) -> float:
    """Return the seconds until the bucket holds what the question costs; one second where the answer does not say."""
    cost = (answer.get("extensions") or {}).get("cost") or {}
    bucket = cost.get("throttleStatus") or {}
    missing = float(cost.get("requestedQueryCost") or 0) - float(bucket.get("currentlyAvailable") or 0)
    rate = float(bucket.get("restoreRate") or 0)
    return max(missing / rate, 1.0) if rate else 1.0


# --- The key: an access token of a day, for the app's id and secret ---------------------------------------------------


def token(config: ShopifyConfig) -> str:
    """Return the access token: the one that was entered, or one of a day for id and secret (RFC 6749, 4.4)."""
    if config.access_token:
        return config.access_token.strip()
    if not (config.client_id and config.client_secret):
        raise fault(NO_APP, "auth", permanent=True)
    with _lock:
        known, ends = _tokens.get(_name(config), ("", 0.0))
    return known if ends - _SOON > time.monotonic() else _fetched(config)


def _fetched(config: ShopifyConfig) -> str:
    refused = 400
    reply = Caller(config.address).call(
        "POST",
        "/admin/oauth/access_token",
        form={
            "grant_type": "client_credentials",
            "client_id": config.client_id.strip(),
            "client_secret": config.client_secret.strip(),
        },
        fine=(refused,),
    )
    if reply.status == refused:
        raise fault(LOGIN, "auth", permanent=True, words=reply.content[:200])
    answer = reply.json()
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        raise fault(NOT_UNDERSTOOD, "protocol", permanent=True)
    lasting = float(answer.get("expires_in") or 0)
    with _lock:
        _tokens[_name(config)] = (answer["access_token"], time.monotonic() + lasting)
    return str(answer["access_token"])


def _forgotten(config: ShopifyConfig) -> bool:
    with _lock:
        return _tokens.pop(_name(config), None) is not None


def _name(config: ShopifyConfig) -> str:
    return sha256("\0".join((config.address, config.client_id, config.client_secret)).encode()).hexdigest()

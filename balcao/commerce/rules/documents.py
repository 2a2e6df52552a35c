"""Orders, accounts, products, actions and policies as documents: plain JSON values, defaults left out."""

import hashlib
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter

from balcao.commerce.types import Effect, Policy
from balcao.ports.commerce import Account, Action, ActionKind, Order, Product

_T = TypeVar("_T")
_ACTIONS: dict[ActionKind, type[Action]] = {kind.kind: kind for kind in Action.__args__}


def plain(value: Any) -> dict[str, Any]:
    """Return a frozen dataclass of ours as JSON values."""
    found: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json", exclude_defaults=True)
    return found


def order_from(document: dict[str, Any], account: Account) -> Order:
    """Return the order of a document, which leaves its account out."""
    return _read(Order, {**document, "account": account})


def order_document(order: Order) -> dict[str, Any]:
    """Return an order's document; its account stands by itself."""
    document = plain(order)
    document.pop("account", None)
    return document


def account_from(document: dict[str, Any]) -> Account:
    """Return the account of a document."""
    return _read(Account, document)


def product_from(document: dict[str, Any]) -> Product:
    """Return the product of a document."""
    return _read(Product, document)


def action_from(kind: str, document: dict[str, Any]) -> Action:
    """Return the action of a ledger entry."""
    found: Action = _adapter(_ACTIONS[ActionKind(kind)]).validate_python(document)
    return found


def effect_from(document: dict[str, Any]) -> Effect:
    """Return the effect of a ledger entry."""
    return _read(Effect, document)


def agreed(action: Action, effect: Effect) -> str:
    """Return in short what was shown of an action and is agreed to."""
    told = json.dumps([action.kind, plain(action), plain(effect)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def policy_from(document: dict[str, Any]) -> Policy:
    """Return a shop's policy; what it does not name is as usual."""
    return _read(Policy, document)


def _read(kind: type[_T], document: dict[str, Any]) -> _T:
    found: _T = _adapter(kind).validate_python(document)
    return found


_adapters: dict[type, "TypeAdapter[Any]"] = {}  # built at first use: that takes longer than starting needs


def _adapter(kind: type) -> "TypeAdapter[Any]":
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]

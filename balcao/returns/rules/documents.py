"""Policies, decisions and findings as documents: plain JSON values, defaults left out."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import TypeAdapter

from balcao.returns.types import Decision, Finding, ReturnsPolicy

_T = TypeVar("_T")


def plain(value: Decision | Finding | ReturnsPolicy) -> dict[str, Any]:
    """Return a value as JSON holds it."""
    found: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json", exclude_defaults=True)
    return found


def policy_from(document: dict[str, Any]) -> ReturnsPolicy:
    """Return a shop's policy; what it does not name is as usual."""
    return _read(ReturnsPolicy, document)


def decision_from(document: dict[str, Any]) -> Decision:
    """Return a decision as it stood."""
    return _read(Decision, document)


def findings_from(documents: Iterable[dict[str, Any]]) -> tuple[Finding, ...]:
    """Return the signals that were seen."""
    return tuple(_read(Finding, one) for one in documents)


def _read(kind: type[_T], document: dict[str, Any]) -> _T:
    found: _T = _adapter(kind).validate_python(document)
    return found


_adapters: dict[type, "TypeAdapter[Any]"] = {}  # built at first use: that takes longer than starting needs


def _adapter(kind: type) -> "TypeAdapter[Any]":
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]

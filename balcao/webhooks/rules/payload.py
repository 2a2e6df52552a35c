"""What a message says: the type of event, when, and ids. Never words that people wrote, names or addresses."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from balcao.webhooks.rules.catalogue import EVENTS

LARGEST = 20_000  # bytes
# Facts of the journal under the names that the API has for them.
_NAMES = {
    "ticket": "ticket_id",
    "number": "ticket_number",
    "message": "message_id",
    "note": "note_id",
    "entry": "order_action_id",
    "order": "order_number",
    "conversation": "conversation_id",
    "process": "process_id",
    "blueprint": "blueprint_id",
    "visit": "visit_id",
    "department": "department_id",
    "clock": "clock_id",
    "task": "task_id",
    "effect": "effect_id",
    "identity": "identity_id",
    "channel": "channel_id",
    "backend": "shop_system_id",
    "customers": "customer_ids",
    "kept": "kept_customer_id",
    "absorbed": "absorbed_customer_id",
    "source": "source_ticket_id",
    "source_number": "source_ticket_number",
    "target": "target_ticket_id",
    "target_number": "target_ticket_number",
}
_OF_RETURNS = {"return": "return_id", "number": "return_number"}
_ABOUT = ("ticket", "customer", "agent", "order", "channel")


def payload(
    name: str,
    *,
    at: datetime,
    facts: Mapping[str, Any],
    about: Iterable[tuple[str, int]] = (),
    shop_id: int = 0,
    position: int | None = None,
) -> bytes:
    """Return the body of an event in the catalogue: of its facts those that are promised, under lasting names."""
    told: dict[str, Any] = {"position": position, "shop_id": shop_id or None}
    for kind, pk in about:
        if kind in _ABOUT:
            told.setdefault(f"{kind}_id", pk)
    told |= {called(name, fact): facts[fact] for fact in EVENTS[name].facts if fact in facts}
    return body(name, at=at, told=told)


def called(name: str, fact: str) -> str:
    """Return what a fact of an event is called where it is told."""
    names = _OF_RETURNS if name.startswith("return.") else _NAMES
    return names.get(fact, fact)


def body(name: str, *, at: datetime, told: Mapping[str, Any]) -> bytes:
    """Return a body as Standard Webhooks wants it; what is too large is told by name only."""
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = _text(name, stamp, told)
    return text if len(text) <= LARGEST else _text(name, stamp, {"is_cut": True})


def _text(name: str, stamp: str, told: Mapping[str, Any]) -> bytes:
    whole = {"type": name, "timestamp": stamp, "data": dict(told)}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), default=str).encode()

"""What an agent wants to be told, and how."""

from collections.abc import Mapping
from typing import Any

# By default everything rings the bell; mails go out for what waits for one person or needs mending.
DEFAULTS = {
    "mention": {"bell": True, "mail": True},
    "assigned": {"bell": True, "mail": False},
    "message": {"bell": True, "mail": False},
    "failed_send": {"bell": True, "mail": True},
    "quarantine": {"bell": True, "mail": True},
    "gap": {"bell": True, "mail": True},
    "mailbox": {"bell": True, "mail": True},
    "approval": {"bell": True, "mail": True},
    "order": {"bell": True, "mail": False},
    "stage": {"bell": True, "mail": True},
    "deadline": {"bell": True, "mail": False},
    "escalation": {"bell": True, "mail": True},
    "late": {"bell": True, "mail": False},
    "webhook": {"bell": True, "mail": True},
    "rule": {"bell": True, "mail": False},
}


def wants(settings: Mapping[str, Any], kind: str, way: str) -> bool:
    """Tell whether an agent with these settings wants a kind of notice by bell or by mail."""
    chosen = settings.get("notices", {}).get(kind, {})
    return bool(chosen.get(way, DEFAULTS[kind][way]))

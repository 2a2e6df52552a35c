"""Our mark in Odoo: a word by which what came of an action is found again, whatever became of the answer."""

import hashlib
import re

_MARK = re.compile(r"\s*\[balcao:[0-9a-f]{20}\]")


def mark_of(key: str) -> str:
    """Return the mark of an action's key."""
    return f"[balcao:{hashlib.sha256(key.encode()).hexdigest()[:20]}]"


def unmarked(text: str) -> str:
    """Return a text as people read it."""
    return _MARK.sub("", text).strip()

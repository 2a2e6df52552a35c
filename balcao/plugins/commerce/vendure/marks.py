"""What we leave in Vendure's notes and reasons, so that a deed of ours is known again: `[balcao-4f…]`."""

import re
from collections.abc import Iterable

from balcao.ports.calling import mark_of

_MARK = re.compile(r"\s*\[(?P<mark>balcao-[0-9a-f]{24})(?: return(?P<pieces>(?: [^\s*\]]+\*\d+)+))?\]")

Pieces = tuple[tuple[str, int], ...]


def marked(text: str, key: str, *, pieces: Pieces = ()) -> str:
    """Return a text with the mark of a deed behind it; of a return, with the pieces that are to come back."""
    coming = " return " + " ".join(f"{ref}*{count}" for ref, count in pieces) if pieces else ""
    return f"{text.strip()} [{mark_of(key)}{coming}]".strip()


def is_marked(text: str | None, key: str) -> bool:
    """Tell whether a text carries the mark of a deed."""
    return f"[{mark_of(key)}" in (text or "")


def plain(text: str | None) -> str:
    """Return a text without marks, as people wrote it."""
    return _MARK.sub("", text or "").strip()


def announced(text: str) -> tuple[str, Pieces] | None:
    """Return the mark and the pieces of a note that announces a return, None when it is another note."""
    found = _MARK.search(text)
    if not found or not found["pieces"]:
        return None
    pairs: Iterable[tuple[str, str]] = re.findall(r"([^\s*\]]+)\*(\d+)", found["pieces"])
    return found["mark"], tuple((ref, int(count)) for ref, count in pairs)

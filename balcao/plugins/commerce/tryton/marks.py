"""What we leave in Tryton's notes and complaints, so that a deed of ours is known again: `[balcao-4f…]`."""

import re

from balcao.ports.calling import mark_of

_MARK = re.compile(r"\s*\[balcao-[0-9a-f]{24}\]")
_PIECES = re.compile(r"\s*\[pieces((?: \d+\*\d+)+)\]")

Pieces = tuple[tuple[str, int], ...]


def marked(text: str, key: str) -> str:
    """Return a text with the mark of a deed behind it."""
    return f"{text.strip()} [{mark_of(key)}]".strip()


def is_marked(text: str | None, key: str) -> bool:
    """Tell whether a text carries the mark of a deed."""
    return f"[{mark_of(key)}]" in (text or "")


def plain(text: str | None) -> str:
    """Return a text without marks, as people wrote it."""
    return _PIECES.sub("", _MARK.sub("", text or "")).strip()


def with_pieces(text: str, pieces: Pieces) -> str:
    """Return a text that says for which pieces money goes back."""
    named = "".join(f" {ref}*{count}" for ref, count in pieces)
    return f"{text.strip()} [pieces{named}]".strip() if named else text


def pieces_in(text: str | None) -> Pieces:
    """Return the pieces that a text names."""
    found = _PIECES.search(text or "")
    pairs = (pair.split("*") for pair in found[1].split()) if found else ()
    return tuple((ref, int(count)) for ref, count in pairs)

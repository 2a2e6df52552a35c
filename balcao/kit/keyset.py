"""Opaque cursors for keyset paging: where a page ended, as text that the caller hands back."""

import base64
import hashlib
import json
from datetime import datetime

Part = int | str | datetime | None

_CHECK = 4  # bytes: a cursor carries no right, so this guards against damage and not against intent
_LONGEST = 2000


class BadCursor(ValueError):
    """A cursor is damaged, made up, or belongs to another list."""


def encode_cursor(*parts: Part, order: str = "") -> str:
    """Return the cursor of a place in a list; `order` names the list and its sorting, and must be given to decode."""
    packed = json.dumps([_packed(part) for part in parts], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_check(packed, order) + packed).decode().rstrip("=")


def decode_cursor(cursor: str, *, order: str = "", size: int | None = None) -> tuple[Part, ...]:
    """Return the parts of a cursor; raise `BadCursor` if it is no cursor of this order or has not `size` parts."""
    try:
        packed = _checked(cursor, order)
        parts = tuple(_unpacked(part) for part in json.loads(packed))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadCursor("This cursor is not valid here; start again from the first page.") from error
    if size not in {None, len(parts)}:
        raise BadCursor("This cursor belongs to another list; start again from the first page.")
    return parts


def _checked(cursor: str, order: str) -> bytes:
    raw = base64.b64decode(cursor[:_LONGEST] + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    if raw[:_CHECK] != _check(raw[_CHECK:], order):
        raise ValueError(cursor)
    return raw[_CHECK:]


def _check(packed: bytes, order: str) -> bytes:
    return hashlib.blake2s(packed, digest_size=_CHECK, person=b"cursor", key=order.encode()[:32]).digest()


def _packed(part: Part) -> int | str | dict[str, str] | None:
    return {"t": part.isoformat()} if isinstance(part, datetime) else part


def _unpacked(part: object) -> Part:
    match part:
        case bool():
            raise TypeError(part)
        case None | int() | str():
            return part
        case {"t": str(moment)}:
            return datetime.fromisoformat(moment)
    raise TypeError(part)

"""Cursor paging: a page says where the next one begins, in a word that only we read."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, Field

from balcao.api.v1.words import one_line
from balcao.kit.keyset import BadCursor, Part, decode_cursor, encode_cursor
from balcao.tickets.queries.walking import MOST_LEGS, Key

LARGEST = 100

Limit = Annotated[int, Field(ge=1, le=LARGEST, description="How many rows a page has at most.")]
Cursor = Annotated[
    str,
    Field(max_length=500, description="`next_cursor` of the page before; leave out for the first."),
    AfterValidator(one_line),
]


class Paged(Schema):
    """What every list takes."""

    limit: Limit = 50
    cursor: Cursor = ""


def next_cursor(*parts: Part, order: str) -> str:
    """Return the cursor behind a place in the list that `order` names."""
    return encode_cursor(*parts, order=order)


def after_id(cursor: str, *, order: str) -> int:
    """Return the id behind which a page begins, 0 for the first."""
    if not cursor:
        return 0
    (found,) = decode_cursor(cursor, order=order, size=1)
    if not isinstance(found, int) or not 0 <= found < 2**63:
        raise BadCursor("This cursor is not valid here; start again from the first page.")
    return found


def after_key(cursor: str, *, order: str) -> Key | None:
    """Return the moment and id behind which a page begins, None for the first."""
    if not cursor:
        return None
    at, found = decode_cursor(cursor, order=order, size=2)
    if not isinstance(at, datetime) or at.tzinfo is None or not isinstance(found, int) or not 0 <= found < 2**63:
        raise BadCursor("This cursor is not valid here; start again from the first page.")
    return Key(at, found)


def after_leg(cursor: str, *, order: str) -> Key | None:
    """Return the same for a list that is walked in several legs."""
    if not cursor:
        return None
    at, found, leg = decode_cursor(cursor, order=order, size=3)
    is_place = isinstance(at, datetime) and at.tzinfo is not None and isinstance(found, int) and 0 <= found < 2**63
    if not is_place or not isinstance(leg, int) or not 0 <= leg < MOST_LEGS:
        raise BadCursor("This cursor is not valid here; start again from the first page.")
    return Key(at, found, leg)  # type: ignore[arg-type] # told apart two lines before

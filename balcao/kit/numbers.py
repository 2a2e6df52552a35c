"""Numbers in what people and programs send: keys of rows, numbers of tickets."""

from collections.abc import Iterable

_LONGEST = 18  # digits: what a bigint surely holds


def number_in(text: str) -> int | None:
    """Return the number that a form or address names; None for any other text, whatever calls itself a digit in it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


def numbers_in(texts: Iterable[str]) -> list[int]:
    """Return the numbers that a form or address names; what is none is left out."""
    return [number for text in texts if (number := number_in(text)) is not None]

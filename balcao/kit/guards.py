"""Guards for text that leaves into a place with a syntax of its own: a mail header, a CSV file."""

from decimal import Decimal

_LINE_BREAKS = frozenset("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029\x00")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


class UnsafeHeader(ValueError):
    """A header value holds a line break, which would begin a header of somebody else's making."""


def safe_header(value: str) -> str:
    """Return the value of a mail or HTTP header unchanged; raise `UnsafeHeader` if it holds a line break or NUL."""
    if not _LINE_BREAKS.isdisjoint(value):
        raise UnsafeHeader("A header cannot hold a line break.")
    return value


def one_line(value: str) -> str:
    """Return the text on one line, each run of line breaks and spaces as one space: for subjects and names."""
    return " ".join("".join(" " if character in _LINE_BREAKS else character for character in value).split())


def csv_cell(value: object) -> str:
    """Return a value as text that no spreadsheet takes for a formula (ASVS 1.2.10): prefixed with ' where it might."""
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float | Decimal)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) and not is_number else text

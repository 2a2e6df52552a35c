"""The number printed on a label: a prefix of the shop, a number of one series, and a digit that catches slips.

The digit is Damm's (H. M. Damm, 2004): it catches every single wrong digit and every swap of two neighbours, whether a
scanner, a telephone or a tired hand made it.
"""

import re

DEFAULT_PREFIX = "RMA"
_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_TYPED = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9]{0,7}[\s-]+|[A-Za-z]{1,8})?(\d[\d\s-]*\d)\s*")
_LONGEST = 40


def check_digit(number: int) -> int:
    """Return the digit that follows a number."""
    interim = 0
    for digit in str(number):
        interim = _QUASIGROUP[interim][int(digit)]
    return interim


def written(number: int, *, prefix: str = DEFAULT_PREFIX) -> str:
    """Return a number as it stands on the label: RMA-1000012."""
    return f"{prefix or DEFAULT_PREFIX}-{number}{check_digit(number)}"


def read(typed: str) -> int | None:
    """Return the number of what was scanned or typed, however it is spaced; None where it is none of ours."""
    found = _TYPED.fullmatch(typed) if len(typed) <= _LONGEST else None
    digits = re.sub(r"\D", "", found[1]) if found else ""
    if len(digits) < 2 or not digits.isascii():  # noqa: PLR2004 - a number and its check digit
        return None
    number, check = divmod(int(digits), 10)
    return number if check_digit(number) == check and str(number) == digits[:-1] else None


def is_prefix(text: str) -> bool:
    """Tell whether a shop can put this before its numbers: a letter, then letters and digits, eight at most."""
    return bool(_PREFIX.fullmatch(text))

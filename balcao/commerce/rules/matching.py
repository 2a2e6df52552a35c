"""What a text may name: order numbers and parcels' codes, as candidates to be looked up."""

import re

from balcao.ports.commerce import KeyKind

_WORD = re.compile(r"[#]?[0-9A-Za-z](?:[0-9A-Za-z]|[-./_](?=[0-9A-Za-z])){2,39}")
_CODE = re.compile(r"\b[A-Z]{2}\s?\d{3}\s?\d{3}\s?\d{3}\s?[A-Z]{2}\b")  # S10 of the Universal Postal Union, spaced
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = 3
_MOST = 40
_LONGEST_TEXT = 20_000


def named_in(text: str) -> list[tuple[KeyKind, str]]:
    """Return what a text may name, as keys to look up: words that hold at least three digits, the first forty.

    Shops number as they please, so nothing is known of the form; only what is found among the orders counts.
    """
    start = text[:_LONGEST_TEXT]
    words = [found.group() for found in _WORD.finditer(start)]
    codes = [found.group() for found in _CODE.finditer(start)]
    likely = dict.fromkeys(word for word in [*codes, *words] if len(_DIGIT.findall(word)) >= _FEWEST_DIGITS)
    return [(kind, word) for word in list(likely)[:_MOST] for kind in (KeyKind.NUMBER, KeyKind.TRACKING)]

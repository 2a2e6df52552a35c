"""Finding payment card numbers in text.

A card number is 13 to 19 digits of a known issuer and length that satisfy Luhn, whatever digits and single
separators it is written with. Digits are judged by the *run* they stand in, because invoice keys and bank
account numbers are printed in groups of four too, and some of those groups look like a card.
"""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import NamedTuple

SPACES = r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
MARKS = r"\-.\u00ad\u00b7\u2010-\u2015\u2212\ufe58\ufe63\uff0d\uff0e"
_HIDDEN = r"\u200b-\u200d\u2060\ufeff"
_JOIN = rf"(?:[{SPACES}]?(?:[{MARKS}]|\r?\n)[{SPACES}]?|[{SPACES}{_HIDDEN}])?"

# Looser than `_RUN` and much faster: no card begins with 0, 1, 7 or 8, and the loop is written out.
_SUSPECT = re.compile(r"[2-69\u0660-\U0001ffff]" + rf"[{SPACES}{MARKS}{_HIDDEN}\r\n]{{0,4}}\d" * 12)
_RUN = re.compile(rf"\d(?:{_JOIN}\d){{12,}}")
_GROUP = re.compile(r"\d+")

# Issuer prefixes by length: Visa, Mastercard, Amex, Diners, JCB, Discover, Elo, Hipercard, Troy.
_ISSUERS = {
    13: re.compile(r"4"),
    14: re.compile(r"30|36|38"),
    15: re.compile(r"34|37"),
    16: re.compile(
        r"4|5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"
        r"|352[89]|35[3-8]"
        r"|6011|65|64[4-9]"
        r"|5041|5066|5067|509|6277|6362|6363"
        r"|606282|3841[046]0|637095|637568|637599|637609|637612"
        r"|9792"
    ),
    19: re.compile(r"4|3841[046]0"),
}
_SHAPES = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (4, 3, 3, 3), (8, 8)}
_LONGEST = 19
_SOLID = 15  # an unbroken group this long is judged by itself, whatever stands beside it
_LONGEST_PHONE = 15  # E.164
_STRANGERS = 2  # other numbers allowed on each side of a card in a long run, such as an order number
_KEY_GROUP = 4  # invoice keys and bank account numbers are printed in groups of four
_QUARTERS = 4  # a fifth group is the end of a longer card, or a security code
_EXPIRY = re.compile(r"(?:(?:0?[1-9]|1[0-2]) (?:20)?[2-9]\d(?: \d{3,4})?|(?:0[1-9]|1[0-2])[2-9]\d \d{3})(?= |$)")


class Card(NamedTuple):
    """Where a card number stands in a text, and its digits in ASCII."""

    start: int
    end: int
    digits: str


def suspicious(text: str) -> bool:
    """Tell whether the text has enough digits in a row to hold a card number; cheap."""
    return _SUSPECT.search(text) is not None


def find_cards(text: str, *, keep: Collection[str] = ()) -> Iterator[Card]:
    """Find the card numbers in a text, in order, save those whose digits are those of a known number in `keep`."""
    kept = {_ascii_digits(number) for number in keep}
    for run in _RUN.finditer(text):
        groups = [
            Card(run.start() + g.start(), run.start() + g.end(), _ascii_digits(g[0])) for g in _GROUP.finditer(run[0])
        ]
        whole = "".join(group.digits for group in groups)
        if whole not in kept and not _is_phone(text, run.start(), whole):
            yield from (card for card in _in_run(text, groups) if card.digits not in kept)


def _ascii_digits(text: str) -> str:
    return "".join(str(int(character)) for character in text if character.isdecimal())


def _is_phone(text: str, start: int, digits: str) -> bool:
    return len(digits) <= _LONGEST_PHONE and text[:start].endswith(("+", "＋"))


def _in_run(text: str, groups: list[Card]) -> list[Card]:
    lines = _by_line(text, groups)
    cards = [card for line in lines for card in _in_line(line)]
    if not cards and len(lines) > 1 and (card := _shaped(groups)):
        return [card]  # a mailer wrapped the line in the middle of the number
    return cards


def _by_line(text: str, groups: list[Card]) -> list[list[Card]]:
    lines = [groups[:1]]
    for before, group in pairwise(groups):
        if "\n" in text[before.end : group.start]:
            lines.append([])
        lines[-1].append(group)
    return lines


def _in_line(groups: list[Card]) -> list[Card]:
    if sum(len(group.digits) for group in groups) <= _LONGEST:
        return _in_short_run(groups)
    return _in_long_run(groups) or [group for group in groups if len(group.digits) >= _SOLID and _joined([group])]


def _in_short_run(groups: list[Card]) -> list[Card]:
    """Take the part that is written as cards are, or else the longest part that is one at all."""
    windows = list(_windows(groups))
    readings = [
        *(_shaped(window) for window in windows if len(window) <= _QUARTERS),
        *(_joined(window) for window in windows),
    ]
    return [card for card in readings if card][:1]


def _windows(groups: list[Card]) -> Iterator[list[Card]]:
    for size in range(len(groups), 0, -1):
        for start in range(len(groups) - size + 1):
            yield groups[start : start + size]


def _in_long_run(groups: list[Card]) -> list[Card]:
    """Read a long run as cards with few other numbers beside them; else it is a key or an account, and no card."""
    cards: list[Card] = []
    strangers = at = 0
    while at < len(groups):
        size = next((size for size in range(1, 6) if _shaped(groups[at : at + size])), 0)
        if card := _shaped(groups[at : at + size]):
            cards.append(card)
            strangers = 0
            at += size + _expiry_size(groups[at + size :])
        elif len(groups[at].digits) == _KEY_GROUP or strangers == _STRANGERS:
            return []
        else:
            strangers += 1
            at += 1
    return cards


def _expiry_size(groups: list[Card]) -> int:
    """Count the groups that are month, year and security code."""
    match = _EXPIRY.match(" ".join(group.digits for group in groups[:3]))
    return len(match[0].split()) if match else 0


def _shaped(groups: list[Card]) -> Card | None:
    sizes = tuple(len(group.digits) for group in groups)
    return _joined(groups) if len(sizes) == 1 or sizes in _SHAPES else None


def _joined(groups: list[Card]) -> Card | None:
    digits = "".join(group.digits for group in groups)
    issuer = _ISSUERS.get(len(digits))
    if issuer and issuer.match(digits) and satisfies_luhn(digits):
        return Card(groups[0].start, groups[-1].end, digits)
    return None


def satisfies_luhn(digits: str) -> bool:
    """Tell whether the check digit fits (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0

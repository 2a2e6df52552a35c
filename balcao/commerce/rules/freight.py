"""The freight table of a shop that quotes for itself: one rate a line, read by people as well as by us.

    PAC; BR; 30000..39999, 20000..28999; 18,90; 4-7
    Poyraz Kargo; TR; *; 129,90; 2-4

Name, country, postcodes (ranges by their beginnings, or * for all), price, working days.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from balcao.commerce.rules.importing.amounts import minor_units
from balcao.commerce.rules.importing.faults import BadCell
from balcao.kit.i18n import N_
from balcao.ports.commerce import Address, Quote

_CELLS = 5
_MOST_LINES = 500
_DAYS = re.compile(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?")
_NO_CODE = re.compile(r"[^0-9A-Z]+")
_RANGE = ".."


@dataclass(frozen=True, slots=True)
class Rate:
    """One line of the table."""

    name: str
    country: str  # ISO 3166, upper case; "" for every one
    ranges: tuple[tuple[str, str], ...]  # how postcodes begin, from and to; empty: all
    amount: int  # minor units
    days: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be read: its number, from 1, and why, as a message id."""

    line: int
    words: str


def read_table(text: str, *, currency: str) -> tuple[list[Rate], list[Fault]]:
    """Return the rates of a table and what cannot be read of it; empty lines and those after # are passed over."""
    rates: list[Rate] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        read = _read(line, currency)
        if isinstance(read, Rate):
            rates.append(read)
        else:
            faults.append(Fault(number, read))
    return rates, faults


def quotes(rates: Sequence[Rate], address: Address, *, home: str) -> list[Quote]:
    """Return the ways to bring goods to an address, the cheapest first; `home` is the country where none is told."""
    country, postcode = (address.country or home).strip().upper(), _plain(address.postcode)
    found = [rate for rate in rates if rate.country in ("", country) and _covers(rate, postcode)]
    cheapest: dict[str, Rate] = {}
    for rate in sorted(found, key=lambda one: one.amount):
        cheapest.setdefault(rate.name, rate)
    return [Quote(rate.name, rate.amount, rate.days) for rate in cheapest.values()]


def _covers(rate: Rate, postcode: str) -> bool:
    if not rate.ranges:
        return True
    return any(postcode and low <= postcode[: len(low)] and postcode[: len(high)] <= high for low, high in rate.ranges)


def _read(line: str, currency: str) -> Rate | str:
    cells = [cell.strip() for cell in line.split(";")]
    if len(cells) != _CELLS or not cells[0]:
        return N_("A line has five parts: name; country; postcodes; price; days.")
    name, country, codes, price, days = cells
    ranges = _ranges(codes)
    if ranges is None:
        return N_("Postcodes are written like 30000..39999, several with commas; * is all.")
    try:
        amount = minor_units(price, currency=currency, decimal="," if "," in price else ".")
    except BadCell:
        return N_("The price cannot be read; write it like 18,90.")
    span = _span(days)
    if days and span is None:
        return N_("Days are written like 3 or 4-7.")
    return Rate(name, "" if country == "*" else country.upper(), ranges, max(amount, 0), span)


def _ranges(codes: str) -> tuple[tuple[str, str], ...] | None:
    if codes in ("", "*"):
        return ()
    found = []
    for part in codes.split(","):
        low, _dots, high = (_plain(end) for end in part.partition(_RANGE))
        found.append((low, high or low))
    return tuple(found) if all(low and low <= high[: len(low)] for low, high in found) else None


def _span(days: str) -> tuple[int, int] | None:
    found = _DAYS.fullmatch(days)
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (min(first, last), max(first, last))


def _plain(postcode: str) -> str:
    return _NO_CODE.sub("", postcode.upper())

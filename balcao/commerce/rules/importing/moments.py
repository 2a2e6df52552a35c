"""Dates and times as files write them, in UTC."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from balcao.commerce.rules.importing.faults import BadCell
from balcao.kit.i18n import N_

ORDERS = ("dmy", "mdy", "ymd")
_EARLIEST, _LATEST = 1990, 2100
_MONTHS = 12
_CENTURY = 100
_PARTED = re.compile(
    r"(?P<one>\d{1,4})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{1,4})"
    r"(?:[ T,]+(?:às |as )?"
    r"(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[ap]m)?)?",
    re.IGNORECASE,
)
_LOOSE_ZONE = re.compile(r"\s+(?=[+-]\d{2}:?\d{2}$|Z$)|\s+UTC$")


def moment(text: str, *, order: str, zone: ZoneInfo) -> datetime:
    """Return a moment in UTC; raises `BadCell`.

    ISO 8601 is always understood, 31.12.2026 too; `order` says how 03/04/2026 is meant. A time without a zone is the
    shop's; a date alone is its beginning.
    """
    found = _iso(text.strip()) or _parted(text.strip(), order)
    if found is None:
        raise BadCell(
            N_("“%(text)s” is no date."),
            N_("Write it as 2026-12-31 or 31/12/2026, with a time after it if there is one."),
            text=text,
        )
    if not _EARLIEST <= found.year < _LATEST:
        raise BadCell(N_("The year %(year)s cannot be."), N_("Write the year with four digits."), year=str(found.year))
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return datetime.fromisoformat(_LOOSE_ZONE.sub(lambda gap: "Z" if "UTC" in gap[0] else "", text))
    except ValueError:
        return None


def _parted(text: str, order: str) -> datetime | None:
    found = _PARTED.fullmatch(text)
    if found is None:
        return None
    parts = [int(found[name]) for name in ("one", "two", "three")]
    year, month, day = _sorted(parts, found, order)
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    try:
        return datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0))  # noqa: DTZ001 - its zone is set above
    except ValueError:
        return None


def _sorted(parts: list[int], found: re.Match[str], order: str) -> tuple[int, int, int]:
    one, two, three = parts
    if len(found["one"]) == 4:  # noqa: PLR2004 - a year
        return one, two, three
    year = three + 2000 if three < _CENTURY else three
    if found["mark"] == "." or one > _MONTHS:
        return year, two, one
    if two > _MONTHS:
        return year, one, two
    if order not in ("dmy", "mdy") and one != two:
        raise BadCell(
            N_("“%(text)s” can be read in two ways."),
            N_("Tell in the mapping whether days or months come first: “dmy” or “mdy”."),
            text=found[0],
        )
    return (year, one, two) if order == "mdy" else (year, two, one)


def date_order(texts: Iterable[str], *, region: str) -> str:
    """Return how a file orders its dates, by those that can be read in one way only, else by its country.

    "" when some of them say one thing and some the other.
    """
    said = set()
    for text in texts:
        found = _PARTED.fullmatch(text.strip())
        if found and found["mark"] != "." and len(found["one"]) < 4:  # noqa: PLR2004 - no year
            said |= {"dmy"} if int(found["one"]) > _MONTHS else set()
            said |= {"mdy"} if int(found["two"]) > _MONTHS else set()
    if said:
        return said.pop() if len(said) == 1 else ""
    return "mdy" if region == "US" else "dmy"

"""Public holidays by country, from the `holidays` library, and what they make of a calendar."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import version

from balcao.deadlines.rules.specs import parse_calendar, written
from balcao.deadlines.types import Shift

# From when on a half day is closed, by local law (TR: Law 2429, article 2); elsewhere the library's half days are left
# out, because they are no holidays of shops.
_HALF_DAYS_END = {"TR": 13 * 3600}
_LANGUAGES = {"en": "en_US", "pt-br": "pt_BR", "tr": "tr"}


class UnknownCountry(ValueError):
    """Nobody keeps the holidays of a country or region."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which a country rests, whole or from an hour on (seconds after midnight)."""

    day: date
    name: str
    closes: int = 0


@dataclass(frozen=True, slots=True)
class HolidaySet:
    """The holidays of some years with where they are from."""

    place: str  # ISO 3166: "BR", or "BR-SP" with its own ones
    holidays: tuple[Holiday, ...]
    source: str  # the library and its version


def places() -> dict[str, tuple[str, ...]]:
    """Return the countries whose holidays are known, each with its regions."""
    from holidays.utils import list_supported_countries

    return {country: tuple(regions) for country, regions in list_supported_countries(include_aliases=False).items()}


def holiday_set(place: str, *, first: int, last: int, language: str = "en") -> HolidaySet:
    """Return the holidays of a place from one year to another, in a language if it can; raises UnknownCountry."""
    whole = _named(place, first, last, language, "public")
    closes = _HALF_DAYS_END.get(place.partition("-")[0], 0)
    half = _named(place, first, last, language, "half_day") if closes else {}
    found = [Holiday(day, name) for day, name in whole.items()]
    found += [Holiday(day, name, closes) for day, name in half.items() if day not in whole]
    return HolidaySet(place, tuple(sorted(found, key=lambda one: one.day)), f"holidays {version('holidays')}")


def holiday_dates(place: str, *, first: int, last: int) -> frozenset[date]:
    """Return the days of some years on which a place rests all day; none of a place that nobody keeps."""
    try:
        return frozenset(_named(place, first, last, "en", "public"))
    except UnknownCountry:
        return frozenset()


@lru_cache(maxsize=256)
def _named(place: str, first: int, last: int, language: str, category: str) -> Mapping[date, str]:
    import holidays

    country, _, region = place.partition("-")
    try:
        spoken = _language(country, language)
        found = holidays.country_holidays(
            country, subdiv=region or None, years=range(first, last + 1), language=spoken, categories=category
        )
    except NotImplementedError as error:
        raise UnknownCountry(f"Nobody keeps the holidays of {place!r}.") from error
    return {day: found.get(day) or "" for day in sorted(found)}


def _language(country: str, language: str) -> str | None:
    import holidays

    spoken = holidays.country_holidays(country).supported_languages
    return next((one for one in (_LANGUAGES.get(language, language), "en_US") if one in spoken), None)


def overrides(
    found: HolidaySet, weekly: Mapping[str, Sequence[str]], *, leaving_out: Collection[date] = ()
) -> dict[str, list[str]]:
    """Return the overrides that holidays make in a calendar of these weekly shifts; a half day keeps its morning."""
    week = parse_calendar({"tz": "UTC", "weekly": weekly}).weekly
    return {
        one.day.isoformat(): [written(kept) for shift in week[one.day.weekday()] for kept in _until(shift, one.closes)]
        for one in found.holidays
        if one.day not in leaving_out
    }


def names(found: HolidaySet) -> dict[str, str]:
    """Return the names of the holidays by date, to be kept beside the overrides."""
    return {one.day.isoformat(): one.name for one in found.holidays}


def _until(shift: Shift, closes: int) -> list[Shift]:
    return [Shift(shift.opens, min(shift.closes, closes))] if shift.opens < closes else []

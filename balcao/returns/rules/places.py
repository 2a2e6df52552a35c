"""Where a customer lives: whose law and whose days count. Shops write countries as they like."""

from functools import lru_cache

from babel import Locale
from babel.core import get_global

_LANGUAGES = ("en", "pt", "tr", "es", "de", "fr")
_MAIN = {
    "BR": "America/Sao_Paulo",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "PT": "Europe/Lisbon",
}
_OF_REGIONS = {
    ("BR", "AC"): "America/Rio_Branco",
    ("BR", "AM"): "America/Manaus",
    ("BR", "MS"): "America/Campo_Grande",
    ("BR", "MT"): "America/Cuiaba",
    ("BR", "RO"): "America/Porto_Velho",
    ("BR", "RR"): "America/Boa_Vista",
    ("ES", "CN"): "Atlantic/Canary",
    ("PT", "20"): "Atlantic/Azores",
    ("PT", "30"): "Atlantic/Madeira",
}


def country_of(told: str, *, home: str) -> str:
    """Return the ISO 3166 code of a country as an address tells it; the home country where none is told.

    A word that is no country we know is returned in capitals: nobody's law is guessed for it.
    """
    plain = told.strip()
    if not plain:
        return home.upper()
    return plain.upper() if plain.upper() in _codes() else _names().get(_folded(plain), plain.upper())


def zone_of(country: str, region: str, *, home: str, home_zone: str) -> str:
    """Return the time zone in which a customer lives; the shop's own where a country has several and none is known."""
    of_region = _OF_REGIONS.get((country, region.strip().upper()))
    if of_region:
        return of_region
    if country == home.upper():
        return _MAIN.get(country, home_zone)
    zones = _zones().get(country, [])
    return _MAIN.get(country) or (zones[0] if len(zones) == 1 else home_zone)


def _folded(name: str) -> str:
    return " ".join(name.replace("İ", "i").casefold().split())


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():  # noqa: PLR2004 - ISO 3166; the longer ones are continents
                found.setdefault(_folded(name), code)
    return found


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(_names().values())


@lru_cache(maxsize=1)
def _zones() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for zone, territory in get_global("zone_territories").items():
        found.setdefault(territory, []).append(zone)
    return found

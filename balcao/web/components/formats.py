"""Dates, times, numbers and sizes as people of a language write them. Pure: the moment and the zone are passed."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta, get_day_names
from babel.numbers import format_decimal

from balcao.kit import locales

_WEEK = 7
_KILO = 1000
_SHORT_WAIT = timedelta(hours=20)
_LONG = {"en": "EEEE, d MMMM", "pt": "EEEE, d 'de' MMMM", "tr": "d MMMM EEEE"}


locale_of = locales.locale_of
money = locales.money


def clock(moment: datetime, *, zone: tzinfo) -> str:
    """Return the time of day, 24 hours, the same in every language."""
    return f"{moment.astimezone(zone):%H:%M}"


def day(moment: datetime, *, now: datetime, zone: tzinfo, language: str, today: str, yesterday: str) -> str:
    """Return the words that stand between two days of a timeline."""
    local, current = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if local == current:
        return today
    if local == current - timedelta(days=1):
        return yesterday
    return _long_day(local, local.year == current.year, language)


@lru_cache(maxsize=2048)
def _long_day(local: date, is_this_year: bool, language: str) -> str:  # noqa: FBT001 - a cache key
    locale = locale_of(language)
    return format_date(local, _LONG.get(locale.language, _LONG["en"]) if is_this_year else "full", locale=locale)


def when(moment: datetime, *, now: datetime, zone: tzinfo, language: str, yesterday: str) -> str:
    """Return the shortest words that place a moment: 10:47, yesterday, Mon, 16 Mar, 16/03/24."""
    local, current = moment.astimezone(zone), now.astimezone(zone)
    days = (current.date() - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if days == 1:
        return yesterday
    return _short_day(local.date(), current.year, 0 < days < _WEEK, language)


@lru_cache(maxsize=4096)
def _short_day(local: date, year: int, is_recent: bool, language: str) -> str:  # noqa: FBT001 - a cache key
    locale = locale_of(language)
    if is_recent:
        return str(get_day_names("abbreviated", locale=locale)[local.weekday()])
    if local.year == year:
        return format_date(local, "d MMM", locale=locale)
    return format_date(local, "short", locale=locale)


def short_day(local: date, *, year: int, language: str) -> str:
    """Return a day in short, with its year only when it is not the given one: 16 Mar."""
    return _short_day(local, year, False, language)


def weekday(local: date, *, language: str) -> str:
    """Return the name of a day of the week."""
    return str(get_day_names("wide", locale=locale_of(language))[local.weekday()])


def full(moment: datetime, *, zone: tzinfo, language: str) -> str:
    """Return day and time in full, for titles."""
    local = moment.astimezone(zone)
    return f"{_full_day(local.date(), language)}, {local:%H:%M}"


@lru_cache(maxsize=2048)
def _full_day(local: date, language: str) -> str:
    return format_date(local, "full", locale=locale_of(language))


def moment_words(moment: datetime, *, now: datetime, zone: tzinfo, language: str) -> str:
    """Return day and time in short, the year only when it is another one: 16 Mar, 10:47."""
    local = moment.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{_short_day(local.date(), now.astimezone(zone).year, False, language)}, {local:%H:%M}"


def ago(moment: datetime, *, now: datetime, language: str) -> str:
    """Return how long ago (or how far ahead) a moment is, in words: 3 minutes ago."""
    return format_timedelta(moment - now, add_direction=True, locale=locale_of(language), threshold=0.95)


def span(length: timedelta, *, language: str) -> str:
    """Return a length of time in few words: 12 min, 3 hr, 2 days."""
    style: Literal["short", "long"] = "short" if length < _SHORT_WAIT else "long"
    return format_timedelta(length, format=style, locale=locale_of(language), threshold=0.95)


def number(value: float, *, language: str) -> str:
    """Return a number with the language's separators."""
    return format_decimal(value, locale=locale_of(language))


def size(octets: int, *, language: str) -> str:
    """Return a file's size in kB or MB (powers of ten)."""
    if octets < _KILO * _KILO:
        return f"{number(max(1, round(octets / _KILO)), language=language)} kB"
    return f"{number(round(octets / (_KILO * _KILO), 1), language=language)} MB"


@lru_cache(maxsize=256)
def language_name(code: str, *, language: str) -> str:
    """Return what a language is called in another language; the code itself when nobody knows."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(locale_of(language)) or code
    except (ValueError, UnknownLocaleError):
        return code


def language_title(code: str, *, language: str) -> str:
    """Return the same for the head of a line: Portuguese writes it small within a sentence."""
    name = language_name(code, language=language)
    return name[:1].upper() + name[1:]

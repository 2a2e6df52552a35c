"""Amounts and days as people of a language write them, wherever words for customers or colleagues are made."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

_DAYS = {"en": "d MMMM", "pt": "d 'de' MMMM", "tr": "d MMMM"}


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return Babel's locale for a language code like `pt-br`; English for one it does not know."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse("en")


@lru_cache(maxsize=4096)
def money(amount: int, currency: str, *, language: str) -> str:
    """Return an amount of minor units as people of a language write it: R$ 10,00."""
    value = Decimal(amount).scaleb(-get_currency_precision(currency)) if currency else Decimal(amount)
    return format_currency(value, currency, locale=locale_of(language))


@lru_cache(maxsize=2048)
def spoken_day(day: date, *, year: int, language: str) -> str:
    """Return a day as it stands in a sentence, with its year only when it is not the given one: 16 March."""
    locale = locale_of(language)
    if day.year != year:
        return format_date(day, "long", locale=locale)
    return format_date(day, _DAYS.get(locale.language, "d MMMM"), locale=locale)

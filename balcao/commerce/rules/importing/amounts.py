"""Amounts as people write them, in whole minor units: exactly, never through binary fractions."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision

from balcao.commerce.rules.importing.faults import BadCell
from balcao.kit.i18n import N_
from balcao.kit.tables import Figure

_MOST = 10**15
_AMOUNT = re.compile(
    r"(?P<open>\()?\s*(?P<early>[-+−])?\s*(?P<before>[^\W\d_]{1,3}\.?\s?[$]?|[^\w\s.,()+−-]{1,3})?\s*(?P<late>[-+−])?\s*"
    r"(?P<number>[\d.,'’\s]*\d)\s*(?P<after>[^\d()]{1,4})?\s*\)?"
)
_SIGNS = {"r$": "BRL", "₺": "TRY", "tl": "TRY", "€": "EUR", "£": "GBP", "us$": "USD"}
_SPACES = re.compile(r"[\s'’]")
_BINARY = Decimal("0.000001")  # what a spreadsheet's own arithmetic is off by at most


def minor_units(text: str, *, currency: str, decimal: str) -> int:
    """Return an amount in the currency's minor units; raises `BadCell`.

    `decimal` is the file's separator. It only decides where the text does not: in 1.234,56 the last one is it, and
    12,90 can be nothing else, but 1.234 may be either.
    """
    digits = get_currency_precision(currency)
    point = "." if isinstance(text, Figure) else decimal
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise _not_an_amount(text)
    for word in (found["before"], found["after"]):
        _check_currency(word or "", currency)
    number = _plain(_SPACES.sub("", found["number"]), digits=digits, decimal=point, is_figure=isinstance(text, Figure))
    is_negative = bool(found["open"]) or "-" in _signs(found) or "−" in _signs(found)
    return _whole(number, digits, currency, is_figure=isinstance(text, Figure)) * (-1 if is_negative else 1)


def _signs(found: re.Match[str]) -> str:
    return (found["early"] or "") + (found["late"] or "")


def _not_an_amount(text: str) -> BadCell:
    return BadCell(N_("“%(text)s” is no amount."), N_("Write digits and one separator, such as 1234,56."), text=text)


def _check_currency(word: str, currency: str) -> None:
    """Refuse an amount that names another currency than its order's: it would be wrong by a multiple."""
    sign = re.sub(r"[\s.]", "", word).casefold()
    named = _SIGNS.get(sign, sign.upper() if re.fullmatch(r"[a-z]{3}", sign) else currency)
    if named != currency:
        raise BadCell(
            N_("The amount is in %(named)s, but the order is in %(currency)s."),
            N_("Tell in the mapping which column names the currency."),
            named=named,
            currency=currency,
        )


def _plain(number: str, *, digits: int, decimal: str, is_figure: bool) -> Decimal:
    """Return the number without its thousands separators and with a point."""
    if is_figure:
        return Decimal(number)
    mark = _decimal_mark(number) or (_by_file(number, digits, decimal) if _is_open(number) else "")
    whole, _, part = number.partition(mark) if mark else (number, "", "")
    groups = re.split(r"[.,]", whole)
    separators = {character for character in whole if character in ".,"}
    is_grouped = len(groups) == 1 or (0 < len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))  # noqa: PLR2004 - thousands
    if not is_grouped or len(separators) > 1 or (not part.isdigit() and part):
        raise _not_an_amount(number)
    return Decimal("".join(groups) + "." + (part or "0"))


def _decimal_mark(number: str) -> str:
    """Return the decimal separator where the text itself tells, "" where there is none or it is open."""
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return ""
    mark, other = number[last], "," if number[last] == "." else "."
    if number.count(mark) > 1 or _is_open(number):
        return ""
    return mark if other in number or len(number) - last - 1 != 3 or number[:last].startswith("0") or last == 0 else ""  # noqa: PLR2004


def _is_open(number: str) -> bool:
    """Tell whether the only separator may be for thousands as well as for decimals."""
    return re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", number) is not None


def _by_file(number: str, digits: int, decimal: str) -> str:
    mark = "." if "." in number else ","
    if not digits:
        return ""
    if not decimal:
        raise BadCell(
            N_("“%(text)s” can be read in two ways."),
            N_("Tell the decimal separator in the mapping, “,” or “.”."),
            text=number,
        )
    return mark if mark == decimal else ""


def _whole(number: Decimal, digits: int, currency: str, *, is_figure: bool) -> int:
    scaled = number.scaleb(digits)
    nearest = scaled.to_integral_value()
    if scaled != nearest and not (is_figure and abs(scaled - nearest) < _BINARY):
        raise BadCell(
            N_("The amount has more decimals than %(currency)s has."),
            N_("Round it in the file; money is never rounded here."),
            currency=currency,
        )
    if nearest >= _MOST:
        raise BadCell(N_("The amount is too large."), N_("Look whether two numbers ran together."))
    return int(nearest)


def decimal_text(amount: int, *, currency: str) -> str:
    """Return minor units as a number with a point, as our own files write them."""
    return Figure(f"{Decimal(amount).scaleb(-get_currency_precision(currency)):f}")


def decimal_separator(texts: Iterable[str], *, region: str) -> str:
    """Return the decimal separator of a file by its amounts; by its country where they do not tell.

    "" when some of them say one thing and some the other.
    """
    said: Counter[str] = Counter()
    for text in texts:
        found = None if isinstance(text, Figure) else _AMOUNT.fullmatch(text.strip())
        if found:
            number = _SPACES.sub("", found["number"])
            said[_decimal_mark(number) or _other_of_thousands(number)] += 1
    del said[""]
    return next(iter(said)) if len(said) == 1 else "" if said else _of_region(region)


def _other_of_thousands(number: str) -> str:
    return {".": ",", ",": "."}.get(next((mark for mark in ".," if number.count(mark) > 1), ""), "")


def _of_region(region: str) -> str:
    try:
        symbol = Locale.parse(f"und_{region}").number_symbols["latn"]["decimal"]
    except (UnknownLocaleError, ValueError, KeyError):
        return ""
    return symbol if symbol in (".", ",") else ""

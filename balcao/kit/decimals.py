"""Whole minor units of a currency from the decimal numbers in which other systems write money, and back."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import get_currency_precision


def minor(text: object, currency: str) -> int:
    """Return a decimal text as whole minor units: "12.30" BRL is 1230, "12" JPY is 12, "1.234" KWD is 1234.

    Finer parts, which some systems keep for taxes, are rounded half up. "" and None are nothing. Raises `ValueError`.
    """
    try:
        number = Decimal(str(text).strip() or "0") if text is not None else Decimal(0)
        return int(number.scaleb(_places(currency)).to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError(f"This is no amount: {str(text)[:40]}") from error


def decimal(amount: int, currency: str) -> str:
    """Return minor units as a decimal text with a point: 1230 BRL is "12.30"."""
    return f"{Decimal(amount).scaleb(-_places(currency)):f}"


def _places(currency: str) -> int:
    return get_currency_precision(currency) if currency else 2

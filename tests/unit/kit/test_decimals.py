"""Money in other systems' decimals, exactly."""

import pytest

from balcao.kit.decimals import decimal, minor


@pytest.mark.parametrize(
    "text, currency, amount",
    [
        ("12.30", "BRL", 1230),
        ("12.3", "TRY", 1230),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("-0.05", "EUR", -5),
        ("", "BRL", 0),
        (None, "BRL", 0),
        ("0.005", "BRL", 1),
        ("90071992547409.93", "BRL", 9007199254740993),  # no float could hold it
    ],
)
def test_a_decimal_becomes_whole_minor_units(text: str | None, currency: str, amount: int) -> None:
    assert minor(text, currency) == amount


@pytest.mark.parametrize(
    "amount, currency, text",
    [(1230, "BRL", "12.30"), (1200, "JPY", "1200"), (1234, "KWD", "1.234"), (5, "TRY", "0.05")],
)
def test_minor_units_become_a_decimal(amount: int, currency: str, text: str) -> None:
    assert decimal(amount, currency) == text


@pytest.mark.parametrize("text", ["twelve", "1,5", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        minor(text, "BRL")

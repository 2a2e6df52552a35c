"""Sums as agents type them, in any of our languages."""

import pytest

from balcao.web.components import formats
from balcao.web.desk.orders.typed import minor_units


@pytest.mark.parametrize(
    "text,currency,expected",
    [
        ("109,00", "BRL", 10_900),
        ("109.00", "BRL", 10_900),
        ("109", "BRL", 10_900),
        ("1.090", "BRL", 109_000),
        ("1.090,5", "BRL", 109_050),
        ("1,090.50", "BRL", 109_050),
        ("1 090,50", "BRL", 109_050),
        (",5", "BRL", None),
        ("0,05", "BRL", 5),
        ("1.000", "JPY", 1_000),
        ("", "BRL", None),
        ("-1", "BRL", None),
        ("ten", "BRL", None),
        ("1e9", "BRL", None),
        ("٣", "BRL", None),
        ("9" * 30, "BRL", None),
    ],
)
def test_a_typed_sum_is_read_to_the_cent(text: str, currency: str, expected: int | None) -> None:
    assert minor_units(text, currency) == expected


@pytest.mark.parametrize(
    "language,currency,expected",
    [
        ("pt-br", "BRL", "R$\N{NO-BREAK SPACE}1.234,50"),
        ("en", "BRL", "R$1,234.50"),
        ("tr", "TRY", "₺1.234,50"),
        ("en", "JPY", "¥123,450"),
    ],
)
def test_money_is_written_as_the_language_does(language: str, currency: str, expected: str) -> None:
    assert formats.money(123_450, currency, language=language) == expected

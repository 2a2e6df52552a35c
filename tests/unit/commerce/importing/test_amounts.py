"""Amounts as people write them, exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.commerce.rules.importing.amounts import decimal_separator, decimal_text, minor_units
from balcao.commerce.rules.importing.faults import BadCell
from balcao.kit.tables import Figure

amounts = st.integers(min_value=0, max_value=10**14)


def written(cents: int, *, thousands: str, decimal: str) -> str:
    """Write an amount as a country does."""
    return f"{Decimal(cents).scaleb(-2):,.2f}".translate(str.maketrans({",": thousands, ".": decimal}))


@given(amounts, st.sampled_from([(".", ","), (",", "."), ("", ","), ("", "."), (" ", ","), ("'", ".")]))
def test_whatever_the_country_an_amount_is_read_as_it_was_written(cents: int, marks: tuple[str, str]) -> None:
    thousands, decimal = marks
    text = written(cents, thousands=thousands, decimal=decimal)

    assert minor_units(text, currency="BRL", decimal="") == cents
    assert minor_units(text, currency="BRL", decimal="," if decimal == "." else ".") == cents, "the text itself tells"


@given(amounts, st.sampled_from(["BRL", "TRY", "JPY", "KWD"]))
def test_our_own_files_are_read_as_they_were_written(amount: int, currency: str) -> None:
    assert minor_units(decimal_text(amount, currency=currency), currency=currency, decimal=",") == amount


@pytest.mark.parametrize(
    "text, currency, amount",
    [
        ("R$ 12,90", "BRL", 1290),
        ("R$\xa012,90", "BRL", 1290),
        ("₺12,90", "TRY", 1290),
        ("12,90 TL", "TRY", 1290),
        ("BRL 1.234,56", "BRL", 123456),
        ("1,234.56", "USD", 123456),
        ("US$ 1,234.56", "USD", 123456),
        ("1.234.567", "BRL", 123456700),
        ("1 234,5", "EUR", 123450),
        ("12", "BRL", 1200),
        ("0.500", "BRL", 50),
        ("12,9000", "BRL", 1290),
        ("-12,90", "BRL", -1290),
        ("−12,90", "BRL", -1290),
        ("R$ -12,90", "BRL", -1290),
        ("(12,90)", "BRL", -1290),
        ("1,234", "JPY", 1234),
        (Figure("1.234"), "KWD", 1234),
        (Figure("30.299999999999997"), "BRL", 3030),  # what a spreadsheet makes of 10.1 * 3
    ],
)
def test_amounts_as_shops_write_them(text: str, currency: str, amount: int) -> None:
    assert minor_units(text, currency=currency, decimal="") == amount


@pytest.mark.parametrize("decimal, amount", [(",", 123400), (".", None)])
def test_only_where_a_text_may_be_two_things_the_file_decides(decimal: str, amount: int | None) -> None:
    if amount is None:
        with pytest.raises(BadCell, match="more decimals"):
            minor_units("1.234", currency="BRL", decimal=decimal)
    else:
        assert minor_units("1.234", currency="BRL", decimal=decimal) == amount


@pytest.mark.parametrize(
    "text, problem",
    [
        ("1.234", "two ways"),
        ("12,905", "two ways"),
        ("0,125", "more decimals"),
        (Figure("12.905"), "more decimals"),
        ("grátis", "no amount"),
        ("12,90,1", "no amount"),
        ("1.23.456", "no amount"),
        ("12 reais e 90", "no amount"),
        ("$", "no amount"),
        ("12,90 €", "is in"),
        ("USD 12.90", "is in"),
        ("9" * 20, "too large"),
    ],
)
def test_what_is_no_amount_is_told_and_never_guessed(text: str, problem: str) -> None:
    with pytest.raises(BadCell, match=problem):
        minor_units(text, currency="BRL", decimal="")


@pytest.mark.parametrize(
    "texts, region, separator",
    [
        (["1.234", "12,90"], "US", ","),
        (["1,234", "12.90"], "BR", "."),
        (["1.234", "1.234.567"], "US", ","),
        (["1.234"], "BR", ","),
        (["1.234"], "TR", ","),
        (["1,234"], "US", "."),
        (["12,90", "12.90"], "BR", ""),
        (["1.234"], "", ""),
        ([Figure("12.90")], "BR", ","),
    ],
)
def test_a_file_tells_its_separator_by_what_can_be_read_in_one_way(
    texts: list[str], region: str, separator: str
) -> None:
    assert decimal_separator(texts, region=region) == separator

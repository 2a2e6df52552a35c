"""Text that leaves cannot turn into a header or a formula."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.guards import UnsafeHeader, csv_cell, one_line, safe_header


@pytest.mark.parametrize("value", ["", "Olá, Ana", "Re: [#48102] Sipariş", "a\tb"])
def test_a_plain_header_passes_unchanged(value: str) -> None:
    assert safe_header(value) == value


@pytest.mark.parametrize("value", ["a\nBcc: x@y.com", "a\r\nb", "a\rb", "\n", "a\0", "a\u2028b", "a\x85b"])
def test_a_line_break_in_a_header_is_refused(value: str) -> None:
    with pytest.raises(UnsafeHeader, match="line break"):
        safe_header(value)


@given(st.text())
def test_a_text_on_one_line_is_a_safe_header(text: str) -> None:
    assert safe_header(one_line(text)) == one_line(one_line(text))


def test_words_are_kept_on_one_line() -> None:
    assert one_line("  Onde está\r\n  meu\tpedido? ") == "Onde está meu pedido?"


@pytest.mark.parametrize("value", ["=1+1", "+55", "-2", "@SUM(A1)", "\t=1", "\0=1", "\r=1", "\n=1", " =1", "＝1"])
def test_what_a_spreadsheet_would_compute_is_prefixed(value: str) -> None:
    assert csv_cell(value) == f"'{value}"


@pytest.mark.parametrize(
    "value, cell",
    [("Ana", "Ana"), ("a=1", "a=1"), (None, ""), (-5, "-5"), (1.5, "1.5"), (Decimal("-2.5"), "-2.5"), (True, "True")],
)
def test_other_values_stay(value: object, cell: str) -> None:
    assert csv_cell(value) == cell

"""Tax ids in texts; the numbers are made up by their rules, or those that the authorities themselves print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.taxids import is_tax_id, tax_ids_in


@pytest.mark.parametrize(
    "word",
    [
        "52998224725",
        "00000000191",
        "11222333000181",
        "12ABC34501DE35",
        "10000000146",
        "4540536920",
    ],
)
def test_check_digits_fit(word: str) -> None:
    assert is_tax_id(word)


@pytest.mark.parametrize(
    "word",
    [
        "52998224724",
        "11111111111",
        "11222333000180",
        "12ABC34501DE36",
        "10000000147",
        "12345678901",
        "4540536921",
        "1234567891",
        "",
        "ABCDEFGHIJK",
    ],
)
def test_check_digits_that_do_not_fit(word: str) -> None:
    assert not is_tax_id(word)


@pytest.mark.parametrize(
    "text, found",
    [
        ("meu CPF é 529.982.247-25, obrigada", ["52998224725"]),
        ("CNPJ 11.222.333/0001-81.", ["11222333000181"]),
        ("cnpj 12.abc.345/01de-35", ["12ABC34501DE35"]),
        ("TC kimlik no: 10000000146", ["10000000146"]),
        ("pedido CM-20431 de 12/11/2026", []),
        ("52998224725 e de novo 529.982.247-25", ["52998224725"]),
    ],
)
def test_they_are_found_as_people_write_them(text: str, found: list[str]) -> None:
    assert tax_ids_in(text) == found


@given(st.text(max_size=300))
def test_no_text_ends_in_a_fault(text: str) -> None:
    assert all(is_tax_id(one) for one in tax_ids_in(text))

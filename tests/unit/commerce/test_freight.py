"""The freight table of a shop that quotes for itself."""

import pytest

from balcao.commerce.rules.freight import Rate, quotes, read_table
from balcao.ports.commerce import Address, Quote

TABLE = """
# Brazil
PAC; BR; 30000..39999, 20000-000..28999-999; 18,90; 4-7
Sedex; BR; *; 32,50; 1 - 3
PAC; br; *; 27.90; 9
Kargo; TR; *; 129,90;
"""


def table() -> list[Rate]:
    rates, faults = read_table(TABLE, currency="BRL")
    assert faults == []
    return rates


def to(postcode: str, country: str = "BR") -> list[Quote]:
    return quotes(table(), Address(postcode=postcode, country=country), home="BR")


def test_the_cheapest_way_comes_first_and_each_way_once() -> None:
    assert to("30140-061") == [Quote("PAC", 1890, (4, 7)), Quote("Sedex", 3250, (1, 3))]


def test_a_range_goes_by_how_postcodes_begin() -> None:
    assert to("20000-000")[0].amount == 1890
    assert to("28999-999")[0].amount == 1890
    assert to("29000-000")[0] == Quote("PAC", 2790, (9, 9))
    assert to("39999-999")[0].amount == 1890
    assert to("40000-000")[0].amount == 2790


def test_another_country_has_other_ways() -> None:
    assert to("34710", "tr") == [Quote("Kargo", 12990, None)]
    assert to("1000", "PT") == []


def test_where_no_country_is_told_it_is_the_shops() -> None:
    assert to("30140", "")[0].name == "PAC"


def test_without_a_postcode_only_what_goes_everywhere_is_told() -> None:
    assert [quote.amount for quote in to("")] == [2790, 3250]


@pytest.mark.parametrize(
    "line",
    [
        "PAC; BR; 30000..39999; 18,90",
        "; BR; *; 18,90; 3",
        "PAC; BR; 39999..30000; 18,90; 3",
        "PAC; BR; ..; 18,90; 3",
        "PAC; BR; *; a lot; 3",
        "PAC; BR; *; US$ 18.90; 3",
        "PAC; BR; *; 18,90; soon",
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(line: str) -> None:
    rates, faults = read_table(f"Sedex; BR; *; 32,50; 1\n{line}", currency="BRL")

    assert [rate.name for rate in rates] == ["Sedex"]
    assert [fault.line for fault in faults] == [2]
    assert faults[0].words

"""What may stand in a field, and how it is kept."""

from typing import Any

import pytest

from balcao.processes.rules.filling import accepts, kept
from balcao.processes.types import Field, FieldType

ADDRESS = Field("where", {}, FieldType.ADDRESS)
HOME = {"line1": "Rua da Aurora, 12", "city": "Recife", "postcode": "50050-000"}


@pytest.mark.parametrize(
    "value, is_taken",
    [
        (HOME, True),
        ({**HOME, "district": "Boa Vista", "country": "BR", "name": "Ana", "phone": ""}, True),
        (None, True),
        ({}, True),
        ({**HOME, "city": " "}, False),
        ({"line1": "Rua da Aurora, 12"}, False),
        ({**HOME, "planet": "Earth"}, False),
        ({**HOME, "line2": 3}, False),
        ({**HOME, "line2": "x" * 201}, False),
        ("Rua da Aurora, 12", False),
        ([HOME], False),
    ],
)
def test_an_address_has_the_parts_of_an_orders_and_those_that_are_needed(value: Any, is_taken: bool) -> None:
    assert accepts(ADDRESS, value) is is_taken


def test_an_address_is_kept_without_empty_parts_and_without_cards() -> None:
    found = kept({**HOME, "line2": " ", "phone": None, "name": "Ana 4111 1111 1111 1111"})
    assert isinstance(found, dict)
    assert set(found) == {"line1", "city", "postcode", "name"}
    assert "4111 1111 1111 1111" not in found["name"]

"""Numbers that forms, addresses and other machines name."""

import pytest

from balcao.kit.numbers import number_in, numbers_in


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "1.5", " 7", "x", "9" * 19])
def test_what_is_no_number_is_none(text: str) -> None:
    assert number_in(text) is None


def test_numbers_are_read_and_the_rest_is_left_out() -> None:
    assert number_in("048213") == 48213
    assert numbers_in(["3", "²", "", "14"]) == [3, 14]

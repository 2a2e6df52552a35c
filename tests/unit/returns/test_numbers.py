"""The numbers on labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.returns.rules.numbers import check_digit, is_prefix, read, written

_NUMBERS = st.integers(1, 10**12)


def test_the_digit_is_damms() -> None:
    assert check_digit(572) == 4  # the example of Damm's dissertation


def test_a_label_carries_prefix_number_and_digit() -> None:
    assert written(1_000_012) == f"RMA-1000012{check_digit(1_000_012)}"
    assert written(572, prefix="CJ") == "CJ-5724"
    assert written(572, prefix="") == "RMA-5724"


@given(_NUMBERS, st.sampled_from(["RMA", "CJ", "A1B2", "POYRAZ"]))
def test_what_is_written_is_read(number: int, prefix: str) -> None:
    assert read(written(number, prefix=prefix)) == number


@given(_NUMBERS, st.data())
def test_a_wrong_digit_is_noticed(number: int, data: st.DataObject) -> None:
    digits = str(number) + str(check_digit(number))
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != digits[place]]))

    assert read(f"RMA-{digits[:place]}{other}{digits[place + 1 :]}") is None


@given(_NUMBERS, st.data())
def test_swapped_neighbours_are_noticed(number: int, data: st.DataObject) -> None:
    digits = str(number) + str(check_digit(number))
    place = data.draw(st.integers(0, len(digits) - 2))
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]

    assert swapped == digits or read(swapped) is None


@pytest.mark.parametrize("typed", ["RMA-5724", "rma 5724", "rma5724", " 5724 ", "RMA - 57 24", "A1-5724"])
def test_people_type_it_as_they_like(typed: str) -> None:
    assert read(typed) == 572


@pytest.mark.parametrize(
    "typed", ["", "RMA-", "5", "RMA-5723", "05724", "5724x", "9" * 200, "٥٧٢٤", "https://a.b/5724"]
)
def test_anything_else_is_none_of_ours(typed: str) -> None:
    assert read(typed) is None


@pytest.mark.parametrize("prefix, fits", [("RMA", True), ("CJ1", True), ("1CJ", False), ("cj", False), ("", False)])
def test_a_prefix_begins_with_a_letter(prefix: str, fits: bool) -> None:
    assert is_prefix(prefix) is fits

"""Whether words can be read on and in a shop's colour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.shops.rules import NIGHT, PAPER, READABLE, contrast, readable, words_on

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_what_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(COLOURS)
def test_words_on_any_colour_can_be_read(colour: str) -> None:
    assert contrast(colour, words_on(colour)) >= 4


@given(COLOURS, st.sampled_from([PAPER, NIGHT]))
def test_a_shade_can_be_read_and_a_readable_colour_stays(colour: str, ground: str) -> None:
    shade = readable(colour, on=ground)
    assert contrast(shade, ground) >= READABLE
    assert (shade == colour) == (contrast(colour, ground) >= READABLE)


@pytest.mark.parametrize("wrong", ["red", "#12345", "#1234567", ""])
def test_what_is_no_colour_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no colour"):
        contrast(wrong, "#ffffff")

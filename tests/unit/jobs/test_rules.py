from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.jobs import rules


@pytest.mark.parametrize("tries,seconds", [(1, 5), (2, 20), (3, 80), (4, 320), (5, 1280), (6, 3600), (50, 3600)])
def test_the_pause_grows_up_to_an_hour(tries: int, seconds: int) -> None:
    assert rules.pause(tries=tries, chance=0.5) == timedelta(seconds=seconds)


@given(st.integers(0, 32767), st.floats(0, 1, exclude_max=True))
def test_chance_moves_the_pause_by_a_fifth_at_most(tries: int, chance: float) -> None:
    steady = rules.pause(tries=tries, chance=0.5)
    assert steady * 0.8 <= rules.pause(tries=tries, chance=chance) <= steady * 1.2

"""Which target holds."""

from itertools import permutations

from balcao.deadlines.rules.targets import Row, Scene, choose
from balcao.deadlines.types import ClockKind

FIRST = ClockKind.FIRST_RESPONSE
SCENE = Scene(clock=FIRST, shop=1, department=7, kind="quick", priority="high", channel_kind="mail")
ROWS = [
    Row(clock=FIRST, seconds=1, id=1),
    Row(clock=FIRST, seconds=2, shop=1, id=2),
    Row(clock=FIRST, seconds=3, channel_kind="mail", id=3),
    Row(clock=FIRST, seconds=4, priority="high", id=4),
    Row(clock=FIRST, seconds=5, kind="quick", channel_kind="mail", id=5),
    Row(clock=FIRST, seconds=6, kind="quick", priority="high", id=6),
    Row(clock=FIRST, seconds=7, department=7, id=7),
]


def test_what_stands_earlier_in_the_order_outweighs_all_behind_it() -> None:
    for ending in range(1, len(ROWS) + 1):
        for rows in permutations(ROWS[:ending][-3:]):
            assert choose(rows, SCENE) == ROWS[ending - 1]


def test_a_row_of_something_else_does_not_fit() -> None:
    others = [
        Row(clock=ClockKind.RESOLUTION, seconds=1),
        Row(clock=FIRST, seconds=1, shop=2),
        Row(clock=FIRST, seconds=1, department=8),
        Row(clock=FIRST, seconds=1, kind="action"),
        Row(clock=FIRST, seconds=1, priority="low"),
        Row(clock=FIRST, seconds=1, channel_kind="form"),
    ]

    assert choose(others, SCENE) is None
    assert choose([*others, ROWS[0]], SCENE) == ROWS[0]
    assert choose([ROWS[6]], Scene(clock=FIRST)) is None


def test_of_two_alike_the_older_one_holds() -> None:
    assert choose([Row(clock=FIRST, seconds=9, id=4), Row(clock=FIRST, seconds=8, id=3)], SCENE) == Row(
        clock=FIRST, seconds=8, id=3
    )

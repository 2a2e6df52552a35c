"""The ladder: what is due next, who is told, who above them."""

from datetime import UTC, datetime, timedelta

from balcao.deadlines.rules import ladder
from balcao.deadlines.rules.clocks import fires, read
from balcao.deadlines.rules.ladder import Rung
from balcao.deadlines.types import Calendar, ClockEvent, EventType, PauseReason, Shift, Step

ALWAYS = {"always": Calendar("UTC", ((Shift(0, 24 * 3600),),) * 7)}
BEGAN = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
START = ClockEvent(BEGAN, EventType.START, target_seconds=4 * 3600, calendar="always")


def left(*events: ClockEvent, fired: tuple[str, ...] = (), is_voided: bool = False) -> list[Step]:
    all_events = [START, *events]
    reading = read(all_events, ALWAYS, now=BEGAN)
    found = ladder.pending(fires(all_events, ALWAYS), reading, fired=fired, is_voided=is_voided)
    return [fire.step for fire in found]


def test_steps_come_in_their_order_and_each_once() -> None:
    assert left() == [Step.WARN_50, Step.WARN_75, Step.WARN_90, Step.BREACH, Step.OVERRUN]
    assert left(fired=("1.14400.warn_50", "1.14400.warn_75")) == [Step.WARN_90, Step.BREACH, Step.OVERRUN]


def test_another_target_is_another_ladder() -> None:
    sooner = ClockEvent(BEGAN + HOUR, EventType.SET_TARGET, target_seconds=3600)
    assert Step.WARN_50 in left(sooner, fired=("1.14400.warn_50",))


def test_each_pause_may_be_long_once() -> None:
    pause = ClockEvent(BEGAN + HOUR, EventType.PAUSE, reason=PauseReason.CUSTOMER)
    assert Step.LONG_PAUSE in left(pause)
    assert Step.LONG_PAUSE not in left(pause, fired=(f"1.long_pause.{int((BEGAN + HOUR).timestamp())}",))


def test_what_is_forgiven_is_held_against_nobody() -> None:
    assert {Step.BREACH, Step.OVERRUN}.isdisjoint(left(is_voided=True))


def test_the_share_of_which_people_were_warned_is_that_of_this_target() -> None:
    reading = read([START], ALWAYS, now=BEGAN)
    assert ladder.warned(reading, fired=["1.14400.warn_50", "1.14400.warn_75"]) == 75
    assert ladder.warned(reading, fired=["1.3600.warn_90"]) == 0


def test_people_hear_of_the_highest_step_and_the_way_up_ends() -> None:
    assert ladder.highest([Step.WARN_75, Step.BREACH, Step.WARN_90]) == Step.BREACH
    assert ladder.rung_of(Step.WARN_50) is None
    assert ladder.rung_of(Step.WARN_75) == Rung.ASSIGNEE
    assert [ladder.above(rung) for rung in Rung] == [Rung.LEAD, Rung.SUPERVISORS, Rung.ADMINS, None]


def test_a_clock_is_looked_at_for_whatever_comes_first() -> None:
    steps = fires([START], ALWAYS)
    assert ladder.next_moment(steps, answer_by=None) == (BEGAN + 2 * HOUR, "warn_50")
    assert ladder.next_moment(steps, answer_by=BEGAN + HOUR) == (BEGAN + HOUR, "up")
    assert ladder.next_moment([], answer_by=None) is None

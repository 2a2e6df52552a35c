"""Where tickets stand after merges and their undo."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.tickets import rules
from balcao.tickets.rules import Standing
from balcao.tickets.types import Direction, Queue, Status

LATER = datetime(2026, 3, 9, 10, tzinfo=UTC)

times = st.none() | st.datetimes(timezones=st.just(UTC))
standings = st.builds(
    Standing,
    status=st.sampled_from([str(status) for status in Status]),
    status_before=st.sampled_from(["", "open"]),
    remind_at=times,
    snoozed_until=times,
    solved_at=times,
    closed_at=times,
)


@given(standings)
def test_a_standing_survives_being_stored(found: Standing) -> None:
    assert rules.standing_from(found.plain()) == found


@given(standings, standings)
def test_only_an_open_question_moves_the_ticket_it_goes_into(target: Standing, source: Standing) -> None:
    after = rules.absorb(target, source)

    if source.queue == Queue.OURS:
        assert after.queue == Queue.OURS
    else:
        assert after == target
    if target.queue == Queue.OURS:
        assert after == target


@pytest.mark.parametrize("status", ["waiting", "solved", "closed", "spam", "trash"])
def test_an_open_question_opens_what_rested(status: str) -> None:
    resting = Standing(status, remind_at=LATER, solved_at=LATER, closed_at=LATER)

    assert rules.absorb(resting, Standing("new")) == Standing("open")


def test_an_open_question_wakes_a_snoozed_ticket_which_stays_new() -> None:
    assert rules.absorb(Standing("new", snoozed_until=LATER), Standing("open")) == Standing("new")


@given(standings)
def test_a_ticket_on_whose_threads_nobody_wrote_stands_where_it_stood(frozen: Standing) -> None:
    assert rules.on_its_own_again(frozen, last_direction="") == frozen


@pytest.mark.parametrize(
    "status,after", [("new", "new"), ("open", "open"), ("waiting", "open"), ("solved", "open"), ("closed", "open")]
)
def test_a_ticket_whose_customer_wrote_meanwhile_is_the_shops_turn(status: str, after: str) -> None:
    frozen = Standing(status, remind_at=LATER, solved_at=LATER, closed_at=LATER)

    assert rules.on_its_own_again(frozen, last_direction=Direction.IN) == Standing(after)


@pytest.mark.parametrize("status", ["spam", "trash"])
def test_what_was_thrown_away_stays_there_whoever_wrote(status: str) -> None:
    assert rules.on_its_own_again(Standing(status), last_direction=Direction.IN) == Standing(status)


@pytest.mark.parametrize("status", ["new", "open", "waiting"])
def test_an_active_ticket_that_was_answered_meanwhile_waits(status: str) -> None:
    assert rules.on_its_own_again(Standing(status), last_direction=Direction.OUT) == Standing("waiting")


@pytest.mark.parametrize("status", ["solved", "closed", "spam", "trash"])
def test_a_ticket_that_was_done_stays_done_when_only_the_shop_wrote(status: str) -> None:
    assert rules.on_its_own_again(Standing(status), last_direction=Direction.OUT) == Standing(status)

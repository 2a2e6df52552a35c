"""A virtual ticket's way, its due instants and what may still come."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from balcao.deadlines.rules.calendars import open_seconds, parse_calendar
from balcao.processes.rules.defaults import default_blueprint
from balcao.processes.rules.fitting import fit_total
from balcao.processes.rules.simulating import NoSuchWay, outlook, simulate, steps_along
from balcao.processes.types import Hours, Step

WEEK = ("mon", "tue", "wed", "thu", "fri")
SHOP = parse_calendar({"tz": "UTC", "weekly": {day: ["09:00-18:00"] for day in WEEK}})
HOURS = Hours(SHOP)
HOUR, DAY = 3600, 9 * 3600
RETURN = default_blueprint("return")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)

TO_LABEL = [Step("approve", HOUR), Step("label_by_hand", HOUR)]
TO_QC = [*TO_LABEL, Step("posted", 86400), Step("receive", 86400)]


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_each_stay_has_its_due_and_its_leaving() -> None:
    walk = simulate(RETURN, TO_LABEL, starts_at=MONDAY, hours=HOURS)
    seen = [(one.stage, one.entered_at, one.due_at, one.left_at, one.is_late) for one in walk.visits]
    assert seen == [
        ("requested", at(23, 9), at(23, 13), at(23, 10), False),
        ("approved", at(23, 10), at(23, 14), at(23, 11), False),
    ]
    assert walk.ended_at is None
    assert walk.total_used_seconds == 2 * HOUR


def test_the_total_stands_with_the_customer_and_the_carrier() -> None:
    walk = simulate(RETURN, TO_QC, starts_at=MONDAY, hours=HOURS)
    assert walk.total_used_seconds == 2 * HOUR
    before, after = walk.visits[1].total_due_at, walk.total_due_at
    assert before is not None
    assert after is not None
    assert open_seconds(SHOP, before, after) == 2 * DAY


def test_a_stay_beyond_its_limit_is_late_and_breaks_the_promise_at_its_due_instant() -> None:
    slow = [*TO_QC, Step("doubt", 12 * DAY)]
    walk = simulate(RETURN, slow, starts_at=MONDAY, hours=HOURS)
    assert [one.is_late for one in walk.visits] == [False, False, False, False, True]
    received = walk.visits[4]
    assert walk.breached_at is not None
    assert received.entered_at < walk.breached_at < (received.left_at or MONDAY)
    assert walk.total_due_at == walk.breached_at
    kept = simulate(RETURN, TO_QC, starts_at=MONDAY, hours=HOURS)
    assert kept.total_due_at == walk.breached_at


def test_a_walk_to_an_end_is_over() -> None:
    steps = [Step("ask_review"), Step("refuse", HOUR)]
    walk = simulate(RETURN, steps, starts_at=MONDAY, hours=HOURS)
    assert walk.visits[-1].stage == "refused"
    assert walk.ended_at == walk.forecast_at == at(23, 14)
    assert walk.breached_at is None


def test_a_way_that_is_none_is_refused() -> None:
    with pytest.raises(NoSuchWay):
        simulate(RETURN, [Step("receive")], starts_at=MONDAY, hours=HOURS)
    with pytest.raises(NoSuchWay):
        steps_along(RETURN, ["requested", "repairing"])


def test_a_walk_that_stops_is_forecast_from_where_it_stopped() -> None:
    entered = simulate(RETURN, TO_QC, starts_at=MONDAY, hours=HOURS)
    stayed = simulate(RETURN, [*TO_QC, Step("", DAY)], starts_at=MONDAY, hours=HOURS)
    assert [len(entered.visits), len(stayed.visits)] == [4, 5]
    assert entered.forecast_at == stayed.forecast_at
    assert entered.forecast_at == outlook(RETURN, "received", now=at(25, 11), hours=HOURS).ends_at


def test_the_outlook_waits_for_an_obligatory_task() -> None:
    chargeback = default_blueprint("chargeback")
    stages = tuple(
        replace(one, tasks=(replace(one.tasks[0], limit_seconds=5 * 86400),)) if one.tasks else one
        for one in chargeback.stages
    )
    slow = outlook(replace(chargeback, stages=stages), "evidence", now=MONDAY, hours=HOURS)
    usual = outlook(chargeback, "evidence", now=MONDAY, hours=HOURS)
    assert slow.total_seconds - usual.total_seconds == 36 * HOUR


def test_the_worst_path_is_walked_with_whole_limits() -> None:
    worst = fit_total(RETURN, hours=HOURS, since=MONDAY)
    assert worst.starts_at is not None
    steps = steps_along(RETURN, [share.stage for share in worst.path])
    walk = simulate(RETURN, steps, starts_at=worst.starts_at, hours=HOURS)
    assert walk.ended_at is not None
    assert walk.total_used_seconds == worst.worst_seconds
    assert walk.breached_at is None


def test_the_outlook_counts_what_is_left_of_the_stage_and_all_behind_it() -> None:
    whole = outlook(RETURN, "refunding", now=MONDAY, hours=HOURS)
    assert (whole.total_seconds, whole.ends_at) == (DAY + 4 * HOUR, at(24, 13))
    half = outlook(RETURN, "refunding", now=MONDAY, hours=HOURS, remaining_seconds=HOUR)
    assert (half.total_seconds, half.ends_at) == (5 * HOUR, at(23, 14))
    late = outlook(RETURN, "refunding", now=MONDAY, hours=HOURS, remaining_seconds=-99)
    assert late.total_seconds == 4 * HOUR
    assert outlook(RETURN, "refunded", now=MONDAY, hours=HOURS).ends_at == MONDAY


def test_a_calendar_that_never_opens_has_no_outlook() -> None:
    closed = Hours(SHOP, departments={"fin": parse_calendar({"tz": "UTC", "weekly": {}})})
    assert outlook(RETURN, "refunding", now=MONDAY, hours=closed).ends_at is None
    walk = simulate(RETURN, [*TO_LABEL], starts_at=MONDAY, hours=Hours(closed.departments["fin"]))
    assert walk.visits[0].left_at is None

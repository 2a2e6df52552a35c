"""The fit: exact where it says so, never too little, and it explains itself."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from balcao.deadlines.rules.calendars import open_seconds_between, parse_calendar, reached, to_seconds
from balcao.deadlines.types import Calendar, PauseReason
from balcao.processes.rules.costing import cost
from balcao.processes.rules.defaults import default_blueprint
from balcao.processes.rules.fitting import fit_bound, fit_total
from balcao.processes.types import (
    ROUND_THE_CLOCK,
    Advice,
    Blueprint,
    BlueprintKind,
    Bound,
    Fit,
    Hours,
    Outcome,
    Party,
    Share,
    Stage,
    Suggestion,
    Task,
    Transition,
    Unit,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {day: ["09:00-18:00"] for day in WEEK}
HOLIDAY = {"2026-12-25": []}
SHOP = parse_calendar({"tz": "UTC", "weekly": OFFICE, "overrides": HOLIDAY})
NIGHTS = parse_calendar({"tz": "UTC", "weekly": {day: ["22:00-04:00"] for day in WEEK}})
SATURDAYS = parse_calendar({"tz": "UTC", "weekly": {**OFFICE, "sat": ["09:00-13:00"]}})
HOUR, DAY = 3600, 9 * 3600


def stage(key: str, hours: float, owner: str = "cs", *, is_start: bool = False) -> Stage:
    return Stage(key, {}, owner, int(hours * HOUR), is_start=is_start)


def chain(*stages: Stage, total: int = 10 * DAY, ways: tuple[Transition, ...] = ()) -> Blueprint:
    """Return stages one after the other, and an end."""
    path = (replace(stages[0], is_start=True), *stages[1:], Stage("end", {}, outcome=Outcome.DONE))
    on = tuple(Transition(f"to_{two.key}", (one.key,), two.key, {}) for one, two in itertools.pairwise(path))
    return Blueprint("b", {}, BlueprintKind.OTHER, total, path, on + ways)


def fit(blueprint: Blueprint, hours: Hours | None = None) -> Fit:
    return fit_total(blueprint, hours=hours or Hours(SHOP), since=NOW)


def test_limits_in_the_time_of_the_promise_add_up() -> None:
    found = fit(chain(stage("a", 4), stage("b", 18), total=22 * HOUR))
    assert found.fits
    assert (found.worst_seconds, found.spare_seconds) == (22 * HOUR, 0)
    assert [(one.stage, one.seconds) for one in found.path] == [("a", 4 * HOUR), ("b", 18 * HOUR)]
    assert fit(chain(stage("a", 4), stage("b", 18), total=22 * HOUR - 1)).fits is False


def test_a_start_on_friday_at_the_end_of_the_day_before_a_holiday_is_among_them() -> None:
    found = fit(replace(chain(stage("a", 4)), total_unit=Unit.CALENDAR))
    # One second too late to end before Christmas, a Friday: it ends on the Monday after.
    assert found.starts_at == datetime(2026, 12, 24, 14, 0, 1, tzinfo=UTC)
    assert found.worst_seconds == timedelta(days=3, hours=19).total_seconds()


def test_the_longest_of_two_ways_counts() -> None:
    across = Transition("across", ("a",), "end", {})
    assert fit(chain(stage("a", 1), stage("b", 5), ways=(across,))).worst_seconds == 6 * HOUR


def test_a_loop_counts_as_often_as_it_may_be_gone() -> None:
    for most in (1, 2, 3):
        back = Transition("back", ("b",), "a", {}, is_rework=True, most=most)
        assert fit(chain(stage("a", 1), stage("b", 5), ways=(back,))).worst_seconds == (1 + most) * 6 * HOUR


def test_tasks_beside_a_stage_take_the_longest_not_the_sum() -> None:
    tasks = (Task("one", {}, "wh", 2 * HOUR), Task("two", {}, "fin", 3 * HOUR))
    blueprint = chain(replace(stage("a", 4), tasks=tasks))
    assert fit(blueprint).worst_seconds == 4 * HOUR
    longer = replace(tasks[1], limit_seconds=7 * HOUR)
    found = fit(chain(replace(stage("a", 4), tasks=(tasks[0], longer))))
    assert found.path == (Share("a", 7 * HOUR, 7 * HOUR, Unit.BUSINESS, "two"),)
    optional = replace(longer, is_obligatory=False)
    assert fit(chain(replace(stage("a", 4), tasks=(optional,)))).worst_seconds == 4 * HOUR


def test_a_stage_that_stops_the_promise_costs_nothing() -> None:
    waiting = replace(stage("b", 99, Party.CARRIER), pauses=PauseReason.CARRIER)
    assert fit(chain(stage("a", 4), replace(waiting, pauses_total=True))).worst_seconds == 4 * HOUR
    assert fit(chain(stage("a", 4), waiting)).worst_seconds == 103 * HOUR
    customers = replace(waiting, pauses=PauseReason.CUSTOMER)
    assert fit(chain(stage("a", 4), customers)).worst_seconds == 4 * HOUR


def test_following_stages_of_another_calendar_are_taken_together() -> None:
    hours = Hours(SATURDAYS, departments={"fin": SHOP})
    apart = chain(stage("a", 4, "fin"), stage("between", 1), stage("b", 4, "fin"))
    together = chain(stage("a", 4, "fin"), stage("b", 4, "fin"), stage("after", 1))
    # While finance is closed at Christmas, the shop is open for nine hours, and for four on the Saturday: once for
    # the run, once for each stage alone.
    assert fit(together, hours).worst_seconds == (8 + 9 + 4 + 1) * HOUR
    assert fit(apart, hours).worst_seconds == 2 * (4 + 9 + 4) * HOUR + HOUR


def test_what_does_not_fit_comes_with_advice() -> None:
    parcel = replace(stage("b", 9, Party.CARRIER), pauses=PauseReason.CARRIER)
    back = Transition("back", ("c",), "a", {}, is_rework=True, most=1)
    hours = Hours(SATURDAYS, departments={"fin": SHOP})
    found = fit(chain(stage("a", 8), parcel, stage("c", 4, "fin"), total=40 * HOUR, ways=(back,)), hours)
    assert found.worst_seconds is not None
    overrun = found.worst_seconds - 40 * HOUR
    assert Suggestion(Advice.PAUSE_TOTAL, "b", 9 * HOUR) in found.suggestions
    assert Suggestion(Advice.COUNT_ALIKE, "c", 13 * HOUR) in found.suggestions
    assert Suggestion(Advice.LESS_REWORK, "a", 8 * HOUR) in found.suggestions
    assert Suggestion(Advice.RAISE_TOTAL, seconds=40 * HOUR + overrun) in found.suggestions
    assert Suggestion(Advice.SHORTEN, "c", overrun) not in found.suggestions


def test_one_stage_that_is_too_long_is_to_be_shortened() -> None:
    found = fit(chain(stage("a", 8), stage("b", 2), total=7 * HOUR))
    assert found.suggestions[0] == Suggestion(Advice.SHORTEN, "a", 3 * HOUR)


def test_the_law_does_not_pause_and_may_spare_the_customers_time() -> None:
    waiting = replace(stage("b", 24, Party.CUSTOMER), unit=Unit.CALENDAR, pauses=PauseReason.CUSTOMER)
    first = replace(stage("a", 24), unit=Unit.CALENDAR)
    blueprint = chain(first, waiting, stage("c", 99))
    bound = Bound("LAW-1", ("c",), 40 * HOUR)
    strict = fit_bound(blueprint, bound, hours=Hours(SHOP), since=NOW)
    assert (strict.worst_seconds, strict.fits, strict.bound) == (48 * HOUR, False, "LAW-1")
    lenient = fit_bound(blueprint, replace(bound, spares_customer=True), hours=Hours(SHOP), since=NOW)
    assert (lenient.worst_seconds, lenient.fits) == (24 * HOUR, True)


def test_the_customers_own_days_count_against_the_law_of_privacy() -> None:
    privacy = default_blueprint("privacy_request")
    found = fit_bound(privacy, privacy.bounds[0], hours=Hours(SHOP), since=NOW)
    assert "identity" in {one.stage for one in found.path if one.seconds}


# --- What a limit costs -----------------------------------------------------------------------------------------------

starts = st.integers(0, 200 * 24 * 60 * 60)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([NIGHTS, SATURDAYS, SHOP, ROUND_THE_CLOCK]),
    st.sampled_from([NIGHTS, SATURDAYS, SHOP, ROUND_THE_CLOCK]),
    st.sampled_from([1, 600, 4 * HOUR, 6 * HOUR, DAY, DAY + 1, 45 * HOUR, 10 * 24 * HOUR]),
    starts,
)
def test_no_start_costs_more_than_the_worst(counted: Calendar, promised: Calendar, limit: int, start: int) -> None:
    since = to_seconds(NOW)
    worst, _ = cost(limit, counted, promised, since)
    end = reached(counted, since + start, limit)
    assert end is not None
    assert open_seconds_between(promised, since + start, end) <= worst


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([NIGHTS, SATURDAYS, SHOP, ROUND_THE_CLOCK]),
    st.sampled_from([NIGHTS, SATURDAYS, ROUND_THE_CLOCK]),
    st.integers(1, 20 * DAY),
)
def test_the_worst_is_reached_from_its_start(counted: Calendar, promised: Calendar, limit: int) -> None:
    worst, start = cost(limit, counted, promised, to_seconds(NOW))
    end = reached(counted, start, limit)
    assert end is not None
    assert counted == promised or open_seconds_between(promised, start, end) == worst

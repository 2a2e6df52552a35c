"""Each instant of a ticket lies in one bucket, and a breach is charged to who caused it."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.deadlines.types import PauseReason
from balcao.processes.rules.accounting import bounces, by_bucket, charge, reworks, spans
from balcao.processes.types import Blame, Bounce, Bucket, History, Holding, Party, Pause, Stay, reason_for

DAWN = datetime(2026, 11, 23, tzinfo=UTC)


def at(hour: float) -> datetime:
    return DAWN + timedelta(hours=hour)


def stay(number: int, stage: str, owner: str, since: float, until: float | None, due: float | None = None) -> Stay:
    return Stay(number, stage, owner, at(since), None if until is None else at(until), None if due is None else at(due))


def told(history: History) -> list[tuple[str, float]]:
    return [(one.bucket, one.seconds / 3600) for one in spans(history)]


def test_a_ticket_with_no_stage_and_no_department_is_nobodys() -> None:
    assert told(History(at(0), at(5))) == [(Bucket.UNOWNED, 5)]


def test_stages_departments_pauses_and_solutions_take_turns() -> None:
    packed = Stay(2, "packing", "wh", at(4), at(10), None, (Pause(PauseReason.SUPPLIER, at(6), at(8)),))
    history = History(
        at(0),
        at(16),
        stays=(stay(1, "asked", "cs", 2, 4), packed, stay(3, "sent", "customer", 10, 12)),
        pauses=(Pause(PauseReason.CUSTOMER, at(12), at(13)),),
        holdings=(Holding("cs", at(1), at(2)),),
        solved=((at(14), None),),
    )
    assert told(history) == [
        ("unowned", 1),
        ("department:cs", 1),
        ("department:cs", 2),
        ("department:wh", 2),
        ("supplier", 2),
        ("department:wh", 2),
        ("customer", 2),
        ("customer", 1),
        ("unowned", 1),
        ("solved", 2),
    ]
    assert by_bucket(spans(history))["department:wh"] == 4 * 3600


def test_an_outside_body_has_its_own_time_though_the_clock_stands_as_for_a_marketplace() -> None:
    examined = Stay(1, "external", Party.AUTHORITY, at(0), at(4), None, (Pause(PauseReason.MARKETPLACE, at(0), at(3)),))
    asked = Stay(2, "asked", "cs", at(4), None, None, (Pause(PauseReason.MARKETPLACE, at(4), at(6)),))
    assert told(History(at(0), at(6), stays=(examined, asked))) == [("authority", 4), ("marketplace", 2)]
    assert reason_for(Party.AUTHORITY) is PauseReason.MARKETPLACE
    assert {reason_for(party) for party in Party} == set(PauseReason)


def test_while_somebody_outside_is_waited_for_the_stage_stays_the_departments() -> None:
    waiting = Stay(1, "asking", "cs", at(0), None, None, (Pause(PauseReason.CUSTOMER, at(0)),))
    (span,) = spans(History(at(0), at(3), (waiting,)))
    assert (span.bucket, span.stage, span.department, span.visit) == ("customer", "asking", "cs", 1)


def test_what_lies_outside_of_the_tickets_life_does_not_count() -> None:
    history = History(at(2), at(4), (stay(1, "asked", "cs", 0, 9),))
    assert told(history) == [("department:cs", 2)]
    assert spans(History(at(2), at(2))) == []


def test_a_stage_without_an_owner_is_nobodys() -> None:
    assert told(History(at(0), at(2), (stay(1, "closed", "", 0, None),))) == [("unowned", 2)]


def test_of_two_stays_at_once_the_later_counts() -> None:
    history = History(at(0), at(6), (stay(1, "asked", "cs", 0, 4), stay(2, "packing", "wh", 3, 6)))
    assert told(history) == [("department:cs", 3), ("department:wh", 3)]


hours = st.integers(0, 60)
pairs = st.tuples(hours, st.none() | hours)
owners = st.sampled_from(["cs", "wh", "customer", "carrier", ""])
reasons = st.sampled_from(PauseReason)


def moment(hour: int | None) -> datetime | None:
    return None if hour is None else at(hour)


@given(
    st.integers(0, 30),
    st.integers(0, 30),
    st.lists(st.tuples(owners, pairs, st.lists(st.tuples(reasons, pairs), max_size=2)), max_size=5),
    st.lists(st.tuples(reasons, pairs), max_size=3),
    st.lists(pairs, max_size=2),
)
def test_no_second_is_lost_and_none_counts_twice(
    opened: int,
    lasts: int,
    stays: list[tuple[str, tuple[int, int | None], list[tuple[PauseReason, tuple[int, int | None]]]]],
    pauses: list[tuple[PauseReason, tuple[int, int | None]]],
    solved: list[tuple[int, int | None]],
) -> None:
    def paused(words: list[tuple[PauseReason, tuple[int, int | None]]]) -> tuple[Pause, ...]:
        return tuple(Pause(reason, at(since), moment(until)) for reason, (since, until) in words)

    entered = tuple(
        Stay(number, f"s{number}", owner, at(since), moment(until), None, paused(inner))
        for number, (owner, (since, until), inner) in enumerate(stays, 1)
    )
    over = tuple((at(since), moment(until)) for since, until in solved)
    history = History(at(opened), at(opened + lasts), entered, paused(pauses), (), over)
    found = spans(history)
    assert sum(by_bucket(found).values()) == lasts * 3600
    if lasts:
        assert (found[0].since, found[-1].until) == (history.opened_at, history.ends_at)
    assert all(one.until == two.since for one, two in itertools.pairwise(found))


# --- Who caused a breach ----------------------------------------------------------------------------------------------


def test_a_promise_that_was_kept_is_charged_to_nobody() -> None:
    assert charge(History(at(0), at(5), (stay(1, "asked", "cs", 0, 5, 1),)), due_at=at(5)) is None


def test_a_breach_is_charged_to_the_stage_that_took_most_beyond_its_limit() -> None:
    stays = (stay(1, "asked", "cs", 0, 3, 2), stay(2, "packing", "wh", 3, 9, 5), stay(3, "paying", "fin", 9, 12, 11))
    blame = charge(History(at(0), at(12), stays), due_at=at(10))
    assert blame == Blame("department:wh", "packing", 2, 4 * 3600)


def test_what_came_after_the_due_instant_caused_nothing() -> None:
    stays = (stay(1, "asked", "cs", 0, 3, 2), stay(2, "packing", "wh", 3, 99, 9.5))
    blame = charge(History(at(0), at(99), stays), due_at=at(10))
    assert blame == Blame("department:cs", "asked", 1, 3600)


def test_waiting_for_somebody_outside_is_no_overrun_of_the_stage() -> None:
    waited = Stay(2, "packing", "wh", at(3), at(12), at(4), (Pause(PauseReason.SUPPLIER, at(4), at(12)),))
    blame = charge(History(at(0), at(12), (stay(1, "asked", "cs", 0, 3, 2), waited)), due_at=at(10))
    assert blame == Blame("department:cs", "asked", 1, 3600)


def test_an_overrun_counts_as_it_is_measured() -> None:
    def office(since: datetime, until: datetime) -> float:
        """Count hours before noon only."""
        noon = at(12)
        return max((min(until, noon) - min(since, noon)).total_seconds(), 0.0)

    stays = (stay(1, "asked", "cs", 0, 11, 9), stay(2, "packing", "wh", 11, 22, 12))
    measured: Callable[[datetime, datetime], float] = office
    history = History(at(0), at(30), stays)
    assert charge(history, due_at=at(24)) == Blame("department:wh", "packing", 2, 10 * 3600)
    assert charge(history, due_at=at(24), measure=measured) == Blame("department:cs", "asked", 1, 2 * 3600)


@pytest.mark.parametrize(
    "history, blame",
    [
        (History(at(0), at(9), (stay(1, "asked", "cs", 3, 9, 99),)), Blame(Bucket.UNOWNED, seconds=3 * 3600)),
        (
            History(
                at(0), at(9), (stay(1, "a", "cs", 0, 3, 9), stay(2, "b", "wh", 3, 4, 9), stay(3, "a", "cs", 4, 9, 9))
            ),
            Blame("department:cs", "a", 3),
        ),
        (
            History(at(0), at(9), (stay(1, "a", "cs", 0, 3, 9), stay(2, "b", "customer", 3, 9, 99))),
            Blame("customer", "b", 2),
        ),
    ],
    ids=["nobody had it", "rework", "whoever had it"],
)
def test_without_an_overrun_the_next_cause_is_charged(history: History, blame: Blame) -> None:
    assert charge(history, due_at=at(8)) == blame


# --- To and fro -------------------------------------------------------------------------------------------------------


def test_work_that_comes_back_is_ping_pong() -> None:
    stays = [stay(1, "asked", "cs", 0, 1), stay(2, "packing", "wh", 1, 2), stay(3, "asked", "cs", 2, 3)]
    stays += [stay(4, "packing", "wh", 3, 4), stay(5, "paying", "fin", 4, 5)]
    assert bounces(stays) == [Bounce("cs", "wh", 3), Bounce("wh", "cs", 4)]
    assert reworks(stays) == 2


def test_a_path_that_leads_through_a_department_twice_is_none() -> None:
    stays = [stay(1, "asked", "cs", 0, 1), stay(2, "packing", "wh", 1, 2), stay(3, "telling", "cs", 2, 3)]
    assert bounces(stays) == []
    assert reworks(stays) == 0


def test_the_customer_in_between_is_no_department() -> None:
    stays = [stay(1, "asked", "cs", 0, 1), stay(2, "choosing", "customer", 1, 2), stay(3, "asked", "cs", 2, 3)]
    assert bounces(stays) == []
    assert reworks(stays) == 1

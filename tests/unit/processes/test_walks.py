"""Random walks over every default: no dead end, nothing twice, one refund at most, never more time than was weighed."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balcao.deadlines.rules.calendars import parse_calendar
from balcao.ports.commerce import ActionKind
from balcao.processes.rules.accounting import by_bucket, spans
from balcao.processes.rules.defaults import DEFAULTS, default_blueprint
from balcao.processes.rules.fitting import fit_total
from balcao.processes.rules.moving import begin, move, openings
from balcao.processes.rules.simulating import outlook, simulate
from balcao.processes.types import (
    Actor,
    Answer,
    Blueprint,
    Course,
    Effect,
    EffectKind,
    Facts,
    Fit,
    History,
    Hours,
    RefusalCode,
    Request,
    Stay,
    Step,
    Transition,
)
from tests.unit.processes.walking import ELIF, NOW, opened, reason_for

WEEK = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {day: ["09:00-18:00"] for day in WEEK}
NIGHTS = {day: ["22:00-04:00"] for day in (*WEEK, "sat")}
BRIEF = {day: ["10:00-12:00", "13:00-17:00"] for day in WEEK[1:]}
HOURS = Hours(
    parse_calendar({"tz": "America/Sao_Paulo", "weekly": OFFICE, "overrides": {"2026-12-25": []}}),
    departments={
        "wh": parse_calendar({"tz": "America/Sao_Paulo", "weekly": NIGHTS}),
        "fin": parse_calendar({"tz": "Europe/Istanbul", "weekly": BRIEF}),
    },
)
keys = st.sampled_from(DEFAULTS)


def possible(blueprint: Blueprint, course: Course, facts: Facts) -> list[tuple[Transition, Facts]]:
    """Return the ways that some facts open, each with such facts."""
    found = []
    for way in blueprint.ways_from(course.stage):
        seen = opened(blueprint, course, way, facts)
        offered = {one.transition.key: one for one in openings(blueprint, course, seen, actor=Actor.AGENT, agent=ELIF)}
        if offered[way.key].is_open:
            found.append((way, seen))
        else:
            assert [one.code for one in offered[way.key].refusals] == [RefusalCode.TOO_OFTEN]
    return found


def walk(blueprint: Blueprint, choose: st.DataObject) -> tuple[Course, list[Effect], list[Transition]]:
    begun = begin(blueprint)
    course, facts, wanted, gone = begun.course, Facts(NOW, NOW), list(begun.effects), []
    while not blueprint.stage(course.stage).is_end:
        ways = possible(blueprint, course, facts)
        assert ways, f"dead end at {course.stage}"
        way, facts = choose.draw(st.sampled_from(ways))
        request = Request(way.key, course.visit, way.actor, ELIF, reason_for(way))
        moved = move(blueprint, course, facts, request)
        assert moved.answer is Answer.MOVED, (way.key, moved.refusals)
        again = move(blueprint, moved.course, facts, request)
        assert (again.answer, again.course, again.effects) == (Answer.REPEATED, moved.course, ())
        course = moved.course
        wanted += moved.effects
        gone.append(way)
    return course, wanted, gone


@pytest.mark.parametrize("key", DEFAULTS)
def test_from_every_stage_some_facts_lead_on_to_an_end_without_going_back(key: str) -> None:
    blueprint = default_blueprint(key)
    ends = {stage.key for stage in blueprint.stages if stage.is_end}
    for stage in blueprint.stages:
        if not stage.is_end:
            ways = possible(blueprint, Course(stage.key), Facts(NOW, NOW))
            assert any(not way.is_rework for way, _ in ways), stage.key
    assert ends


@settings(max_examples=150, deadline=None)
@given(keys, st.data())
def test_a_walk_ends_and_nothing_of_it_happens_twice(key: str, choose: st.DataObject) -> None:
    course, wanted, gone = walk(default_blueprint(key), choose)
    assert len(set(course.taken)) == len(course.taken) == len(gone)
    assert course.visit == len(gone) + 1
    once = [one.key for one in wanted if one.is_once]
    assert len(once) == len(set(once))


@settings(max_examples=150, deadline=None)
@given(keys, st.data())
def test_a_walk_wants_one_refund_at_most(key: str, choose: st.DataObject) -> None:
    _, wanted, _ = walk(default_blueprint(key), choose)
    actions = [one.arguments["action"] for one in wanted if one.kind is EffectKind.ORDER_ACTION]
    money = [one for one in actions if one in {ActionKind.REFUND, ActionKind.CANCEL, ActionKind.GIVE_CREDIT}]
    assert len(money) <= 1


@cache
def weighed(key: str) -> Fit:
    return fit_total(default_blueprint(key), hours=HOURS, since=NOW)


def steps(blueprint: Blueprint, gone: list[Transition], choose: st.DataObject) -> list[Step]:
    found, at = [], blueprint.start
    for way in gone:
        seconds = choose.draw(st.integers(0, at.limit_seconds) | st.just(at.limit_seconds))
        found.append(Step(way.key, seconds))
        at = blueprint.stage(way.target)
    return found


@settings(max_examples=200, deadline=None)
@given(keys, st.integers(0, 300 * 24 * 60), st.data())
def test_no_walk_that_keeps_its_limits_takes_more_than_was_weighed(
    key: str, minutes: int, choose: st.DataObject
) -> None:
    blueprint = default_blueprint(key)
    _, _, gone = walk(blueprint, choose)
    began = NOW + timedelta(minutes=minutes)
    simulation = simulate(blueprint, steps(blueprint, gone, choose), starts_at=began, hours=HOURS)
    worst = weighed(key).worst_seconds
    assert worst is not None
    assert simulation.total_used_seconds <= worst
    assert not any(visit.is_late for visit in simulation.visits)


@settings(max_examples=100, deadline=None)
@given(keys, st.data())
def test_the_accounts_of_a_walk_lose_no_second(key: str, choose: st.DataObject) -> None:
    blueprint = default_blueprint(key)
    _, _, gone = walk(blueprint, choose)
    simulation = simulate(blueprint, steps(blueprint, gone, choose), starts_at=NOW, hours=HOURS)
    stays = tuple(
        Stay(number, one.stage, blueprint.stage(one.stage).owner, one.entered_at, one.left_at, one.due_at)
        for number, one in enumerate(simulation.visits, 1)
    )
    history = History(NOW - timedelta(hours=2), simulation.visits[-1].entered_at + timedelta(hours=1), stays)
    found = spans(history)
    assert [one.until for one in found[:-1]] == [one.since for one in found[1:]]
    assert sum(by_bucket(found).values()) == (history.ends_at - history.opened_at).total_seconds()


@pytest.mark.parametrize("key", DEFAULTS)
def test_nothing_is_at_risk_at_the_start(key: str) -> None:
    blueprint = default_blueprint(key)
    hours = Hours(HOURS.shop)
    ahead = outlook(blueprint, blueprint.start.key, now=datetime(2026, 12, 24, 20, 59, tzinfo=UTC), hours=hours)
    assert ahead.ends_at is not None
    assert ahead.total_seconds <= blueprint.total_seconds

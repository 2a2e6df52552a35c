"""The editor's check finds every planted fault, and lets the defaults pass in every calendar."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from balcao.deadlines.rules.calendars import parse_calendar
from balcao.deadlines.types import Calendar
from balcao.processes.rules.checking import check
from balcao.processes.rules.defaults import DEFAULTS, default_blueprint
from balcao.processes.types import (
    Approval,
    Blueprint,
    Bound,
    Choice,
    Effect,
    EffectKind,
    Fault,
    FaultCode,
    Guard,
    Hours,
    Report,
    Stage,
    Task,
    Transition,
    Unit,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = ("mon", "tue", "wed", "thu", "fri")
RECIFE = parse_calendar(
    {
        "tz": "America/Recife",
        "weekly": {key: ["09:00-18:00"] for key in WEEK},
        "overrides": {
            "2026-12-24": ["09:00-12:00"],
            "2026-12-25": [],
            "2027-01-01": [],
            "2027-02-08": [],
            "2027-02-09": [],
        },
    }
)
ISTANBUL = parse_calendar(
    {"tz": "Europe/Istanbul", "weekly": {key: ["08:30-12:30", "13:30-19:00"] for key in (*WEEK, "sat")}}
)
NIGHT = parse_calendar({"tz": "America/Sao_Paulo", "weekly": {key: ["20:00-04:00"] for key in (*WEEK, "sat", "sun")}})
ALWAYS = parse_calendar({"tz": "UTC", "weekly": {key: ["00:00-24:00"] for key in (*WEEK, "sat", "sun")}})
CLOSED = parse_calendar({"tz": "UTC", "weekly": {}})
T = {"en": "Word", "pt-BR": "Palavra", "tr": "Sözcük"}


def judged(blueprint: Blueprint, hours: Hours | None = None) -> Report:
    return check(blueprint, hours=hours or Hours(RECIFE), since=NOW, blueprints=DEFAULTS, templates=())


@pytest.mark.parametrize("shop", [RECIFE, ISTANBUL, NIGHT, ALWAYS], ids=["recife", "istanbul", "night", "always"])
@pytest.mark.parametrize("key", DEFAULTS)
def test_the_defaults_pass_their_own_editor(key: str, shop: Calendar) -> None:
    report = judged(default_blueprint(key), Hours(shop))
    assert report.faults == ()
    assert report.total is not None
    assert report.total.fits
    assert all(fit.fits for fit in report.bounds)


@pytest.mark.parametrize("key", DEFAULTS)
def test_the_shares_of_the_worst_path_are_its_sum(key: str) -> None:
    total = judged(default_blueprint(key)).total
    assert total is not None
    assert sum(share.seconds for share in total.path) == total.worst_seconds


def test_the_check_is_fast() -> None:
    blueprints = [default_blueprint(key) for key in DEFAULTS]
    fastest = []
    for shift in range(3):
        started = time.perf_counter()
        for blueprint in blueprints:
            check(blueprint, hours=Hours(RECIFE), since=NOW.replace(minute=shift))
        fastest.append(time.perf_counter() - started)
    assert min(fastest) < 0.2 * len(blueprints)


# --- Planted faults ---------------------------------------------------------------------------------------------------

RETURN = default_blueprint("return")


def with_stage(key: str, **changes: object) -> Blueprint:
    stages = tuple(replace(one, **changes) if one.key == key else one for one in RETURN.stages)  # type: ignore[arg-type]
    return replace(RETURN, stages=stages)


def with_way(key: str, **changes: object) -> Blueprint:
    ways = tuple(replace(one, **changes) if one.key == key else one for one in RETURN.transitions)  # type: ignore[arg-type]
    return replace(RETURN, transitions=ways)


def plus_stage(**words: object) -> Blueprint:
    stage = Stage("extra", T, "cs", 3600, **words)  # type: ignore[arg-type]
    return replace(RETURN, stages=(*RETURN.stages, stage))


def without_ways(*keys: str) -> Blueprint:
    return replace(RETURN, transitions=tuple(one for one in RETURN.transitions if one.key not in keys))


def refund_twice() -> Blueprint:
    effect = Effect("refund", EffectKind.ORDER_ACTION, {"action": "refund"}, is_once=False)
    return with_stage("refunding", effects=(effect,))


def effect(kind: EffectKind, **arguments: str) -> Blueprint:
    return with_stage("requested", effects=(Effect("planted", kind, arguments),))


PLANTED: dict[str, tuple[Callable[[], Blueprint], str, FaultCode]] = {
    "no start": (lambda: with_stage("requested", is_start=False), "stages", FaultCode.NO_START),
    "two starts": (lambda: with_stage("review", is_start=True), "stages", FaultCode.SEVERAL_STARTS),
    "no end": (
        lambda: replace(RETURN, stages=tuple(replace(one, outcome=None) for one in RETURN.stages)),
        "stages",
        FaultCode.NO_END,
    ),
    "unreachable": (plus_stage, "stages.extra", FaultCode.UNREACHABLE),
    "dead end": (
        lambda: without_ways("credit_done", "credit_by_hand"),
        "stages.crediting",
        FaultCode.DEAD_END,
    ),
    "dead end but for a rework": (
        lambda: without_ways("repair_done", "refund"),
        "stages.repairing",
        FaultCode.DEAD_END,
    ),
    "loop": (lambda: with_way("none_left", is_rework=False), "transitions", FaultCode.LOOP),
    "unbounded": (lambda: with_way("none_left", most=0), "transitions.none_left", FaultCode.UNBOUNDED),
    "leaves an end": (lambda: with_way("reopen", is_rework=False), "transitions.reopen", FaultCode.LEAVES_END),
    "target": (lambda: with_way("approve", target="nowhere"), "transitions.approve", FaultCode.UNKNOWN_STAGE),
    "source": (lambda: with_way("approve", sources=("nowhere",)), "transitions.approve", FaultCode.UNKNOWN_STAGE),
    "text": (
        lambda: with_stage("received", customer_names={"en": "Here", "pt-BR": "Aqui", "tr": " "}),
        "stages.received.customer_names",
        FaultCode.NO_TEXT,
    ),
    "button": (lambda: with_way("approve", names={"en": "Yes"}), "transitions.approve.names", FaultCode.NO_TEXT),
    "start without words": (
        lambda: with_stage("requested", customer_names={}),
        "stages.requested.customer_names",
        FaultCode.NO_TEXT,
    ),
    "still asking": (
        lambda: with_stage("settling", customer_names={}, customer_texts={}),
        "stages.settling",
        FaultCode.STILL_ASKS,
    ),
    "field": (lambda: with_stage("received", exit_fields=("weight",)), "stages.received", FaultCode.UNKNOWN_FIELD),
    "field of a way": (lambda: with_way("posted", fields=("weight",)), "transitions.posted", FaultCode.UNKNOWN_FIELD),
    "field of a guard": (
        lambda: with_way("approve", guards=(Guard("field_is_yes", {"field": "weight"}),)),
        "transitions.approve",
        FaultCode.UNKNOWN_FIELD,
    ),
    "guard": (lambda: with_way("approve", guards=(Guard("hope"),)), "transitions.approve", FaultCode.UNKNOWN_GUARD),
    "argument": (
        lambda: with_way("approve", guards=(Guard("level_at_least", {"level": "two"}),)),
        "transitions.approve",
        FaultCode.UNKNOWN_ARGUMENT,
    ),
    "effect of a guard": (
        lambda: with_way("approve", guards=(Guard("effect_done", {"effect": "magic"}),)),
        "transitions.approve",
        FaultCode.UNKNOWN_ACTION,
    ),
    "department": (lambda: with_stage("review", owner="moon"), "stages.review", FaultCode.UNKNOWN_DEPARTMENT),
    "department of a task": (
        lambda: with_stage("review", tasks=(Task("ask", T, "moon", 60),)),
        "stages.review.tasks.ask",
        FaultCode.UNKNOWN_DEPARTMENT,
    ),
    "approver": (
        lambda: with_way("approve", approval=Approval("moon")),
        "transitions.approve",
        FaultCode.UNKNOWN_DEPARTMENT,
    ),
    "calendar": (lambda: with_stage("review", calendar="moon"), "stages.review", FaultCode.UNKNOWN_CALENDAR),
    "total calendar": (
        lambda: replace(RETURN, total_calendar="moon"),
        "total_calendar",
        FaultCode.UNKNOWN_CALENDAR,
    ),
    "calendar of a task": (
        lambda: with_stage("review", tasks=(Task("ask", T, "wh", 60, calendar="moon"),)),
        "stages.review.tasks.ask",
        FaultCode.UNKNOWN_CALENDAR,
    ),
    "calendar of a law": (
        lambda: replace(RETURN, bounds=(Bound("law", ("refunded",), 60, calendar="moon"),)),
        "bounds.law",
        FaultCode.UNKNOWN_CALENDAR,
    ),
    "stage of a law": (
        lambda: replace(RETURN, bounds=(Bound("law", ("moon",), 60),)),
        "bounds.law",
        FaultCode.UNKNOWN_STAGE,
    ),
    "no limit of a task": (
        lambda: with_stage("review", tasks=(Task("ask", T, "wh", 0),)),
        "stages.review.tasks.ask",
        FaultCode.NO_LIMIT,
    ),
    "action": (
        lambda: effect(EffectKind.ORDER_ACTION, action="teleport"),
        "stages.requested.effects.planted",
        FaultCode.UNKNOWN_ACTION,
    ),
    "no argument": (
        lambda: effect(EffectKind.WEBHOOK),
        "stages.requested.effects.planted",
        FaultCode.UNKNOWN_ARGUMENT,
    ),
    "retry of nothing": (
        lambda: effect(EffectKind.RETRY_ACTION, of="magic"),
        "stages.requested.effects.planted",
        FaultCode.UNKNOWN_ACTION,
    ),
    "template": (
        lambda: effect(EffectKind.MESSAGE, template="poem"),
        "stages.requested.effects.planted",
        FaultCode.UNKNOWN_TEMPLATE,
    ),
    "other blueprint": (
        lambda: effect(EffectKind.START, blueprint="party"),
        "stages.requested.effects.planted",
        FaultCode.UNKNOWN_BLUEPRINT,
    ),
    "notified": (
        lambda: effect(EffectKind.NOTIFY, department="moon"),
        "stages.requested.effects.planted",
        FaultCode.UNKNOWN_DEPARTMENT,
    ),
    "money twice": (refund_twice, "stages.refunding.effects.refund", FaultCode.MONEY_TWICE),
    "parent": (
        lambda: with_way("refuse", reasons=(Choice("used", T, parent="nobody"),)),
        "transitions.refuse.used",
        FaultCode.UNKNOWN_PARENT,
    ),
    "no choices": (
        lambda: replace(RETURN, fields=tuple(replace(one, choices=()) for one in RETURN.fields)),
        "fields.reason",
        FaultCode.NO_CHOICES,
    ),
    "no total": (lambda: replace(RETURN, total_seconds=0), "total_seconds", FaultCode.NO_TOTAL),
    "no limit": (lambda: with_stage("review", limit_seconds=0), "stages.review", FaultCode.NO_LIMIT),
    "long task": (
        lambda: with_stage("received", tasks=(Task("weigh", T, "wh", 99 * 3600),)),
        "stages.received.tasks.weigh",
        FaultCode.TASK_TOO_LONG,
    ),
    "no fit": (lambda: with_stage("received", limit_seconds=15 * 3600), "total_seconds", FaultCode.DOES_NOT_FIT),
    "no fit by a task": (
        lambda: with_stage("received", tasks=(Task("weigh", T, "wh", 3 * 86400, Unit.CALENDAR),)),
        "total_seconds",
        FaultCode.DOES_NOT_FIT,
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name: str) -> None:
    plant, where, code = PLANTED[name]
    assert (where, code) in {(fault.where, fault.code) for fault in judged(plant()).faults}


def test_a_calendar_without_open_time_is_never_due() -> None:
    faults = judged(RETURN, Hours(RECIFE, departments={"wh": CLOSED})).faults
    assert Fault("total_seconds", FaultCode.NEVER_DUE) in faults


def test_a_shop_that_never_opens_promises_nothing() -> None:
    assert Fault("total_seconds", FaultCode.NEVER_DUE) in judged(RETURN, Hours(CLOSED)).faults


def test_a_tangle_of_loops_is_refused_and_not_weighed_for_ever() -> None:
    stages = [
        Stage("a", T, "cs", 60, is_start=True),
        Stage("b", T, "cs", 60),
        Stage("end", T, outcome=RETURN.stage("refunded").outcome),
    ]
    ways = [Transition("go", ("a",), "b", T), Transition("done", ("b",), "end", T)]
    ways += [Transition(f"back{number}", ("b",), "a", T, is_rework=True, most=5) for number in range(9)]
    tangle = replace(RETURN, stages=tuple(stages), transitions=tuple(ways), fields=(), total_seconds=10**6)
    assert FaultCode.TOO_MANY_LOOPS in {fault.code for fault in judged(tangle).faults}


def test_a_law_that_is_broken_at_worst_is_told() -> None:
    complaint = default_blueprint("complaint")
    slow = tuple(
        replace(one, limit_seconds=3 * 86400) if one.key == "investigating" else one for one in complaint.stages
    )
    faults = judged(replace(complaint, stages=slow)).faults
    assert Fault("bounds.BR-D7962-4-V", FaultCode.BREAKS_LAW, str(12 * 3600)) in faults

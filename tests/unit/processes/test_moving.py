"""Ways are open or refused with everything against them; a request is taken once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from balcao.processes.rules.defaults import default_blueprint
from balcao.processes.rules.filling import accepts
from balcao.processes.rules.guards import GUARDS, holds
from balcao.processes.rules.moving import begin, move, next_by_itself, open_tasks, openings
from balcao.processes.types import (
    Actor,
    Answer,
    Choice,
    Course,
    Facts,
    Field,
    FieldType,
    Guard,
    Refusal,
    RefusalCode,
    Request,
)
from tests.unit.processes.walking import ELIF, MEHMET, NOW, opened, reason_for

RETURN = default_blueprint("return")
DAMAGED = default_blueprint("damaged_in_transport")
NOTHING_KNOWN = Facts(NOW, NOW)


def by(transition: str, visit: int = 1, actor: Actor = Actor.AGENT, reason: str = "") -> Request:
    return Request(transition, visit, actor, ELIF if actor is Actor.AGENT else 0, reason)


def codes(refusals: tuple[Refusal, ...]) -> set[tuple[RefusalCode, str]]:
    return {(one.code, one.detail) for one in refusals}


def test_a_process_begins_at_its_start_and_tells_the_customer() -> None:
    begun = begin(RETURN)
    assert begun.course.stage == "requested"
    assert [one.key for one in begun.effects] == ["tell_requested"]


def test_what_is_not_known_opens_nothing_of_its_own_accord() -> None:
    assert next_by_itself(RETURN, begin(RETURN).course, NOTHING_KNOWN) is None


def test_a_regret_within_the_policy_is_granted_by_itself() -> None:
    known = {"within_policy": True, "needs_review": False}
    facts = replace(NOTHING_KNOWN, fields={"reason": "regret_mind"}, known=known)
    request = next_by_itself(RETURN, begin(RETURN).course, facts)
    assert request == Request("grant", 1, Actor.AUTOMATIC)
    granted = move(RETURN, begin(RETURN).course, facts, request)
    assert (granted.answer, granted.course.stage, granted.course.visit) == (Answer.MOVED, "approved", 2)
    assert [one.key for one in granted.effects] == ["tell_approved", "label"]


def test_a_refusal_says_everything_against_a_way() -> None:
    refused = move(RETURN, begin(RETURN).course, NOTHING_KNOWN, by("approve"))
    assert refused.answer is Answer.REFUSED
    assert codes(refused.refusals) == {
        (RefusalCode.GUARD, "within_policy"),
        (RefusalCode.GUARD, "needs_no_review"),
        (RefusalCode.FIELD, "reason"),
    }
    assert refused.course == begin(RETURN).course


def test_the_same_request_again_is_one() -> None:
    course = begin(RETURN).course
    facts = opened(RETURN, course, RETURN.transition("ask_review"))
    once = move(RETURN, course, facts, by("ask_review"))
    again = move(RETURN, once.course, facts, by("ask_review"))
    assert (again.answer, again.course, again.effects) == (Answer.REPEATED, once.course, ())


def test_another_way_out_of_a_visit_that_is_over_is_stale() -> None:
    course = begin(RETURN).course
    facts = opened(RETURN, course, RETURN.transition("ask_review"))
    once = move(RETURN, course, facts, by("ask_review"))
    assert codes(move(RETURN, once.course, facts, by("approve")).refusals) == {(RefusalCode.STALE, "")}


def test_a_way_that_does_not_leave_the_stage_is_none() -> None:
    refused = move(RETURN, begin(RETURN).course, NOTHING_KNOWN, by("receive"))
    assert codes(refused.refusals) == {(RefusalCode.NOT_FROM_HERE, "")}


def test_a_customer_takes_only_the_customers_ways_and_an_agent_may_in_their_name() -> None:
    course = Course("label_sent", visit=3)
    seen = [one.transition.key for one in openings(RETURN, course, NOTHING_KNOWN, actor=Actor.CUSTOMER)]
    assert seen == ["posted", "cancel"]
    refused = move(RETURN, course, NOTHING_KNOWN, by("receive", 3, Actor.CUSTOMER))
    assert codes(refused.refusals) == {(RefusalCode.ACTOR, "")}
    assert move(RETURN, course, NOTHING_KNOWN, by("posted", 3)).answer is Answer.MOVED


def test_a_reason_is_asked_for_and_must_be_on_the_list() -> None:
    course = Course("requested")
    for reason in ("", "  ", "no idea"):
        refused = move(RETURN, course, NOTHING_KNOWN, by("cancel", 1, Actor.CUSTOMER, reason))
        assert codes(refused.refusals) == {(RefusalCode.REASON, "")}
    assert move(RETURN, course, NOTHING_KNOWN, by("cancel", 1, Actor.CUSTOMER, "keeps_it")).answer is Answer.MOVED


def test_a_large_refund_needs_another_pair_of_eyes() -> None:
    way = RETURN.transition("refund")
    course = Course("inspected", visit=6)
    facts = opened(RETURN, course, way)
    large = replace(facts, fields={**facts.fields, "amount": 50001}, known={**facts.known, "open_balance": 60000})
    own = replace(large, approvals={"refund": frozenset({("fin", ELIF)})})
    other_role = replace(large, approvals={"refund": frozenset({("wh", MEHMET)})})
    for one in (replace(large, approvals={}), own, other_role):
        assert codes(move(RETURN, course, one, by("refund", 6)).refusals) == {(RefusalCode.APPROVAL, "fin")}
    assert move(RETURN, course, large, by("refund", 6)).answer is Answer.MOVED
    assert move(RETURN, course, replace(facts, approvals={}), by("refund", 6)).answer is Answer.MOVED


@pytest.mark.parametrize("amount", [0, 5001, "much", None, True])
def test_no_more_goes_back_than_is_open(amount: object) -> None:
    course = Course("inspected", visit=6)
    facts = opened(RETURN, course, RETURN.transition("refund"))
    greedy = replace(facts, fields={**facts.fields, "amount": amount})
    refused = codes(move(RETURN, course, greedy, by("refund", 6)).refusals)
    assert (RefusalCode.GUARD, "amount_within_balance") in refused


def test_an_open_chargeback_stops_the_refund() -> None:
    course = Course("inspected", visit=6)
    facts = opened(RETURN, course, RETURN.transition("refund"))
    disputed = replace(facts, known={**facts.known, "is_disputed": True})
    assert codes(move(RETURN, course, disputed, by("refund", 6)).refusals) == {(RefusalCode.GUARD, "not_disputed")}


def test_a_stage_is_not_left_before_its_obligatory_task_is_done() -> None:
    course = Course("assessing", visit=2)
    facts = opened(DAMAGED, course, DAMAGED.transition("ask_choice"))
    undone = replace(facts, tasks={"carrier_report": False})
    refused = move(DAMAGED, course, undone, by("ask_choice", 2))
    assert codes(refused.refusals) == {(RefusalCode.TASK, "carrier_report")}
    cancelled = move(DAMAGED, course, undone, by("cancel", 2, Actor.CUSTOMER, "other"))
    assert cancelled.answer is Answer.MOVED


def test_a_process_is_not_closed_over_a_task_of_an_earlier_stage() -> None:
    closing = DAMAGED.transition("claim_paid")
    undone = replace(NOTHING_KNOWN, tasks={"carrier_report": False})
    assert open_tasks(DAMAGED, "claim_open", closing, undone) == ["carrier_report"]
    assert open_tasks(DAMAGED, "claim_open", closing, NOTHING_KNOWN) == []


def test_a_complaint_closes_with_its_cause_and_who_mends_it_by_when() -> None:
    complaint = default_blueprint("complaint")
    refused = move(complaint, Course("closing"), NOTHING_KNOWN, by("close"))
    wanted = {"root_cause", "corrective_action", "corrective_department", "corrective_date"}
    assert codes(refused.refusals) == {(RefusalCode.FIELD, key) for key in wanted}


def test_a_rework_is_taken_so_often_and_no_more() -> None:
    way = RETURN.transition("none_left")
    gone = Course("exchanging", visit=9, taken=((7, "none_left"),))
    refused = move(RETURN, gone, opened(RETURN, gone, way), by("none_left", 9))
    assert codes(refused.refusals) == {(RefusalCode.TOO_OFTEN, "1")}


def test_an_order_action_is_wanted_once_and_a_retry_at_each_visit() -> None:
    refund = default_blueprint("refund")
    course = Course("failed", visit=3, wanted=frozenset({"refund", "tell_submitting"}))
    wanted = []
    for key in ("retry", "retry_more", "retry"):
        way = refund.transition(key)
        moved = move(refund, course, opened(refund, course, way), by(key, course.visit, reason=reason_for(way)))
        course = moved.course
        wanted += [one.key for one in moved.effects]
    assert wanted == ["refund_again", "refund_again"]


def test_an_end_is_left_only_by_reopening() -> None:
    ended = Course("expired", visit=4)
    assert [one.transition.key for one in openings(RETURN, ended, NOTHING_KNOWN, actor=Actor.AGENT)] == ["reopen"]


# --- Guards and fields ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(GUARDS.keys() - {"tasks_done"}))
def test_no_guard_holds_when_nothing_is_known(name: str) -> None:
    words: dict[type, object] = {str: "amount", int: 5, list: ["a"]}
    arguments = {key: words[kind] for key, kind in GUARDS[name].arguments.items()}
    assert not holds(Guard(name, arguments), NOTHING_KNOWN)


def test_a_guard_that_does_not_exist_never_holds() -> None:
    assert not holds(Guard("hope"), NOTHING_KNOWN)


@pytest.mark.parametrize(
    "guard, facts",
    [
        (Guard("waited", {"seconds": 60}), replace(NOTHING_KNOWN, now=NOW + timedelta(seconds=60))),
        (Guard("risk_below", {"score": 50}), replace(NOTHING_KNOWN, known={"risk_score": 49})),
        (Guard("risk_at_least", {"score": 50}), replace(NOTHING_KNOWN, known={"risk_score": 50})),
        (Guard("fields_filled", {"fields": ["a", "b"]}), replace(NOTHING_KNOWN, fields={"a": 0, "b": False})),
        (Guard("tasks_done"), replace(NOTHING_KNOWN, tasks={"weigh": True})),
        (Guard("field_is_no", {"field": "a"}), replace(NOTHING_KNOWN, fields={"a": False})),
        (Guard("out_of_stock"), replace(NOTHING_KNOWN, known={"in_stock": False})),
    ],
)
def test_a_guard_holds_when_it_does(guard: Guard, facts: Facts) -> None:
    assert holds(guard, facts)


@pytest.mark.parametrize(
    "guard, facts",
    [
        (Guard("waited", {"seconds": 60}), replace(NOTHING_KNOWN, now=NOW + timedelta(seconds=59))),
        (Guard("risk_below", {"score": 50}), replace(NOTHING_KNOWN, known={"risk_score": 50})),
        (Guard("risk_at_least", {"score": 50}), replace(NOTHING_KNOWN, known={"risk_score": True})),
        (Guard("fields_filled", {"fields": ["a", "b"]}), replace(NOTHING_KNOWN, fields={"a": "", "b": 1})),
        (Guard("tasks_done"), replace(NOTHING_KNOWN, tasks={"weigh": False})),
        (Guard("level_at_least", {"level": 2}), replace(NOTHING_KNOWN, known={"level": 1})),
        (Guard("level_at_least"), replace(NOTHING_KNOWN, known={"level": 2})),
    ],
)
def test_a_guard_fails_when_it_does(guard: Guard, facts: Facts) -> None:
    assert not holds(guard, facts)


@pytest.mark.parametrize(
    "type_, good, bad",
    [
        (FieldType.TEXT, "words", 3),
        (FieldType.CHOICE, "a", "z"),
        (FieldType.NUMBER, 2.5, True),
        (FieldType.MONEY, 100, -1),
        (FieldType.DATE, "2026-12-01", "tomorrow"),
        (FieldType.PHOTO, [3], ["x"]),
        (FieldType.YES_NO, False, 0.5),
        (FieldType.DEPARTMENT, "wh", "moon"),
        (FieldType.AGENT, 7, "Elif"),
    ],
)
def test_a_field_takes_what_it_is_for(type_: FieldType, good: object, bad: object) -> None:
    field = Field("one", {}, type_, choices=(Choice("a", {}),))
    assert accepts(field, good)
    assert accepts(field, None)
    assert not accepts(field, bad)

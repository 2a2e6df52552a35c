"""When a rule holds, what it wants, how it is stored, and that rules which set one another off come to an end."""

from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.automation.rules.conditions import SHAPES, holds, matches, wanted
from balcao.automation.rules.guarding import DEEPEST, MOST_PER_HOUR, stop_of
from balcao.automation.rules.ruling import ruling_from, ruling_to
from balcao.automation.types import (
    Act,
    Aspect,
    BadRule,
    Condition,
    Facts,
    Group,
    Relation,
    RuleStep,
    Ruling,
    Stop,
)

ANA = Facts(
    ticket=7,
    number=48213,
    shop=1,
    kind="forwarded",
    topic="12",
    topics=frozenset({"12", "3"}),
    priority="high",
    status="open",
    channels=frozenset({"mail", "form"}),
    language="pt-BR",
    tags=frozenset({"5"}),
    team="2",
    subject="Chegou QUEBRADO",
    words="A xícara chegou em pedaços. Quero meu dinheiro de volta!",
    order_total=12_990,
    is_verified=True,
    is_in_hours=False,
    blueprint="return",
    stage="return:inspect",
    department="4",
    due_in=45,
    is_breached=False,
    is_at_risk=True,
    is_untouched=True,
)


def is_(aspect: Aspect, *values: str) -> Condition:
    return Condition(aspect, Relation.IS, values)


@pytest.mark.parametrize(
    "condition, expected",
    [
        (is_(Aspect.KIND, "forwarded", "action"), True),
        (is_(Aspect.UNTOUCHED, "yes"), True),
        (is_(Aspect.UNTOUCHED, "no"), False),
        (is_(Aspect.TOPIC, "3"), True),  # stands above its topic
        (is_(Aspect.TOPIC, "4"), False),
        (Condition(Aspect.PRIORITY, Relation.IS_NOT, ("urgent", "high")), False),
        (is_(Aspect.CHANNEL, "form"), True),
        (is_(Aspect.LANGUAGE, "pt"), True),
        (is_(Aspect.TAG, "5", "6"), True),
        (Condition(Aspect.TAG, Relation.IS_NOT, ("5",)), False),
        (is_(Aspect.ASSIGNEE, ""), True),  # nobody has it
        (is_(Aspect.SUBJECT, "quebrado"), True),
        (is_(Aspect.SUBJECT, "dinheiro"), False),
        (is_(Aspect.WORDS, "DINHEIRO de volta"), True),
        (is_(Aspect.WORDS, "pedaco"), True),  # folded, and the end may go on
        (is_(Aspect.WORDS, "aços"), False),  # no part of a word
        (is_(Aspect.WORDS, "quebrado a xicara"), True),
        (Condition(Aspect.WORDS, Relation.IS_NOT, ("reembolso",)), True),
        (is_(Aspect.HAS_ORDER, "yes"), True),
        (Condition(Aspect.ORDER_TOTAL, Relation.AT_LEAST, ("12990",)), True),
        (Condition(Aspect.ORDER_TOTAL, Relation.BELOW, ("12990",)), False),
        (is_(Aspect.VERIFIED, "yes"), True),
        (is_(Aspect.IN_HOURS, "no"), True),
        (is_(Aspect.STAGE, "return:inspect"), True),
        (is_(Aspect.DEPARTMENT, "4"), True),
        (Condition(Aspect.DUE_WITHIN, Relation.BELOW, ("60",)), True),
        (Condition(Aspect.DUE_WITHIN, Relation.BELOW, ("45",)), False),
        (is_(Aspect.BREACHED, "yes"), False),
        (is_(Aspect.AT_RISK, "yes"), True),
        (is_(Aspect.WORDS), False),
        (is_(Aspect.WORDS, " !? "), False),  # no word at all
    ],
)
def test_a_condition_holds(condition: Condition, expected: bool) -> None:
    assert holds(condition, ANA) == expected


@pytest.mark.parametrize("relation", [Relation.AT_LEAST, Relation.BELOW])
def test_what_is_not_known_is_neither_above_nor_below(relation: Relation) -> None:
    nobody = Facts(ticket=1, number=1, shop=1)
    assert not holds(Condition(Aspect.ORDER_TOTAL, relation, ("0",)), nobody)
    assert not holds(is_(Aspect.IN_HOURS, "yes"), nobody)
    assert not holds(is_(Aspect.IN_HOURS, "no"), nobody)


def test_turkish_words_are_found_with_their_endings() -> None:
    elif_wrote = Facts(ticket=1, number=1, shop=1, words="Siparişim KIRIK geldi, paramı geri istiyorum.")
    assert holds(is_(Aspect.WORDS, "kırık"), elif_wrote)
    assert holds(is_(Aspect.WORDS, "sipariş"), elif_wrote)
    assert not holds(is_(Aspect.WORDS, "iade"), elif_wrote)


def test_all_of_these_and_any_of_those() -> None:
    any_of = Group(every=False, parts=(is_(Aspect.KIND, "quick"), is_(Aspect.AT_RISK, "yes")))
    ruling = Ruling(("ticket.opened",), where=Group(parts=(is_(Aspect.STATUS, "open"), any_of)))
    verdict = matches(ruling, ANA)
    assert verdict.holds
    assert [(held.condition.aspect, held.holds) for held in verdict.looked_at] == [
        (Aspect.STATUS, True),
        (Aspect.KIND, False),
        (Aspect.AT_RISK, True),
    ]
    none_of = Group(every=False, parts=(is_(Aspect.KIND, "quick"),))
    assert not matches(Ruling(("ticket.opened",), where=Group(parts=(none_of,))), ANA).holds


def test_no_conditions_hold_always() -> None:
    assert matches(Ruling(("ticket.opened",)), ANA).holds
    assert matches(Ruling(("ticket.opened",), where=Group(every=False)), ANA).holds


def test_what_is_so_already_is_not_wanted_again() -> None:
    steps = (
        RuleStep(Act.PRIORITY, "high"),
        RuleStep(Act.PRIORITY, "urgent"),
        RuleStep(Act.TAG, "5"),
        RuleStep(Act.UNTAG, "5"),
        RuleStep(Act.TOPIC, "3"),
        RuleStep(Act.PROCESS, "return"),
        RuleStep(Act.NOTE, text="Veja"),
        RuleStep(Act.STATUS, "open"),
    )
    needed = [one.step.act for one in wanted(Ruling(("ticket.opened",), steps=steps), ANA) if one.is_needed]
    assert needed == [Act.PRIORITY, Act.UNTAG, Act.TOPIC, Act.NOTE]


RULING = Ruling(
    ("ticket.opened", "ticket.message.received"),
    minutes=90,
    where=Group(
        parts=(is_(Aspect.WORDS, "quebrado"), Group(False, (is_(Aspect.TAG, "5"), is_(Aspect.VERIFIED, "yes"))))
    ),
    steps=(RuleStep(Act.STATUS, "waiting", days=3), RuleStep(Act.NOTE, text="Veja a foto")),
    stops=True,
)


def test_a_rule_is_stored_and_read_alike() -> None:
    assert ruling_from(ruling_to(RULING)) == RULING


@pytest.mark.parametrize(
    "change",
    [
        {"events": []},
        {"events": ["ticket.exploded"]},
        {"minutes": -1},
        {"minutes": 10**9},
        {"minutes": "soon"},
        {"steps": []},
        {"steps": [{"act": "tag"}]},
        {"steps": [{"act": "note", "text": "  "}]},
        {"steps": [{"act": "explode", "value": "1"}]},
        {"where": {"parts": [{"aspect": "kind", "relation": "below", "values": ["quick"]}]}},
        {"where": {"parts": [{"aspect": "due_within", "relation": "below", "values": ["soon"]}]}},
        {"where": {"parts": [{"aspect": "due_within", "relation": "below", "values": []}]}},
        {"where": {"parts": [{"parts": [{"parts": [{"parts": []}]}]}]}},
        {"where": {"parts": 3}},
    ],
)
def test_what_cannot_work_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadRule):
        ruling_from(ruling_to(RULING) | change)


def test_every_aspect_can_be_compared() -> None:
    assert set(SHAPES) == set(Aspect)


def test_the_guard_says_why() -> None:
    assert stop_of(1, chain=(), ran_lately=0) is None
    assert stop_of(1, chain=(2, 1), ran_lately=0) == Stop.AGAIN
    assert stop_of(4, chain=(1, 2, 3), ran_lately=0) == Stop.DEEP
    assert stop_of(4, chain=(1,), ran_lately=MOST_PER_HOUR) == Stop.OFTEN


RULES = st.integers(1, 6)


@given(
    leads_to=st.dictionaries(RULES, st.lists(RULES, max_size=6), max_size=6),
    happened=st.lists(RULES, min_size=1, max_size=10),
)
def test_rules_that_set_one_another_off_come_to_an_end(leads_to: dict[int, list[int]], happened: list[int]) -> None:
    """Whatever rule leads to whatever others: no rule twice in one chain, no chain too long, so many runs at most."""
    waiting: deque[tuple[int, tuple[int, ...]]] = deque((rule, ()) for rule in happened)
    runs: list[tuple[int, ...]] = []
    while waiting:
        rule, chain = waiting.popleft()
        if stop_of(rule, chain=chain, ran_lately=len(runs)) is None:
            runs.append((*chain, rule))
            waiting.extend((other, runs[-1]) for other in leads_to.get(rule, []))
    assert len(runs) <= MOST_PER_HOUR
    assert all(len(run) <= DEEPEST for run in runs)
    assert all(len(set(run)) == len(run) for run in runs)


@given(st.lists(st.sampled_from(["quebrado", "çok geç", "x"]), max_size=5), st.text(max_size=40))
def test_words_are_found_exactly_when_their_letters_begin_a_word(phrases: list[str], text: str) -> None:
    facts = Facts(ticket=1, number=1, shop=1, words=text)
    is_found = holds(Condition(Aspect.WORDS, Relation.IS, tuple(phrases)), facts)
    assert is_found != holds(Condition(Aspect.WORDS, Relation.IS_NOT, tuple(phrases)), facts)
    for phrase in phrases:
        around = Facts(ticket=1, number=1, shop=1, words=f"{text} {phrase} {text}")
        assert holds(Condition(Aspect.WORDS, Relation.IS, (phrase,)), around)

"""Whether a rule holds for a ticket, condition by condition, and what it then wants."""

import re
from collections.abc import Callable, Iterator

from balcao.automation.types import (
    Act,
    Aspect,
    Condition,
    Facts,
    Group,
    Held,
    Relation,
    RuleStep,
    Ruling,
    Verdict,
    Wanted,
)
from balcao.kit.searchtext import fold

YES, NO = "yes", "no"
_WORD = re.compile(r"\w+")


def matches(ruling: Ruling, facts: Facts) -> Verdict:
    """Tell whether a ticket meets a rule's conditions, with each of them that was looked at."""
    looked_at = tuple(Held(one, holds(one, facts)) for one in conditions_in(ruling.where))
    return Verdict(_holds_all(ruling.where, facts), looked_at)


def conditions_in(group: Group) -> Iterator[Condition]:
    """Give every condition of a tree."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from conditions_in(part)
        else:
            yield part


def _holds_all(group: Group, facts: Facts) -> bool:
    if not group.parts:
        return True
    each = (_holds_all(p, facts) if isinstance(p, Group) else holds(p, facts) for p in group.parts)
    return all(each) if group.every else any(each)


def holds(condition: Condition, facts: Facts) -> bool:
    """Tell whether one condition holds. What is not known is neither above nor below anything."""
    if condition.relation in (Relation.AT_LEAST, Relation.BELOW):
        return _compares(condition, _NUMBERS[condition.aspect](facts))
    is_seen = _is_seen(condition, facts)
    return is_seen if condition.relation == Relation.IS else not is_seen


def _compares(condition: Condition, seen: int | None) -> bool:
    if seen is None or not condition.values:
        return False
    limit = int(condition.values[0])
    return seen >= limit if condition.relation == Relation.AT_LEAST else seen < limit


def _is_seen(condition: Condition, facts: Facts) -> bool:
    if condition.aspect in _TEXTS:
        return _says(_TEXTS[condition.aspect](facts), condition.values)
    return not _SEEN[condition.aspect](facts).isdisjoint(condition.values)


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    """Tell whether one of the phrases stands in a text: whole words, save that the last may go on (Turkish does)."""
    said = " " + _spaced(text)
    return any(f" {phrase}" in said for one in phrases if (phrase := _spaced(one)))


def _spaced(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))


def _one(word: str) -> frozenset[str]:
    return frozenset({word})


def _said(is_so: bool | None) -> frozenset[str]:  # noqa: FBT001 - a fact, not a switch
    return frozenset() if is_so is None else _one(YES if is_so else NO)


_SEEN: dict[Aspect, Callable[[Facts], frozenset[str]]] = {
    Aspect.KIND: lambda f: _one(f.kind),
    Aspect.TOPIC: lambda f: f.topics,
    Aspect.PRIORITY: lambda f: _one(f.priority),
    Aspect.STATUS: lambda f: _one(f.status),
    Aspect.CHANNEL: lambda f: f.channels,
    Aspect.LANGUAGE: lambda f: _one(f.language.partition("-")[0].lower()),
    Aspect.TAG: lambda f: f.tags,
    Aspect.TEAM: lambda f: _one(f.team),
    Aspect.ASSIGNEE: lambda f: _one(f.assignee),
    Aspect.UNTOUCHED: lambda f: _said(f.is_untouched),
    Aspect.HAS_ORDER: lambda f: _said(f.order_total is not None),
    Aspect.VERIFIED: lambda f: _said(f.is_verified),
    Aspect.IN_HOURS: lambda f: _said(f.is_in_hours),
    Aspect.BLUEPRINT: lambda f: _one(f.blueprint),
    Aspect.STAGE: lambda f: _one(f.stage),
    Aspect.DEPARTMENT: lambda f: _one(f.department),
    Aspect.BREACHED: lambda f: _said(f.is_breached),
    Aspect.AT_RISK: lambda f: _said(f.is_at_risk),
}
_TEXTS: dict[Aspect, Callable[[Facts], str]] = {
    Aspect.SUBJECT: lambda f: f.subject,
    Aspect.WORDS: lambda f: f"{f.subject} | {f.words}",
}
_NUMBERS: dict[Aspect, Callable[[Facts], int | None]] = {
    Aspect.ORDER_TOTAL: lambda f: f.order_total,
    Aspect.DUE_WITHIN: lambda f: f.due_in,
}

SHAPES: dict[Aspect, tuple[Relation, ...]] = {
    **dict.fromkeys([*_SEEN, *_TEXTS], (Relation.IS, Relation.IS_NOT)),
    **dict.fromkeys(
        (Aspect.UNTOUCHED, Aspect.HAS_ORDER, Aspect.VERIFIED, Aspect.IN_HOURS, Aspect.BREACHED, Aspect.AT_RISK),
        (Relation.IS,),
    ),
    Aspect.ORDER_TOTAL: (Relation.AT_LEAST, Relation.BELOW),
    Aspect.DUE_WITHIN: (Relation.BELOW,),
}


def wanted(ruling: Ruling, facts: Facts) -> tuple[Wanted, ...]:
    """Return the steps of a rule, each with whether it would change anything on such a ticket."""
    return tuple(Wanted(step, not _is_so_already(step, facts)) for step in ruling.steps)


def _is_so_already(step: RuleStep, facts: Facts) -> bool:
    seen = _STANDS.get(step.act)
    return seen is not None and seen(step, facts)


_STANDS: dict[Act, Callable[[RuleStep, Facts], bool]] = {
    Act.KIND: lambda step, f: f.kind == step.value,
    Act.TOPIC: lambda step, f: f.topic == step.value,
    Act.PRIORITY: lambda step, f: f.priority == step.value,
    Act.STATUS: lambda step, f: f.status == step.value and not step.days,
    Act.ASSIGN: lambda step, f: f.assignee == step.value,
    Act.TEAM: lambda step, f: f.team == step.value,
    Act.TAG: lambda step, f: step.value in f.tags,
    Act.UNTAG: lambda step, f: step.value not in f.tags,
    Act.PROCESS: lambda _step, f: bool(f.blueprint),  # one at a time
}

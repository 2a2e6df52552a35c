"""Reading and writing what a rule says."""

from collections.abc import Mapping, Sequence
from typing import Any

from balcao.automation.rules.conditions import SHAPES
from balcao.automation.rules.happenings import HAPPENINGS
from balcao.automation.types import Act, Aspect, BadRule, Condition, Group, Relation, RuleStep, Ruling

_DEEPEST = 3
_MOST_PARTS = 40
MOST_STEPS = 12
MOST_MINUTES = 60 * 24 * 365
_NEEDS_VALUE = frozenset(Act) - {Act.ASSIGN, Act.TEAM, Act.NOTE, Act.URGE}  # no value there: nobody


def ruling_from(stored: Mapping[str, Any]) -> Ruling:
    """Read what is stored; raises `BadRule`."""
    try:
        ruling = Ruling(
            events=tuple(stored["events"]),
            minutes=int(stored.get("minutes", 0)),
            where=_group(stored.get("where", {}), depth=1),
            steps=tuple(_step(step) for step in stored.get("steps", [])),
            stops=bool(stored.get("stops", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRule(f"A rule cannot be read: {error}") from error
    check(ruling)
    return ruling


def check(ruling: Ruling) -> None:
    """Refuse a rule that cannot work; raises `BadRule`."""
    unknown = [name for name in ruling.events if name not in HAPPENINGS]
    if unknown or not ruling.events:
        raise BadRule(f"A rule listens to something: {unknown or 'nothing'} is not known.")
    if not 0 <= ruling.minutes <= MOST_MINUTES:
        raise BadRule("A rule waits for a year at most.")
    if not 1 <= len(ruling.steps) <= MOST_STEPS:
        raise BadRule(f"A rule has 1 to {MOST_STEPS} steps.")
    for step in ruling.steps:
        if step.act in _NEEDS_VALUE and not step.value:
            raise BadRule(f"The step {step.act} needs a value.")
        if step.act == Act.NOTE and not step.text.strip():
            raise BadRule("A note has words.")


def _group(stored: Mapping[str, Any], *, depth: int) -> Group:
    parts = stored.get("parts", [])
    if depth > _DEEPEST or len(parts) > _MOST_PARTS:
        raise BadRule("Conditions stand too deep, or there are too many.")
    read = tuple(_group(p, depth=depth + 1) if "parts" in p else _condition(p) for p in parts)
    return Group(every=bool(stored.get("every", True)), parts=read)


def _condition(stored: Mapping[str, Any]) -> Condition:
    aspect, relation = Aspect(stored["aspect"]), Relation(stored["relation"])
    if relation not in SHAPES[aspect]:
        raise BadRule(f"{aspect} is not compared by {relation}.")
    values = tuple(str(value) for value in stored["values"])
    if relation in (Relation.AT_LEAST, Relation.BELOW):
        int(values[0] if values else "")
    return Condition(aspect, relation, values)


def _step(stored: Mapping[str, Any]) -> RuleStep:
    return RuleStep(
        act=Act(stored["act"]),
        value=str(stored.get("value", "")),
        text=str(stored.get("text", "")),
        days=int(stored.get("days", 0)),
    )


def ruling_to(ruling: Ruling) -> dict[str, Any]:
    """Return a rule as it is stored."""
    return {
        "events": list(ruling.events),
        "minutes": ruling.minutes,
        "where": _plain(ruling.where),
        "steps": [step_to(step) for step in ruling.steps],
        "stops": ruling.stops,
    }


def step_to(step: RuleStep) -> dict[str, Any]:
    """Return a step as it is stored: without what is empty."""
    facts = {"act": step.act.value, "value": step.value, "text": step.text, "days": step.days}
    return {name: value for name, value in facts.items() if value not in ("", 0)}


def steps_from(stored: Sequence[Mapping[str, Any]]) -> list[RuleStep]:
    """Read stored steps."""
    return [_step(step) for step in stored]


def _plain(part: Group | Condition) -> dict[str, Any]:
    if isinstance(part, Group):
        return {"every": part.every, "parts": [_plain(one) for one in part.parts]}
    return {"aspect": part.aspect.value, "relation": part.relation.value, "values": list(part.values)}

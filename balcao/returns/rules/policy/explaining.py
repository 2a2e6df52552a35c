"""How a decision came about, sentence by sentence: what each says, its values, and the rule it rests on."""

from collections.abc import Iterable

from balcao.deadlines.rules.law import Certainty
from balcao.returns.rules.policy.entitling import claims_of
from balcao.returns.rules.policy.rights import Right
from balcao.returns.rules.policy.scenes import Scene
from balcao.returns.types import (
    Answer,
    Cause,
    Claim,
    Doubt,
    Entitlement,
    Explanation,
    Length,
    LineAnswer,
    LineCase,
    Side,
    Told,
)


def explanations_of(lines: tuple[LineAnswer, ...], claims: Iterable[Claim], scene: Scene) -> tuple[Explanation, ...]:
    """Return the story of a decision: whose law, from when, until when, what speaks against it."""
    claims = tuple(claims)
    told = [_whose_law(claims, scene), _notice(scene)]
    for claim in claims:
        told += _period(claim, scene)
    for line in lines:
        told += _line(line, scene)
    if any(line.answer == Answer.REVIEW for line in lines):
        told.append(Explanation(Told.PERSON))
    return _once(told)


def _once(told: list[Explanation]) -> tuple[Explanation, ...]:
    listed: list[Explanation] = []
    for one in told:
        if one not in listed:
            listed.append(one)
    return tuple(listed)


def _whose_law(claims: tuple[Claim, ...], scene: Scene) -> Explanation:
    told = Told.LAW if any(scene.right(Side.LAW, claim) for claim in claims) else Told.NO_LAW
    return Explanation(told, {"country": scene.case.country})


def _notice(scene: Scene) -> Explanation:
    return Explanation(Told.NOTICE, {"day": scene.notice_on.isoformat(), "channel": scene.case.channel})


def _period(claim: Claim, scene: Scene) -> list[Explanation]:
    law = scene.right(Side.LAW, claim)
    saying = law.period(_line_of(claim, scene)) if law and claim != Claim.DELIVERY else None
    if law is None or saying is None or not isinstance(saying.value, Length):
        return []
    start = scene.start(saying.trigger, None)
    rule = saying.grounds.rule
    values = {"claim": claim.value, "amount": str(saying.value.amount), "unit": saying.value.unit}
    if start is None:
        told = [Explanation(Told.NOT_BEGUN, values, rule)]
    else:
        told = [Explanation(Told.BEGAN, {**values, "day": start.isoformat()}, rule)]
        plain = scene.counting.last_day(start, saying.value, rolls=False)
        rolled = scene.counting.last_day(start, saying.value, rolls=True)
        if plain != rolled and not (law.extension and not scene.case.is_informed):
            told.append(Explanation(Told.ROLLED, {"day": plain.isoformat(), "last": rolled.isoformat()}, rule))
    return [*told, *_uncertain(law, rule, scene)]


def _uncertain(law: Right, rule: str, scene: Scene) -> list[Explanation]:
    told = []
    if law.extension and not scene.case.is_informed:
        values = {"amount": str(law.extension.amount), "unit": law.extension.unit}
        told.append(Explanation(Told.UNINFORMED, values, rule))
    unsure = [one.grounds.rule for one in law.sayings.values() if one.grounds.certainty == Certainty.UNSURE]
    return told + [Explanation(Told.UNSURE, {}, one) for one in dict.fromkeys(unsure)]


def _line_of(claim: Claim, scene: Scene) -> LineCase | None:
    return next((line for line in scene.case.lines if claim in claims_of(line.reason)), None)


def _line(line: LineAnswer, scene: Scene) -> list[Explanation]:
    told = [explanation for one in line.entitlements[:1] for explanation in _entitlement(line.line, one)]
    told += [_doubt(line.line, doubt) for doubt in line.doubts]
    case = next(one for one in scene.case.lines if one.line == line.line)
    law = scene.right(Side.LAW, Claim.WITHDRAWAL)
    if law and line.answer == Answer.GRANT:
        told += [
            Explanation(Told.ALLOWED, {"line": line.line, "trait": trait.value}, "SHOP")
            for trait in sorted(case.traits & law.allowed)
        ]
    return told


def _entitlement(line: str, one: Entitlement) -> list[Explanation]:
    if not one.is_in_time:
        return []
    values = {"line": line, "claim": one.claim.value, "last": one.last_day.isoformat() if one.last_day else ""}
    told = [Explanation(Told.IN_TIME, values, one.grounds.rule)]
    if one.side == Side.SHOP:
        told.append(Explanation(Told.SHOP_IS_BETTER, {"line": line}, one.grounds.rule))
    return told


def _doubt(line: str, doubt: Doubt) -> Explanation:
    rule = doubt.grounds.rule if doubt.grounds else ""
    if doubt.cause == Cause.LATE:
        return Explanation(Told.LATE, {"line": line, "last": doubt.detail}, rule)
    if doubt.cause == Cause.EXCEPTION:
        return Explanation(Told.EXCEPTION, {"line": line, "trait": doubt.detail}, rule)
    return Explanation(Told.NO_RIGHT, {"line": line}, rule)

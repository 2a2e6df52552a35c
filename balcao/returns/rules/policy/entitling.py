"""Which claims a line has, until when, and what may be chosen by them."""

from dataclasses import replace
from datetime import date

from balcao.deadlines.rules.law import Goods
from balcao.returns.rules.policy.rights import ONLY_OPENED, Right
from balcao.returns.rules.policy.scenes import Scene
from balcao.returns.rules.reasons import is_defect
from balcao.returns.types import (
    Answer,
    Cause,
    Claim,
    Doubt,
    Entitlement,
    Length,
    LineAnswer,
    LineCase,
    Outcome,
    Parameter,
    Reason,
    ReasonGroup,
    Side,
    Trait,
)

_FAR = date.max


def claims_of(reason: Reason) -> tuple[Claim, ...]:
    """Return what a reason may be claimed by; whoever may withdraw may do so whatever their reason is."""
    if is_defect(reason):
        return (Claim.DEFECT, Claim.WITHDRAWAL)
    return (Claim.DELIVERY, Claim.WITHDRAWAL) if reason.group == ReasonGroup.LATE else (Claim.WITHDRAWAL,)


def answer_line(line: LineCase, scene: Scene) -> LineAnswer:
    """Return what is said of a line: granted if any claim of either side grants it."""
    found = [one for claim in claims_of(line.reason) if (one := _entitlement(line, claim, scene))]
    found.sort(key=_nearness)
    if not found:
        return LineAnswer(line.line, Answer.REVIEW, (), (Doubt(Cause.NO_RIGHT),))
    is_granted = found[0].is_in_time and not found[0].doubts
    return LineAnswer(line.line, Answer.GRANT if is_granted else Answer.REVIEW, tuple(found), found[0].doubts)


def _nearness(one: Entitlement) -> tuple[bool, bool, int]:
    """Return by what claims are put in order: granted ones first, then those in time, then the longest."""
    is_granted = one.is_in_time and not one.doubts
    return (not is_granted, not one.is_in_time, -(one.last_day or _FAR).toordinal())


def _entitlement(line: LineCase, claim: Claim, scene: Scene) -> Entitlement | None:
    by_side = {side: _of_side(line, claim, side, scene) for side in Side}
    found = [one for one in by_side.values() if one]
    return min(found, key=_nearness) if found else None  # the law's where both are alike


def _of_side(line: LineCase, claim: Claim, side: Side, scene: Scene) -> Entitlement | None:
    right = scene.right(side, claim)
    if right is None:
        return None
    if claim == Claim.DELIVERY:
        return _of_lateness(right, line, scene) if scene.is_late(right) else None
    saying = right.period(line)
    if saying is None:
        return None
    last, grounds = scene.end(right, saying, line), saying.grounds
    is_in_time = last is None or scene.notice_on <= last
    doubts = _exceptions(line, right)
    if not is_in_time and last:
        doubts = (Doubt(Cause.LATE, last.isoformat(), grounds), *doubts)
    return Entitlement(
        claim=claim,
        last_day=last,
        days_left=None if last is None else max((last - scene.today).days, 0),
        is_in_time=is_in_time,
        side=side,
        grounds=grounds,
        outcomes=_outcomes(line, claim, scene),
        is_free_choice=_chooses_freely(line, claim, scene),
        doubts=doubts,
    )


def _of_lateness(right: Right, line: LineCase, scene: Scene) -> Entitlement:
    """Return what a late delivery gives: no period ends it."""
    is_free = _chooses_freely(line, Claim.DELIVERY, scene)
    outcomes = _outcomes(line, Claim.DELIVERY, scene)
    return Entitlement(Claim.DELIVERY, None, None, True, Side.LAW, right.grounds, outcomes, is_free)


def _exceptions(line: LineCase, right: Right) -> tuple[Doubt, ...]:
    """Return the traits for which a person looks; of what was sealed only where somebody said that it was opened."""
    return tuple(
        Doubt(Cause.EXCEPTION, trait, right.exceptions[trait])
        for trait in Trait
        if trait in line.traits and trait in right.exceptions and (trait not in ONLY_OPENED or line.is_opened)
    )


def _outcomes(line: LineCase, claim: Claim, scene: Scene) -> tuple[Outcome, ...]:
    """Return what may be asked for now: by law, and what the shop offers beside it."""
    law, shop = scene.right(Side.LAW, claim), scene.right(Side.SHOP, claim)
    given: tuple[Outcome, ...] = ()
    if law and _may_reject(law, line, scene):
        given = law.rejecting
    elif law:
        given = law.outcomes if _chooses_freely(line, claim, scene) else law.first
    return tuple(dict.fromkeys((*given, *(shop.outcomes if shop else ()))))


def _chooses_freely(line: LineCase, claim: Claim, scene: Scene) -> bool:
    law = scene.right(Side.LAW, claim)
    if law is None or law.is_free_choice or law.free_for & line.traits or _may_reject(law, line, scene):
        return True
    cure = law.sayings.get(Parameter.CURE_WITHIN)
    if cure is None or not isinstance(cure.value, Length):
        return False
    start = scene.start(cure.trigger, line)
    return start is not None and scene.today > scene.counting.last_day(start, cure.value, rolls=False)


def _may_reject(law: Right, line: LineCase, scene: Scene) -> bool:
    """Tell whether goods may be given back for the money before any cure, as they were told of in time."""
    saying = law.sayings.get(Parameter.REJECT_WITHIN)
    if saying is None or (saying.goods == Goods.DURABLE and Trait.PERISHABLE in line.traits):
        return False
    last = scene.end(replace(law, extension=None), saying, line)
    return last is None or scene.notice_on <= last

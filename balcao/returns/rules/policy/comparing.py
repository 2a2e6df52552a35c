"""Law and shop side by side, parameter by parameter, and the days by which something is owed."""

from collections.abc import Iterable
from datetime import date

from balcao.deadlines.rules.law import Trigger
from balcao.returns.rules.policy.entitling import claims_of
from balcao.returns.rules.policy.rights import COMPARED, Right, Saying, better
from balcao.returns.rules.policy.scenes import Scene
from balcao.returns.types import (
    SHOP,
    Claim,
    Duty,
    DutyKind,
    Grounds,
    Length,
    LineAnswer,
    Parameter,
    Side,
    Term,
    Value,
)

_FAR = date.max
_DUTIES = {
    Parameter.REFUND_WITHIN: DutyKind.REFUND,
    Parameter.SEND_BACK_WITHIN: DutyKind.SEND_BACK,
    Parameter.CURE_WITHIN: DutyKind.CURE,
}


def terms_of(claims: Iterable[Claim], lines: Iterable[LineAnswer], scene: Scene) -> tuple[Term, ...]:
    """Return every parameter that either side speaks of, claim by claim."""
    answers = tuple(lines)
    return tuple(
        term for claim in claims for parameter in Parameter if (term := _term(claim, parameter, answers, scene))
    )


def _term(claim: Claim, parameter: Parameter, lines: tuple[LineAnswer, ...], scene: Scene) -> Term | None:
    law, shop = (_saying(scene, side, claim, parameter) for side in (Side.LAW, Side.SHOP))
    if law is None and shop is None:
        return None
    holds, side = _holds(claim, parameter, law, shop, lines, scene)
    said = shop if side == Side.SHOP and shop else law or shop
    return Term(
        claim=claim,
        parameter=parameter,
        law=law.value if law else None,
        shop=shop.value if shop else None,
        holds=holds,
        side=side,
        grounds=said.grounds if said else Grounds(SHOP),
        law_grounds=law.grounds if law else None,
    )


def _saying(scene: Scene, side: Side, claim: Claim, parameter: Parameter) -> Saying | None:
    right = scene.right(side, claim)
    if right is None or parameter != Parameter.PERIOD:
        return right.sayings.get(parameter) if right else None
    if claim == Claim.DELIVERY:  # what a law says there is when it is late, no end of a right
        return None
    return right.period(next((line for line in scene.case.lines if claim in claims_of(line.reason)), None))


def _holds(
    claim: Claim,
    parameter: Parameter,
    law: Saying | None,
    shop: Saying | None,
    lines: tuple[LineAnswer, ...],
    scene: Scene,
) -> tuple[Value | None, Side]:
    """Return what is better for the customer, and whose it is."""
    if law is None or shop is None:
        return (law.value, Side.LAW) if law else (shop.value if shop else None, Side.SHOP)
    if parameter in COMPARED:
        value = better(parameter, law.value, shop.value)
        return value, Side.LAW if value == law.value else Side.SHOP
    if parameter == Parameter.PERIOD:
        side = _longest(claim, lines)
    else:
        side = Side.SHOP if _due(parameter, shop, scene) < _due(parameter, law, scene) else Side.LAW
    return (law.value if side == Side.LAW else shop.value), side


def _longest(claim: Claim, lines: tuple[LineAnswer, ...]) -> Side:
    found = [one for line in lines for one in line.entitlements if one.claim == claim]
    return found[0].side if found else Side.LAW


def _due(parameter: Parameter, saying: Saying, scene: Scene) -> date:
    """Return the day by which something is owed; one that has not begun is later than all others."""
    start = scene.start(saying.trigger, None)
    if start is None or not isinstance(saying.value, Length):
        return _FAR
    # What the customer must do rolls on over weekends and holidays; what the shop must do never does.
    is_theirs = parameter in (Parameter.SEND_BACK_WITHIN, Parameter.REJECT_WITHIN)
    return scene.counting.last_day(start, saying.value, rolls=is_theirs)


def duties_of(claims: Iterable[Claim], scene: Scene) -> tuple[Duty, ...]:
    """Return every day by which something is owed, of both sides: the earliest of a kind counts for the shop."""
    return tuple(
        duty
        for claim in claims
        for side in Side
        if (right := scene.right(side, claim))
        for duty in (*_acknowledging(right, scene), *_owed(right, scene))
    )


def _acknowledging(right: Right, scene: Scene) -> list[Duty]:
    if right.ack is None:
        return []
    return [Duty(DutyKind.ACKNOWLEDGE, right.claim, scene.notice_on, Trigger.NOTICE, right.ack)]


def _owed(right: Right, scene: Scene) -> list[Duty]:
    listed = []
    for parameter, kind in _DUTIES.items():
        saying = right.sayings.get(parameter)
        if saying:
            due = _due(parameter, saying, scene)
            listed.append(Duty(kind, right.claim, None if due == _FAR else due, saying.trigger, saying.grounds))
    return listed

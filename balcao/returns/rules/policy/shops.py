"""The shop's side: its policy as rights."""

from balcao.deadlines.rules.law import Trigger
from balcao.returns.rules.policy.rights import Right, Saying
from balcao.returns.types import (
    SHOP,
    Claim,
    FreightBack,
    Grounds,
    Length,
    Outcome,
    Parameter,
    RefundPart,
    ReturnsPolicy,
    Trait,
    Until,
)

OURS = Grounds(SHOP)
_AFTER_A_WITHDRAWAL = (Outcome.REFUND, Outcome.EXCHANGE, Outcome.CREDIT)  # in this order they are offered
_LEFT_OUT = frozenset(Trait) - {Trait.ESSENTIAL, Trait.ELECTRONICS}


def rights_of_shop(policy: ReturnsPolicy) -> dict[Claim, Right]:
    """Return what a shop gives by itself; a period only where it has one of its own."""
    return {Claim.WITHDRAWAL: _withdrawal(policy), Claim.DEFECT: _defect(policy)}


def _withdrawal(policy: ReturnsPolicy) -> Right:
    sayings = {
        Parameter.REFUND_INCLUDES: Saying(_parts(policy), OURS),
        Parameter.RETURN_COST: Saying(policy.return_cost.value, OURS),
        **_refund_within(policy),
    }
    if not policy.waits_for:
        sayings[Parameter.WITHHOLD] = Saying(Until.NOT_AT_ALL.value, OURS)
    offered = tuple(one for one in _AFTER_A_WITHDRAWAL if one in policy.outcomes)
    exceptions = {trait: OURS for trait in Trait if trait in _LEFT_OUT - policy.allowed}
    return Right(Claim.WITHDRAWAL, OURS, _period(policy.withdrawal_days), sayings, offered, exceptions=exceptions)


def _defect(policy: ReturnsPolicy) -> Right:
    offered = tuple(one for one in Outcome if one in policy.outcomes)
    return Right(Claim.DEFECT, OURS, _period(policy.defect_days), _refund_within(policy), offered)


def _period(days: int | None) -> tuple[Saying, ...]:
    return () if days is None else (Saying(Length(days), OURS, Trigger.DELIVERY_LAST),)


def _parts(policy: ReturnsPolicy) -> tuple[str, ...]:
    parts = [RefundPart.PRICE]
    if policy.freight_back != FreightBack.NONE:
        parts.append(RefundPart.FREIGHT if policy.standard_freight is None else RefundPart.STANDARD_FREIGHT)
    return tuple(part.value for part in parts)


def _refund_within(policy: ReturnsPolicy) -> dict[Parameter, Saying]:
    if policy.refund_days is None:
        return {}
    return {Parameter.REFUND_WITHIN: Saying(Length(policy.refund_days), OURS, Trigger.GOODS_RECEIVED)}

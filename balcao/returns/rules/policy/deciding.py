"""The decision on a case, with everything that led to it."""

from balcao.returns.rules.policy.comparing import duties_of, terms_of
from balcao.returns.rules.policy.counting import Counting
from balcao.returns.rules.policy.entitling import answer_line, claims_of
from balcao.returns.rules.policy.explaining import explanations_of
from balcao.returns.rules.policy.laws import jurisdiction_of, rights_of_law
from balcao.returns.rules.policy.rights import allowing
from balcao.returns.rules.policy.scenes import Scene
from balcao.returns.rules.policy.shops import OURS, rights_of_shop
from balcao.returns.types import (
    Answer,
    Case,
    Cause,
    Decision,
    Doubt,
    FreightBack,
    Parameter,
    RefundPart,
    ReturnsPolicy,
    Side,
)


def decide(case: Case, policy: ReturnsPolicy) -> Decision:
    """Return what law and shop say to a case: granted, or for a person to look at."""
    counting = Counting(case.zone, case.holidays)
    law = rights_of_law(case.country, on=counting.day(case.ordered_at))
    given = {claim: allowing(right, policy.allowed) for claim, right in law.items()}
    scene = Scene(case, counting, {Side.LAW: given, Side.SHOP: rights_of_shop(policy)})
    lines = tuple(answer_line(line, scene) for line in case.lines)
    claims = tuple(dict.fromkeys(claim for line in case.lines for claim in claims_of(line.reason)))
    doubts = _doubts(case, policy)
    duties = duties_of(claims, scene)
    is_granted = all(line.answer == Answer.GRANT for line in lines) and not doubts
    return Decision(
        country=case.country,
        jurisdiction=jurisdiction_of(case.country),
        notice_on=scene.notice_on,
        answer=Answer.GRANT if is_granted else Answer.REVIEW,
        lines=lines,
        terms=terms_of(claims, lines, scene),
        duties=duties,
        doubts=doubts,
        explanations=explanations_of(lines, claims, scene),
        is_ack_required=any(right.ack for claim in claims if (right := given.get(claim))),
    )


def _doubts(case: Case, policy: ReturnsPolicy) -> tuple[Doubt, ...]:
    """Return why a person looks at the whole, whatever its lines are; none of it is a reason to refuse."""
    found = []
    if case.risk_score >= policy.review_score:
        found.append(Doubt(Cause.RISK, str(case.risk_score), OURS))
    if policy.review_worth is not None and (case.is_other_currency or case.worth > policy.review_worth):
        found.append(Doubt(Cause.WORTH, str(case.worth), OURS))
    return tuple(found)


def freight_rule(decision: Decision, policy: ReturnsPolicy) -> tuple[FreightBack, int | None]:
    """Return how the freight goes back, and how much of it at most (None: what was paid).

    Where the law gives it back with everything, a shop that would keep it gives it back then, too.
    """
    parts: set[str] = set()
    for term in decision.terms:
        if term.parameter == Parameter.REFUND_INCLUDES and isinstance(term.holds, tuple):
            parts.update(term.holds)
    is_owed = bool(parts & {RefundPart.FREIGHT, RefundPart.STANDARD_FREIGHT})
    least = FreightBack.ALL_WITH_ALL if is_owed else FreightBack.NONE
    kind = least if policy.freight_back == FreightBack.NONE else policy.freight_back
    return kind, None if RefundPart.FREIGHT in parts else policy.standard_freight

"""Law and policy side by side before anything came back: what a shop's owner sees while they set it up."""

from dataclasses import dataclass
from datetime import datetime

from balcao.returns.rules.policy.deciding import decide
from balcao.returns.rules.policy.laws import rights_of_law
from balcao.returns.types import Case, Claim, Grounds, LineCase, Reason, ReturnsPolicy, Term, Trait

_LINE = "1"


@dataclass(frozen=True, slots=True)
class Excepted:
    """One thing that a law leaves out of the right to withdraw, or may leave out, and whether the shop takes it."""

    trait: Trait
    grounds: Grounds
    is_allowed: bool


def terms_beside(country: str, policy: ReturnsPolicy, *, now: datetime) -> tuple[Term, ...]:
    """Return what holds in a country for something that is bought, delivered and regretted or found broken today."""
    lines = (LineCase(_LINE, Reason.CHANGED_MIND), LineCase(_LINE, Reason.BROKEN))
    case = Case(
        country=country,
        zone="UTC",
        ordered_at=now,
        deliveries={_LINE: now},
        lines=lines,
        notice_at=now,
        now=now,
        received_at=now,
        is_informed=policy.is_informing,
    )
    return decide(case, policy).terms


def exceptions_of(country: str, policy: ReturnsPolicy, *, now: datetime) -> tuple[Excepted, ...]:
    """Return what a country's law leaves out, or lets be looked at."""
    right = rights_of_law(country, on=now.date()).get(Claim.WITHDRAWAL)
    found = right.exceptions if right else {}
    return tuple(Excepted(trait, grounds, trait in policy.allowed) for trait, grounds in found.items())

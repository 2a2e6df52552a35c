"""What the law wants of the shop by a day for what is sent back: the parts of a decision for which clocks run."""

from dataclasses import dataclass
from datetime import datetime

from balcao.deadlines.rules.days import ends_at
from balcao.deadlines.rules.law import Trigger
from balcao.returns.types import SHOP, Claim, Decision, Duty, DutyKind, Parameter, Until

_OURS = (DutyKind.REFUND, DutyKind.CURE)  # to send back is the customer's


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty of the shop's by law: its rule, the end of its last day, and for what the money may be kept back."""

    rule: str
    due_at: datetime
    waits_for: Until = Until.NOT_AT_ALL
    is_from_sending: bool = False  # it begins only once the goods are back, or on their way


def owed_by_law(decision: Decision, *, zone: str) -> list[Owed]:
    """Return what the law wants of the shop by a day; what it wants at once, as soon as it can be, has no last day."""
    found = {}
    for duty in decision.duties:
        if duty.kind in _OURS and duty.grounds.rule != SHOP and duty.due_on and duty.due_on > decision.notice_on:
            due_at = ends_at(duty.due_on, zone=zone)
            waits_for = _waits_for(decision, duty)
            is_sent = duty.trigger == Trigger.SENT_BACK
            found[duty.grounds.rule] = Owed(duty.grounds.rule, due_at, waits_for, is_sent)
    return list(found.values())


def _waits_for(decision: Decision, duty: Duty) -> Until:
    """Return what a refund may wait for: the better for the customer of what law and shop say."""
    if (duty.kind, duty.claim) != (DutyKind.REFUND, Claim.WITHDRAWAL) or duty.trigger == Trigger.SENT_BACK:
        return Until.NOT_AT_ALL
    term = decision.term(duty.claim, Parameter.WITHHOLD)
    return Until(term.holds) if term and isinstance(term.holds, str) else Until.NOT_AT_ALL

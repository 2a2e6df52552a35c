"""Who pays for the way back, and where something may be taken off what goes back."""

from collections.abc import Iterable

from balcao.returns.rules.reasons import fault_of
from balcao.returns.types import Claim, Decision, Fault, Grade, Parameter, Payer, Reason

# Directive 2011/83/EU, art. 14(2): the consumer is liable for diminished value by more handling than trying it takes.
# SI 2013/3134, reg. 34(9): likewise.
_LESSENS_FOR_HANDLING = {"EU": "EU-CRD-9", "GB": "GB-CCR-34"}
_WORN = {Grade.C, Grade.D}
NO_LAW = ""


def payer_of(decision: Decision, reasons: Iterable[Reason]) -> Payer:
    """Return who pays for the way back: the shop, unless everything is a mere regret and the rules leave it to them."""
    if any(fault_of(reason) != Fault.CUSTOMER for reason in reasons):
        return Payer.SHOP
    term = decision.term(Claim.WITHDRAWAL, Parameter.RETURN_COST)
    return Payer(term.holds) if term and isinstance(term.holds, str) else Payer.SHOP


def lessening_rule(decision: Decision, reason: Reason, grades: Iterable[Grade]) -> str | None:
    """Return the rule by which a person may take something off for a line; None where nothing may be taken off.

    Only what was merely regretted and came back worn. "" where no law we know speaks of it: the shop's own terms then.
    """
    if fault_of(reason) != Fault.CUSTOMER or not _WORN & set(grades):
        return None
    if decision.jurisdiction == NO_LAW:
        return ""
    return _LESSENS_FOR_HANDLING.get(decision.jurisdiction)

"""What reasons and states are called, wherever words for customers or colleagues are made."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from balcao.returns.types import (
    Difference,
    Disposition,
    Fault,
    Grade,
    Mismatch,
    Outcome,
    Reason,
    ReasonGroup,
    Signal,
    Trait,
)

_REASONS = {
    Reason.CHANGED_MIND: pgettext_lazy("return reason", "I changed my mind"),
    Reason.BETTER_PRICE: pgettext_lazy("return reason", "I found it for less"),
    Reason.ORDERED_TWICE: pgettext_lazy("return reason", "I ordered it twice"),
    Reason.TOO_SMALL: pgettext_lazy("return reason", "Too small"),
    Reason.TOO_LARGE: pgettext_lazy("return reason", "Too large"),
    Reason.DOES_NOT_SUIT: pgettext_lazy("return reason", "It does not suit me"),
    Reason.OTHER_LOOK: pgettext_lazy("return reason", "It looks different"),
    Reason.OTHER_FACTS: pgettext_lazy("return reason", "It is or does something else than was said"),
    Reason.BROKEN: pgettext_lazy("return reason", "It was broken"),
    Reason.NOT_WORKING: pgettext_lazy("return reason", "It does not work"),
    Reason.FLAW: pgettext_lazy("return reason", "It has a flaw"),
    Reason.STOPPED_WORKING: pgettext_lazy("return reason", "It stopped working"),
    Reason.WORE_OUT: pgettext_lazy("return reason", "It wore out too soon"),
    Reason.PARCEL_DAMAGED: pgettext_lazy("return reason", "The parcel was damaged"),
    Reason.CONTENT_DAMAGED: pgettext_lazy("return reason", "Damaged, though the parcel looked fine"),
    Reason.OTHER_PRODUCT: pgettext_lazy("return reason", "Another product came"),
    Reason.OTHER_VARIANT: pgettext_lazy("return reason", "Another size or colour came"),
    Reason.MISSING_PART: pgettext_lazy("return reason", "A part is missing"),
    Reason.MISSING_PIECE: pgettext_lazy("return reason", "An item is missing"),
    Reason.CAME_TOO_LATE: pgettext_lazy("return reason", "It came too late"),
    Reason.UNWANTED_GIFT: pgettext_lazy("return reason", "A gift that does not fit"),
    Reason.RECALLED: pgettext_lazy("return reason", "It was recalled"),
}
_GROUPS = {
    ReasonGroup.REGRET: pgettext_lazy("return reason", "I do not want it any more"),
    ReasonGroup.FIT: pgettext_lazy("return reason", "It does not fit"),
    ReasonGroup.DESCRIPTION: pgettext_lazy("return reason", "It is not as described"),
    ReasonGroup.ARRIVAL: pgettext_lazy("return reason", "It arrived faulty"),
    ReasonGroup.LATER: pgettext_lazy("return reason", "It broke in use"),
    ReasonGroup.TRANSPORT: pgettext_lazy("return reason", "It was damaged on the way"),
    ReasonGroup.WRONG: pgettext_lazy("return reason", "I got something else"),
    ReasonGroup.MISSING: pgettext_lazy("return reason", "Something is missing"),
    ReasonGroup.LATE: pgettext_lazy("return reason", "It came too late"),
    ReasonGroup.GIFT: pgettext_lazy("return reason", "It was a gift"),
    ReasonGroup.RECALL: pgettext_lazy("return reason", "It was recalled"),
}


def reason_words(reason: Reason) -> str:
    """Return what a reason is called, as its customer would say it."""
    return str(_REASONS[reason])


def group_words(group: ReasonGroup) -> str:
    """Return what the first level of reasons is called."""
    return str(_GROUPS[group])


def fault_words(fault: Fault) -> str:
    """Return who caused it."""
    return {
        Fault.CUSTOMER: _("the customer"),
        Fault.SHOP: _("the shop"),
        Fault.CARRIER: _("the carrier"),
        Fault.SUPPLIER: _("the supplier"),
        Fault.MARKETPLACE: _("the marketplace"),
    }[fault]


def grade_words(grade: Grade) -> str:
    """Return in what state something came."""
    return {
        Grade.A: _("Sealed"),
        Grade.B: _("Opened, as new"),
        Grade.C: _("Used or incomplete"),
        Grade.D: _("Damaged"),
        Grade.X: _("Not ours, or an empty box"),
    }[grade]


def disposition_words(disposition: Disposition) -> str:
    """Return what becomes of the thing."""
    return {
        Disposition.RESTOCK: _("Back into stock"),
        Disposition.REFURBISH: _("Refurbish"),
        Disposition.OUTLET: _("Sell as opened"),
        Disposition.VENDOR_RETURN: _("Back to the supplier"),
        Disposition.DONATE: _("Donate"),
        Disposition.RECYCLE: _("Recycle"),
        Disposition.DESTROY: _("Destroy"),
        Disposition.SEND_BACK: _("Back to the customer"),
    }[disposition]


def outcome_words(outcome: Outcome) -> str:
    """Return what the customer gets."""
    return {
        Outcome.REFUND: _("My money back"),
        Outcome.EXCHANGE: _("Another one for it"),
        Outcome.REPAIR: _("To have it repaired"),
        Outcome.CREDIT: _("A gift card"),
        Outcome.REDUCTION: _("To keep it and pay less"),
    }[outcome]


def trait_words(trait: Trait) -> str:
    """Return what a product is, as a rule calls it."""
    return {
        Trait.PERSONALISED: _("Made for one person"),
        Trait.PERISHABLE: _("Perishable"),
        Trait.HYGIENE: _("Sealed for hygiene"),
        Trait.MEDIA: _("Sealed media, software or books"),
        Trait.DIGITAL: _("Digital content"),
        Trait.PERFORMED: _("A service already performed"),
        Trait.MIXED: _("Mixed with other things"),
        Trait.MARKET_PRICE: _("At market price"),
        Trait.PERIODICAL: _("Newspapers and magazines"),
        Trait.DATED: _("For a certain day"),
        Trait.URGENT_REPAIR: _("An urgent repair"),
        Trait.AUCTION: _("Bought at auction"),
        Trait.ELECTRONICS: _("Phones, watches, tablets, computers"),
        Trait.ESSENTIAL: _("Essential: no waiting for a repair"),
    }[trait]


def signal_words(signal: Signal) -> str:
    """Return what a signal of fraud says."""
    return {
        Signal.WEIGHT: _("The parcel is lighter than it was sent"),
        Signal.SERIAL: _("Another serial number than was sold"),
        Signal.RATE: _("Sends back far more than others do"),
        Signal.SHARED: _("Shares phone or tax id with other accounts"),
        Signal.DENIED_RECEIPT: _("Said again that something was missing"),
        Signal.OTHER_PAYEE: _("The money is asked to somebody else"),
        Signal.FIRST_AND_DEAR: _("A first order of high value"),
    }[signal]


def difference_words(difference: Difference, *, names: Mapping[str, str]) -> str:
    """Return what was found otherwise than it was told."""
    name = names.get(difference.line, difference.line)
    values = {"line": name, "told": difference.told, "found": difference.found}
    if difference.kind == Mismatch.WORSE:
        values |= {"told": grade_words(Grade(difference.told)), "found": grade_words(Grade(difference.found))}
    return {
        Mismatch.NOT_ANNOUNCED: _("%(line)s: nobody announced it."),
        Mismatch.FEWER: _("%(line)s: %(found)s came, %(told)s were announced."),
        Mismatch.MORE: _("%(line)s: %(found)s came, only %(told)s were announced."),
        Mismatch.SERIAL: _("%(line)s: serial number %(found)s, sold was %(told)s."),
        Mismatch.PARTS: _("%(line)s: missing is %(found)s."),
        Mismatch.WORSE: _("%(line)s: %(found)s, expected was at worst: %(told)s."),
        Mismatch.NOT_OURS: _("%(line)s: not ours, or the box was empty."),
        Mismatch.LIGHTER: _("The parcel weighs %(found)s g, sent were %(told)s g."),
    }[difference.kind] % values

"""Decisions in words: each sentence of their story, each parameter, each cause of a doubt."""

from collections.abc import Callable, Mapping
from datetime import date

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from balcao.deadlines.rules.days import Unit
from balcao.kit.locales import locale_of, spoken_day
from balcao.returns.queries.words import trait_words
from balcao.returns.types import (
    Cause,
    Claim,
    Doubt,
    DutyKind,
    Explanation,
    Length,
    Parameter,
    Payer,
    RefundPart,
    Told,
    Trait,
    Until,
    Value,
)


def claim_words(claim: Claim) -> str:
    """Return what a right is called."""
    return {
        Claim.WITHDRAWAL: _("Right to change one's mind"),
        Claim.DEFECT: _("Rights over a defect"),
        Claim.DELIVERY: _("Rights over a late delivery"),
    }[claim]


def parameter_words(parameter: Parameter) -> str:
    """Return what a part of a policy is called."""
    return {
        Parameter.PERIOD: _("How long it may come back"),
        Parameter.REFUND_INCLUDES: _("What goes back"),
        Parameter.RETURN_COST: _("Who pays for the way back"),
        Parameter.REFUND_WITHIN: _("The money goes back within"),
        Parameter.WITHHOLD: _("The money may be kept back until"),
        Parameter.SEND_BACK_WITHIN: _("The customer sends it within"),
        Parameter.CURE_WITHIN: _("Repaired or replaced within"),
        Parameter.REJECT_WITHIN: _("The money back at once, if it is asked for within"),
    }[parameter]


def duty_words(kind: DutyKind) -> str:
    """Return what is owed."""
    return {
        DutyKind.ACKNOWLEDGE: _("Confirm that it was received"),
        DutyKind.SEND_BACK: _("The customer sends it"),
        DutyKind.REFUND: _("Pay the money back"),
        DutyKind.CURE: _("Repair or replace"),
    }[kind]


def value_words(value: Value | None) -> str:
    """Return what is said of a parameter; "" where nothing is."""
    if value is None:
        return ""
    if isinstance(value, Length):
        return period_words(value)
    parts = value if isinstance(value, tuple) else (value,)
    return ", ".join(_VALUES[part]() if part in _VALUES else part for part in parts)


def period_words(period: Length) -> str:
    """Return a length of time in words."""
    count = period.amount
    if count == 0:
        return _("at once")
    named = {
        Unit.CALENDAR_DAYS: ngettext("%(count)d day", "%(count)d days", count),
        Unit.WORKING_DAYS: ngettext("%(count)d working day", "%(count)d working days", count),
        Unit.MONTHS: ngettext("%(count)d month", "%(count)d months", count),
        Unit.YEARS: ngettext("%(count)d year", "%(count)d years", count),
    }
    return named[period.unit] % {"count": count}


_VALUES: Mapping[str, Callable[[], str]] = {
    RefundPart.PRICE: lambda: _("the price"),
    RefundPart.FREIGHT: lambda: _("the freight"),
    RefundPart.STANDARD_FREIGHT: lambda: _("the usual freight"),
    RefundPart.RETURN_FREIGHT: lambda: _("the way back"),
    Payer.SHOP: lambda: _("the shop"),
    Payer.CUSTOMER: lambda: _("the customer"),
    Until.NOT_AT_ALL: lambda: _("not at all"),
    Until.PROOF_OF_POSTING: lambda: _("the goods or a proof of posting arrive"),
    Until.GOODS: lambda: _("the goods arrive"),
}


def doubt_words(doubt: Doubt) -> str:
    """Return why a person looks at it."""
    if doubt.cause == Cause.LATE:
        return _("The last day was %(day)s.") % {"day": day_words(doubt.detail)}
    if doubt.cause == Cause.EXCEPTION:
        return _("An exception may hold: %(trait)s.") % {"trait": trait_words(Trait(doubt.detail))}
    return {
        Cause.NO_RIGHT: _("Neither law nor shop speaks of it."),
        Cause.RISK: _("The signals add up to %(score)s of 100."),
        Cause.WORTH: _("It is worth more than the shop takes back unseen."),
    }[doubt.cause] % {"score": doubt.detail}


def explanation_words(explanation: Explanation, *, names: Mapping[str, str]) -> str:
    """Return one sentence of a decision's story; `names` are those of the lines."""
    values = dict(explanation.values)
    for key in ("day", "last"):
        if values.get(key):
            values[key] = day_words(values[key])
    if "amount" in values:
        values["period"] = period_words(Length(int(values["amount"]), Unit(values["unit"])))
    if "country" in values:
        values["country"] = locale_of(get_language() or "en").territories.get(values["country"], values["country"])
    if "trait" in values:
        values["trait"] = trait_words(Trait(values["trait"]))
    if "claim" in values:
        values["claim"] = claim_words(Claim(values["claim"]))
    if "channel" in values:
        values["channel"] = _way_words(values["channel"])
    values["line"] = names.get(values.get("line", ""), values.get("line", ""))
    return _sentence(explanation.told, values) % values


def _way_words(channel: str) -> str:
    """Return how the customer said it; a kind of channel that has no words here as it is."""
    return {
        "mail": pgettext("channel", "by e-mail"),
        "form": pgettext("channel", "by the form"),
        "portal": pgettext("channel", "on the order's page"),
    }.get(channel, channel)


def _sentence(told: Told, values: Mapping[str, str]) -> str:
    if told == Told.IN_TIME and not values["last"]:
        return _("%(line)s: in time, for no period has ended.")
    if told == Told.NOTICE and values.get("channel"):
        return _("The customer said so on %(day)s (%(channel)s). The day it was sent counts, in any channel.")
    return {
        Told.LAW: _("It went to %(country)s: the law there counts."),
        Told.NO_LAW: _("It went to %(country)s. We know no law of returns there: the shop's own policy counts."),
        Told.NOT_BEGUN: _("%(claim)s: %(period)s. They have not begun, for nobody knows that everything has arrived."),
        Told.BEGAN: _("%(claim)s: %(period)s after %(day)s."),
        Told.ROLLED: _("%(day)s is no working day: it goes on to %(last)s."),
        Told.NOTICE: _("The customer said so on %(day)s. The day it was sent counts, in any channel."),
        Told.IN_TIME: _("%(line)s: in time, until %(last)s."),
        Told.LATE: _("%(line)s: the last day was %(last)s."),
        Told.UNINFORMED: _("The shop did not tell the customer of this right: it lasts %(period)s longer."),
        Told.EXCEPTION: _("%(line)s: an exception may hold (%(trait)s)."),
        Told.ALLOWED: _("%(line)s: the shop takes it back although the law would not make it (%(trait)s)."),
        Told.SHOP_IS_BETTER: _("%(line)s: the shop gives more than the law."),
        Told.NO_RIGHT: _("%(line)s: neither law nor shop speaks of it."),
        Told.UNSURE: _("We are not sure that this rule stands as it is written here."),
        Told.PERSON: _("A person decides. Nothing is refused by itself."),
    }[told]


def day_words(day: str) -> str:
    """Return a day of a document as it stands in a sentence."""
    return spoken_day(date.fromisoformat(day), year=0, language=get_language() or "en")

"""What customers are told about their matter beside the words of its stages."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from balcao.kit.locales import spoken_day
from balcao.processes.types import Refusal, RefusalCode

_REFUSALS = {
    RefusalCode.STALE: gettext_lazy("This has changed since you opened the page. Please look at it as it is now."),
    RefusalCode.NOT_FROM_HERE: gettext_lazy("This is not possible at this point."),
    RefusalCode.TOO_OFTEN: gettext_lazy("This can only be done a limited number of times. Please write to us."),
    RefusalCode.TASK: gettext_lazy("We have to finish something first. Please write to us if it is urgent."),
    RefusalCode.REASON: gettext_lazy("Please say why."),
    RefusalCode.ASKED_ALREADY: gettext_lazy("You have asked for something already, and one of us is looking at it."),
}


def chip(
    *, is_over: bool, is_waiting: bool, is_broken: bool, is_at_risk: bool, is_promised: bool
) -> tuple[str, str, str] | None:
    """Return how it stands with the promise: tone, icon and words; None where nothing was promised."""
    if is_waiting:
        return "bell", "hand", _("Waits for you")
    if not is_promised:
        return None
    if is_broken:
        return "late", "warning-circle", pgettext("matter", "Late")
    if is_at_risk and not is_over:
        return "soon", "clock", _("It is getting tight")
    return "ok", "check", pgettext("matter", "On time")


def refusal(one: Refusal) -> str:
    """Return why something cannot be done, as a sentence for the customer."""
    return str(_REFUSALS.get(one.code) or _("This is not possible right now. Please write to us."))


def day(moment: datetime, *, now: datetime) -> str:
    """Return a day as it stands in a sentence, in the shop's time."""
    zone = timezone.get_current_timezone()
    year = now.astimezone(zone).year
    return spoken_day(moment.astimezone(zone).date(), year=year, language=get_language() or "en")

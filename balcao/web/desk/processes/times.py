"""How long stages may last and did last, in few words."""

from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from balcao.processes import models
from balcao.processes.queries.standing import promise_of
from balcao.processes.types import BUSINESS_DAY, Stage, Unit
from balcao.tickets.types import DueFacts
from balcao.web.components.promises import DuePill, due_pill, left_words


def limit_words(seconds: int, unit: Unit) -> str:
    """Return a limit: 4 h, or 2 d of working time where it is whole days."""
    if unit is Unit.BUSINESS and seconds >= BUSINESS_DAY and seconds % BUSINESS_DAY == 0:
        return left_words(timedelta(days=seconds // BUSINESS_DAY))
    return left_words(timedelta(seconds=seconds))


def limit_title(stage: Stage) -> str:
    """Return a stage's limit in full: "Limit: 2 working days"."""
    days, rest = divmod(stage.limit_seconds, BUSINESS_DAY)
    if stage.unit is Unit.BUSINESS and days and not rest:
        return ngettext("Limit: %(count)d working day", "Limit: %(count)d working days", days) % {"count": days}
    values = {"time": left_words(timedelta(seconds=stage.limit_seconds))}
    if stage.unit is Unit.BUSINESS:
        return _("Limit: %(time)s of working time") % values
    return _("Limit: %(time)s, nights and holidays count") % values


def visit_pill(visit: "models.Visit", *, now: datetime) -> DuePill | None:
    """Return the time left of a running stay; None where no clock runs."""
    return pill_of(promise_of(visit), now=now)


def pill_of(promise: DueFacts, *, now: datetime) -> DuePill | None:
    """Return the pill of what a clock says, in the reader's zone and language."""
    zone, language = timezone.get_current_timezone(), translation.get_language() or "en"
    return due_pill(promise, now=now, zone=zone, language=language)


def used_tenths(visit: "models.Visit", *, now: datetime) -> int:
    """Return how much of a running stay's time is gone, roughly, for drawing it: 1 to 10 tenths."""
    if visit.due_at is None:
        return 5
    whole = (visit.due_at - visit.entered_at).total_seconds()
    gone = (now - visit.entered_at).total_seconds()
    return min(max(round(10 * gone / whole), 1), 10) if whole > 0 else 10

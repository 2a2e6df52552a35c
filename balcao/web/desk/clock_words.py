"""How a due time came about, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from balcao.deadlines.rules.words import Line, Told
from balcao.deadlines.types import ClockState, PauseReason
from balcao.web.components.lengths import length
from balcao.web.components.promises import pause_words

_SIGNS = {
    Told.STARTED: "play",
    Told.PAUSED: "pause-fill",
    Told.RESUMED: "play",
    Told.FULFILLED: "check",
    Told.IN_TIME: "check",
    Told.LATE: "warning-fill",
    Told.BREACHED: "warning-fill",
    Told.DUE: "flag",
    Told.CANCELLED: "x",
}
_REASONS = {
    "thrown_away": lambda: _("spam or trash"),
    "unanswered": lambda: _("solved without a reply"),
    "joined": lambda: _("the ticket went into another one"),
    "left": lambda: _("the question went into a ticket of its own"),
    "goes_on": lambda: _("the next process goes on with it"),
    "not_owed": lambda: _("it is not owed any more"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: an instant or a time, what happened, and how much of the time it took."""

    at: datetime | None
    until: datetime | None
    words: str
    length: str
    sign: str
    kind: str  # "counts", "said", "late" or "end"


def row_of(line: Line, calendars: Mapping[str, str]) -> Row:
    """Return a line of an explanation as the page draws it."""
    counts = line.told in (Told.COUNTED, Told.COUNTED_MANY)
    late = line.told in (Told.BREACHED, Told.LATE) or (line.told == Told.LEFT and line.seconds < 0)
    kind = "counts" if counts else "late" if late else "end" if line.told in (Told.DUE, Told.IN_TIME) else "said"
    said = {
        "length": length(line.seconds),
        "before": length(line.before),
        "calendar": calendars.get(line.calendar, ""),
        "reason": reason_words(line.reason),
    }
    return Row(
        line.at,
        line.until,
        _words(line) % said,
        length(line.seconds) if counts else "",
        _SIGNS.get(line.told, ""),
        kind,
    )


def reason_words(reason: str) -> str:
    """Say why something was paused, cancelled or forgiven; what a person wrote stays as it is."""
    if reason in set(PauseReason):
        return pause_words(reason)
    return _REASONS[reason]() if reason in _REASONS else reason


def state_words(state: str) -> str:
    """Say how a clock stands."""
    return {
        ClockState.RUNNING: pgettext("clock", "Running"),
        ClockState.PAUSED: pgettext("clock", "Paused"),
        ClockState.MET: pgettext("clock", "Kept"),
        ClockState.MISSED: pgettext("clock", "Missed"),
        ClockState.CANCELLED: pgettext("clock", "Not counted"),
    }[ClockState(state)]


def _words(line: Line) -> str:
    if line.told == Told.COUNTED_MANY:
        return ngettext("Open once", "Open %(num)s times", line.number) % {"num": line.number}
    if line.told in (Told.LEFT, Told.STANDS) and line.seconds < 0:
        return _("Used up since %(length)s of open time")
    if line.told == Told.CANCELLED and not line.reason:
        return _("Ended without being counted")
    return {
        Told.STARTED: _("Begins: %(length)s by the calendar “%(calendar)s”"),
        Told.COUNTED: _("Open"),
        Told.CLOSED: _("Closed: nothing counts"),
        Told.PAUSED: _("Stands still: %(reason)s"),
        Told.RESUMED: _("Goes on"),
        Told.TARGET: _("May take %(length)s instead of %(before)s, from the start on"),
        Told.CALENDAR: _("Counts by the calendar “%(calendar)s” from here on"),
        Told.FULFILLED: _("Done after %(length)s"),
        Told.CANCELLED: _("Ended without being counted: %(reason)s"),
        Told.REOPENED: _("Taken up again; %(length)s stay used"),
        Told.RESTARTED: _("Taken up again and begun anew"),
        Told.BREACHED: _("The time is used up: the promise is broken"),
        Told.VOIDED: _("Forgiven: %(reason)s"),
        Told.LEFT: _("%(length)s are left"),
        Told.STANDS: _("Not due while it stands still; %(length)s are left"),
        Told.DUE: _("Due"),
        Told.NEVER_DUE: _("Never due: the calendar “%(calendar)s” has no open time ahead"),
        Told.IN_TIME: _("In time: it was due then"),
        Told.LATE: _("Late: it was due then"),
    }[line.told]

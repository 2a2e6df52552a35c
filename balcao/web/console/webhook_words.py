"""How the console speaks of webhooks."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from balcao.webhooks.rules.catalogue import ASKED, EVENTS, FAMILIES

_SHOWN = 3


def family_choices() -> list[tuple[str, str]]:
    """Return the families of events in words."""
    return [(pattern, _(words)) for pattern, words in FAMILIES.items()]


def event_choices() -> list[tuple[str, str]]:
    """Return the events that can be asked for, in words."""
    return [(name, _(event.title)) for name, event in EVENTS.items() if name != ASKED]


def events_in_words(patterns: Sequence[str]) -> str:
    """Return what an endpoint is told, in a few words."""
    known = dict([*family_choices(), *event_choices()])
    said = [known[pattern] for pattern in patterns if pattern in known]
    if not said:
        return _("Only what a rule or a process tells it")
    more = len(said) - _SHOWN
    shown = ", ".join(said[:_SHOWN])
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(more)d more", "%(shown)s and %(more)d more", more) % {"shown": shown, "more": more}


def since_choices() -> list[tuple[int, str]]:
    """Return spans of hours back from now, in words."""
    return [
        (1, _("the last hour")),
        (24, _("the last 24 hours")),
        (72, _("the last 3 days")),
        (168, _("the last 7 days")),
        (720, _("the last 30 days")),
    ]

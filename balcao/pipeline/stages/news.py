"""What customers are told of their matter: where it is now, in plain words, and until when."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.automation.queries.telling import spoken
from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind, ClockState, PauseReason
from balcao.kit import locales
from balcao.processes import types
from balcao.processes.models import Process, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.cases import case_address
from balcao.tickets.rules.topics import said_in


def language_of(process: Process) -> str:
    """Return the language in which the customer is told."""
    ticket = process.ticket
    return spoken([ticket.language] if ticket.language else ticket.shop.languages)


def stage_news(visit: Visit, *, now: datetime) -> str:
    """Return the words for a stage that was reached; "" where the customer goes on seeing the one before."""
    process = visit.process
    stage = blueprint_by_id(process.version_id).stage(visit.stage)
    language = language_of(process)
    name = said_in(stage.customer_names, [language])
    if not name:
        return ""
    with override(language):
        parts = [_greeting(process), _sentences(name, said_in(stage.customer_texts, [language]))]
        parts += _what_follows(visit, is_end=stage.is_end, now=now)
    return "\n\n".join(part for part in parts if part)


def _sentences(name: str, text: str) -> str:
    """Return a stage's name and text as sentences."""
    return f"{name}{'' if name.endswith(('?', '!', '.')) else '.'} {text}".strip()


def _what_follows(visit: Visit, *, is_end: bool, now: datetime) -> list[str]:
    """Return until when something is to be done, by whom, and where the page of it is."""
    process = visit.process
    where = {"address": case_address(process)}
    if visit.outside == types.Party.CUSTOMER and visit.due_at and visit.due_at > now:
        by = {"day": _day(visit.due_at, process, now=now), **where}
        return [_("You can do your part here until %(day)s: %(address)s") % by]
    promise = [] if is_end else [promise_words(process, now=now)]
    return [*promise, _("You can follow it and write to us here: %(address)s") % where]


def reminder(visit: Visit, texts: types.Texts, *, now: datetime) -> str:
    """Return the words with which somebody is reminded whom a stage waits for."""
    language = language_of(visit.process)
    words = said_in(texts, [language])
    with override(language):
        parts = [_greeting(visit.process), words]
        parts += _what_follows(visit, is_end=True, now=now)
    return "\n\n".join(parts) if words else ""


def promise_words(process: Process, *, now: datetime) -> str:
    """Return the promised day in words of the active language; "" where none is running."""
    total = Clock.objects.filter(ticket_id=process.ticket_id, kind=ClockKind.RESOLUTION).order_by("-number").first()
    if total is None:
        return ""
    if total.state == ClockState.PAUSED and total.paused_for == PauseReason.CUSTOMER:
        return _("We go on as soon as you have done your part; until then our time stands still.")
    if total.state != ClockState.RUNNING or total.due_at is None:
        return ""
    if total.due_at < now:
        return "" if total.is_voided else _("It takes longer than we had promised, and we are sorry for that.")
    return _("It will be settled by %(day)s.") % {"day": _day(total.due_at, process, now=now)}


def _day(moment: datetime, process: Process, *, now: datetime) -> str:
    """Return a day as it stands in a sentence to the customer, in the shop's time."""
    zone = ZoneInfo(process.ticket.shop.time_zone)
    year = now.astimezone(zone).year
    return locales.spoken_day(moment.astimezone(zone).date(), year=year, language=language_of(process))


def _greeting(process: Process) -> str:
    identity = process.ticket.identity
    name = identity.customer.name or identity.name
    first = name.split()[0] if name.strip() else ""
    return _("Hello %(name)s,") % {"name": first} if first else _("Hello,")

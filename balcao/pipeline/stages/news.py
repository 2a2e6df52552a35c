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


def language_of(process: Process) -> str:
    """Return the language in which the customer is told."""
    ticket = process.ticket
    return spoken([ticket.language] if ticket.language else ticket.shop.languages)


def stage_news(visit: Visit, *, now: datetime) -> str:
    """Return the words for a stage that was reached; "" where the customer goes on seeing the one before."""
    process = visit.process
    stage = blueprint_by_id(process.version_id).stage(visit.stage)
    language = language_of(process)
    name = said(stage.customer_names, language)
    if not name:
        return ""
    with override(language):
        parts = [_greeting(process), f"{name}. {said(stage.customer_texts, language)}".strip()]
        parts += [promise_words(process, now=now)] if not stage.is_end else []
        parts.append(_("You can follow it here: %(address)s") % {"address": case_address(process)})
    return "\n\n".join(part for part in parts if part)


def reminder(visit: Visit, texts: types.Texts) -> str:
    """Return the words with which somebody is reminded whom a stage waits for."""
    language = language_of(visit.process)
    words = said(texts, language)
    with override(language):
        parts = [_greeting(visit.process), words]
        parts.append(_("You can follow it here: %(address)s") % {"address": case_address(visit.process)})
    return "\n\n".join(parts) if words else ""


def said(texts: types.Texts, language: str) -> str:
    """Return a text in a language, else in the first there is."""
    known = {code.lower(): text for code, text in texts.items()}
    return known.get(language.lower()) or known.get("en") or next(iter(known.values()), "")


def promise_words(process: Process, *, now: datetime) -> str:
    """Return the promised day in words of the active language; "" where none is running."""
    total = Clock.objects.filter(ticket_id=process.ticket_id, kind=ClockKind.RESOLUTION).order_by("-number").first()
    if total is None:
        return ""
    if total.state == ClockState.PAUSED and total.paused_for == PauseReason.CUSTOMER:
        return _("We go on as soon as you have done your part; until then our time stands still.")
    if total.state != ClockState.RUNNING or total.due_at is None or total.due_at < now:
        return ""
    zone = ZoneInfo(process.ticket.shop.time_zone)
    day, year = total.due_at.astimezone(zone).date(), now.astimezone(zone).year
    return _("It will be settled by %(day)s.") % {
        "day": locales.spoken_day(day, year=year, language=language_of(process))
    }


def _greeting(process: Process) -> str:
    identity = process.ticket.identity
    name = identity.customer.name or identity.name
    first = name.split()[0] if name.strip() else ""
    return _("Hello %(name)s,") % {"name": first} if first else _("Hello,")

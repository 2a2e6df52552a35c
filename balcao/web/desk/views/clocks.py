"""How the due times of a ticket came about, and what people do about them."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from balcao.deadlines.actions.clocks import void_breach
from balcao.deadlines.actions.escalating import answer
from balcao.deadlines.models import Clock, Escalation
from balcao.deadlines.queries.clocks import calendar_names, clocks_of, escalations_of, explanation
from balcao.deadlines.rules.law import rule
from balcao.deadlines.types import ClockKind, ClockRefused, ClockState, Refusal
from balcao.pipeline.promises.facts import facts_of
from balcao.processes.models import Task, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.web.components.access import for_agents
from balcao.web.components.lengths import length
from balcao.web.components.promises import DuePill, clock_words, due_pill
from balcao.web.desk.access import ticket_for
from balcao.web.desk.clock_words import Row, row_of, state_words
from balcao.web.desk.frame import context
from balcao.web.desk.processes.words import task_words, text

_OPEN = (ClockState.RUNNING, ClockState.PAUSED)


@dataclass(frozen=True, slots=True)
class Explained:
    """One clock with everything that is said of it."""

    clock: Clock
    title: str
    about: str
    state: str
    pill: DuePill | None
    target: str
    rows: list[Row]
    asked: list[Escalation]
    is_open: bool
    may_answer: bool
    may_void: bool


@require_safe
@for_agents(Permission.TICKET_READ)
def clocks(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Explain every due time of a ticket."""
    found = ticket_for(agent, number)
    explained = _explained(agent, found, timezone.now())
    more = {
        "ticket": found,
        "open": [one for one in explained if one.is_open],
        "ended": [one for one in explained if not one.is_open],
    }
    return render(request, "desk/clocks.html", context(request, agent, view=None, **more))


def _explained(agent: Agent, ticket: Ticket, now: datetime) -> list[Explained]:
    rows = clocks_of(ticket.pk)
    lines = {clock.pk: explanation(clock, now=now) for clock in rows}
    calendars = calendar_names(line for told in lines.values() for line in told)
    abouts, asked = _abouts(rows), escalations_of(clock.pk for clock in rows)
    zone, language = timezone.get_current_timezone(), translation.get_language() or "en"
    found = []
    for clock in rows:
        questions = asked.get(clock.pk, [])
        is_late = clock.breached_at is not None
        found.append(
            Explained(
                clock=clock,
                title=clock_words(clock.kind),
                about=abouts.get(clock.pk, ""),
                state=state_words(clock.state),
                pill=due_pill(facts_of([clock]), now=now, zone=zone, language=language),
                target=length(clock.target_seconds),
                rows=[row_of(line, calendars) for line in lines[clock.pk]],
                asked=questions,
                is_open=clock.state in _OPEN,
                may_answer=any(one.answered_at is None for one in questions),
                may_void=is_late and agent.may(Permission.DEADLINE_VOID),
            )
        )
    return found


def _abouts(clocks: list[Clock]) -> dict[int, str]:
    """Say which stage, task, term of the law or round of answers each clock is about."""
    stages = [clock.pk for clock in clocks if clock.kind == ClockKind.STAGE]
    said: dict[int, str] = {}
    for visit in Visit.objects.filter(clock__in=stages).select_related("process") if stages else ():
        said[visit.clock_id or 0] = text(blueprint_by_id(visit.process.version_id).stage(visit.stage).names)
    for task in Task.objects.filter(clock__in=stages).select_related("process") if stages else ():
        said[task.clock_id or 0] = task_words(blueprint_by_id(task.process.version_id), task.key, task.title)
    for clock in clocks:
        row = rule(clock.rule) if clock.rule else None
        if row:
            said[clock.pk] = f"{row.id}: {_(row.summary)} ({row.source})"
        elif clock.kind == ClockKind.NEXT_RESPONSE and clock.number > 1:
            said[clock.pk] = _("Question %(number)s") % {"number": clock.number}
    return said


@require_POST
@for_agents(Permission.TICKET_READ)
def clock_answer(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Take up what was asked about a clock."""
    if answer(clock=_clock_for(agent, number, pk), agent=agent, now=timezone.now()):
        messages.success(request, _("You have taken it up; nobody above you is asked any more."))
    return redirect("desk:clocks", number)


@require_POST
@for_agents(Permission.TICKET_READ)
def clock_void(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Forgive a broken promise, with a reason; to strangers there is none."""
    clock = _clock_for(agent, number, pk)
    if not agent.may(Permission.DEADLINE_VOID):
        raise PermissionDenied
    try:
        void_breach(clock=clock, agent=agent, reason=request.POST.get("reason", ""), now=timezone.now())
    except ClockRefused as refused:
        messages.error(request, _refusal(refused.refusal))
    else:
        messages.success(request, _("Forgiven. The journal keeps who said so, and why."))
    return redirect("desk:clocks", number)


def _refusal(refusal: Refusal) -> str:
    if refusal == Refusal.NO_REASON:
        return _("Say why: without a reason nothing is forgiven.")
    return _("There is nothing to forgive any more.")


def _clock_for(agent: Agent, number: int, pk: int) -> Clock:
    found = Clock.objects.filter(pk=pk, ticket_id=ticket_for(agent, number).pk).first()
    if found is None:
        raise Http404
    return found

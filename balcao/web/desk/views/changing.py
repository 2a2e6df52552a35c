"""Changing a ticket: owner, status, sleep, priority, tags, subject, language. One deed a view, each an action."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.signing import BadSignature, dumps, loads
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from balcao.kit.numbers import number_in, numbers_in
from balcao.staff.models import Agent, Team
from balcao.staff.types import Permission
from balcao.tickets.actions import changing
from balcao.tickets.actions.merging import standing_of
from balcao.tickets.models import Tag, Ticket
from balcao.tickets.rules import Standing, standing_from
from balcao.tickets.types import HIDDEN, Priority, Status, TicketRefused
from balcao.web.components.access import for_agents
from balcao.web.desk import words
from balcao.web.desk.access import ticket_for, view_key, wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.views.composing import moment_of, next_address

_UNDO_SALT = "desk-status"
_UNDO_SECONDS = 3600  # the toast is gone long before
_SNOOZES = ("+2h", "+1d", "+3d", "+7d")


def given(request: HttpRequest, name: str) -> str:
    """Return a value of the form, or of the address when an undo button posts without one."""
    return request.POST.get(name) or request.GET.get(name) or ""


def back(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Go back to the ticket in the view it was opened from."""
    key = view_key(request)
    return redirect(reverse("desk:ticket", args=[ticket.number]) + (f"?in={key}" if key else ""))


def attempt(request: HttpRequest, deed: Callable[[], Any]) -> bool:
    """Do something, or say why it was refused."""
    try:
        deed()
    except TicketRefused as refused:
        messages.error(request, words.refusal_words(refused))
        return False
    return True


@require_POST
@for_agents(Permission.TICKET_EDIT)
def take(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Make the ticket the agent's own."""
    ticket = ticket_for(agent, number)
    attempt(
        request,
        lambda: changing.assign(ticket=ticket, assignee=agent, team=ticket.team, agent=agent, now=timezone.now()),
    )
    return back(request, ticket)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_EDIT)
def assign(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Choose who owns the ticket."""
    ticket = ticket_for(agent, number)
    if request.method == "POST":
        _assign(request, agent, ticket)
        return back(request, ticket)
    around = context(request, agent, ticket=ticket, view=None)
    name = "desk/_assign.html" if wants_fragment(request) else "desk/page_assign.html"
    return render(request, name, around)


def _assign(request: HttpRequest, agent: Agent, ticket: Ticket) -> None:
    to = given(request, "to")
    kind, _dash, typed = to.partition("-")
    pk = number_in(typed)
    assignee, team = ticket.assignee, ticket.team
    if kind == "agent":
        assignee = Agent.objects.filter(pk=pk).first() if pk is not None else None
    elif kind == "team":
        assignee, team = None, Team.objects.filter(pk=pk).first() if pk is not None else None
    elif kind == "nobody":
        assignee = None
    attempt(
        request,
        lambda: changing.assign(ticket=ticket, assignee=assignee, team=team, agent=agent, now=timezone.now()),
    )


@require_POST
@for_agents(Permission.TICKET_EDIT)
def status(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Move the ticket to a status, waiting with the date on which it comes back."""
    ticket = ticket_for(agent, number)
    wanted, before = given(request, "status"), standing_of(ticket)
    key = view_key(request) or "mine"
    follows = next_address(request, agent, ticket, key) if given(request, "next") else ""
    remind_at = moment_of(given(request, "remind_at"))
    if (
        wanted in set(Status)
        and wanted not in HIDDEN
        and _set_status(request, agent, ticket, Status(wanted), remind_at)
    ):
        said = _("%(number)s: %(status)s") % {"number": ticket.number, "status": words.status_words(wanted)}
        messages.success(request, said, extra_tags=_undo(ticket, before))
    return redirect(follows) if follows else back(request, ticket)


def _set_status(request: HttpRequest, agent: Agent, ticket: Ticket, to: Status, remind_at: datetime | None) -> bool:
    return attempt(
        request,
        lambda: changing.set_status(ticket=ticket, status=to, agent=agent, now=timezone.now(), remind_at=remind_at),
    )


def _undo(ticket: Ticket, before: Standing) -> str:
    token = dumps([ticket.pk, before.plain(), standing_of(ticket).plain()], salt=_UNDO_SALT, compress=True)
    return f"undo:{reverse('desk:status_undo', args=[ticket.number])}?was={token}"


@require_POST
@for_agents(Permission.TICKET_EDIT)
def status_undo(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Put the ticket back to exactly where it stood before its status was changed."""
    ticket = ticket_for(agent, number)
    try:
        pk, before, after = loads(given(request, "was"), salt=_UNDO_SALT, max_age=_UNDO_SECONDS)
    except BadSignature as error:
        raise Http404 from error
    if pk != ticket.pk:
        raise Http404
    stood, stands = standing_from(before), standing_from(after)
    attempt(
        request,
        lambda: changing.undo_status(ticket=ticket, before=stood, after=stands, agent=agent, now=timezone.now()),
    )
    return back(request, ticket)


@require_POST
@for_agents(Permission.TICKET_EDIT)
def hide(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Put the ticket aside as spam or into the trash."""
    ticket = ticket_for(agent, number)
    wanted, before = given(request, "status"), standing_of(ticket)
    if wanted in HIDDEN and _set_status(request, agent, ticket, Status(wanted), None):
        said = _("%(number)s: %(status)s") % {"number": number, "status": words.status_words(wanted)}
        messages.success(request, said, extra_tags=_undo(ticket, before))
    return back(request, ticket)


@require_POST
@for_agents(Permission.TICKET_EDIT)
def restore(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Bring the ticket back from spam or trash."""
    ticket = ticket_for(agent, number)
    attempt(request, lambda: changing.restore(ticket=ticket, agent=agent, now=timezone.now()))
    return back(request, ticket)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_EDIT)
def snooze(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Put the ticket out of sight until a time, or bring it back."""
    ticket = ticket_for(agent, number)
    if request.method == "GET":
        name = "desk/_snooze.html" if wants_fragment(request) else "desk/page_snooze.html"
        return render(request, name, context(request, agent, ticket=ticket, view=None, choices=snooze_choices()))
    text = given(request, "until")
    until = moment_of(text)
    if text and until is None:
        messages.error(request, _("This is not a time: choose one."))
    else:
        attempt(request, lambda: changing.snooze(ticket=ticket, until=until, agent=agent, now=timezone.now()))
    return back(request, ticket)


def snooze_choices() -> list[tuple[str, str, datetime]]:
    """Return the usual sleeps: what the form sends, its words and when that is."""
    said = {
        "+2h": _("In two hours"),
        "+1d": _("Tomorrow"),
        "+3d": _("In three days"),
        "+7d": _("In a week"),
    }
    return [(value, said[value], moment) for value in _SNOOZES if (moment := moment_of(value))]


@require_POST
@for_agents(Permission.TICKET_EDIT)
def priority(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Say how soon the ticket matters."""
    ticket = ticket_for(agent, number)
    wanted = given(request, "priority")
    if wanted in set(Priority):
        attempt(
            request,
            lambda: changing.set_priority(ticket=ticket, priority=Priority(wanted), agent=agent, now=timezone.now()),
        )
    return back(request, ticket)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_EDIT)
def tags(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Choose the ticket's tags."""
    ticket = ticket_for(agent, number)
    if request.method == "POST":
        rows = list(Tag.objects.filter(pk__in=numbers_in(request.POST.getlist("tag"))))
        attempt(request, lambda: changing.set_tags(ticket=ticket, tags=rows, agent=agent, now=timezone.now()))
        return back(request, ticket)
    on = set(ticket.tags.values_list("pk", flat=True))
    name = "desk/_tags.html" if wants_fragment(request) else "desk/page_tags.html"
    return render(request, name, context(request, agent, ticket=ticket, view=None, on=on))


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_EDIT)
def subject(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Rename the ticket, and say in which language it is."""
    ticket = ticket_for(agent, number)
    if request.method == "POST":
        now, wanted = timezone.now(), request.POST.get("subject", "")
        attempt(request, lambda: changing.set_subject(ticket=ticket, subject=wanted, agent=agent, now=now))
        language = request.POST.get("language", "")
        if language in ticket.shop.languages:
            attempt(request, lambda: changing.set_language(ticket=ticket, language=language, agent=agent, now=now))
        return back(request, ticket)
    name = "desk/_subject.html" if wants_fragment(request) else "desk/page_subject.html"
    return render(request, name, context(request, agent, ticket=ticket, view=None))

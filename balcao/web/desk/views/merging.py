"""Merging and splitting tickets, and taking both back exactly."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from balcao.kit.numbers import number_in, numbers_in
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions import merging, splitting
from balcao.tickets.models import Message, Ticket, TicketMerge, TicketSplit
from balcao.tickets.queries.lists import of_number, tickets_of_customer
from balcao.tickets.types import TicketRefused
from balcao.web.components.access import for_agents
from balcao.web.desk import words
from balcao.web.desk.access import ticket_for, wants_fragment
from balcao.web.desk.frame import context


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_MERGE)
def merge(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Merge this ticket into another one, after a look at what that is."""
    ticket = ticket_for(agent, number)
    other = _other(agent, request.POST.get("into") or request.GET.get("into") or "")
    if request.method == "POST" and other and request.POST.get("sure"):
        return _merge(request, agent, ticket, other)
    near = [
        row
        for row in tickets_of_customer(customer_id=ticket.identity.customer_id, agent=agent, limit=8)
        if row.pk != ticket.pk
    ]
    typed = request.POST.get("into") or request.GET.get("into") or ""
    more: dict[str, Any] = {"near": near, "other": other, "typed": typed, "status_words": words.status_words}
    more["error"] = _("There is no ticket %(number)s.") % {"number": typed} if typed and other is None else ""
    name = "desk/_merge.html" if wants_fragment(request) else "desk/page_merge.html"
    return render(request, name, context(request, agent, ticket=ticket, view=None, **more))


def _other(agent: Agent, typed: str) -> Ticket | None:
    number = number_in(typed.strip().lstrip("#"))
    return None if number is None else of_number(agent=agent, number=number)


def _merge(request: HttpRequest, agent: Agent, ticket: Ticket, other: Ticket) -> HttpResponse:
    try:
        done = merging.merge_tickets(source=ticket, target=other, agent=agent, now=timezone.now())
    except TicketRefused as refused:
        messages.error(request, words.refusal_words(refused))
        return redirect("desk:ticket", ticket.number)
    said = _("%(number)s was merged into this ticket.") % {"number": ticket.number}
    messages.success(request, said, extra_tags=f"undo:{reverse('desk:merge_undo', args=[done.pk])}")
    return redirect("desk:ticket", other.number)


@require_POST
@for_agents(Permission.TICKET_MERGE)
def merge_undo(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Take a merge back."""
    done = TicketMerge.objects.select_related("source", "target").filter(pk=pk).first()
    if done is None or not agent.sees_shop(done.target.shop_id):
        raise Http404
    try:
        merging.undo_ticket_merge(merge=done, agent=agent, now=timezone.now())
    except TicketRefused as refused:
        messages.error(request, words.refusal_words(refused))
        return redirect("desk:ticket", done.target.number)
    messages.success(request, _("The merge was taken back."))
    return redirect("desk:ticket", done.source.number)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_MERGE)
def split(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Take messages out into a ticket of their own."""
    ticket = ticket_for(agent, number)
    rows = Message.objects.filter(ticket=ticket, is_recalled=False).select_related("identity", "agent")
    offered = list(rows.order_by("at", "id"))
    if request.method == "POST":
        chosen = set(numbers_in(request.POST.getlist("message")))
        return _split(request, agent, ticket, [row for row in offered if row.pk in chosen])
    more = {"offered": offered, "preselected": request.GET.get("message", "")}
    name = "desk/_split.html" if wants_fragment(request) else "desk/page_split.html"
    return render(request, name, context(request, agent, ticket=ticket, view=None, **more))


def _split(request: HttpRequest, agent: Agent, ticket: Ticket, chosen: list[Message]) -> HttpResponse:
    try:
        done = splitting.split_messages(
            messages=chosen, subject=request.POST.get("subject", ""), agent=agent, now=timezone.now()
        )
    except TicketRefused as refused:
        messages.error(request, words.refusal_words(refused))
        return redirect("desk:ticket", ticket.number)
    said = _("Split off from %(number)s.") % {"number": ticket.number}
    messages.success(request, said, extra_tags=f"undo:{reverse('desk:split_undo', args=[done.pk])}")
    return redirect("desk:ticket", done.target.number)


@require_POST
@for_agents(Permission.TICKET_MERGE)
def split_undo(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Take a split back."""
    done = TicketSplit.objects.select_related("source", "target").filter(pk=pk).first()
    if done is None or not agent.sees_shop(done.source.shop_id):
        raise Http404
    try:
        splitting.undo_split(split=done, agent=agent, now=timezone.now())
    except TicketRefused as refused:
        messages.error(request, words.refusal_words(refused))
        return redirect("desk:ticket", done.target.number)
    messages.success(request, _("The split was taken back."))
    return redirect("desk:ticket", done.source.number)

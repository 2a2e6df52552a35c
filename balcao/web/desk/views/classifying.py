"""Saying what a ticket is about and what it takes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_POST

from balcao.kit.numbers import number_in
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions import classifying
from balcao.tickets.models import Topic
from balcao.tickets.queries.topics import offered_topics
from balcao.tickets.types import Kind
from balcao.web.components.access import for_agents
from balcao.web.components.matters import kind_sign, kind_words
from balcao.web.desk.access import ticket_for, wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.views.changing import attempt, back, given


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_EDIT)
def topic(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Choose why the customer wrote, from the tree."""
    ticket = ticket_for(agent, number)
    if request.method == "POST":
        pk = number_in(given(request, "topic"))
        chosen = Topic.objects.filter(pk=pk).first() if pk is not None else None
        if chosen or not given(request, "topic"):
            now = timezone.now()
            attempt(request, lambda: classifying.set_topic(ticket=ticket, topic=chosen, agent=agent, now=now))
        return back(request, ticket)
    language = translation.get_language() or "en"
    more = {
        "branches": offered_topics(shop_id=ticket.shop_id, language=language),
        "kinds": [(one.value, kind_words(one), kind_sign(one)) for one in Kind],
    }
    name = "desk/_topic.html" if wants_fragment(request) else "desk/page_topic.html"
    return render(request, name, context(request, agent, ticket=ticket, view=None, **more))


@require_POST
@for_agents(Permission.TICKET_EDIT)
def kind(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Say what the ticket takes, or leave it to its topic again."""
    ticket = ticket_for(agent, number)
    wanted = given(request, "kind")
    if wanted in set(Kind) or not wanted:
        chosen = Kind(wanted) if wanted else None
        now = timezone.now()
        attempt(request, lambda: classifying.set_kind(ticket=ticket, kind=chosen, agent=agent, now=now))
    return back(request, ticket)

"""Saved views: a search under a name, for oneself or for all."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from balcao.journal.types import Actor, ActorKind
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions import arranging
from balcao.tickets.models import SavedView
from balcao.tickets.rules.searching import parse_search
from balcao.web.components.access import for_agents
from balcao.web.desk.access import wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.views.inbox import may_change


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ)
def new(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Save a search as a view."""
    return _form(request, agent, None)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ)
def edit(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Change or delete a saved view."""
    saved = SavedView.objects.filter(pk=pk).first()
    if saved is None or not may_change(saved, agent):
        raise Http404
    if request.method == "POST" and request.POST.get("delete"):
        arranging.delete_view(view=saved, actor=Actor(ActorKind.AGENT, agent.pk), now=timezone.now())
        messages.success(request, _("The view is gone; its tickets are all still there."))
        return redirect("desk:inbox")
    return _form(request, agent, saved)


def _form(request: HttpRequest, agent: Agent, saved: SavedView | None) -> HttpResponse:
    facts = {
        "name": saved.name if saved else "",
        "query": saved.query if saved else request.GET.get("q", ""),
        "shared": bool(saved and saved.agent_id is None),
    }
    error = ""
    if request.method == "POST":
        facts = {name: request.POST.get(name, "").strip() for name in ("name", "query")}
        facts["shared"] = bool(request.POST.get("shared")) and agent.may(Permission.VIEW_SHARE)
        error = _problem(str(facts["name"]), str(facts["query"]))
        if not error:
            kept = arranging.save_view(
                view=saved,
                name=str(facts["name"]),
                query=str(facts["query"]),
                agent=None if facts["shared"] else agent,
                actor=Actor(ActorKind.AGENT, agent.pk),
                now=timezone.now(),
            )
            return redirect("desk:view", f"saved-{kept.pk}")
    more = {"saved": saved, "facts": facts, "error": error}
    name = "desk/_saved.html" if wants_fragment(request) else "desk/page_saved.html"
    return render(request, name, context(request, agent, view=None, **more), status=422 if error else 200)


def _problem(name: str, query: str) -> str:
    if not name:
        return _("Give the view a name.")
    search = parse_search(query)
    if search.problems:
        return _("This part is not understood: %(part)s") % {"part": search.problems[0]}
    return _("Say what the view shows, for instance is:open tag:damage.") if search.is_empty else ""

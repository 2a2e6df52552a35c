"""Finding a return, by hand or with a scanner, and looking at it."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from balcao.returns.models import Return
from balcao.returns.queries import finding
from balcao.returns.queries.labels import label_pdf
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.desk.frame import context
from balcao.web.desk.returns.view import ReturnView

_HARMLESS = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def return_for(agent: Agent, pk: int) -> Return:
    """Return what the agent may see; else it does not exist for them."""
    row = finding.of_pk(pk)
    if row is None or not agent.sees_shop(row.shop_id):
        raise Http404
    return row


@require_safe
@for_agents(Permission.STAGE_WORK)
def returns(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Take what a scanner gives, or show what is on its way and what waits to be looked at."""
    query = request.GET.get("q", "").strip()[:120]
    shop_ids = agent.shop_ids()
    found = finding.found(query, shop_ids=shop_ids)
    if len(found) == 1:
        return redirect("desk:return", found[0].pk)
    more = {
        "query": query,
        "found": found,
        "several_shops": len(shop_ids) > 1,
        "lists": [] if query else [finding.to_inspect(shop_ids=shop_ids), finding.awaited(shop_ids=shop_ids)],
    }
    return render(request, "desk/returns.html", context(request, agent, **more))


@require_safe
@for_agents(Permission.STAGE_WORK)
def show(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Show one return: what law and shop say, what came, what it comes to."""
    return drawn(request, agent, return_for(agent, pk))


def drawn(request: HttpRequest, agent: Agent, row: Return, *, sorry: str = "", status: int = 200) -> HttpResponse:
    """Return the page of a return."""
    more = {"back": ReturnView(agent, row, timezone.now()), "sorry": sorry}
    return render(request, "desk/return.html", context(request, agent, **more), status=status)


@require_safe
@for_agents(Permission.STAGE_WORK)
def label(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Give the newest label as a PDF."""
    row = return_for(agent, pk)
    found = row.labels.select_related("goods_return__order").order_by("-pk").first()
    if found is None:
        raise Http404
    name = row.written
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(label_pdf(found), content_type="application/pdf", headers=headers)


@require_safe
@for_agents(Permission.STAGE_WORK)
def photo(request: HttpRequest, agent: Agent, pk: int, photo: int) -> HttpResponseBase:
    """Show a picture of a return."""
    found = return_for(agent, pk).photos.filter(pk=photo).first()
    if found is None or not default_storage.exists(found.storage_key):
        raise Http404
    content = default_storage.open(found.storage_key)
    return FileResponse(content, filename=found.name, content_type=found.media_type, headers=_HARMLESS)

"""The list of processes, and where new ones begin."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balcao.kit.searchtext import fold
from balcao.processes.actions import blueprints
from balcao.processes.models import Blueprint, BlueprintVersion
from balcao.processes.queries.designing import MOST, draft_of, reading_of, running_count
from balcao.processes.rules.editing import blank, fresh_key
from balcao.processes.rules.reading import write_blueprint
from balcao.processes.types import Blueprint as Read
from balcao.processes.types import BlueprintKind
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.designing.deeds import in_every_language
from balcao.web.console.designing.words import code_of_language, said, span_words
from balcao.web.console.frame import page
from balcao.web.console.views.processes.finding import blueprints_for, may_edit, row_for, row_to_edit, shop_choices

_READ, _EDIT = Permission.PROCESS_READ, Permission.PROCESS_EDIT


@dataclass(frozen=True, slots=True)
class _Row:
    row: Blueprint
    name: str
    promise: str
    stages: int
    running: int
    is_more: bool  # than could be counted
    draft: BlueprintVersion | None
    may_edit: bool


@require_GET
@for_agents(_READ)
def processes(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List the processes, the active ones first."""
    rows = [_listed(row, agent) for row in blueprints_for(agent).order_by("pk")]
    rows.sort(key=lambda one: (not one.row.is_active, fold(one.name), one.row.pk))
    shops = list(Shop.objects.filter(pk__in=agent.shop_ids()))
    return page(request, agent, "processes", {"rows": rows, "several_shops": len(shops) > 1, "shops": shops})


def _listed(row: Blueprint, agent: Agent) -> _Row:
    draft = draft_of(row)
    version = row.current or draft
    read = reading_of(version) if version else None
    running = running_count(row)
    return _Row(
        row,
        said(read.names, row.key) if read else row.key,
        span_words(read.total_seconds, read.total_unit) if read else "",
        sum(not stage.is_end for stage in read.stages) if read else 0,
        running,
        running >= MOST,
        draft,
        may_edit(agent, row),
    )


@require_http_methods(["GET", "POST"])
@for_agents(_EDIT)
def new(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Begin a process: blank, or as a copy of another."""
    rows = [(row, reading_of(row.current)) for row in blueprints_for(agent).exclude(current=None) if row.current]
    copies = [(str(row.pk), said(read.names, row.key)) for row, read in rows if read]
    shops = list(Shop.objects.filter(pk__in=agent.shop_ids()))
    context = {"copies": copies, "shop_choices": shop_choices(shops), "every_shop": agent.every_shop}
    if request.method == "POST":
        name = request.POST.get("name", "").strip()[:120]
        shop = next((one for one in shops if str(one.pk) == request.POST.get("shop", "")), None)
        if name and (shop or agent.every_shop):
            model = next((read for row, read in rows if str(row.pk) == request.POST.get("copy", "")), None)
            return redirect("console:process", _begun(name, model, shop, agent).pk)
        wrong = {"name": "" if name else _("Give it a name."), "shop": "" if shop or agent.every_shop else _("Choose.")}
        return page(request, agent, "process_new", {**context, "wrong": wrong, "typed": request.POST}, status=422)
    return page(request, agent, "process_new", {**context, "wrong": {}, "typed": {}})


def _begun(name: str, model: Read | None, shop: Shop | None, agent: Agent) -> Blueprint:
    taken = set(Blueprint.objects.values_list("key", flat=True)) | set(map(str, BlueprintKind))
    key = fresh_key(name, taken, fallback="process")
    names = {code_of_language(): name}
    if model is None:
        read = blank(
            key=key,
            names=names,
            first=in_every_language(lambda: _("We have your request")),
            last=in_every_language(lambda: _("It is done")),
            way=in_every_language(lambda: _("Finish")),
        )
    else:
        read = replace(model, key=key, names={**model.names, **names} if name not in model.names.values() else names)
    return blueprints.create(key=key, shop=shop, spec=write_blueprint(read), agent=agent, now=timezone.now())


@require_POST
@for_agents(_EDIT)
def own(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Begin a shop's own version of a process of every shop."""
    row = row_for(agent, blueprint_id)
    shop = Shop.objects.filter(pk__in=agent.shop_ids(), pk=_number(request.POST.get("shop", ""))).first()
    if shop is None or row.shop_id or row.current is None:
        messages.error(request, _("Only a process of every shop gets a version for one of your shops."))
        return redirect("console:processes")
    made = blueprints.create(key=row.key, shop=shop, spec=row.current.spec, agent=agent, now=timezone.now())
    return redirect("console:process", made.pk)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


@require_POST
@for_agents(_EDIT)
def switch(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Offer a process or no longer."""
    row, is_active = row_to_edit(agent, blueprint_id), "active" in request.POST
    blueprints.set_active(blueprint=row, is_active=is_active, agent=agent, now=timezone.now())
    said_so = _("New tickets may take it.") if is_active else _("No new ticket takes it; what runs goes on.")
    messages.success(request, said_so)
    return redirect("console:processes")

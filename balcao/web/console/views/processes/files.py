"""Processes as files: the same form as the defaults have."""

import json
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from balcao.processes.actions import blueprints, drafting
from balcao.processes.models import Blueprint
from balcao.processes.queries.designing import digest, draft_of
from balcao.processes.rules.reading import parse_blueprint, write_blueprint
from balcao.processes.types import BlueprintRefused, Fault, FaultCode
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.designing import faults
from balcao.web.console.frame import page
from balcao.web.console.views.processes.finding import design_for, may_edit, shop_choices

_LARGEST = 2_000_000


@require_GET
@for_agents(Permission.PROCESS_READ)
def export(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Give a process as a file: its draft, else what holds."""
    design = design_for(agent, blueprint_id)
    written = json.dumps(design.version.spec, ensure_ascii=False, indent=2) + "\n"
    name = f"{design.row.key}-v{design.version.number}.json"
    return HttpResponse(
        written,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "POST"])
@for_agents(Permission.PROCESS_EDIT)
def bring(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Take a process from a file as the draft of the one with its key, or of a new one."""
    shops = list(Shop.objects.filter(pk__in=agent.shop_ids()))
    context: dict[str, Any] = {"shop_choices": shop_choices(shops), "every_shop": agent.every_shop, "faults": []}
    if request.method == "GET":
        return page(request, agent, "process_bring", context)
    shop = next((one for one in shops if str(one.pk) == request.POST.get("shop", "")), None)
    try:
        row = _brought(request, agent, shop)
    except BlueprintRefused as refused:
        context["faults"] = faults.lines(refused.faults, None)
        return page(request, agent, "process_bring", context, status=422)
    messages.success(request, _("Brought in as a draft. Look at the check before you publish it."))
    return redirect("console:process", row.pk)


def _brought(request: HttpRequest, agent: Agent, shop: Shop | None) -> Blueprint:
    given = request.FILES.get("file")
    if given is None or (given.size or 0) > _LARGEST or (shop is None and not agent.every_shop):
        raise BlueprintRefused((Fault("file" if shop or agent.every_shop else "shop", FaultCode.MISSING),))
    try:
        read = parse_blueprint(json.loads(given.read().decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        if isinstance(error, BlueprintRefused):
            raise
        raise BlueprintRefused((Fault("file", FaultCode.NOT_AN_OBJECT),)) from error
    spec, now = write_blueprint(read), timezone.now()
    row = blueprints.create(key=read.key, shop=shop, spec=spec, agent=agent, now=now)
    if not may_edit(agent, row):
        raise BlueprintRefused((Fault("key", FaultCode.DUPLICATE, read.key),))
    shown = draft_of(row) or row.current
    if shown is not None:
        drafting.edit_draft(
            blueprint=row, change=lambda _spec: spec, seen=digest(shown.spec), key=token_hex(12), agent=agent, now=now
        )
    return row

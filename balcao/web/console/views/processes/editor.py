"""The editor: the path, the part that is looked at, and the check beside them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from balcao.automation.queries.macros import templates_for
from balcao.processes.actions import drafting
from balcao.processes.actions.blueprints import drop_draft
from balcao.processes.queries.designing import checked, running_count
from balcao.processes.rules.reading import parse_blueprint, write_blueprint
from balcao.processes.types import Blueprint, BlueprintRefused, Fault
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.designing import faults, words
from balcao.web.console.designing.deeds import Panel, carry_out, follow, panel_of
from balcao.web.console.designing.drawing import CARD, draw
from balcao.web.console.designing.fitting import picture
from balcao.web.console.designing.offering import offers
from balcao.web.console.designing.posted import Posted
from balcao.web.console.frame import page
from balcao.web.console.views.processes.finding import Design, design_for, row_to_edit

_READ, _EDIT = Permission.PROCESS_READ, Permission.PROCESS_EDIT
_RETRY = 422


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an edit was not kept: what was entered stands in the form still."""

    shown: Blueprint | None = None  # with what was entered
    errors: dict[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    somebody: str = ""  # who saved meanwhile


@require_GET
@for_agents(_READ)
def editor(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Show the path and the part of it that the address names."""
    return _shown(request, agent, design_for(agent, blueprint_id), panel_of(request.GET), None)


def _shown(request: HttpRequest, agent: Agent, design: Design, panel: Panel, trouble: Trouble | None) -> HttpResponse:
    if design.read is None:
        found = faults.lines(design.faults, None)
        return page(request, agent, "process_broken", {"design": design, "faults": found})
    if not panel.is_in(design.read):
        panel = Panel()
    context = {"design": design, "tab": "design", "trouble": trouble, **_context(design, design.read, panel, trouble)}
    answer = page(request, agent, "process", context, status=_RETRY if trouble else 200)
    if trouble and "HX-Request" in request.headers:  # also when only the picture was asked for
        answer.headers["HX-Retarget"] = answer.headers["HX-Reselect"] = "#editor"
    return answer


def _context(design: Design, read: Blueprint, panel: Panel, trouble: Trouble | None) -> dict[str, Any]:
    roles = words.Roles()
    texts = templates_for(shop_id=design.row.shop_id)
    report = checked(read, shop=design.row.shop, now=timezone.now(), templates={row.key for row in texts})
    found = faults.lines(report.report.faults, read)
    total = report.report.total
    return {
        "read": read,
        "edited": (trouble and trouble.shown) or read,
        "panel": panel,
        "drawing": draw(read),
        "card_width": CARD,
        "checked": report,
        "faults": found,
        "wrong": {(line.panel.partition("=")[0], line.key) for line in found if line.panel},
        "fit": picture(total, read, read.total_unit) if total else None,
        "bounds": [_bound(one, read) for one in report.report.bounds],
        "refused": faults.lines(trouble.faults, read) if trouble else [],
        "running": running_count(design.row),
        "can_undo": design.is_draft and design.version.edits.exists(),
        "form_key": token_hex(12),
        "roles": roles,
        "words": words,
        "offers": offers(read, roles, design.row.shop_id, texts),
    }


def _bound(fit: Any, read: Blueprint) -> Any:
    unit = next(one.unit for one in read.bounds if one.key == fit.bound)
    return picture(fit, read, unit)


@require_POST
@for_agents(_EDIT)
def edit(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Keep what stands in the form beside the path, and do what was pressed."""
    row_to_edit(agent, blueprint_id)
    design, panel = design_for(agent, blueprint_id), panel_of(request.POST)
    if design.read is None or not panel.is_in(design.read):
        return redirect("console:process", blueprint_id)
    posted = Posted(request.POST.dict(), {name: request.POST.getlist(name) for name in request.POST})
    deed = request.POST.get("deed", "")
    wanted, onward = carry_out(design.read, panel, posted, deed)
    if posted.errors:
        return _shown(request, agent, design, panel, Trouble(wanted, posted.errors))

    def change(read: Blueprint) -> Blueprint:
        return carry_out(read, panel, posted, deed)[0] if panel.is_in(read) else read

    trouble = _kept(request, agent, design, change)
    if trouble is None:
        return _onward(blueprint_id, onward)
    design = design_for(agent, blueprint_id)
    shown = change(design.read) if design.read else None
    return _shown(request, agent, design, panel, replace(trouble, shown=shown))


def _kept(
    request: HttpRequest, agent: Agent, design: Design, change: Callable[[Blueprint], Blueprint]
) -> Trouble | None:
    """Save an edit; return why it was not saved."""
    try:
        drafting.edit_draft(
            blueprint=design.row,
            change=lambda spec: write_blueprint(change(parse_blueprint(spec))),
            seen=request.POST.get("seen", ""),
            key=request.POST.get("key", "")[:40],
            agent=agent,
            now=timezone.now(),
        )
    except BlueprintRefused as refused:
        return Trouble(faults=refused.faults)
    except drafting.DraftChanged as changed:
        return Trouble(somebody=_somebody(changed, agent))
    return None


def _somebody(changed: drafting.DraftChanged, agent: Agent) -> str:
    made_by = changed.draft.made_by if changed.draft else None
    if made_by == agent:
        return _("You, in another window,")
    return made_by.name if made_by else _("Somebody")


def _onward(blueprint_id: int, panel: Panel) -> HttpResponse:
    answer = redirect("console:process", blueprint_id)
    if panel.query:
        answer["Location"] += f"?{panel.query}"
    return answer


@require_POST
@for_agents(_EDIT)
def advice(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Follow a suggestion of the check."""
    row_to_edit(agent, blueprint_id)
    design, panel = design_for(agent, blueprint_id), panel_of(request.POST)
    if design.read is None:
        raise Http404
    report = checked(design.read, shop=design.row.shop, now=timezone.now()).report
    chosen = request.POST.get("advice", "")
    fits = [fit for fit in (report.total, *report.bounds) if fit]
    suggested = tuple(one for fit in fits if fit.bound == request.POST.get("bound", "") for one in fit.suggestions)
    trouble = _kept(request, agent, design, lambda read: follow(read, suggested, chosen))
    if trouble:
        return _shown(request, agent, design_for(agent, blueprint_id), panel, trouble)
    return _onward(blueprint_id, panel)


@require_POST
@for_agents(_EDIT)
def undo(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Take the last edit back."""
    row, panel = row_to_edit(agent, blueprint_id), panel_of(request.POST)
    try:
        drafting.undo_edit(blueprint=row, seen=request.POST.get("seen", ""), agent=agent, now=timezone.now())
    except drafting.DraftChanged as changed:
        trouble = Trouble(somebody=_somebody(changed, agent))
        return _shown(request, agent, design_for(agent, blueprint_id), panel, trouble)
    return _onward(blueprint_id, panel)


@require_POST
@for_agents(_EDIT)
def drop(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Throw the draft away."""
    row = row_to_edit(agent, blueprint_id)
    if row.current is None:
        messages.error(request, _("It was never published: there is nothing to go back to."))
        return redirect("console:process", row.pk)
    drop_draft(blueprint=row, agent=agent, now=timezone.now())
    messages.success(request, _("The draft is gone."))
    return redirect("console:process", row.pk)

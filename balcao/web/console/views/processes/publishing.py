"""Letting a draft hold, and what becomes of the tickets that run by the version before."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from balcao.automation.queries.macros import template_keys
from balcao.processes.actions import drafting
from balcao.processes.queries.designing import checked, reading_of, running_by_stage
from balcao.processes.types import BlueprintRefused
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.designing import faults
from balcao.web.console.designing.changes import changes_in_words
from balcao.web.console.designing.fitting import picture
from balcao.web.console.designing.words import said, stage_name
from balcao.web.console.frame import page
from balcao.web.console.views.processes.finding import Design, design_for, row_to_edit

_EDIT = Permission.PROCESS_EDIT


@require_http_methods(["GET", "POST"])
@for_agents(_EDIT)
def publish(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """Show what publishing means; do it, unless the check says no."""
    row_to_edit(agent, blueprint_id)
    design = design_for(agent, blueprint_id)
    if not design.is_draft or design.read is None:
        return redirect("console:process", blueprint_id)
    if request.method == "POST":
        return _published(request, agent, design)
    return _sheet(request, agent, design)


def _published(request: HttpRequest, agent: Agent, design: Design) -> HttpResponse:
    try:
        done = drafting.publish_draft(
            blueprint=design.row,
            seen=request.POST.get("seen", ""),
            note=request.POST.get("note", ""),
            take_running=request.POST.get("running") == "take",
            agent=agent,
            now=timezone.now(),
            templates=template_keys(shop_id=design.row.shop_id),
        )
    except BlueprintRefused:
        return _sheet(request, agent, design, status=422)
    except drafting.DraftChanged:
        messages.error(request, _("The draft was changed meanwhile. Look at it again before you publish it."))
        return redirect("console:process_publish", design.row.pk)
    words = _("Version %(number)s holds from now on.") % {"number": done.version.number}
    if done.taken:
        words += " " + ngettext("%(num)s running ticket took it.", "%(num)s running tickets took it.", done.taken) % {
            "num": done.taken
        }
    messages.success(request, words)
    return redirect("console:process", design.row.pk)


def _sheet(request: HttpRequest, agent: Agent, design: Design, *, status: int = 200) -> HttpResponse:
    read = design.read
    if read is None:
        return redirect("console:process", design.row.pk)
    templates = template_keys(shop_id=design.row.shop_id)
    report = checked(read, shop=design.row.shop, now=timezone.now(), templates=templates).report
    standing = running_by_stage(design.row)
    known = {stage.key for stage in read.stages}
    before = reading_of(design.row.current) if design.row.current else None
    gone = {stage_name(before, key) if before else key: count for key, count in standing.items() if key not in known}
    context = {
        "design": design,
        "tab": "publish",
        "said": said,
        "read": read,
        "faults": faults.lines(report.faults, read),
        "fit": picture(report.total, read, read.total_unit) if report.total else None,
        "running": sum(standing.values()),
        "gone": gone,
        "changes": changes_in_words(before, read) if before else [],
    }
    return page(request, agent, "process_publish", context, status=status)

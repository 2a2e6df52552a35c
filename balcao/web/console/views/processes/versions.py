"""The versions of a process: what each changed, and the way back to an older one."""

from dataclasses import dataclass
from secrets import token_hex

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from balcao.processes.actions import drafting
from balcao.processes.models import BlueprintVersion
from balcao.processes.queries.designing import reading_of
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.web.components.access import for_agents
from balcao.web.console.designing.changes import changes_in_words
from balcao.web.console.designing.words import said
from balcao.web.console.frame import page
from balcao.web.console.views.processes.finding import design_for, row_to_edit

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One version and what it changed."""

    version: BlueprintVersion
    changes: list[str]
    is_first: bool


@require_GET
@for_agents(Permission.PROCESS_READ)
def versions(request: HttpRequest, agent: Agent, blueprint_id: int) -> HttpResponse:
    """List the versions, the newest first."""
    design = design_for(agent, blueprint_id)
    rows = design.row.versions.select_related("made_by", "published_by").order_by("-number")
    found = list(rows[: _SHOWN + 1])
    older = [*found[1:], None]
    told = [_told(new, old) for new, old in zip(found, older, strict=True)][:_SHOWN]
    context = {
        "design": design,
        "tab": "versions",
        "told": told,
        "read": design.read,
        "said": said,
        "form_key": token_hex(12),
    }
    return page(request, agent, "process_versions", context)


def _told(new: BlueprintVersion, old: BlueprintVersion | None) -> Told:
    reads = (reading_of(old) if old else None, reading_of(new))
    return Told(new, changes_in_words(reads[0], reads[1]) if reads[0] and reads[1] else [], old is None)


@require_POST
@for_agents(Permission.PROCESS_EDIT)
def restore(request: HttpRequest, agent: Agent, blueprint_id: int, number: int) -> HttpResponse:
    """Make an older version the draft; an edit like any other, so it can be taken back."""
    row = row_to_edit(agent, blueprint_id)
    version = row.versions.filter(number=number, published_at__isnull=False).first()
    if version is None:
        raise Http404
    try:
        drafting.edit_draft(
            blueprint=row,
            change=lambda _spec: version.spec,
            seen=request.POST.get("seen", ""),
            key=request.POST.get("key", "")[:40],
            agent=agent,
            now=timezone.now(),
        )
    except drafting.DraftChanged:
        messages.error(request, _("The draft was changed meanwhile, so it was left as it is."))
        return redirect("console:process_versions", row.pk)
    messages.success(request, _("Version %(number)s is the draft now.") % {"number": number})
    return redirect("console:process", row.pk)

"""Files of what is being written: dropped or pasted into the composer, or sent along with its form."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from balcao.kit.files import LARGEST, MOST_PER_MESSAGE
from balcao.kit.numbers import numbers_in
from balcao.ports.channel import File
from balcao.processes.actions.photos import UPLOAD_MODE
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions.files import upload
from balcao.tickets.models import Attachment, Ticket
from balcao.web.components.access import for_agents
from balcao.web.desk.access import ticket_for
from balcao.web.desk.composer import modes_for


@require_POST
@for_agents(Permission.TICKET_NOTE)
def files(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Take up files that were dropped or pasted; answer with their chips."""
    ticket = ticket_for(agent, number)
    mode = request.POST.get("mode", "")
    if mode not in modes_for(agent) and not (mode == UPLOAD_MODE and agent.may(Permission.STAGE_WORK)):
        return HttpResponseBadRequest()
    kept, refused = _keep(request, agent, ticket, mode)
    if refused or not kept:
        return HttpResponse(status=413)
    return render(request, "desk/_files.html", {"files": kept})


def own_files(request: HttpRequest, agent: Agent, ticket: Ticket, mode: str) -> tuple[list[Attachment], str]:
    """Return the files named by the form and those that came with it, and what has to be said of those too large.

    None that was given to another draft is among them.
    """
    ids = numbers_in(request.POST.getlist("file"))
    mine = Attachment.objects.filter(uploader=agent, upload_ticket=ticket, upload_mode=mode, message=None, note=None)
    fresh, refused = _keep(request, agent, ticket, mode)
    error = f"{_('Too large to attach:')} {', '.join(refused)}" if refused else ""
    return [*(mine.filter(pk__in=ids) if ids else []), *fresh], error


def _keep(request: HttpRequest, agent: Agent, ticket: Ticket, mode: str) -> tuple[list[Attachment], list[str]]:
    kept, refused = [], []
    for sent in request.FILES.getlist("file")[:MOST_PER_MESSAGE]:
        if sent.size is None or sent.size > LARGEST:
            refused.append(str(sent.name))
            continue
        media_type = sent.content_type or "application/octet-stream"
        file = File(str(sent.name), media_type, sent.read())
        kept.append(upload(ticket=ticket, agent=agent, file=file, now=timezone.now(), mode=mode))
    return kept, refused

"""Taking a ticket's process on: starting it, going a way out of a stage, filling fields in."""

from collections.abc import Iterable
from secrets import token_urlsafe
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from balcao.commerce.models import Order
from balcao.processes.actions.moving import Mover, ProcessRefused, fill, forward, start
from balcao.processes.actions.photos import UPLOAD_MODE, keep_photos
from balcao.processes.models import Blueprint, Process, Visit
from balcao.processes.queries.blueprints import blueprint_by_id, startable
from balcao.processes.queries.tracks import Track
from balcao.processes.types import Field, ForwardState
from balcao.staff.models import Agent
from balcao.staff.queries import agents_of_shop
from balcao.staff.types import Permission
from balcao.tickets.actions import classifying
from balcao.tickets.models import Attachment, Ticket
from balcao.tickets.queries.ordering import orders_of_ticket
from balcao.tickets.types import Kind
from balcao.web.components.access import for_agents
from balcao.web.desk.access import safe_address, ticket_for, view_key, wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.processes import looking_up
from balcao.web.desk.processes.forms import photos_in
from balcao.web.desk.processes.sheet import WaySheet
from balcao.web.desk.processes.starting import FillSheet, StartSheet
from balcao.web.desk.processes.words import refusal_words, text
from balcao.web.desk.views.changing import back

_LONGEST_KEY = 40


def suffix(request: HttpRequest) -> str:
    """Return what keeps the view that a ticket was opened from in addresses."""
    return f"?in={view_key(request)}" if view_key(request) else ""


def onward(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Go back to where a sheet was opened from: the board, or the ticket."""
    address = safe_address(request, request.POST.get("next", ""), "")
    return redirect(address) if address else back(request, ticket)


def form_key(request: HttpRequest, agent: Agent, deed: str) -> str:
    """Return by what the same form, sent again, is known."""
    return f"{agent.pk}:{deed}:{request.POST.get('key', '')[:_LONGEST_KEY] or token_urlsafe(12)}"[:80]


def drawn(
    request: HttpRequest, agent: Agent, ticket: Ticket, name: str, *, status: int = 200, **more: object
) -> HttpResponse:
    """Answer with a sheet, in the dialog or on a page of its own."""
    key = request.POST.get("key", "")[:_LONGEST_KEY] or token_urlsafe(12)
    page = f"desk/_{name}.html" if wants_fragment(request) else f"desk/page_{name}.html"
    shown = {"ticket": ticket, "view": None, "form_key": key, "suffix": suffix(request), **more}
    return render(request, page, context(request, agent, **shown), status=status)


# --- A way out of a stage ---------------------------------------------------------------------------------------------


def _sheet(agent: Agent, visit: Visit, way_key: str, form: QueryDict | None) -> WaySheet:
    ticket, track = visit.process.ticket, Track(visit.process)
    way = next((one for one in track.blueprint.transitions if one.key == way_key), None)
    if way is None:
        raise Http404
    currency = visit.process.order.currency if visit.process.order else ""
    around = looking_up.around(agent, ticket, currency=currency, agents=agents_of_shop(ticket.shop_id))
    return WaySheet(track, way, agent, around, form, timezone.now())


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def way(request: HttpRequest, agent: Agent, number: int, pk: int, key: str) -> HttpResponse:
    """Fill in what a way asks for, see what will happen, and go it."""
    visit = looking_up.visit_for(agent, number, pk)
    sheet = _sheet(agent, visit, key, request.POST if request.method == "POST" else None)
    if request.method == "POST" and (sheet.verdict.is_open or visit.left_at):
        return _go(request, agent, visit, sheet)
    return _draw_way(request, agent, visit, sheet, status=422 if request.method == "POST" else 200)


@require_POST
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def way_try(request: HttpRequest, agent: Agent, number: int, pk: int, key: str) -> HttpResponse:
    """Say what a way comes to as its form stands; nothing happens."""
    visit = looking_up.visit_for(agent, number, pk)
    sheet = _sheet(agent, visit, key, request.POST)
    more = {"ticket": visit.process.ticket, "sheet": sheet, "is_fragment": True}
    return render(request, "desk/_way_dry.html", context(request, agent, **more))


def _draw_way(
    request: HttpRequest, agent: Agent, visit: Visit, sheet: WaySheet, *, status: int = 200, errors: Iterable[str] = ()
) -> HttpResponse:
    files = _files(agent, visit.process.ticket, [pk for field in sheet.photo_fields for pk in sheet.uploads(field)])
    more = {
        "sheet": sheet,
        "visit": visit,
        "fields": sheet.drawn_fields(tried=request.method == "POST", files=files),
        "tried": request.method == "POST",
        "errors": list(errors),
    }
    return drawn(request, agent, visit.process.ticket, "way", status=status, **more)


def _go(request: HttpRequest, agent: Agent, visit: Visit, sheet: WaySheet) -> HttpResponse:
    now = timezone.now()
    try:
        with transaction.atomic():
            gone = forward(
                visit=visit,
                transition=sheet.way.key,
                mover=Mover(agent=agent),
                key=form_key(request, agent, f"way:{visit.pk}"),
                now=now,
                fields=sheet.values | keep_all(visit.process, sheet.photo_fields, request.POST, agent),
                reason=sheet.reason,
                remark=sheet.remark,
            )
    except ProcessRefused as refused:
        errors = [
            refusal_words(one, sheet.track.blueprint, sheet.departments, way=sheet.way.key) for one in refused.refusals
        ]
        return _draw_way(request, agent, visit, sheet, status=422, errors=errors)
    if gone.state == ForwardState.ASKED:
        messages.success(request, _("%(department)s has been asked to agree.") % {"department": sheet.approver})
    else:
        words = {"stage": text(sheet.track.blueprint.stage(sheet.way.target).names)}
        messages.success(request, _("It goes on: %(stage)s.") % words)
    return onward(request, visit.process.ticket)


def keep_all(process: Process, fields: Iterable[Field], form: QueryDict, agent: Agent) -> dict[str, list[int]]:
    """Keep the photos that a form brings; return the files of each photo field that has any."""
    found = {}
    for field in fields:
        uploads = photos_in(field, form)
        kept = keep_photos(
            process=process, field=field.key, title=text(field.names), uploads=uploads, agent=agent, now=timezone.now()
        )
        if kept:
            found[field.key] = kept
    return found


def _files(agent: Agent, ticket: Ticket, ids: list[int]) -> dict[int, Attachment]:
    """Return the agent's own uploads of a form that is drawn again."""
    if not ids:
        return {}
    rows = Attachment.objects.filter(pk__in=ids, uploader=agent, upload_ticket=ticket, upload_mode=UPLOAD_MODE)
    return {row.pk: row for row in rows}


# --- Fields -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.STAGE_WORK)
def fields(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Fill in what is known already, without going on."""
    visit = looking_up.visit_for(agent, number, pk)
    ticket, process = visit.process.ticket, visit.process
    currency = process.order.currency if process.order else ""
    around = looking_up.around(agent, ticket, currency=currency, agents=agents_of_shop(ticket.shop_id))
    sheet = FillSheet(process, visit.stage, around, request.POST if request.method == "POST" else None)
    if request.method == "POST" and not sheet.wrong:
        with transaction.atomic():
            photos = keep_all(process, sheet.photo_fields, request.POST, agent)
            fill(process=process, fields=sheet.values | photos, mover=Mover(agent=agent), now=timezone.now())
        messages.success(request, _("Kept."))
        return back(request, ticket)
    files = _files(agent, ticket, [pk for field in sheet.photo_fields for pk in photos_in(field, request.POST)])
    status = 422 if request.method == "POST" else 200
    more = {"sheet": sheet, "visit": visit, "fields": sheet.drawn_fields(files)}
    return drawn(request, agent, ticket, "stage_fields", status=status, **more)


# --- Starting ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.TICKET_EDIT, Permission.STAGE_WORK)
def begin(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Choose a process, fill in what its first stage needs, and start it."""
    ticket = ticket_for(agent, number)
    sheet = _start_sheet(request, agent, ticket)
    errors: list[str] = []
    if request.method == "POST" and sheet.is_of_goods and sheet.order:
        return redirect(_wizard(ticket, sheet, sheet.order))
    if request.method == "POST" and sheet.is_ready and sheet.blueprint:
        try:
            return _start(request, agent, ticket, sheet, sheet.blueprint)
        except ProcessRefused as refused:
            errors = [refusal_words(one, sheet.spec, {}) for one in refused.refusals if sheet.spec]
    files = _files(agent, ticket, [pk for field in sheet.photo_fields for pk in photos_in(field, request.POST)])
    status = 422 if request.method == "POST" else 200
    more = {"sheet": sheet, "fields": sheet.drawn_fields(files, tried=request.method == "POST"), "errors": errors}
    return drawn(request, agent, ticket, "begin", status=status, **more)


def _wizard(ticket: Ticket, sheet: StartSheet, order: Order) -> str:
    """Return where it is said what comes back, with what is known."""
    known = {"blueprint": sheet.blueprint.key if sheet.blueprint else "", "reason": sheet.values.get("reason") or ""}
    return f"{reverse('desk:return_new', args=[ticket.number, order.pk])}?{urlencode(known)}"


def _start_sheet(request: HttpRequest, agent: Agent, ticket: Ticket) -> StartSheet:
    orders = orders_of_ticket(ticket)
    around = looking_up.around(agent, ticket, agents=agents_of_shop(ticket.shop_id))
    offered = list(startable(ticket.shop_id))
    wanted = request.POST.get("blueprint") or request.GET.get("blueprint", "")
    topic = ticket.topic.blueprint if ticket.topic else ""
    form = request.POST if request.method == "POST" else request.GET
    return StartSheet(offered, orders, around, wanted=wanted, topic=topic, form=form)


def _start(request: HttpRequest, agent: Agent, ticket: Ticket, sheet: StartSheet, blueprint: Blueprint) -> HttpResponse:
    now = timezone.now()
    with transaction.atomic():
        process = start(
            ticket=ticket,
            blueprint=blueprint,
            order=sheet.order,
            mover=Mover(agent=agent),
            key=form_key(request, agent, f"start:{ticket.pk}"),
            now=now,
            fields=sheet.values,
        )
        photos = keep_all(process, sheet.photo_fields, request.POST, agent)
        if photos:
            fill(process=process, fields=photos, mover=Mover(agent=agent), now=now)
        if ticket.kind != Kind.FORWARDED:
            classifying.set_kind(ticket=ticket, kind=Kind.FORWARDED, agent=None, now=now)
    messages.success(request, _("Started: %(process)s.") % {"process": text(blueprint_by_id(process.version_id).names)})
    return back(request, ticket)

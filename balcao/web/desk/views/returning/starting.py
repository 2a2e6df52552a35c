"""Opening a return in a customer's name: the form that customers have, on the desk."""

from secrets import token_urlsafe
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from balcao.commerce.models import Order
from balcao.pipeline.returning import Wish, open_for
from balcao.processes.actions.moving import ProcessRefused
from balcao.processes.types import BlueprintKind
from balcao.returns.actions.troubles import CannotReturn
from balcao.returns.queries.cases import notice_of
from balcao.returns.types import Outcome
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.web.components.access import for_agents
from balcao.web.components.returning import ReturnSheet, photos_in, prefilled
from balcao.web.desk.access import ticket_for
from balcao.web.desk.frame import context
from balcao.web.desk.views.returning.deeds import trouble_words


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.ORDER_ACT)
def begin(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Say what comes back and why, see what the rules say, open it."""
    ticket = ticket_for(agent, number)
    order = Order.objects.select_related("account", "backend__shop").filter(pk=pk).first()
    if order is None or order.backend.shop_id != ticket.shop_id:
        raise Http404
    kind = _kind(request)
    form = request.POST if request.method == "POST" else prefilled(order, request.GET)
    first = Outcome.EXCHANGE if kind == BlueprintKind.EXCHANGE else None
    sheet = ReturnSheet(order, form, first=first, notice=notice_of(ticket), now=timezone.now())
    step = request.POST.get("step", "")
    if not step or not sheet.pieces:
        return _page(request, agent, ticket, sheet)
    if sheet.faults:
        return _page(request, agent, ticket, sheet, status=422, faults=sheet.faults)
    if step != "send":
        return _page(request, agent, ticket, sheet, is_confirming=True)
    if sheet.last_faults:
        return _page(request, agent, ticket, sheet, is_confirming=True, status=422, faults=sheet.last_faults)
    return _opened(request, agent, ticket, sheet)


def _kind(request: HttpRequest) -> BlueprintKind:
    """Return by which process it is to go: that of exchanges where it was asked for, else that of returns."""
    is_exchange = BlueprintKind.EXCHANGE.value in (request.POST.get("blueprint"), request.GET.get("blueprint"))
    return BlueprintKind.EXCHANGE if is_exchange else BlueprintKind.RETURN


def _opened(request: HttpRequest, agent: Agent, ticket: Ticket, sheet: ReturnSheet) -> HttpResponse:
    photos = tuple((one.ref, file) for one in sheet.chosen for file in photos_in(request, f"photos-{one.ref}"))
    try:
        row = open_for(
            ticket=ticket,
            wish=Wish(sheet.order, sheet.wanted, photos),
            notice=sheet.notice,
            agent=agent,
            language=ticket.language,
            key=f"desk:{ticket.pk}:{request.POST.get('key', '')[:40]}",
            kind=_kind(request) if sheet.outcome == Outcome.EXCHANGE else BlueprintKind.RETURN,
            now=sheet.now,
        )
    except CannotReturn as cannot:
        return _page(request, agent, ticket, sheet, status=422, sorry=trouble_words(cannot.trouble))
    except ProcessRefused:
        sorry = _("Another process runs on this ticket. End it first, or use another ticket.")
        return _page(request, agent, ticket, sheet, status=422, sorry=sorry)
    return redirect("desk:return", row.pk)


def _page(
    request: HttpRequest, agent: Agent, ticket: Ticket, sheet: ReturnSheet, *, status: int = 200, **more: Any
) -> HttpResponse:
    known = {
        "ticket": ticket,
        "sheet": sheet,
        "faults": {},
        "sorry": "",
        "is_confirming": False,
        "blueprint": _kind(request).value,
        "form_key": request.POST.get("key", "")[:40] or token_urlsafe(12),
        **more,
    }
    return render(request, "desk/return_new.html", context(request, agent, **known), status=status)

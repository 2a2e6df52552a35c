"""The order beside a ticket: its card, whether the ticket is about it, and the deeds with their dry run."""

from contextlib import suppress
from secrets import token_urlsafe

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from balcao.commerce import queries
from balcao.commerce.actions import ledger, verifying
from balcao.commerce.actions.ledger import ActionDenied, Asker
from balcao.commerce.actions.verifying import CannotVerify, Place
from balcao.commerce.models import LedgerEntry
from balcao.commerce.rules.undoing import UNDOABLE
from balcao.commerce.rules.verifying import masked
from balcao.commerce.types import OPEN_LEDGER, LedgerState
from balcao.customers.queries import identities_of
from balcao.deadlines.types import PauseReason
from balcao.journal.types import Actor, ActorKind
from balcao.kit.numbers import number_in
from balcao.pipeline.verification import ask_for_code
from balcao.ports.commerce import ActionKind
from balcao.processes.actions.moving import ProcessRefused
from balcao.processes.actions.working import pause
from balcao.processes.models import Visit
from balcao.processes.queries.permits import may_work_on
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.actions import ordering
from balcao.tickets.models import Ticket
from balcao.tickets.types import OrderRule
from balcao.web.components.access import for_agents
from balcao.web.desk.access import ticket_for, view_key, wants_fragment
from balcao.web.desk.frame import context
from balcao.web.desk.orders import notices, words
from balcao.web.desk.orders.checks import trouble_words
from balcao.web.desk.orders.deeds import offered
from balcao.web.desk.orders.denials import denial_words
from balcao.web.desk.orders.panel import OrderView, TicketOrders
from balcao.web.desk.orders.sheet import Sheet
from balcao.web.desk.views.changing import back

_LONGEST_KEY = 40


def orders_for(request: HttpRequest, agent: Agent, ticket: Ticket) -> TicketOrders:
    """Return the orders beside a ticket, with the one that the address asks for."""
    identities = identities_of(ticket.identity.customer_id)
    return TicketOrders(agent, ticket, identities, asked=number_in(request.GET.get("order", "")))


def _order_for(request: HttpRequest, agent: Agent, ticket: Ticket, pk: int) -> OrderView:
    found = orders_for(request, agent, ticket).find(pk)
    if found is None:
        raise Http404
    return found


@require_safe
@for_agents(Permission.TICKET_READ, Permission.CUSTOMER_READ, Permission.ORDER_READ)
def order_card(request: HttpRequest, agent: Agent, number: int) -> HttpResponse:
    """Return the card of an order beside a ticket, as it is now."""
    ticket = ticket_for(agent, number)
    more = {"ticket": ticket, "bought": orders_for(request, agent, ticket), "suffix": _suffix(request)}
    name = "desk/_order.html" if wants_fragment(request) else "desk/page_order_card.html"
    return render(request, name, context(request, agent, **more))


@require_POST
@for_agents(Permission.TICKET_EDIT, Permission.ORDER_READ)
def link(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Say that the ticket is about an order."""
    ticket = ticket_for(agent, number)
    order = _order_for(request, agent, ticket, pk).row
    ordering.link_order(ticket=ticket, order=order, rule=OrderRule.AGENT, agent=agent, now=timezone.now())
    messages.success(request, _("The ticket is about order %(number)s now.") % {"number": order.number})
    return back(request, ticket)


@require_POST
@for_agents(Permission.TICKET_EDIT, Permission.ORDER_READ)
def unlink(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Say that the ticket is not about an order."""
    ticket = ticket_for(agent, number)
    order = _order_for(request, agent, ticket, pk).row
    ordering.unlink_order(ticket=ticket, order=order, agent=agent, now=timezone.now())
    messages.success(request, _("The ticket is not about order %(number)s any more.") % {"number": order.number})
    return back(request, ticket)


@require_POST
@for_agents(Permission.TICKET_EDIT, Permission.ORDER_READ)
def verify(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Have a link sent to an address that the order had before, or note what the customer knew by phone."""
    ticket = ticket_for(agent, number)
    view = _order_for(request, agent, ticket, pk)
    if view.talk is None:
        raise Http404
    place = Place(view.talk.created_at, conversation=view.talk.pk, ticket=ticket.pk)
    account, now = view.row.account, timezone.now()
    if request.POST.get("how") == "attest":
        if view.check.can_attest:  # else it is known already, or better
            verifying.attest(account=account, place=place, agent=agent, now=now)
        messages.success(request, _("Noted: they may be told the state of the order."))
        return back(request, ticket)
    try:
        language = ticket.identity.customer.language
        asked = ask_for_code(account=account, order=view.row, place=place, language=language, agent=agent)
        messages.success(request, _("A link is on its way to %(address)s.") % {"address": masked(asked.key)})
        _wait_for_them(request, agent, ticket)
    except CannotVerify as cannot:
        messages.error(request, trouble_words(cannot.trouble))
    return back(request, ticket)


def _wait_for_them(request: HttpRequest, agent: Agent, ticket: Ticket) -> None:
    """Let the stage wait for the customer that asked for it; whoever may not work on it only sends the link."""
    rows = Visit.objects.filter(pk=number_in(request.POST.get("visit", "")) or 0, process__ticket=ticket, left_at=None)
    visit = rows.select_related("process", "department").first()
    if visit and not visit.outside and may_work_on(agent, visit, shop_id=ticket.shop_id):
        with suppress(ProcessRefused):  # it has gone on meanwhile
            pause(visit=visit, reason=PauseReason.CUSTOMER, agent=agent, now=timezone.now())


@require_POST
@for_agents(Permission.TICKET_READ, Permission.ORDER_READ, Permission.ORDER_ACT)
def withdraw(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Take an action back that waits for approval and that the agent asked for."""
    ticket = ticket_for(agent, number)
    entry = LedgerEntry.objects.filter(pk=pk, agent=agent, ticket=ticket.pk).select_related("order", "backend").first()
    if entry is None:
        raise Http404
    if ledger.withdraw(entry=entry, actor=Actor(ActorKind.AGENT, agent.pk), now=timezone.now()):
        messages.success(request, _("Taken back: nobody has to approve it any more."))
    else:
        messages.error(request, _("Somebody has decided on it meanwhile."))
    return back(request, ticket)


@require_POST
@for_agents(Permission.TICKET_READ, Permission.ORDER_READ, Permission.ORDER_ACT)
def undo(request: HttpRequest, agent: Agent, number: int, pk: int) -> HttpResponse:
    """Take an action back that was done lately, by its opposite: an action of its own, judged like any other."""
    ticket, now = ticket_for(agent, number), timezone.now()
    rows = LedgerEntry.objects.filter(pk=pk, ticket=ticket.pk).select_related("order__account", "account", "backend")
    entry = rows.first()
    if entry is None or entry.order is None:
        raise Http404
    view = _order_for(request, agent, ticket, entry.order.pk)
    opposite = queries.opposite_of(entry, now=now)
    if opposite is None:
        is_open = entry.state in OPEN_LEDGER
        told = _("It is not done yet: try again in a moment.") if is_open else _("This cannot be taken back any more.")
        messages.error(request, told)
        return back(request, ticket)
    asker = Asker(agent=agent, level=view.level, ticket=ticket.pk)
    key = f"undo:{entry.pk}"
    try:
        done = ordering.act_from(ticket=ticket, order=view.row, action=opposite, asker=asker, key=key, now=now)
    except ActionDenied as denied:
        messages.error(request, denial_words(denied.denial, view.value.stage))
    else:
        messages.success(request, _asked_words(done))
    return back(request, ticket)


def _sheet(request: HttpRequest, agent: Agent, ticket: Ticket, pk: int, kind: str, form: QueryDict) -> Sheet:
    if kind not in {one.value for one in offered()}:
        raise Http404
    view = _order_for(request, agent, ticket, pk)
    return Sheet(ActionKind(kind), view, Asker(agent=agent, level=view.level, ticket=ticket.pk), form)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.TICKET_READ, Permission.ORDER_READ, Permission.ORDER_ACT)
def act(request: HttpRequest, agent: Agent, number: int, pk: int, kind: str) -> HttpResponse:
    """Fill in a deed's form, see what it will do, and let it be done."""
    ticket = ticket_for(agent, number)
    sheet = _sheet(request, agent, ticket, pk, kind, request.POST)
    if request.method == "POST" and sheet.dry_run.is_ready and request.POST.get("agreed"):
        return _ask(request, agent, ticket, sheet)
    return _drawn(request, agent, ticket, sheet, status=422 if request.method == "POST" else 200)


@require_POST
@for_agents(Permission.TICKET_READ, Permission.ORDER_READ, Permission.ORDER_ACT)
def dry_run(request: HttpRequest, agent: Agent, number: int, pk: int, kind: str) -> HttpResponse:
    """Say what a deed would do as its form stands; nothing happens."""
    ticket = ticket_for(agent, number)
    sheet = _sheet(request, agent, ticket, pk, kind, request.POST)
    more = {"ticket": ticket, "sheet": sheet, "is_fragment": True}
    return render(request, "desk/_order_dry.html", context(request, agent, **more))


def _drawn(
    request: HttpRequest, agent: Agent, ticket: Ticket, sheet: Sheet, *, status: int, error: str = ""
) -> HttpResponse:
    key = request.POST.get("key", "")[:_LONGEST_KEY] or token_urlsafe(12)
    more = {"sheet": sheet, "form_key": key, "error": error, "suffix": _suffix(request)}
    name = "desk/_order_act.html" if wants_fragment(request) else "desk/page_order_act.html"
    return render(request, name, context(request, agent, ticket=ticket, view=None, **more), status=status)


def _suffix(request: HttpRequest) -> str:
    return f"?in={view_key(request)}" if view_key(request) else ""


def _ask(request: HttpRequest, agent: Agent, ticket: Ticket, sheet: Sheet) -> HttpResponse:
    """Put the deed into the ledger, if it still does what was shown."""
    if request.POST["agreed"] != sheet.dry_run.agreed:
        error = _("What will happen has changed since you looked. Read it again, then confirm.")
        return _drawn(request, agent, ticket, sheet, status=422, error=error)
    try:
        entry = ordering.act_from(
            ticket=ticket,
            order=sheet.view.row,
            action=sheet.action,
            asker=Asker(agent=agent, level=sheet.view.level, ticket=ticket.pk),
            key=_key(request, agent),
            now=timezone.now(),
        )
    except ActionDenied as denied:
        error = denial_words(denied.denial, sheet.order.stage)
        return _drawn(request, agent, ticket, sheet, status=422, error=error)
    can_undo = entry.kind in UNDOABLE and not (entry.effect or {}).get("movements")
    tag = f"undo:{reverse('desk:order_undo', args=[ticket.number, entry.pk])}" if can_undo else ""
    messages.success(request, _asked_words(entry), extra_tags=tag)
    return back(request, ticket)


def _key(request: HttpRequest, agent: Agent) -> str:
    """Return by what the same form, sent again, is known; filled in otherwise it is another deed."""
    form = request.POST.get("key", "")[:_LONGEST_KEY] or token_urlsafe(12)
    return f"{agent.pk}:{form}:{request.POST['agreed']}"


def _asked_words(entry: LedgerEntry) -> str:
    currency = entry.order.currency if entry.order else ""
    said = f"{notices.entry_words(entry, currency)}: {words.state_words(LedgerState(entry.state))}"
    return said[:1].upper() + said[1:]

"""Order actions and ways out of stages that wait for a second pair of eyes: agreed to, or declined with a reason."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from balcao.commerce import queries
from balcao.commerce.actions import ledger
from balcao.commerce.models import LedgerEntry
from balcao.commerce.rules import documents
from balcao.processes.models import Forward
from balcao.processes.queries.asked import asked_of, decides
from balcao.processes.queries.roles import names_by_role
from balcao.processes.queries.tracks import Track
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket
from balcao.web.components.access import for_agents
from balcao.web.desk.frame import context
from balcao.web.desk.orders import effects, notices
from balcao.web.desk.orders.denials import denial_words
from balcao.web.desk.orders.effects import Told
from balcao.web.desk.processes.card import AskedLine, asked_line
from balcao.web.desk.processes.words import stage_or_key, text

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Waiting:
    """One action that waits: what, who asked for it and why, what it will do."""

    entry: LedgerEntry
    words: str
    reason: str
    lines: list[Told]
    ticket: int | None  # its number
    is_own: bool
    kind: str = "order"

    @property
    def at(self) -> datetime:
        """Return when it was asked for."""
        return self.entry.created_at


@dataclass(frozen=True, slots=True)
class AskedWay:
    """One way out of a stage that waits: where, who asked for it and why."""

    line: AskedLine
    at: datetime
    process: str
    stage: str
    kind: str = "way"


@require_safe
@for_agents(Permission.TICKET_READ)
def approvals(request: HttpRequest, agent: Agent) -> HttpResponse:
    """List what waits for approval, oldest first: of orders and of stages, each for those who may decide on it."""
    if not may_approve_any(agent):
        raise PermissionDenied
    rows = queries.waiting_for_approval(shop_ids=agent.shop_ids()) if agent.may(Permission.ORDER_APPROVE) else []
    numbers = dict(Ticket.objects.filter(pk__in={row.ticket for row in rows}).values_list("pk", "number"))
    waiting: list[Waiting | AskedWay] = [_waiting(row, agent, numbers) for row in rows]
    waiting += _ways(agent)
    waiting.sort(key=lambda one: one.at)
    return render(request, "desk/approvals.html", context(request, agent, waiting=waiting))


def may_approve_any(agent: Agent) -> bool:
    """Tell whether anything can wait for an agent's approval."""
    return agent.may(Permission.ORDER_APPROVE) or (agent.may(Permission.STAGE_WORK) and decides(agent))


def _ways(agent: Agent) -> list[AskedWay]:
    rows = asked_of(agent) if agent.may(Permission.STAGE_WORK) else []
    roles = names_by_role() if rows else {}
    return [_way(row, agent, roles) for row in rows]


def _way(row: Forward, agent: Agent, roles: dict[str, str]) -> AskedWay:
    track = Track(row.visit.process)
    line = asked_line(row, track, agent, roles)
    stage = stage_or_key(track.blueprint, row.visit.stage)
    return AskedWay(line=line, at=row.at, process=text(track.blueprint.names), stage=stage)


def _waiting(entry: LedgerEntry, agent: Agent, numbers: dict[int, int]) -> Waiting:
    action = documents.action_from(entry.kind, entry.action)
    offers = queries.offers(backend=entry.backend, refs=queries.named_variants(action))
    effect = documents.effect_from(entry.effect)
    order = queries.order_value(entry.order) if entry.order else None
    return Waiting(
        entry=entry,
        words=notices.entry_words(entry, order.currency if order else entry.backend.shop.currency),
        reason=getattr(action, "reason", ""),
        lines=effects.told(action, effect, order, offers) if order else [],
        ticket=numbers.get(entry.ticket) if entry.ticket else None,
        is_own=entry.agent_id == agent.pk,
    )


def _entry_for(agent: Agent, pk: int) -> LedgerEntry:
    entry = LedgerEntry.objects.filter(pk=pk).select_related("order", "backend").first()
    if entry is None or not agent.sees_shop(entry.backend.shop_id):
        raise Http404
    return entry


@require_POST
@for_agents(Permission.ORDER_APPROVE)
def approve(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Let an action go ahead."""
    entry = _entry_for(agent, pk)
    try:
        is_first = ledger.approve(entry=entry, agent=agent, now=timezone.now())
    except ledger.ActionDenied as denied:
        messages.error(request, denial_words(denied.denial))
        return redirect("desk:approvals")
    _tell(request, _("Approved: it is being done."), is_first=is_first)
    return redirect("desk:approvals")


@require_POST
@for_agents(Permission.ORDER_APPROVE)
def decline(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Refuse an action, and say why to who asked for it."""
    entry = _entry_for(agent, pk)
    reason = " ".join(request.POST.get("reason", "").split())[:_LONGEST_REASON]
    if not reason:
        messages.error(request, _("Say why: who asked for it reads it on the order."))
    elif entry.agent_id == agent.pk:
        messages.error(request, _("You asked for this yourself: take it back on its ticket."))
    else:
        is_first = ledger.decline(entry=entry, agent=agent, reason=reason, now=timezone.now())
        _tell(request, _("Declined. Nothing happens to the order."), is_first=is_first)
    return redirect("desk:approvals")


def _tell(request: HttpRequest, words: str, *, is_first: bool) -> None:
    if is_first:
        messages.success(request, words)
    else:
        messages.error(request, _("Somebody has decided on it meanwhile."))

"""Telling agents of order actions: approvers of what waits for them, askers of what became of theirs later."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q

from balcao.commerce.models import LedgerEntry
from balcao.commerce.types import LedgerState
from balcao.journal.models import Entry
from balcao.journal.types import Subject, SubjectKind
from balcao.notices.actions import settle, tell
from balcao.notices.models import NoticeKind
from balcao.staff.models import Agent
from balcao.staff.rules import roles_that_may
from balcao.staff.types import Permission
from balcao.tickets.models import Ticket

_ALWAYS = (LedgerState.DECLINED, LedgerState.REFUSED, LedgerState.PARTLY, LedgerState.UNCERTAIN)


def _tell_approvers(told: Entry, now: datetime) -> None:
    entry = _entry_of(told)
    if entry is None or entry.state != LedgerState.ASKED:  # decided meanwhile
        return
    everywhere = Q(every_shop=True) | Q(shops=told.shop_id)
    approvers = Agent.objects.filter(everywhere, role__in=roles_that_may(Permission.ORDER_APPROVE), is_active=True)
    others = approvers.exclude(pk=entry.agent_id) if entry.agent_id else approvers
    facts = _facts(told, entry) | {"who": entry.agent.name if entry.agent else ""}
    tell(
        agents=others.distinct(),
        kind=NoticeKind.APPROVAL,
        subject=_approval(entry),
        facts=facts,
        now=now,
        shop_id=told.shop_id,
    )


def _tell_asker(told: Entry, now: datetime) -> None:
    """Tell whoever asked how it ended, unless they saw it happen: what was done at once stands on their ticket."""
    entry = _entry_of(told)
    if entry is None:
        return
    settle(kind=NoticeKind.APPROVAL, subject=_approval(entry), now=now)
    state = LedgerState(told.name.rpartition(".")[2])
    is_late = bool(entry.approver_id) or entry.tries > 1
    if entry.agent is None or not (state in _ALWAYS or (state == LedgerState.DONE and is_late)):
        return
    facts = _facts(told, entry) | {"state": state.value}
    subject = Subject(SubjectKind.TICKET, entry.ticket) if entry.ticket else _approval(entry)
    kind, shop = NoticeKind.ORDER, told.shop_id
    tell(agents=[entry.agent], kind=kind, subject=subject, facts=facts, now=now, shop_id=shop, keeps_newest=True)


def _settle_approval(told: Entry, now: datetime) -> None:
    entry = _entry_of(told)
    if entry:
        settle(kind=NoticeKind.APPROVAL, subject=_approval(entry), now=now)


def _entry_of(told: Entry) -> LedgerEntry | None:
    return LedgerEntry.objects.filter(pk=told.facts["entry"]).select_related("agent", "backend").first()


def _approval(entry: LedgerEntry) -> Subject:
    """Return what a notice of an approval is about; of one order, one action at most waits for it."""
    if entry.order_id is None:
        return Subject(SubjectKind.SHOP, entry.backend.shop_id)
    return Subject(SubjectKind.ORDER, entry.order_id)


def _facts(told: Entry, entry: LedgerEntry) -> dict[str, Any]:
    number = Ticket.objects.filter(pk=entry.ticket).values_list("number", flat=True).first() if entry.ticket else None
    facts: dict[str, Any] = {name: told.facts.get(name, "") for name in ("kind", "order", "amount", "currency")}
    return facts | ({"number": number} if number else {})


def _tell_owner(told: Entry, now: datetime) -> None:
    """Tell whose ticket it is that a shipment went wrong."""
    ticket = Ticket.objects.filter(pk=told.facts["ticket"]).select_related("assignee").first()
    if ticket is None or ticket.assignee is None:
        return
    subject, facts = Subject(SubjectKind.TICKET, ticket.pk), {"number": ticket.number, "order": told.facts["order"]}
    tell(agents=[ticket.assignee], kind=NoticeKind.LATE, subject=subject, facts=facts, now=now, shop_id=told.shop_id)


TELLERS: dict[str, Callable[[Entry, datetime], None]] = {
    "ticket.warned": _tell_owner,
    "order.action.asked": _tell_approvers,
    "order.action.approved": _settle_approval,
    "order.action.withdrawn": _settle_approval,
    "order.action.declined": _tell_asker,
    "order.action.done": _tell_asker,
    "order.action.partly": _tell_asker,
    "order.action.refused": _tell_asker,
    "order.action.uncertain": _tell_asker,
}

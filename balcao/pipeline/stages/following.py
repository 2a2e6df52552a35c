"""What processes hear from the journal: how order actions ended, that an order changed, that the customer wrote."""

from collections.abc import Sequence
from datetime import datetime

from balcao.automation.actions.first_rules import plant_rules
from balcao.commerce.models import LedgerEntry
from balcao.commerce.types import Denial
from balcao.deadlines.types import PauseReason
from balcao.journal.models import Entry
from balcao.journal.types import SubjectKind
from balcao.pipeline.stages import outlook
from balcao.pipeline.stages.by_mail import ask
from balcao.pipeline.stages.doing import settle_by
from balcao.processes.actions import effects
from balcao.processes.actions.blueprints import bring_defaults
from balcao.processes.actions.departments import bring_departments
from balcao.processes.actions.moving import look
from balcao.processes.actions.working import pause, resume_for_customer
from balcao.processes.models import Process, Visit
from balcao.processes.queries.courses import last_visit
from balcao.processes.types import Department as Role
from balcao.processes.types import EffectState, ProcessState
from balcao.shops.models import Shop
from balcao.staff.models import Department
from balcao.tickets.models import Message
from balcao.tickets.types import MessageKind, Status

_ENDED = tuple(f"order.action.{end}" for end in ("done", "partly", "refused", "declined", "withdrawn"))
_SEEN = ("order.changed", *_ENDED)
_OF_STAGES = ("process.stage.entered", "process.paused", "process.resumed", "process.version.taken")
_OURS = (Role.CS, Role.CS_LEAD)


def follow(entries: Sequence[Entry], now: datetime) -> None:
    """Let running processes go on with what the journal tells; a new shop is furnished."""
    _furnish([entry for entry in entries if entry.name == "shop.created"], now)
    _settle_actions(entries, now)
    for process in _running(_tickets_where_they_wrote(entries)):
        resume_for_customer(process=process, at=now)
    _wait_with_tickets(entries, now)
    for process in _running(_tickets_where_they_showed(entries)):
        _go_on_sure(process, now)
    for process in _of_orders(entries):
        look(process=process, now=now)
    _ask_departments(entries, now)
    for process in _by_id({entry.facts["process"] for entry in entries if entry.name in _OF_STAGES}):
        outlook.foresee(process=process, now=now)


def _furnish(created: Sequence[Entry], now: datetime) -> None:
    """Bring in what a new installation begins with; one that was there before is not given departments unasked.

    Entries from before there were default departments do not say that their shop was the first.
    """
    if not created:
        return
    bring_defaults(now=now)
    first = Shop.objects.filter(pk__in=[entry.shop_id for entry in created if entry.facts.get("is_first")]).first()
    if first and not Department.objects.exists():
        bring_departments(language=first.language, now=now)
    for shop in Shop.objects.filter(pk__in=[entry.shop_id for entry in created]):
        plant_rules(shop=shop, now=now)


def _settle_actions(entries: Sequence[Entry], now: datetime) -> None:
    ended = [entry.facts["entry"] for entry in entries if entry.name in _ENDED]
    for row in LedgerEntry.objects.filter(pk__in=ended) if ended else ():
        for effect in effects.of_entry(row):
            settle_by(effect=effect, entry=row, now=now)


def _tickets_where_they_wrote(entries: Sequence[Entry]) -> set[int]:
    said = [entry.facts["message"] for entry in entries if entry.name == "ticket.message.received"]
    rows = (
        Message.objects.filter(pk__in=said, kind=MessageKind.SAID, is_stranger=False)
        if said
        else Message.objects.none()
    )
    return set(rows.values_list("ticket_id", flat=True))


def _tickets_where_they_showed(entries: Sequence[Entry]) -> set[int]:
    """Return the tickets on which the customer showed who they are."""
    return {
        subject.subject_id
        for entry in entries
        if entry.name == "verification.passed"
        for subject in entry.subjects.all()
        if subject.kind == SubjectKind.TICKET
    }


def _go_on_sure(process: Process, now: datetime) -> None:
    """Let a process go on whose customer has shown who they are: what failed for want of that is tried again."""
    resume_for_customer(process=process, at=now)
    for effect in process.effects.filter(state=EffectState.FAILED, code=Denial.LEVEL).select_related("visit"):
        effects.retry(effect=effect, agent=None, now=now)
    look(process=process, now=now)


def _wait_with_tickets(entries: Sequence[Entry], now: datetime) -> None:
    """Let a stage of customer service wait when its agent said that it is the customer's turn."""
    waiting = {
        entry.facts["ticket"]
        for entry in entries
        if entry.name == "ticket.status.changed" and entry.facts["after"] == Status.WAITING
    }
    for process in _running(waiting):
        visit = last_visit(process)
        is_ours = visit.department is not None and visit.department.key in _OURS
        if is_ours and process.ticket.status == Status.WAITING and not visit.left_at:
            pause(visit=visit, reason=PauseReason.CUSTOMER, agent=None, now=now)


def _ask_departments(entries: Sequence[Entry], now: datetime) -> None:
    """Ask departments by mail that want it so, for stages where the process still stands."""
    entered = [entry.facts["visit"] for entry in entries if entry.name == "process.stage.entered"]
    if not entered:
        return
    rows = Visit.objects.filter(pk__in=entered, left_at=None, department__email__gt="")
    for visit in rows.select_related("process__ticket", "process__shop", "process__order", "department"):
        ask(visit=visit, now=now)


def _running(tickets: set[int]) -> list[Process]:
    if not tickets:
        return []
    return list(Process.objects.filter(ticket__in=tickets, state=ProcessState.RUNNING).select_related("ticket"))


def _of_orders(entries: Sequence[Entry]) -> list[Process]:
    changed = {
        subject.subject_id
        for entry in entries
        if entry.name in _SEEN
        for subject in entry.subjects.all()
        if subject.kind == SubjectKind.ORDER
    }
    return list(Process.objects.filter(order__in=changed, state=ProcessState.RUNNING)) if changed else []


def _by_id(processes: set[int]) -> list[Process]:
    if not processes:
        return []
    rows = Process.objects.filter(pk__in=processes, state=ProcessState.RUNNING)
    return list(rows.select_related("ticket__shop", "shop", "version").order_by("ticket"))

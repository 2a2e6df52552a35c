"""Starting a process and forwarding it from stage to stage; every deed may come twice and counts once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from balcao.commerce.models import Order
from balcao.customers.models import Identity
from balcao.journal.types import Actor, ActorKind
from balcao.kit.db import locked
from balcao.kit.redact import redact_cards
from balcao.processes import types
from balcao.processes.actions.entering import enter, leave, look_again
from balcao.processes.actions.telling import actor_of, tell
from balcao.processes.models import Blueprint, Forward, Process, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.courses import course_of, facts_of, last_visit
from balcao.processes.rules import filling, moving
from balcao.processes.types import (
    Answer,
    Facts,
    ForwardState,
    ProcessState,
    Refusal,
    RefusalCode,
    Request,
    Transition,
)
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.tickets.actions import holding_open
from balcao.tickets.actions.holding import take_hold
from balcao.tickets.models import Ticket

_MOST_BY_ITSELF = 20  # automatic ways in a row; a blueprint that wants more goes round in a circle


class ProcessRefused(Exception):
    """A process cannot do what was asked; `refusals` say everything that stands against it."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(f"{one.code} {one.detail}".rstrip() for one in refusals))
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Mover:
    """Who forwards a process: an agent, the customer on their page, or (neither) it goes by itself."""

    agent: Agent | None = None
    customer: Identity | None = None
    is_department: bool = False  # somebody of it answered by mail who has no place at the desk

    @property
    def role(self) -> types.Actor:
        """Return them as blueprints know them."""
        if self.agent or self.is_department:
            return types.Actor.AGENT
        return types.Actor.CUSTOMER if self.customer else types.Actor.AUTOMATIC

    @property
    def actor(self) -> Actor:
        """Return them as the journal knows them."""
        if self.customer and not self.agent:
            return Actor(ActorKind.CUSTOMER, self.customer.customer_id)
        return actor_of(self.agent)


BY_ITSELF = Mover()


@transaction.atomic
def start(
    *,
    ticket: Ticket,
    blueprint: Blueprint,
    order: Order | None,
    mover: Mover,
    key: str,
    now: datetime,
    fields: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Process:
    """Let a matter run by a blueprint, or return the process that was started with the same key.

    Raises `ProcessRefused` while another one runs on the ticket, and for fields that the blueprint does not know.
    """
    take_hold(ticket)
    known = Process.objects.filter(key=key).first()
    if known:
        return known
    version = blueprint.current
    if version is None or ticket.merged_into_id:
        raise ProcessRefused(Refusal(RefusalCode.NOT_FROM_HERE))
    if Process.objects.filter(ticket=ticket, state=ProcessState.RUNNING).exists():
        raise ProcessRefused(Refusal(RefusalCode.RUNNING))
    read = blueprint_by_id(version.pk)
    checked = _checked(read, fields or {})
    begun = moving.begin(read)
    process = Process.objects.create(
        ticket=ticket,
        shop_id=ticket.shop_id,
        blueprint=blueprint,
        version=version,
        order=order,
        stage=begun.course.stage,
        fields=checked,
        facts=dict(facts or {}),
        key=key,
        started_at=now,
        started_by=mover.agent,
    )
    holding_open.hold(ticket=ticket)
    tell(
        "process.started",
        process,
        None,
        actor=mover.actor,
        now=now,
        key=read.key,
        total_seconds=read.total_seconds,
        total_unit=read.total_unit.value,
        total_calendar=read.total_calendar,
    )
    enter(process=process, way=None, move=begun, mover=mover.agent, actor=mover.actor, now=now)
    go_on(process=process, now=now)
    return process


@transaction.atomic
def forward(
    *,
    visit: Visit,
    transition: str,
    mover: Mover,
    key: str,
    now: datetime,
    fields: Mapping[str, Any] | None = None,
    reason: str = "",
    remark: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Forward:
    """Take a way out of a stage, or ask for the second pair of eyes that it needs; the same key again is one.

    `facts` are what was found out for its guards at the same moment. Raises `ProcessRefused` with everything that
    stands against it; nothing is written then.
    """
    known = Forward.objects.filter(key=key).first()
    if known:
        return known
    process = hold(visit.process_id)
    if facts:
        process.facts = {**process.facts, **facts}
        process.save(update_fields=["facts"])
    wanted = Forward(
        visit=visit,
        transition=transition,
        fields=_checked(blueprint_by_id(process.version_id), fields or {}),
        reason=reason[:60],
        remark=redact_cards(remark.strip()),
        key=key,
        agent=mover.agent,
        at=now,
    )
    return _try(process, wanted, mover, {}, now)


@transaction.atomic
def approve(*, asked: Forward, agent: Agent, now: datetime) -> Forward:
    """Be the second pair of eyes: the process goes on. Nobody approves what they asked for."""
    process = hold(asked.visit.process_id)
    asked = Forward.objects.select_related("agent", "visit").get(pk=asked.pk)
    if asked.state != ForwardState.ASKED:
        return asked
    role = _approver(process, asked.transition)
    if asked.agent_id == agent.pk or not may_approve(agent, role):
        raise ProcessRefused(Refusal(RefusalCode.APPROVAL, role))
    asked.decider, asked.decided_at = agent, now
    given = {asked.transition: frozenset({(role, agent.pk)})}
    return _try(process, asked, Mover(agent=asked.agent), given, now)


@transaction.atomic
def decline(*, asked: Forward, agent: Agent, remark: str, now: datetime) -> Forward:
    """Refuse a way that waits for a second pair of eyes; whoever asked for it is told why."""
    process = hold(asked.visit.process_id)
    asked.refresh_from_db()
    if asked.state == ForwardState.ASKED:
        if not may_approve(agent, _approver(process, asked.transition)):
            raise ProcessRefused(Refusal(RefusalCode.APPROVAL, _approver(process, asked.transition)))
        asked.state, asked.decider, asked.decided_at = ForwardState.DECLINED, agent, now
        asked.save(update_fields=["state", "decider", "decided_at"])
        facts: dict[str, Any] = {"way": asked.transition, "asker": asked.agent_id}
        personal = {"remark": remark} if remark else None
        tell(
            "process.forward.declined", process, asked.visit, actor=actor_of(agent), now=now, personal=personal, **facts
        )
    return asked


def may_approve(agent: Agent, role: str) -> bool:
    """Tell whether an agent may agree in a department's name: its members, its lead, supervisors and admins."""
    if agent.role in (Role.ADMIN, Role.SUPERVISOR):
        return True
    return agent.departments.filter(key=role).exists() or agent.leads.filter(key=role).exists()


@transaction.atomic
def fill(*, process: Process, fields: Mapping[str, Any], mover: Mover, now: datetime) -> Process:
    """Fill in fields without going on: a customer's photo, an answer that came early."""
    process = hold(process.pk)
    read = blueprint_by_id(process.version_id)
    checked = _checked(read, fields, customer=mover.role is types.Actor.CUSTOMER)
    changed = {name: value for name, value in checked.items() if process.fields.get(name) != value}
    if changed:
        process.fields = {**process.fields, **changed}
        process.save(update_fields=["fields"])
        tell("process.fields.filled", process, last_visit(process), actor=mover.actor, now=now, fields=sorted(changed))
        go_on(process=process, now=now)
    return process


@transaction.atomic
def note_facts(*, process: Process, facts: Mapping[str, Any], now: datetime) -> None:
    """Keep what another part found out for the guards, and let the process go on if that opens a way."""
    process = hold(process.pk)
    if any(name not in process.facts or process.facts[name] != value for name, value in facts.items()):
        process.facts = {**process.facts, **facts}
        process.save(update_fields=["facts"])
    go_on(process=process, now=now)


@transaction.atomic
def look(*, process: Process, now: datetime) -> None:
    """See whether time, an order or an effect has opened a way that is taken by itself."""
    process = hold(process.pk)
    go_on(process=process, now=now)
    visit = last_visit(process)
    if visit.look_at and visit.look_at <= now:
        look_again(visit, now=now)


def go_on(*, process: Process, now: datetime) -> None:
    """Take automatic ways as long as one is open, within the caller's transaction and its hold of the process."""
    read = blueprint_by_id(process.version_id)
    for _ in range(_MOST_BY_ITSELF):
        visit = last_visit(process)
        request = moving.next_by_itself(read, course_of(process, visit), facts_of(process, visit, now=now))
        if request is None:
            return
        key = f"process:{process.pk}:{visit.number}:{request.transition}"
        wanted = Forward(visit=visit, transition=request.transition, key=key, at=now)
        _try(process, wanted, BY_ITSELF, {}, now)


def _try(
    process: Process,
    wanted: Forward,
    mover: Mover,
    approvals: Mapping[str, frozenset[tuple[str, int]]],
    now: datetime,
) -> Forward:
    read, visit = blueprint_by_id(process.version_id), last_visit(process)
    visit.process = process
    facts = facts_of(process, visit, now=now)
    facts = replace(facts, fields={**facts.fields, **wanted.fields}, approvals=approvals)
    request = Request(
        transition=wanted.transition,
        visit=wanted.visit.number,
        actor=mover.role,
        agent=mover.agent.pk if mover.agent else 0,
        reason=wanted.reason or wanted.remark,
    )
    move = moving.move(read, course_of(process, visit), facts, request)
    if move.answer is Answer.REPEATED:
        return Forward.objects.get(visit=wanted.visit, transition=wanted.transition, state=ForwardState.GONE)
    if move.answer is Answer.REFUSED:
        return _asked(process, wanted, move.refusals, mover, now)
    return _gone(visit, wanted, read.transition(wanted.transition), move, facts, mover, now)


def _gone(
    visit: Visit,
    wanted: Forward,
    way: Transition,
    move: types.Move,
    facts: Facts,
    mover: Mover,
    now: datetime,
) -> Forward:
    process = visit.process
    wanted.target, wanted.state = way.target, ForwardState.GONE
    wanted.save()
    process.fields = dict(facts.fields)
    if any(guard.name == "level_at_least" for guard in way.guards):  # what follows from it is decided as surely
        process.facts = {**process.facts, "level": facts.known["level"]}
    process.save(update_fields=["fields", "facts"])
    leave(visit=visit, way=way, actor=mover.actor, now=now)
    enter(
        process=process,
        way=way,
        move=move,
        mover=mover.agent,
        actor=mover.actor,
        reason=wanted.reason,
        remark=wanted.remark,
        now=now,
    )
    if mover.role is not types.Actor.AUTOMATIC:
        go_on(process=process, now=now)
    return wanted


def _asked(process: Process, wanted: Forward, refusals: tuple[Refusal, ...], mover: Mover, now: datetime) -> Forward:
    """Store a way that lacks nothing but a second pair of eyes; refuse any other."""
    if {one.code for one in refusals} != {RefusalCode.APPROVAL} or wanted.pk:
        raise ProcessRefused(*refusals)
    if wanted.visit.forwards.filter(state=ForwardState.ASKED).exists():
        raise ProcessRefused(Refusal(RefusalCode.ASKED_ALREADY))
    read = blueprint_by_id(process.version_id)
    wanted.target, wanted.state = read.transition(wanted.transition).target, ForwardState.ASKED
    wanted.save()
    facts: dict[str, Any] = {"way": wanted.transition, "role": refusals[0].detail, "forward": wanted.pk}
    tell("process.forward.asked", process, wanted.visit, actor=mover.actor, now=now, **facts)
    return wanted


def _approver(process: Process, transition: str) -> str:
    approval = blueprint_by_id(process.version_id).transition(transition).approval
    return approval.role if approval else ""


def hold(process_id: int) -> Process:
    """Lock a process until the transaction ends and see it as it stands now; its ticket first, like everybody."""
    ticket = Ticket.objects.get(processes=process_id)
    take_hold(ticket)
    process = locked(Process.objects.filter(pk=process_id).select_related("order__account__backend", "version")).get()
    process.ticket = ticket
    return process


def _checked(read: types.Blueprint, fields: Mapping[str, Any], *, customer: bool = False) -> dict[str, Any]:
    """Return values as they may be kept, without the numbers of cards; refuse what the blueprint does not ask for."""
    known = {field.key: field for field in read.fields}
    wrong = [
        Refusal(RefusalCode.FIELD, key)
        for key, value in fields.items()
        if key not in known or (customer and not known[key].customer_may_fill) or not filling.accepts(known[key], value)
    ]
    if wrong:
        raise ProcessRefused(*wrong)
    return {key: filling.kept(value) for key, value in fields.items()}

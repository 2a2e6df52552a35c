"""Processes on tickets: read, started, forwarded; tasks done."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path as Named
from ninja import Router, Status

from balcao.api.v1.access import Bearer, Caller, caller_of, ticket_for
from balcao.api.v1.idempotency import HEADER
from balcao.api.v1.problems import Problem, invalid, not_found
from balcao.api.v1.schemas.processes import (
    DoneInput,
    ForwardInput,
    ForwardOut,
    ProcessInput,
    ProcessOut,
    TaskOut,
    forward_out,
    task_out,
    told_process,
)
from balcao.api.v1.words import Id, Number
from balcao.commerce.models import Order
from balcao.processes.actions import working
from balcao.processes.actions.moving import Mover, ProcessRefused, forward, start
from balcao.processes.models import Process, Task, Visit
from balcao.processes.queries.blueprints import blueprint_by_id, blueprint_for
from balcao.processes.queries.permits import may_work_on
from balcao.processes.queries.tracks import Track
from balcao.processes.types import Blueprint, FieldType, RefusalCode
from balcao.returns.queries.outcomes import settled_amounts
from balcao.staff.models import Agent
from balcao.staff.types import Permission, Scope
from balcao.tickets.models import Ticket
from balcao.tickets.queries.lists import visible
from balcao.tickets.queries.ordering import orders_of_ticket

router = Router(tags=["Processes"])
READ = Bearer(Scope.TICKETS_READ, Permission.TICKET_READ)
START = Bearer(Scope.TICKETS_WRITE, Permission.TICKET_EDIT)
WORK = Bearer(Scope.TICKETS_WRITE, Permission.STAGE_WORK)

_T = TypeVar("_T")
_MOST = 20
_SENTENCES = {
    RefusalCode.NOT_FROM_HERE: "There is no such way from this stage.",
    RefusalCode.STALE: "The process has left this stage.",
    RefusalCode.ACTOR: "This way is not an agent's to take.",
    RefusalCode.GUARD: "The guard `{}` does not hold.",
    RefusalCode.FIELD: "The field `{}` is missing, unknown, or holds something else.",
    RefusalCode.TASK: "The task `{}` is not done.",
    RefusalCode.REASON: "A reason is needed, or this one is not on the list.",
    RefusalCode.APPROVAL: "`{}` has to agree first, and somebody else than who asks.",
    RefusalCode.TOO_OFTEN: "This way was taken as often as it may be ({}).",
    RefusalCode.RUNNING: "Another process runs on the ticket.",
    RefusalCode.ASKED_ALREADY: "A way out of this stage waits for a second pair of eyes.",
    RefusalCode.NO_SUCH_STAGE: "The version has no such stage.",
}
_OF_THE_BODY = (RefusalCode.FIELD, RefusalCode.REASON)


@router.get(
    "/tickets/{number}/processes",
    auth=READ,
    response=list[ProcessOut],
    operation_id="listProcesses",
    summary="List the processes of a ticket",
)
def list_processes(request: HttpRequest, number: Named[Number]) -> list[ProcessOut]:
    """Return what runs and what ran on a ticket, the newest first."""
    caller = caller_of(request)
    ticket = ticket_for(caller, number)
    rows = Process.objects.filter(ticket=ticket).select_related("version", "blueprint", "order")
    return [_told(caller, process, ticket) for process in rows.order_by("-id")[:_MOST]]


def _told(caller: Caller, process: Process, ticket: Ticket) -> ProcessOut:
    process.ticket = ticket
    track = Track(process)
    return told_process(track, track.openings(agent=caller.eyes.pk, now=timezone.now()))


@router.post(
    "/tickets/{number}/processes",
    auth=START,
    response={201: ProcessOut},
    operation_id="startProcess",
    summary="Start a process",
)
def start_process(request: HttpRequest, number: Named[Number], body: ProcessInput) -> Status[ProcessOut]:
    """Let the matter run by a blueprint that is offered in the shop; one process runs on a ticket at a time."""
    caller = caller_of(request)
    agent, ticket = caller.person(), ticket_for(caller, number)
    blueprint = blueprint_for(body.blueprint, shop_id=ticket.shop_id)
    if blueprint is None or blueprint.current_id is None:
        raise invalid("#/blueprint", "There is no such blueprint in this shop.")
    order = _order(ticket, body.order_id)
    _without_photos(blueprint_by_id(blueprint.current_id), body.fields)
    now, key = timezone.now(), _key(request, caller, f"start {ticket.pk}")
    given: dict[str, Any] = {"fields": body.fields, "key": key, "now": now}
    process = _done(lambda: start(ticket=ticket, blueprint=blueprint, order=order, mover=Mover(agent=agent), **given))
    found = Process.objects.select_related("version", "blueprint", "order").get(pk=process.pk)
    return Status(201, _told(caller, found, ticket))


def _order(ticket: Ticket, pk: int | None) -> Order | None:
    if pk is None:
        return None
    order = next((one for one in orders_of_ticket(ticket) if one.pk == pk), None)
    if order is None:
        raise invalid("#/order_id", "The ticket is not about this order.")
    return order


@router.post(
    "/stages/{id}/forward",
    auth=WORK,
    response={201: ForwardOut},
    operation_id="forwardStage",
    summary="Forward a process out of a stage",
)
def forward_stage(request: HttpRequest, id: Named[Id], body: ForwardInput) -> Status[ForwardOut]:  # noqa: A002 - the name in the address
    """Take a way out of a stage, or ask for the second pair of eyes that it needs; twice is once."""
    caller = caller_of(request)
    agent, visit = caller.person(), _visit_for(caller, id)
    _permitted(agent, visit, visit.shop_id)
    blueprint = blueprint_by_id(visit.process.version_id)
    _without_photos(blueprint, body.fields)
    settled = _settled(visit, blueprint, body)
    given: dict[str, Any] = {"fields": body.fields | settled, "reason": body.reason, "remark": body.remark}
    key = _key(request, caller, f"forward {visit.pk} {body.transition}")
    now, mover = timezone.now(), Mover(agent=agent)
    gone = _done(lambda: forward(visit=visit, transition=body.transition, mover=mover, key=key, now=now, **given))
    return Status(201, forward_out(gone))


@router.post("/tasks/{id}/done", auth=WORK, response=TaskOut, operation_id="doTask", summary="Say that a task is done")
def do_task(request: HttpRequest, id: Named[Id], body: DoneInput) -> TaskOut:  # noqa: A002 - the name in the address
    """Say that a task is done, and what came of it; a task that was done before stays as it is."""
    caller = caller_of(request)
    agent = caller.person()
    rows = Task.objects.filter(pk=id, process__ticket__in=visible(caller.eyes)).select_related("process", "department")
    task = rows.first()
    if task is None:
        raise not_found(f"Task {id}")
    _permitted(agent, task, task.process.shop_id)
    done = _done(lambda: working.do_task(task=task, result=body.result, agent=agent, now=timezone.now()))
    return task_out(done)


def _visit_for(caller: Caller, pk: int) -> Visit:
    rows = Visit.objects.filter(pk=pk, process__ticket__in=visible(caller.eyes))
    visit = rows.select_related("process", "department").first()
    if visit is None:
        raise not_found(f"Stage {pk}")
    return visit


def _permitted(agent: Agent, work: Visit | Task, shop_id: int) -> None:
    if not may_work_on(agent, work, shop_id=shop_id):
        raise Problem(403, "not-permitted", f"{agent} may not do this: it is for another department.")


def _without_photos(blueprint: Blueprint, fields: dict[str, Any]) -> None:
    """Refuse photo fields: their files are given on the desk or by the customer, where they are checked."""
    photos = {field.key for field in blueprint.fields if field.type is FieldType.PHOTO}
    for key in photos & fields.keys():
        raise invalid(f"#/fields/{key}", "Photos are added on the desk or on the customer's page.")


def _settled(visit: Visit, blueprint: Blueprint, body: ForwardInput) -> dict[str, int]:
    """Return the sums that the process's return comes to; another one is refused."""
    way = next((one for one in blueprint.transitions if one.key == body.transition), None)
    settled = settled_amounts(visit.process, way, blueprint) if way else {}
    for key, amount in settled.items():
        if body.fields.get(key, amount) != amount:
            raise invalid(f"#/fields/{key}", f"The return comes to {amount}; leave the field out.")
    return settled


def _key(request: HttpRequest, caller: Caller, deed: str) -> str:
    """Return by what the same deed of the same request is known."""
    said = request.headers.get(HEADER, "") or timezone.now().isoformat()
    digest = hashlib.sha256(f"{deed} {said}".encode()).hexdigest()[:32]
    return f"api:{caller.token.pk}:{digest}"


def _done(deed: Callable[[], _T]) -> _T:
    """Do something with a process; what stands against it is told reason by reason."""
    try:
        return deed()
    except ProcessRefused as refused:
        errors = [
            {
                "pointer": f"#/fields/{one.detail}" if one.code is RefusalCode.FIELD else "#/reason",
                "detail": _SENTENCES[one.code].format(one.detail),
                "code": one.code.value,
            }
            if one.code in _OF_THE_BODY
            else {"detail": _SENTENCES[one.code].format(one.detail), "code": one.code.value}
            for one in refused.refusals
        ]
        detail = " ".join(str(error["detail"]) for error in errors)
        is_of_the_body = all(one.code in _OF_THE_BODY for one in refused.refusals)
        kind = (422, "invalid") if is_of_the_body else (409, "conflict")
        raise Problem(*kind, detail, errors=errors) from refused

"""Tickets: listing, changing, merging and splitting them."""

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path as Named
from ninja import Query, Router, Status

from balcao.api.v1.access import Bearer, Caller, agent_for, caller_of, team_for, ticket_for, topic_for
from balcao.api.v1.paging import after_leg, next_cursor
from balcao.api.v1.problems import Problem, invalid, invalid_parameter, not_found
from balcao.api.v1.schemas.tickets import (
    MergeInput,
    MergeOut,
    SplitInput,
    SplitOut,
    TicketOut,
    TicketPage,
    TicketPatch,
    TicketQuery,
    merge_out,
    split_out,
    ticket_out,
)
from balcao.api.v1.views.searching import find
from balcao.api.v1.words import Id, Number
from balcao.staff.types import Permission, Scope
from balcao.tickets.actions.editing import TicketChanges, edit_ticket
from balcao.tickets.actions.merging import merge_tickets, undo_ticket_merge
from balcao.tickets.actions.splitting import split_messages, undo_split
from balcao.tickets.models import Message, Tag, TicketMerge, TicketSplit
from balcao.tickets.queries.filtering import Wanted, filtered_tickets
from balcao.tickets.queries.lists import visible
from balcao.tickets.queries.topics import topics_below

router = Router(tags=["Tickets"])
READ = Bearer(Scope.TICKETS_READ, Permission.TICKET_READ)
EDIT = Bearer(Scope.TICKETS_WRITE, Permission.TICKET_EDIT)
MERGE = Bearer(Scope.TICKETS_WRITE, Permission.TICKET_MERGE)

_ORDER = "tickets"


@router.get("/tickets", auth=READ, response=TicketPage, operation_id="listTickets", summary="List tickets")
def list_tickets(request: HttpRequest, query: Query[TicketQuery]) -> TicketPage:
    """Return tickets by their last change, or by their next promise; merged ones are left out."""
    caller = caller_of(request)
    if query.q:
        if query.model_fields_set - {"q", "limit", "cursor"}:
            raise invalid_parameter("q", "A typed search goes with no other filter: write them into the search.")
        found, cursor = find(caller, query.q, cursor=query.cursor, limit=query.limit)
        return TicketPage(rows=[ticket_out(ticket) for ticket in found], next_cursor=cursor)
    wanted = Wanted(
        statuses=query.status,
        priorities=query.priority,
        kinds=query.kind,
        topic_ids=None if query.topic_id is None else topics_below([query.topic_id]),
        shop_id=query.shop_id,
        assignee_id=query.assignee_id,
        is_unassigned=query.unassigned,
        team_id=query.team_id,
        customer_id=query.customer_id,
        tag=query.tag,
        changed_from=query.changed_from,
        changed_before=query.changed_before,
        due_before=query.due_before,
        is_breached=query.is_breached,
        is_at_risk=query.is_at_risk,
        is_paused=query.is_paused,
    )
    order = f"{_ORDER}:{query.order}"
    after = after_leg(query.cursor, order=order)
    tickets, key = filtered_tickets(agent=caller.eyes, wanted=wanted, after=after, limit=query.limit, order=query.order)
    cursor = next_cursor(key.at, key.id, key.leg, order=order) if key else None
    return TicketPage(rows=[ticket_out(ticket) for ticket in tickets], next_cursor=cursor)


@router.get("/tickets/{number}", auth=READ, response=TicketOut, operation_id="getTicket", summary="Get a ticket")
def get_ticket(request: HttpRequest, number: Named[Number]) -> TicketOut:
    """Return one ticket; also one that was merged, with where it went."""
    return ticket_out(ticket_for(caller_of(request), number))


@router.patch(
    "/tickets/{number}", auth=EDIT, response=TicketOut, operation_id="changeTicket", summary="Change a ticket"
)
def change_ticket(request: HttpRequest, number: Named[Number], body: TicketPatch) -> TicketOut:
    """Change status, owner, priority, kind, topic, tags, subject, language or snooze: all that is given, or nothing."""
    caller = caller_of(request)
    ticket = ticket_for(caller, number)
    edit_ticket(ticket=ticket, changes=_changes(caller, body), agent=caller.agent, now=_now())
    return ticket_out(ticket_for(caller, number))


def _changes(caller: Caller, body: TicketPatch) -> TicketChanges:
    given = body.model_fields_set
    if "remind_at" in given and "status" not in given:
        raise invalid("#/remind_at", "A reminder is given together with a status.")
    changes: dict[str, Any] = {
        name: getattr(body, name) for name in given if name in TicketChanges.__annotations__ and name != "tags"
    }
    if "assignee_id" in given:
        changes["assignee"] = _named("#/assignee_id", agent_for, caller, body.assignee_id)
    if "team_id" in given:
        changes["team"] = _named("#/team_id", lambda _, pk: team_for(pk), caller, body.team_id)
    if "topic_id" in given:
        changes["topic"] = _named("#/topic_id", topic_for, caller, body.topic_id)
    if "tags" in given:
        changes["tags"] = _tags(body.tags)
    return cast("TicketChanges", changes)


def _named(pointer: str, look_up: Any, caller: Caller, pk: int | None) -> Any:
    """Look up what a field of the body names; it is the body's fault if it is not there."""
    try:
        return None if pk is None else look_up(caller, pk)
    except Problem as problem:
        raise invalid(pointer, problem.detail) from problem


def _tags(names: list[str]) -> list[Tag]:
    rows = {row.name.lower(): row for row in Tag.objects.all()}
    for place, name in enumerate(names):
        if name.lower() not in rows:
            raise invalid(f"#/tags/{place}", "There is no tag of this name; create it first.")
    return [rows[name.lower()] for name in names]


# --- Merging and splitting --------------------------------------------------------------------------------------------


@router.post(
    "/tickets/{number}/merge",
    auth=MERGE,
    response={201: MergeOut},
    operation_id="mergeTicket",
    summary="Merge a ticket into another",
)
def merge_ticket(request: HttpRequest, number: Named[Number], body: MergeInput) -> Status[MergeOut]:
    """Put a ticket into another of the same shop: its conversations and notes are shown there until it is undone."""
    caller = caller_of(request)
    source = ticket_for(caller, number)
    target = _named("#/into", ticket_for, caller, body.into)
    merge = merge_tickets(source=source, target=target, agent=caller.person(), now=_now())
    return Status(201, merge_out(merge))


@router.post(
    "/ticket-merges/{id}/undo", auth=MERGE, response=MergeOut, operation_id="undoTicketMerge", summary="Undo a merge"
)
def undo_merge(request: HttpRequest, id: Named[Id]) -> MergeOut:  # noqa: A002 - the name in the address
    """Take a ticket out of the one it was merged into, with all that came in on its conversations since."""
    caller = caller_of(request)
    rows = TicketMerge.objects.filter(source__in=_seen(caller), target__in=_seen(caller))
    found = rows.filter(pk=id).first()
    if found is None:
        raise not_found(f"Merge {id}")
    return merge_out(undo_ticket_merge(merge=found, agent=caller.person(), now=_now()))


@router.post(
    "/tickets/{number}/split",
    auth=MERGE,
    response={201: SplitOut},
    operation_id="splitTicket",
    summary="Split messages off",
)
def split_ticket(request: HttpRequest, number: Named[Number], body: SplitInput) -> Status[SplitOut]:
    """Take messages of a ticket into a new one, open and with the same owner; answers to them go there too."""
    caller = caller_of(request)
    ticket = ticket_for(caller, number)
    rows = list(Message.objects.filter(pk__in=body.message_ids, ticket=ticket))
    if len(rows) != len(set(body.message_ids)):
        raise invalid("#/message_ids", "Some of these messages are not in this ticket.")
    split = split_messages(messages=rows, agent=caller.person(), now=_now(), subject=body.subject)
    return Status(201, split_out(split))


@router.post(
    "/ticket-splits/{id}/undo", auth=MERGE, response=SplitOut, operation_id="undoTicketSplit", summary="Undo a split"
)
def undo_a_split(request: HttpRequest, id: Named[Id]) -> SplitOut:  # noqa: A002 - the name in the address
    """Put messages back into the conversations they were taken from, with what came in on them since."""
    caller = caller_of(request)
    found = TicketSplit.objects.filter(source__in=_seen(caller), target__in=_seen(caller), pk=id).first()
    if found is None:
        raise not_found(f"Split {id}")
    return split_out(undo_split(split=found, agent=caller.person(), now=_now()))


def _seen(caller: Caller) -> Any:
    return visible(caller.eyes).values("pk")


def _now() -> datetime:
    return timezone.now()

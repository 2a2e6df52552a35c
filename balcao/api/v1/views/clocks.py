"""The promises of a ticket, read."""

from dataclasses import replace

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path as Named
from ninja import Router

from balcao.api.v1.access import Bearer, caller_of, ticket_for
from balcao.api.v1.schemas.clocks import ClockList, clock_out
from balcao.api.v1.words import Number
from balcao.deadlines.queries.clocks import calendar_names, clocks_of, explanation, standing
from balcao.staff.types import Permission, Scope

router = Router(tags=["Tickets"])
READ = Bearer(Scope.TICKETS_READ, Permission.TICKET_READ)


@router.get(
    "/tickets/{number}/clocks",
    auth=READ,
    response=ClockList,
    operation_id="listTicketClocks",
    summary="List a ticket's clocks",
)
def list_clocks(request: HttpRequest, number: Named[Number]) -> ClockList:
    """Return what is promised on a ticket, and step by step how each due time came about."""
    clocks, now = clocks_of(ticket_for(caller_of(request), number).pk), timezone.now()
    told = {clock.pk: explanation(clock, now=now) for clock in clocks}
    names = calendar_names(line for lines in told.values() for line in lines)
    return ClockList(
        rows=[
            clock_out(
                clock,
                standing(clock, now=now),
                tuple(replace(line, calendar=names.get(line.calendar, "")) for line in told[clock.pk]),
            )
            for clock in clocks
        ]
    )

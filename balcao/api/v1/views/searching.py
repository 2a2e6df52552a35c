"""Searching tickets and customers as one types it on the desk."""

import zoneinfo

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from balcao.api.v1.access import Bearer, Caller, caller_of
from balcao.api.v1.paging import Paged, after_id, next_cursor
from balcao.api.v1.schemas.customers import CustomerOut, customer_out
from balcao.api.v1.schemas.tickets import TicketOut, ticket_out
from balcao.api.v1.words import Line
from balcao.customers.queries import cards_of, search_customers
from balcao.shops.models import Shop
from balcao.staff.types import Permission, Scope
from balcao.tickets.models import Ticket
from balcao.tickets.queries.filtering import visible_customers, with_people
from balcao.tickets.queries.lists import visible
from balcao.tickets.queries.searching import search_tickets
from balcao.tickets.rules.searching import parse_search

router = Router(tags=["Search"])

_ORDER = "search"
_MOST_CUSTOMERS = 10


class SearchQuery(Paged):
    """What to search for."""

    q: Line = Field(min_length=1, description='Words, "phrases", `from:`, `tag:`, `is:open`, `after:2026-11-01`.')


class SearchOut(Schema):
    """What was found."""

    tickets: list[TicketOut] = Field(description="The newest first.")
    customers: list[CustomerOut] = Field(description="On the first page, if the token may read customers.")
    next_cursor: str | None = Field(description="Continues the tickets.")
    problems: list[str] = Field(description="Parts of the search that were not understood.")


@router.get(
    "/search",
    auth=Bearer(Scope.TICKETS_READ, Permission.TICKET_READ),
    response=SearchOut,
    operation_id="search",
    summary="Search",
)
def search(request: HttpRequest, query: Query[SearchQuery]) -> SearchOut:
    """Find tickets and customers by a typed search, in the languages of the shops."""
    caller = caller_of(request)
    tickets, cursor = find(caller, query.q, cursor=query.cursor, limit=query.limit)
    may_see = Scope.CUSTOMERS_READ in caller.token.scopes and caller.eyes.may(Permission.CUSTOMER_READ)
    people = found_customers(caller, query.q, limit=_MOST_CUSTOMERS) if may_see and not query.cursor else []
    return SearchOut(
        tickets=[ticket_out(ticket) for ticket in tickets],
        customers=people,
        next_cursor=cursor,
        problems=list(parse_search(query.q).problems),
    )


def find(caller: Caller, text: str, *, cursor: str, limit: int) -> tuple[list[Ticket], str | None]:
    """Return one page of a search over tickets, and the cursor of the next."""
    asked = parse_search(text)
    if asked.number is not None and not cursor:
        exact = visible(caller.eyes).filter(number=asked.number).values_list("pk", flat=True)
        if found := list(exact):
            return with_people(found), None
    shops = list(Shop.objects.filter(pk__in=caller.eyes.shop_ids()).values_list("languages", "time_zone"))
    result = search_tickets(
        agent=caller.eyes,
        search=asked,
        time_zone=zoneinfo.ZoneInfo(caller.eyes.time_zone or (shops[0][1] if shops else "UTC")),
        languages=sorted({language for languages, _ in shops for language in languages}) or ["en"],
        now=timezone.now(),
        before=after_id(cursor, order=_ORDER) if cursor else None,
        limit=limit,
    )
    following = next_cursor(result.before, order=_ORDER) if result.before is not None else None
    return with_people([ticket.pk for ticket in result.page.tickets]), following


def found_customers(caller: Caller, text: str, *, limit: int) -> list[CustomerOut]:
    """Return the customers whose name or address begins like this and whom the caller may see."""
    region = Shop.objects.filter(pk__in=caller.eyes.shop_ids()).exclude(region="").values_list("region", flat=True)
    found = [row.customer_id for row in search_customers(text, region=region.first() or "", limit=limit)]
    seen = set(visible_customers(caller.eyes).filter(pk__in=found).values_list("pk", flat=True))
    return [customer_out(card) for card in cards_of([pk for pk in found if pk in seen])]

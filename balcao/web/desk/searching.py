"""Running a typed search for an agent, one page at a time."""

import zoneinfo

from django.http import HttpRequest
from django.utils import timezone

from balcao.kit.numbers import number_in
from balcao.staff.models import Agent
from balcao.staff.queries import shops_of
from balcao.tickets.queries.rows import ListRow
from balcao.tickets.queries.searching import Found, search_tickets
from balcao.tickets.rules.searching import parse_search


def found_page(request: HttpRequest, agent: Agent, query: str, *, limit: int = 50) -> tuple[list[ListRow], str]:
    """Return one page of a search and the mark that continues it ("" when that was all)."""
    found = find(agent, query, before=number_in(request.GET.get("after", "")), limit=limit)
    return found.rows, str(found.before) if found.before is not None else ""


def find(agent: Agent, query: str, *, before: int | None = None, limit: int = 50) -> Found:
    """Search the tickets an agent may see, in the languages of their shops and their own time zone."""
    zone = timezone.get_current_timezone_name()
    return search_tickets(
        agent=agent,
        search=parse_search(query),
        time_zone=zoneinfo.ZoneInfo(zone),
        languages=languages_of(agent),
        now=timezone.now(),
        before=before,
        limit=limit,
    )


def languages_of(agent: Agent) -> list[str]:
    """Return every language of the shops an agent works for."""
    return sorted({language for shop in shops_of(agent) for language in shop.languages}) or ["en"]

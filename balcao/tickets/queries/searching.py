"""Search over tickets: the same answers on both engines, newest first, in bounded steps."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from balcao.kit.fulltext import FullText, Match
from balcao.kit.searchtext import fold, holds_phrase, query_terms
from balcao.staff.models import Agent
from balcao.tickets.models import SearchDocument, Ticket
from balcao.tickets.queries.lists import PAGE, Page, page_of, visible
from balcao.tickets.rules.searching import Search
from balcao.tickets.types import ACTIVE, HIDDEN, Queue, Status

INDEX = FullText("tickets_search")

_STEP = 500  # documents looked at in one go
_MOST_STEPS = 20  # then the rest is left to a narrower search


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search; `before` continues it (None: that was all)."""

    page: Page
    before: int | None


def search_tickets(
    *,
    agent: Agent,
    search: Search,
    time_zone: ZoneInfo,
    languages: list[str],
    before: int | None = None,
    limit: int = PAGE,
) -> Found:
    """Return the newest tickets this agent may see that match a search.

    With words, tickets come in the order of their newest matching text; without, by their last change.
    """
    wanted = visible(agent).filter(merged_into__isnull=True).filter(_filters(search, agent=agent, zone=time_zone))
    match = _match(search, languages)
    if match:
        return _by_text(match, wanted, phrases=search.phrases, agent=agent, before=before, limit=limit)
    if search.is_empty:
        return Found(Page([], None), None)
    rows = list(_below(wanted, before).order_by("-changed_at", "-id").only("id", "changed_at")[: limit + 1])
    page = page_of(rows, agent=agent, limit=limit)
    return Found(page, _mark(rows[limit - 1]) if page.next_key else None)


def _mark(ticket: Ticket) -> int:
    return int(ticket.changed_at.timestamp() * 1_000_000)


def _below(wanted: "QuerySet[Ticket]", before: int | None) -> "QuerySet[Ticket]":
    if before is None:
        return wanted
    return wanted.filter(changed_at__lt=datetime.fromtimestamp(before / 1_000_000, tz=ZoneInfo("UTC")))


def _by_text(
    match: Match,
    wanted: "QuerySet[Ticket]",
    *,
    phrases: tuple[str, ...],
    agent: Agent,
    before: int | None,
    limit: int,
) -> Found:
    """Walk matching documents backwards, keeping those whose ticket passes, until a page is full."""
    order: dict[int, int] = {}  # ticket -> its newest matching document
    for _ in range(_MOST_STEPS):
        hits = INDEX.newest(match, before=before, limit=_STEP)
        for document, ticket in _tickets_of(hits, wanted, phrases):
            order.setdefault(ticket, document)
            if len(order) > limit:
                break
        if len(order) > limit or len(hits) < _STEP:
            before = None
            break
        before = hits[-1]
    kept = list(order)[:limit]
    page = page_of([Ticket(pk=pk) for pk in kept], agent=agent, limit=limit)
    return Found(page, order[kept[-1]] if len(order) > limit else before)


def _tickets_of(hits: list[int], wanted: "QuerySet[Ticket]", phrases: tuple[str, ...]) -> list[tuple[int, int]]:
    rows = SearchDocument.objects.filter(pk__in=hits, ticket__in=wanted).order_by("-pk")
    if not phrases:
        return list(rows.values_list("pk", "ticket_id"))
    asked = [" ".join(fold(phrase).split()) for phrase in phrases]
    full = rows.select_related("message__letter", "note", "ticket").defer("message__letter__html")
    return [(row.pk, row.ticket_id) for row in full if all(holds_phrase(_text_of(row), phrase) for phrase in asked)]


def _text_of(document: SearchDocument) -> str:
    if document.message:
        letter = getattr(document.message, "letter", None)
        return f"{letter.subject if letter else ''}\n{document.message.text}"
    return document.note.text if document.note else document.ticket.subject


def _match(search: Search, languages: list[str]) -> Match:
    text = " ".join((*search.words, *search.phrases))
    return tuple(tuple((term,) for term in sorted(any_of)) for any_of in query_terms(text, languages) if any_of)


def _filters(search: Search, *, agent: Agent, zone: ZoneInfo) -> Q:
    wanted = Q() if {"spam", "trash"} & set(search.states) else ~Q(status__in=HIDDEN)
    for state in search.states:
        wanted &= _state(state, agent)
    for sender in search.senders:
        wanted &= Q(identity__value__startswith=sender.lower()) | Q(identity__customer__name__icontains=sender)
    if search.tags:
        wanted &= Q(pk__in=Ticket.tags.through.objects.filter(_any_tag(search.tags)).values("ticket_id"))
    for channel in search.channels:
        wanted &= Q(conversations__channel__kind=channel)
    if search.assignee:
        mine = search.assignee.lower() in ("me", "eu", "ben")
        wanted &= Q(assignee=agent) if mine else Q(assignee__name__icontains=search.assignee)
    if search.team:
        wanted &= Q(team__name__iexact=search.team)
    if search.after:
        wanted &= Q(changed_at__gte=_midnight(search.after, zone))
    if search.before:
        wanted &= Q(changed_at__lt=_midnight(search.before, zone))
    return wanted


def _any_tag(names: tuple[str, ...]) -> Q:
    wanted = Q()
    for name in names:
        wanted |= Q(tag__name__iexact=name)
    return wanted


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _state(state: str, agent: Agent) -> Q:
    if state == "unassigned":
        return Q(assignee__isnull=True, queue=Queue.OURS)
    if state == "mine":
        return Q(assignee=agent)
    if state == "snoozed":
        return Q(queue=Queue.SNOOZED)
    if state == "active":
        return Q(status__in=ACTIVE)
    if state == "open":
        return Q(queue=Queue.OURS)
    return Q(status=Status(state))

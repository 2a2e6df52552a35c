"""Search over tickets: the same answers on both engines, newest first, in bounded steps."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.customers.models import Identity
from balcao.kit.fulltext import FullText, Match
from balcao.kit.prepared import Prepared
from balcao.kit.searchtext import fold, holds_phrase, query_terms
from balcao.staff.models import Agent
from balcao.tickets.models import Conversation, SearchDocument, Ticket
from balcao.tickets.queries.lists import PAGE, Page, page_of, visible
from balcao.tickets.queries.rows import ListRow, rows_by_id
from balcao.tickets.queries.topics import topics_named
from balcao.tickets.rules.searching import Search
from balcao.tickets.types import ACTIVE, HIDDEN, Queue, Status

INDEX = FullText("tickets_search")

_FIRST_LOOK = 3  # documents for each ticket wanted: mostly enough, and a third of the cost of a whole step
_STEP = 500  # documents looked at in one go
_MOST_NEWER = 10_000  # documents looked at to tell whether tickets were on an earlier page
_FEW_PEOPLE = 500
_MOST_STEPS = 20  # then the rest is left to a narrower search
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST_MARK = (datetime(3000, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND  # whatever a caller makes up


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search for an agent; `before` continues it (None: that was all)."""

    ids: list[int]
    before: int | None
    agent: Agent = field(repr=False)

    @property
    def page(self) -> Page:
        """The tickets found, read when they are asked for."""
        return page_of(self.ids, agent=self.agent)

    @property
    def rows(self) -> list[ListRow]:
        """What a list shows of them, which is cheaper."""
        return rows_by_id(self.ids, agent=self.agent)


def search_tickets(
    *,
    agent: Agent,
    search: Search,
    time_zone: ZoneInfo,
    languages: list[str],
    now: datetime,
    before: int | None = None,
    limit: int = PAGE,
) -> Found:
    """Return the newest tickets this agent may see that match a search.

    With words, tickets come in the order of their newest matching text; without, by their last change.
    """
    wanted = (
        visible(agent)
        .filter(merged_into__isnull=True)
        .filter(_filters(search, agent=agent, zone=time_zone) & _promises(search, now=now, zone=time_zone))
    )
    match = _match(search, languages)
    if match:
        return _by_text(match, wanted, phrases=search.phrases, agent=agent, before=before, limit=limit)
    if search.is_empty:
        return Found([], None, agent)
    rows = list(_below(wanted, before).order_by("-changed_at", "-id").only("id", "changed_at")[: limit + 1])
    if len(rows) <= limit:
        return Found([row.pk for row in rows], None, agent)
    # Cut between two moments, for the next page begins before the last one of this.
    whole = [row for row in rows if row.changed_at > rows[limit].changed_at] or rows[:limit]
    return Found([row.pk for row in whole], _mark(whole[-1]), agent)


def _mark(ticket: Ticket) -> int:
    return (ticket.changed_at - _EPOCH) // _MICROSECOND


def _below(wanted: "QuerySet[Ticket]", before: int | None) -> "QuerySet[Ticket]":
    if before is None:
        return wanted
    return wanted.filter(changed_at__lt=_EPOCH + min(before, _LAST_MARK) * _MICROSECOND)


def _by_text(
    match: Match,
    wanted: "QuerySet[Ticket]",
    *,
    phrases: tuple[str, ...],
    agent: Agent,
    before: int | None,
    limit: int,
) -> Found:
    """Walk matching documents backwards, keeping those whose ticket passes, until a page is full.

    A ticket stands where its newest matching document does: on a later page, an older one does not bring it back.
    """
    order: dict[int, int] = {}  # ticket -> its newest matching document
    shown: set[int] = set()  # on an earlier page
    mark = before
    for number in range(_MOST_STEPS):
        step = _STEP if number else min(limit * _FIRST_LOOK, _STEP)
        hits = INDEX.newest(match, before=before, limit=step)
        places = _tickets_of(hits, wanted, phrases)
        if mark:
            fresh = {ticket for _, ticket in places} - order.keys() - shown
            shown |= _shown(fresh, match, phrases, since=mark)
        for document, ticket in places:
            if ticket not in shown:
                order.setdefault(ticket, document)
            if len(order) > limit:
                break
        if len(order) > limit or len(hits) < step:
            before = None
            break
        before = hits[-1]
    kept = list(order)[:limit]
    return Found(kept, order[kept[-1]] if len(order) > limit else before, agent)


def _shown(tickets: set[int], match: Match, phrases: tuple[str, ...], *, since: int) -> set[int]:
    """Return those tickets that an earlier page has shown: they have a matching document at or above its mark."""
    shown: set[int] = set()
    newer = SearchDocument.objects.filter(ticket__in=tickets, pk__gte=since).values_list("pk", "ticket_id")
    left = sorted(newer[:_MOST_NEWER]) if tickets else []
    while left:
        look, left = left[:_STEP], left[_STEP:]
        ticket_of = dict(look)
        matching = _holding(INDEX.among(match, list(ticket_of)), phrases)
        shown |= {ticket_of[document] for document in matching}
        left = [place for place in left if place[1] not in shown]
    return shown


_PLACES = Prepared(
    lambda documents: SearchDocument.objects.filter(pk__in=documents).order_by("-pk").values_list("pk", "ticket_id")
)


def _tickets_of(hits: list[int], wanted: "QuerySet[Ticket]", phrases: tuple[str, ...]) -> list[tuple[int, int]]:
    places = _PLACES(hits)
    # Asked apart: in one statement SQLite would first list all the tickets that are wanted.
    passing = set(wanted.filter(pk__in={ticket for _, ticket in places}).values_list("pk", flat=True))
    places = [place for place in places if place[1] in passing]
    holding = _holding([document for document, _ in places], phrases)
    return [place for place in places if place[0] in holding]


def _holding(documents: list[int], phrases: tuple[str, ...]) -> set[int]:
    """Return those documents whose text holds every phrase as it was typed; the engine knows the words only."""
    if not phrases or not documents:
        return set(documents)
    rows = SearchDocument.objects.filter(pk__in=documents)
    asked = [" ".join(fold(phrase).split()) for phrase in phrases]
    full = rows.select_related("message__letter", "note", "ticket").defer("message__letter__html")
    return {row.pk for row in full if all(holds_phrase(_text_of(row), phrase) for phrase in asked)}


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
        wanted &= _from(sender)
    if search.tags:
        wanted &= Q(pk__in=Ticket.tags.through.objects.filter(_any_tag(search.tags)).values("ticket_id"))
    for channel in search.channels:
        wanted &= Q(Exists(Conversation.objects.filter(ticket=OuterRef("pk"), channel__kind=channel, source="")))
    for sources in search.sources:
        wanted &= Q(Exists(Conversation.objects.filter(ticket=OuterRef("pk"), source__in=sources)))
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


def _promises(search: Search, *, now: datetime, zone: ZoneInfo) -> Q:
    wanted = Q()
    if search.kinds:
        wanted &= Q(kind__in=search.kinds)
    if search.topic:
        wanted &= Q(topic_id__in=topics_named(search.topic))
    if search.due_within:
        wanted &= Q(due_at__lte=now + search.due_within)
    if search.due_today:
        wanted &= Q(due_at__lt=_midnight(now.astimezone(zone).date() + timedelta(days=1), zone))
    return wanted


def _from(sender: str) -> Q:
    """Return what somebody of this name or address asked; with few such people their own tickets are looked up."""
    by_name = Q(customer__name_key__startswith=fold(sender)) | Q(customer__surname_key__startswith=fold(sender))
    people = Identity.objects.filter(Q(value__startswith=sender.lower()) | by_name)
    some = list(people.values_list("pk", flat=True)[: _FEW_PEOPLE + 1])
    return Q(identity_id__in=some) if len(some) <= _FEW_PEOPLE else Q(identity__in=people)


def _any_tag(names: tuple[str, ...]) -> Q:
    wanted = Q()
    for name in names:
        wanted |= Q(tag__name__iexact=name)
    return wanted


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


_STATES = {
    "snoozed": Q(queue=Queue.SNOOZED),
    "active": Q(status__in=ACTIVE),
    "open": Q(queue=Queue.OURS),
    "unassigned": Q(assignee__isnull=True, queue=Queue.OURS),
    "breached": Q(breached_at__isnull=False),
    "paused": ~Q(paused_for=""),
    "at-risk": Q(is_at_risk=True),
}


def _state(state: str, agent: Agent) -> Q:
    if state == "mine":
        return Q(assignee=agent)
    return _STATES[state] if state in _STATES else Q(status=Status(state))

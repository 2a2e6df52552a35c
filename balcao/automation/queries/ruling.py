"""Tickets as rules see them, the rules there are, and what they did."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from balcao.automation.models import Rule, RuleRun
from balcao.automation.rules.conditions import conditions_in, matches, wanted
from balcao.automation.rules.ruling import ruling_from
from balcao.automation.types import Aspect, Facts, Outcome, Ruling, Verdict, Wanted
from balcao.commerce.models import Evidence
from balcao.commerce.types import Level
from balcao.deadlines.models import Calendar
from balcao.deadlines.queries.hours import HOURS, key_of, versions_at
from balcao.deadlines.rules.calendars import open_seconds
from balcao.journal.models import EntrySubject
from balcao.journal.types import ActorKind, SubjectKind
from balcao.processes.models import Process
from balcao.processes.types import ProcessState
from balcao.staff.models import Agent
from balcao.tickets.models import Conversation, Message, Ticket, TicketOrder, Topic
from balcao.tickets.types import HIDDEN, Direction

_MOST_WORDS = 5000  # characters of a message in which words are looked for
MOST_TRIED = 500  # tickets of a dry run
_MINUTE = timedelta(minutes=1)
_GIVEN = "ticket.assigned"


def active_rules() -> list[tuple[Rule, Ruling]]:
    """Return the rules in use, in the order in which they are asked."""
    return [(rule, ruling_from(rule.spec)) for rule in Rule.objects.filter(is_active=True).order_by("place", "id")]


def rules_for(agent: Agent) -> "QuerySet[Rule]":
    """Return the rules that an agent may see: of their shops, and of all shops for those who work for all."""
    mine = Q(shop__in=agent.shop_ids())
    return Rule.objects.filter(mine | Q(shop__isnull=True) if agent.every_shop else mine)


def ran_lately(ticket: Ticket, *, now: datetime) -> int:
    """Return how often rules did something on a ticket within the last hour."""
    rows = RuleRun.objects.filter(ticket=ticket, at__gt=now - timedelta(hours=1), at__lte=now)
    return rows.exclude(outcome=Outcome.STOPPED).count()


def runs_of(rule: Rule, *, outcome: str = "", before: int | None = None) -> "QuerySet[RuleRun]":
    """Return what a rule did, the newest first."""
    rows = RuleRun.objects.filter(rule=rule).select_related("ticket").order_by("-id")
    rows = rows.filter(outcome=outcome) if outcome else rows
    return rows.filter(pk__lt=before) if before else rows


def runs_by_rule(rules: Collection[Rule], *, since: datetime) -> dict[int, dict[str, int]]:
    """Return how often each of the rules came to which outcome since a moment."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = RuleRun.objects.filter(rule__in=rules, at__gte=since).order_by().values_list("rule", "outcome")
    for rule, outcome, count in rows.annotate(Count("pk")):
        found[rule][outcome] = count
    return found


def facts_of(tickets: Sequence[Ticket], *, now: datetime, words: Mapping[int, str] | None = None) -> dict[int, Facts]:
    """Return tickets as rules see them, by id, in a handful of queries whatever their number.

    `words`: what the customer wrote on each; where it is not given, their last message counts.
    """
    ids = [ticket.pk for ticket in tickets]
    above, tags, orders = _topics(), _tags(ids), _orders(ids)
    said = words if words is not None else _last_words(ids)
    untouched = _untouched(tickets)
    verified, stages, open_now = _verified(ids, now), _stages(ids), _open_now({t.shop_id for t in tickets}, now)
    found = {}
    for ticket in tickets:
        blueprint, stage, department = stages.get(ticket.pk, ("", "", ""))
        found[ticket.pk] = Facts(
            ticket=ticket.pk,
            number=ticket.number,
            shop=ticket.shop_id,
            kind=ticket.kind,
            topic=str(ticket.topic_id or ""),
            topics=above.get(ticket.topic_id or 0, frozenset()),
            priority=ticket.priority,
            status=ticket.status,
            channels=frozenset(ticket.channel_kinds),
            language=ticket.language,
            tags=frozenset(tags[ticket.pk]),
            team=str(ticket.team_id or ""),
            assignee=str(ticket.assignee_id or ""),
            is_untouched=untouched.get(ticket.pk),
            subject=ticket.subject,
            words=said.get(ticket.pk, "")[:_MOST_WORDS],
            order_total=max(orders[ticket.pk], default=None),
            is_verified=ticket.pk in verified,
            is_in_hours=open_now.get(ticket.shop_id, open_now.get(0)),
            blueprint=blueprint,
            stage=stage,
            department=department,
            due_in=(ticket.due_at - now) // _MINUTE if ticket.due_at and not ticket.paused_for else None,
            is_breached=ticket.breached_at is not None,
            is_at_risk=ticket.is_at_risk,
        )
    return found


def _topics() -> dict[int, frozenset[str]]:
    """Return each topic with all above it."""
    above = dict(Topic.objects.values_list("pk", "parent_id"))
    return {pk: frozenset(map(str, _way_up(pk, above))) for pk in above}


def _way_up(topic: int, above: Mapping[int, int | None]) -> list[int]:
    way: list[int] = []
    current: int | None = topic
    while current is not None and current not in way:
        way.append(current)
        current = above.get(current)
    return way


def _tags(tickets: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for ticket, tag in Ticket.tags.through.objects.filter(ticket__in=tickets).values_list("ticket_id", "tag_id"):
        found[ticket].append(str(tag))
    return found


def _orders(tickets: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = TicketOrder.objects.filter(ticket__in=tickets, removed_at__isnull=True)
    for ticket, total in rows.values_list("ticket_id", "order__total"):
        found[ticket].append(total)
    return found


def _last_words(tickets: Iterable[int]) -> dict[int, str]:
    said = Message.objects.filter(ticket__in=tickets, direction=Direction.IN)
    newest = said.order_by().values("ticket").annotate(newest=Max("id")).values_list("newest", flat=True)
    return dict(Message.objects.filter(pk__in=list(newest)).values_list("ticket_id", "text"))


def _verified(tickets: Iterable[int], now: datetime) -> set[int]:
    talks = dict(Conversation.objects.filter(ticket__in=tickets).values_list("pk", "ticket_id"))
    shown = Evidence.objects.filter(conversation__in=talks, until__gt=now, level__gte=Level.VERIFIED)
    return {talks[talk] for talk in shown.values_list("conversation", flat=True) if talk is not None}


def _untouched(tickets: Iterable[Ticket]) -> dict[int, bool]:
    """Return of each ticket that was given to somebody whether they have done nothing on it since."""
    owners = {ticket.pk: ticket.assignee_id for ticket in tickets if ticket.assignee_id}
    theirs = Q(entry__actor_kind=ActorKind.AGENT, entry__actor_id__in=set(owners.values()))
    rows = EntrySubject.objects.filter(kind=SubjectKind.TICKET, subject_id__in=owners)
    rows = rows.filter(Q(entry__name=_GIVEN) | theirs).order_by("entry")
    found: dict[int, bool] = {}
    for ticket, name, actor, facts in rows.values_list("subject_id", "entry__name", "entry__actor_id", "entry__facts"):
        owner = owners[ticket]
        if name == _GIVEN and facts["after"]["assignee"] == owner != facts["before"]["assignee"]:
            found[ticket] = True
        elif actor == owner and ticket in found:
            found[ticket] = False
    return found


def _stages(tickets: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Return of each ticket with a running process its blueprint, its stage, and the department that owes it."""
    rows = Process.objects.filter(ticket__in=tickets, state=ProcessState.RUNNING)
    rows = rows.filter(visits__left_at__isnull=True)
    found = rows.values_list("ticket_id", "blueprint__key", "stage", "visits__department")
    return {ticket: (key, f"{key}:{stage}", str(dep or "")) for ticket, key, stage, dep in found}


def _open_now(shops: Collection[int], now: datetime) -> dict[int, bool]:
    """Return of each shop whether its first calendar is open; under 0 that of all shops."""
    first: dict[int, int] = {}
    for pk, shop in Calendar.objects.filter(Q(shop__in=shops) | Q(shop=None), is_active=True).values_list("pk", "shop"):
        first[shop or 0] = min(pk, first.get(shop or 0, pk))
    versions = versions_at(first.values(), at=now)
    hours = {shop: HOURS[key_of(versions[pk])] for shop, pk in first.items() if pk in versions}
    return {shop: open_seconds(one, now, now + timedelta(seconds=1)) > 0 for shop, one in hours.items()}


@dataclass(frozen=True, slots=True)
class Tried:
    """One ticket of a dry run."""

    ticket: Ticket
    verdict: Verdict
    wanted: tuple[Wanted, ...]


def try_out(
    ruling: Ruling, *, shop_ids: Collection[int], since: datetime, now: datetime, most: int = MOST_TRIED
) -> list[Tried]:
    """Ask a rule about the newest tickets since a moment as they stand now; does nothing to them."""
    rows = Ticket.objects.filter(shop__in=shop_ids, opened_at__gte=since, merged_into__isnull=True)
    tickets = list(rows.exclude(status__in=HIDDEN).select_related("shop").order_by("-id")[:most])
    seen = facts_of(tickets, now=now, words=_first_words([t.pk for t in tickets]) if _opens(ruling) else None)
    return [Tried(t, matches(ruling, seen[t.pk]), wanted(ruling, seen[t.pk])) for t in tickets]


def _opens(ruling: Ruling) -> bool:
    """Tell whether a rule looks at words, and only as tickets are opened: then their first message counts."""
    looks = any(one.aspect == Aspect.WORDS for one in conditions_in(ruling.where))
    return looks and set(ruling.events) == {"ticket.opened"}


def _first_words(tickets: Iterable[int]) -> dict[int, str]:
    rows = Message.objects.filter(ticket__in=tickets, direction=Direction.IN).order_by("-at", "-id")
    return dict(rows.values_list("ticket_id", "text"))  # of several the last stands, which is the oldest

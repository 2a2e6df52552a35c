"""Saving rules, putting them in order, their timers, and the log of what they did."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from balcao.automation.models import Rule, RuleRun, RuleTimer
from balcao.automation.rules.ruling import check, ruling_to
from balcao.automation.types import Outcome, Ruling
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket

KEPT = timedelta(days=90)
_PRUNED_AT_ONCE = 5000


@transaction.atomic
def save_rule(
    *,
    rule: Rule | None,
    name: str,
    shop: Shop | None,
    ruling: Ruling,
    is_active: bool,
    agent: Agent | None,
    now: datetime,
) -> Rule:
    """Create or change a rule; raises `BadRule`. What waited for other events or another time is forgotten."""
    check(ruling)
    spec = ruling_to(ruling)
    if rule is None:
        rule = Rule(place=(Rule.objects.aggregate(last=Max("place"))["last"] or 0) + 1, version=0)
    elif any(rule.spec.get(part) != spec[part] for part in ("events", "minutes")):
        rule.timers.all().delete()
    rule.name, rule.shop, rule.spec, rule.is_active = name, shop, spec, is_active
    rule.version, rule.changed_at, rule.changed_by = rule.version + 1, now, agent
    rule.save()
    _announce("saved", rule, agent, now, version=rule.version, spec=spec, is_active=is_active)
    return rule


@transaction.atomic
def switch_rule(*, rule: Rule, is_active: bool, agent: Agent, now: datetime) -> None:
    """Use a rule or no longer; what it wanted to look at later is forgotten when it is switched off."""
    if rule.is_active == is_active:
        return
    rule.is_active = is_active
    rule.save(update_fields=["is_active"])
    if not is_active:
        rule.timers.all().delete()
    _announce("switched", rule, agent, now, is_active=is_active)


@transaction.atomic
def move_rule(*, rule: Rule, up: bool, among: Sequence[int], agent: Agent, now: datetime) -> None:
    """Let a rule be asked before the one above it, or after the one below it, of those that its mover sees."""
    rows = list(Rule.objects.order_by("place", "id"))
    seen = [row.pk for row in rows if row.pk in among]
    if rule.pk not in seen:
        return
    at = seen.index(rule.pk)
    beside = at - 1 if up else at + 1
    if not 0 <= beside < len(seen):
        return
    places = [row.pk for row in rows]
    mine, other = places.index(rule.pk), places.index(seen[beside])
    places.insert(other, places.pop(mine))
    for place, pk in enumerate(places, 1):
        Rule.objects.filter(pk=pk).exclude(place=place).update(place=place)
    _announce("moved", rule, agent, now, up=up)


@transaction.atomic
def delete_rule(*, rule: Rule, agent: Agent, now: datetime) -> None:
    """Forget a rule and its log; what it did stays."""
    _announce("deleted", rule, agent, now, name=rule.name)
    rule.delete()


def set_timer(*, rule: Rule, ticket: Ticket, position: int, chain: Sequence[int], fire_at: datetime) -> None:
    """Let a rule look at a ticket later, in the caller's transaction; it counts from what happened last."""
    facts = {"fire_at": fire_at, "position": position, "chain": list(chain)}
    RuleTimer.objects.update_or_create(rule=rule, ticket=ticket, defaults=facts)


def note_run(
    *,
    rule: Rule,
    ticket: Ticket,
    position: int,
    event: str,
    outcome: Outcome,
    chain: Sequence[int],
    now: datetime,
    done: Sequence[dict[str, Any]] = (),
    detail: str = "",
) -> RuleRun:
    """Write down what became of a run, in the caller's transaction; the journal hears of it, too."""
    run = RuleRun.objects.create(
        rule=rule,
        version=rule.version,
        ticket=ticket,
        position=position,
        event=event,
        at=now,
        outcome=outcome,
        done=list(done),
        chain=list(chain),
        detail=detail[:300],
    )
    about = [Subject(SubjectKind.TICKET, ticket.pk), Subject(SubjectKind.RULE, rule.pk)]
    facts = {"rule": rule.pk, "version": rule.version, "ticket": ticket.pk, "number": ticket.number, "run": run.pk}
    why = {"why": detail} if outcome == Outcome.STOPPED else {}
    record(name=f"rule.{outcome}", at=now, actor=SYSTEM, about=about, shop_id=ticket.shop_id, facts={**facts, **why})
    return run


def was_stopped_lately(*, rule: Rule, ticket: Ticket, now: datetime) -> bool:
    """Tell whether it was written down within the last hour that the guard stopped a rule on a ticket."""
    rows = RuleRun.objects.filter(ticket=ticket, rule=rule, outcome=Outcome.STOPPED)
    return rows.filter(at__gt=now - timedelta(hours=1)).exists()


def prune(*, now: datetime) -> int:
    """Forget runs that are older than a season; return how many."""
    old = RuleRun.objects.filter(at__lt=now - KEPT).order_by("at").values_list("pk", flat=True)
    keys = list(old[:_PRUNED_AT_ONCE])
    return RuleRun.objects.filter(pk__in=keys).delete()[0] if keys else 0


def _announce(what: str, rule: Rule, agent: Agent | None, now: datetime, **facts: Any) -> None:
    actor = Actor(ActorKind.AGENT, agent.pk) if agent else SYSTEM
    about = [Subject(SubjectKind.RULE, rule.pk)]
    told = {"rule": rule.pk, **facts}
    record(name=f"rule.{what}", at=now, actor=actor, about=about, shop_id=rule.shop_id or 0, facts=told)

"""Saving and running macros."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from balcao.automation.models import Macro
from balcao.automation.rules import steps as stored
from balcao.automation.types import Deed, Step
from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.kit.placeholders import ALL_PLACEHOLDERS, parse
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Team
from balcao.tickets.actions import changing, classifying
from balcao.tickets.models import Tag, Ticket, Topic
from balcao.tickets.types import Priority, Status


@transaction.atomic
def save_macro(
    *,
    macro: Macro | None,
    name: str,
    texts: Mapping[str, str],
    steps: Sequence[Step],
    actor: Actor,
    now: datetime,
    shop: Shop | None = None,
    agent: Agent | None = None,
    is_active: bool = True,
) -> Macro:
    """Create or change a macro; an unknown placeholder is refused (`BadTemplate`, with its place)."""
    for text in texts.values():
        parse(text, known=ALL_PLACEHOLDERS)
    macro = macro or Macro()
    macro.name, macro.texts, macro.steps = name, dict(texts), stored.steps_to(steps)
    macro.shop, macro.agent, macro.is_active = shop, agent, is_active
    if agent is None and not macro.key:
        macro.key = stored.free_key(name, set(Macro.objects.exclude(key="").values_list("key", flat=True)))
    macro.save()
    record(name="macro.saved", at=now, actor=actor, about=[], shop_id=shop.pk if shop else 0, facts={"macro": macro.pk})
    return macro


@transaction.atomic
def delete_macro(*, macro: Macro, actor: Actor, now: datetime) -> None:
    """Delete a macro; what it did stays."""
    record(name="macro.deleted", at=now, actor=actor, about=[], facts={"macro": macro.pk, "name": macro.name})
    macro.delete()


@transaction.atomic
def run_steps(*, macro: Macro, ticket: Ticket, agent: Agent, now: datetime) -> None:
    """Run a macro's steps on a ticket, all or none. Its text is for the composer, not sent from here."""
    for step in stored.steps_from(macro.steps):
        _DEEDS[step.do](step, ticket, agent, now)
    record(
        name="ticket.macro.run",
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk),
        about=[Subject(SubjectKind.TICKET, ticket.pk)],
        shop_id=ticket.shop_id,
        facts={"ticket": ticket.pk, "number": ticket.number, "macro": macro.pk},
    )


def _tag(step: Step, ticket: Ticket, agent: Agent, now: datetime) -> None:
    kept = set(ticket.tags.values_list("pk", flat=True)) - set(step.remove) | set(step.add)
    changing.set_tags(ticket=ticket, tags=list(Tag.objects.filter(pk__in=kept)), agent=agent, now=now)


def _assign(step: Step, ticket: Ticket, agent: Agent, now: datetime) -> None:
    chosen = (
        agent if step.to_me else Agent.objects.filter(pk=step.agent_id).first() if step.agent_id else ticket.assignee
    )
    team = Team.objects.filter(pk=step.team_id).first() if step.team_id else ticket.team
    changing.assign(ticket=ticket, assignee=chosen, team=team, agent=agent, now=now)


def _status(step: Step, ticket: Ticket, agent: Agent, now: datetime) -> None:
    back = now + timedelta(days=step.days) if step.days else None
    changing.set_status(ticket=ticket, status=Status(step.status), agent=agent, now=now, remind_at=back)


def _priority(step: Step, ticket: Ticket, agent: Agent, now: datetime) -> None:
    changing.set_priority(ticket=ticket, priority=Priority(step.priority), agent=agent, now=now)


def _topic(step: Step, ticket: Ticket, agent: Agent, now: datetime) -> None:
    topic = Topic.objects.filter(pk=step.topic_id).first() if step.topic_id else None
    if topic:  # it may have been deleted since the macro was written
        classifying.set_topic(ticket=ticket, topic=topic, agent=agent, now=now)


_DEEDS: dict[Deed, Callable[[Step, Ticket, Agent, datetime], None]] = {
    Deed.TAG: _tag,
    Deed.ASSIGN: _assign,
    Deed.STATUS: _status,
    Deed.PRIORITY: _priority,
    Deed.TOPIC: _topic,
}

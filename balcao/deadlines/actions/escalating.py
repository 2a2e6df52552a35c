"""Firing the steps of clocks, and asking people to do something about them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from balcao.deadlines.actions.hand import Hand, reading_of, steps_left, take_clocks, told
from balcao.deadlines.models import Clock, Escalation
from balcao.deadlines.queries.hours import HOURS
from balcao.deadlines.rules import ladder
from balcao.deadlines.rules.calendars import after
from balcao.deadlines.rules.ladder import Rung
from balcao.deadlines.types import ClockState, Fire, Step
from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind
from balcao.kit.db import insert, insert_all
from balcao.staff.models import Agent

_Told = Escalation.told.through
_HALF_AN_HOUR = timedelta(seconds=ladder.ANSWER_WITHIN)
_SHARES = {Step.WARN_50: 50, Step.WARN_75: 75, Step.WARN_90: 90}


def fire(hand: Hand, clock: Clock, *, until: datetime) -> list[Fire]:
    """Fire the steps of a clock in hand that are due, each once, with their own instants; return them."""
    due = [step for step in steps_left(clock) if step.at <= until]
    if not due:
        return []
    reading = reading_of(clock)
    clock.fired = [*clock.fired, *(ladder.name_of(step, reading) for step in due)]
    hand.touch(clock)
    for step in due:
        if step.step == Step.BREACH:
            hand.note_breach(clock, now=step.at)
        elif step.step in _SHARES:
            record(name="clock.warned", at=step.at, **told(clock, share=_SHARES[step.step]))
        elif step.step == Step.LONG_PAUSE:
            record(name="clock.pause.long", at=step.at, **told(clock, reason=clock.paused_for))
    return due


def pass_over(hand: Hand, clock: Clock, *, until: datetime) -> None:
    """Note the steps of a clock in hand that were due long ago as fired, and a promise as broken; tell nobody."""
    due = [step for step in steps_left(clock) if step.at <= until]
    reading = reading_of(clock)
    clock.fired = [*clock.fired, *(ladder.name_of(step, reading) for step in due)]
    for step in due:
        if step.step == Step.BREACH:
            hand.note_breach(clock, now=step.at)


def escalate(
    *, clock: Clock, step: str, rung: Rung, agents: Collection[Agent], due: datetime | None, at: datetime
) -> Escalation:
    """Write down who was asked to do something; unanswered within half an hour of open time it goes one rung up."""
    answer_by = None
    if ladder.above(rung) and clock.state == ClockState.RUNNING:
        answer_by = after(HOURS[reading_of(clock).calendar], at, ladder.ANSWER_WITHIN) or at + _HALF_AN_HOUR
    asked = insert(Escalation(clock=clock, step=step, rung=rung, at=at, answer_by=answer_by))
    insert_all([_Told(escalation_id=asked.pk, agent_id=agent.pk) for agent in agents])
    facts = {"step": step, "rung": int(rung), "told": sorted(agent.pk for agent in agents)}
    by = due.isoformat() if due else answer_by.isoformat() if answer_by else None
    record(name="clock.escalated", at=at, **told(clock, **facts, by=by))
    return asked


def unanswered(clocks: Sequence[Clock], *, until: datetime) -> list[Escalation]:
    """Return what nobody answered in time, and let it wait no longer: it goes up."""
    asked = [clock.pk for clock in clocks if clock.fired and clock.state == ClockState.RUNNING]
    if not asked:
        return []
    rows = list(Escalation.objects.filter(clock__in=asked, answered_at__isnull=True, answer_by__lte=until))
    Escalation.objects.filter(pk__in=[row.pk for row in rows]).update(answer_by=None)
    return rows


@transaction.atomic
def answer(*, clock: Clock, agent: Agent, now: datetime) -> int:
    """Let an agent take up what was asked about a clock; return how many questions that answers."""
    hand = take_clocks([clock.pk])
    asked = Escalation.objects.filter(clock=clock, answered_at__isnull=True)
    count = asked.update(answered_at=now, answered_by=agent)
    if count:
        hand.touch(hand.clocks[0])
        hand.write()
        record(name="clock.answered", at=now, **(told(hand.clocks[0]) | {"actor": Actor(ActorKind.AGENT, agent.pk)}))
    return count

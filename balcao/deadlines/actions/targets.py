"""Saying how long something may take. It holds for clocks that start afterwards."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from balcao.deadlines.models import Calendar, Target
from balcao.deadlines.types import ClockKind, ClockRefused, Refusal
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department


@transaction.atomic
def create_target(
    *,
    clock: ClockKind,
    seconds: int,
    calendar: Calendar,
    now: datetime,
    shop: Shop | None = None,
    kind: str = "",
    priority: str = "",
    channel_kind: str = "",
    department: Department | None = None,
    counts_bot: bool = False,
    agent: Agent | None = None,
) -> Target:
    """Promise something; refused (`target_taken`) when another target fits exactly the same."""
    target = Target(
        shop=shop,
        clock=clock,
        kind=kind,
        priority=priority,
        channel_kind=channel_kind,
        department=department,
        seconds=seconds,
        calendar=calendar,
        counts_bot=counts_bot,
    )
    try:
        with transaction.atomic():
            target.save()
    except IntegrityError as error:
        raise ClockRefused(Refusal.TARGET_TAKEN) from error
    _announce("target.created", target, agent, now, seconds=seconds)
    return target


@transaction.atomic
def edit_target(
    *, target: Target, seconds: int, calendar: Calendar, counts_bot: bool, now: datetime, agent: Agent | None = None
) -> Target:
    """Promise something else from now on."""
    before = target.seconds, target.calendar_id, target.counts_bot
    target.seconds, target.calendar, target.counts_bot = seconds, calendar, counts_bot
    if before != (target.seconds, target.calendar_id, target.counts_bot):
        target.save(update_fields=["seconds", "calendar", "counts_bot"])
        _announce("target.changed", target, agent, now, before=before[0], seconds=seconds)
    return target


@transaction.atomic
def remove_target(*, target: Target, now: datetime, agent: Agent | None = None) -> None:
    """Promise this no more; clocks that run keep theirs."""
    if Target.objects.filter(pk=target.pk, is_active=True).update(is_active=False):
        _announce("target.removed", target, agent, now)


def _announce(name: str, target: Target, agent: Agent | None, now: datetime, **facts: Any) -> None:
    about = [Subject(SubjectKind.SHOP, target.shop_id)] if target.shop_id else []
    actor = Actor(ActorKind.AGENT, agent.pk) if agent else SYSTEM
    known = {"target": target.pk, "clock": target.clock, "calendar": target.calendar_id}
    record(name=name, at=now, actor=actor, about=about, shop_id=target.shop_id or 0, facts={**known, **facts})

"""Making and editing calendars. Hours are never changed: an edit is a new version that holds from an instant on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from balcao.deadlines.actions.hand import Hand, take_clocks
from balcao.deadlines.models import Calendar, CalendarVersion, Clock, DepartmentCalendar
from balcao.deadlines.queries.hours import compiled_spec, key_of
from balcao.deadlines.rules import histories
from balcao.deadlines.types import ClockEvent, ClockRefused, EventType, Refusal
from balcao.jobs.backend import job
from balcao.journal.actions import record
from balcao.journal.types import SYSTEM, Actor, ActorKind, Subject, SubjectKind
from balcao.kit.db import locked
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department

BATCH = 200  # clocks that are read anew in one transaction


@transaction.atomic
def create_calendar(
    *,
    key: str,
    name: str,
    spec: Mapping[str, Any],
    now: datetime,
    shop: Shop | None = None,
    country: str = "",
    agent: Agent | None = None,
    valid_from: datetime | None = None,
) -> Calendar:
    """Make a calendar with its first hours; raises CalendarRefused when they cannot be read."""
    hours = compiled_spec(spec)
    if Calendar.objects.filter(key=key).exists():
        raise ClockRefused(Refusal.KEY_TAKEN)
    calendar = Calendar.objects.create(key=key, name=name, shop=shop, zone=hours.zone, country=country)
    version = CalendarVersion.objects.create(
        calendar=calendar, number=1, spec=spec, valid_from=valid_from or now, made_at=now, made_by=agent
    )
    _announce("calendar.created", calendar, version, agent, now)
    return calendar


@transaction.atomic
def edit_calendar(
    *,
    calendar: Calendar,
    spec: Mapping[str, Any],
    valid_from: datetime,
    now: datetime,
    agent: Agent | None = None,
    reason: str = "",
) -> CalendarVersion:
    """Give a calendar other hours from an instant on; clocks that run are read anew by a job, broken promises stay so.

    Raises CalendarRefused when the hours cannot be read, ClockRefused (`unchanged`) when they are what they were.
    """
    hours = compiled_spec(spec)
    locked(Calendar.objects.filter(pk=calendar.pk)).get()
    last = calendar.versions.order_by("-number")[0]
    if last.spec == spec:
        raise ClockRefused(Refusal.UNCHANGED)
    version = CalendarVersion.objects.create(
        calendar=calendar,
        number=last.number + 1,
        spec=spec,
        valid_from=valid_from,
        made_at=now,
        made_by=agent,
        reason=reason.strip()[:300],
    )
    Calendar.objects.filter(pk=calendar.pk).update(zone=hours.zone)
    _announce("calendar.changed", calendar, version, agent, now)
    task = apply_version.using(key=f"calendar:{calendar.pk}", run_after=valid_from if valid_from > now else None)
    task.enqueue(version.pk)
    return version


@transaction.atomic
def rename_calendar(
    *, calendar: Calendar, name: str, country: str, is_active: bool, agent: Agent, now: datetime
) -> None:
    """Change what a calendar is called, whose holidays it keeps and whether it can be chosen."""
    calendar.name, calendar.country, calendar.is_active = name, country, is_active
    calendar.save(update_fields=["name", "country", "is_active"])
    _announce("calendar.renamed", calendar, None, agent, now)


@transaction.atomic
def set_department_calendar(
    *, department: Department, calendar: Calendar | None, agent: Agent | None, now: datetime
) -> None:
    """Say in which hours a department works; None: in those of the shop."""
    if calendar is None:
        DepartmentCalendar.objects.filter(department=department).delete()
    else:
        DepartmentCalendar.objects.update_or_create(department=department, defaults={"calendar": calendar})
    facts = {"department": department.pk, "calendar": calendar.pk if calendar else None}
    record(name="department.hours.changed", at=now, actor=_actor(agent), about=[], facts=facts)


@job()
def apply_version(version_id: int) -> int:
    """Let the clocks that run by older hours of a calendar go on by these; return how many there were."""
    version = CalendarVersion.objects.select_related("calendar").get(pk=version_id)
    total = 0
    while count := apply_batch(version=version, now=timezone.now()):
        total += count
    return total


@transaction.atomic
def apply_batch(*, version: CalendarVersion, now: datetime) -> int:
    """Do it for so many clocks as one transaction may hold; return how many."""
    older = Clock.objects.filter(
        ended_at__isnull=True,
        calendar_version__calendar=version.calendar_id,
        calendar_version__number__lt=version.number,
    )
    hand = take_clocks(older.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for clock in hand.clocks:
        hand.note_breach(clock, now=now)
        event = ClockEvent(_since(clock, version), EventType.SET_CALENDAR, calendar=key_of(version))
        hand.add(clock, event, key=f"version:{version.pk}")
    _tell(hand, version, now)
    return len(hand.clocks)


def _since(clock: Clock, version: CalendarVersion) -> datetime:
    """Return from when on a clock goes by new hours: not before it came to this calendar."""
    rows = [row for row in histories.standing(clock.events) if row.get("calendar")]
    return max(version.valid_from, *(datetime.fromisoformat(row["at"]) for row in rows))


def _tell(hand: Hand, version: CalendarVersion, now: datetime) -> None:
    changed = hand.write()
    if changed:
        facts = {"calendar": version.calendar_id, "version": version.pk}
        tickets = sorted({clock.ticket_id for clock in changed})
        record(name="calendar.applied", at=now, actor=SYSTEM, about=[], facts={**facts, "tickets": tickets})


def _actor(agent: Agent | None) -> Actor:
    return Actor(ActorKind.AGENT, agent.pk) if agent else SYSTEM


def _announce(
    name: str, calendar: Calendar, version: CalendarVersion | None, agent: Agent | None, now: datetime
) -> None:
    facts: dict[str, Any] = {"calendar": calendar.pk, "key": calendar.key}
    if version:
        facts |= {"version": version.number, "valid_from": version.valid_from.isoformat(), "reason": version.reason}
    about = [Subject(SubjectKind.SHOP, calendar.shop_id)] if calendar.shop_id else []
    record(name=name, at=now, actor=_actor(agent), about=about, shop_id=calendar.shop_id or 0, facts=facts)

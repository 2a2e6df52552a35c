"""Filling a database with running processes, past the actions: a ticket, its process, visit, clock and timer each."""

import json
import sys
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from balcao.deadlines.actions.choosing import round_the_clock
from balcao.deadlines.models import Clock, Timer
from balcao.deadlines.queries.hours import key_of, version_at
from balcao.deadlines.rules.histories import row_of
from balcao.deadlines.types import ClockEvent, ClockKind, ClockState, EventType, Step
from balcao.kit.db import is_postgres
from balcao.processes.actions.blueprints import bring_defaults
from balcao.processes.actions.timing import VISIT
from balcao.processes.models import Blueprint, Process, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.rules.counting import owed_key, stage_key
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.tickets.models import Tally
from benchmarks.corpus import NEWEST
from benchmarks.fill import Table, fill, move_sequences

LATER = datetime(2046, 1, 1, tzinfo=UTC)  # nothing falls due by itself while something else is measured
DAY = 86_400
_BATCH = 20_000


def fill_with_processes(count: int) -> None:
    """Fill an empty, migrated database with so many tickets, each in some stage of a return."""
    agent, channel = fill(count)
    bring_defaults(now=NEWEST)
    blueprint = Blueprint.objects.get(key="return")
    stages = [one.key for one in blueprint_by_id(blueprint.current_id or 0).stages if not one.is_end]
    department = Department.objects.create(name="Bench", key="bench")
    department.members.add(agent)
    Agent.objects.filter(pk=agent.pk).update(settings={"board": blueprint.pk})  # what they looked at last
    _rows(count, channel.shop, blueprint, stages, department)
    _counts(count, channel.shop, blueprint, stages, department)
    if is_postgres():
        move_sequences(Process, Visit, Clock)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rows(count: int, shop: Shop, blueprint: Blueprint, stages: list[str], department: Department) -> None:
    hours = version_at(round_the_clock(), at=NEWEST)
    version = blueprint.current_id
    processes = Table(
        Process(ticket_id=1, shop=shop, blueprint=blueprint, version_id=version, stage="", key="", started_at=NEWEST)
    )
    visits = Table(
        Visit(
            process_id=1,
            blueprint=blueprint,
            shop=shop,
            stage="",
            number=1,
            department=department,
            clock_id=1,
            entered_at=NEWEST,
        )
    )
    clocks = Table(
        Clock(
            shop=shop,
            kind=ClockKind.STAGE,
            subject_kind=VISIT,
            subject_id=0,
            ticket_id=0,
            owner=department,
            state=ClockState.RUNNING,
            target_seconds=DAY,
            calendar_version=hours,
            started_at=NEWEST,
            inputs_hash="",
        )
    )
    timers = Table(Timer(clock_id=1, fire_at=LATER, step=Step.WARN_50))
    for number in range(1, count + 1):
        due = LATER + timedelta(minutes=number * 7 % count)
        begun = due - timedelta(seconds=DAY)
        event = ClockEvent(begun, EventType.START, target_seconds=DAY, calendar=key_of(hours))
        stage = stages[number % len(stages)]
        processes.add(id=number, ticket_id=number, stage=stage, key=f"bench {number}")
        clocks.add(
            id=number,
            subject_id=number,
            ticket_id=number,
            due_at=due,
            started_at=begun,
            events=json.dumps([row_of(event, key=f"visit:{number}")]),
        )
        visits.add(id=number, process_id=number, stage=stage, clock_id=number, due_at=due)
        timers.add(clock_id=number, fire_at=begun + timedelta(seconds=DAY // 2))
        if number % _BATCH == 0 or number == count:
            with transaction.atomic():
                for table in (processes, clocks, visits, timers):
                    table.write()
            sys.stderr.write(f"\r{number:,} processes")
    sys.stderr.write("\n")


def _counts(count: int, shop: Shop, blueprint: Blueprint, stages: list[str], department: Department) -> None:
    """Keep what would have been kept, so that pages show it."""
    for place, stage in enumerate(stages):
        standing = len(range(place or len(stages), count + 1, len(stages)))
        Tally.objects.create(shop=shop, key=stage_key(blueprint.pk, stage), count=standing)
    Tally.objects.create(shop=shop, key=owed_key(department.pk), count=count)

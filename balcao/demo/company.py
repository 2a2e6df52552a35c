"""How the demo shop works: its hours, its departments with who answers for them, its paths, what it takes back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from balcao.deadlines.actions import defaults
from balcao.deadlines.actions.calendars import create_calendar, set_department_calendar
from balcao.deadlines.models import Calendar
from balcao.journal.types import SYSTEM
from balcao.ports.commerce import Address
from balcao.processes.actions import blueprints
from balcao.returns.actions.configuring import set_policy
from balcao.returns.types import ReturnsPolicy
from balcao.shops.models import Shop
from balcao.staff.actions import edit_department
from balcao.staff.models import Agent, Department

_FROM = datetime(2000, 1, 1, tzinfo=UTC)  # it has always been so


def open_up(facts: Mapping[str, Any], shop: Shop, *, now: datetime) -> None:
    """Bring in office hours with what is promised by them, the paths of matters, and what the shop takes back."""
    office = defaults.plant(shop=shop, now=now)
    holidays = office.versions.get().spec["overrides"]
    for row in facts["calendars"]:
        spec = {"tz": shop.time_zone, "weekly": row["weekly"], "overrides": holidays}
        create_calendar(
            key=row["slug"], name=row["name"], spec=spec, shop=shop, country=shop.region, now=now, valid_from=_FROM
        )
    blueprints.bring_defaults(now=now)
    said = facts["returns"]
    policy = ReturnsPolicy(prefix=said["prefix"], warehouse=Address(**said["warehouse"]))
    set_policy(shop=shop, policy=policy, agent=None, now=now)


def lead(
    facts: Mapping[str, Any], departments: Mapping[str, Department], agents: Mapping[str, Agent], *, now: datetime
) -> None:
    """Say who answers for each department, and in which hours it works."""
    for row in facts["departments"]:
        department = departments[row["slug"]]
        edit_department(
            department=department,
            name=department.name,
            members=list(department.members.all()),
            is_active=True,
            key=department.key,
            lead=agents[row["lead"]],
            actor=SYSTEM,
            now=now,
        )
        if "calendar" in row:
            hours = Calendar.objects.get(key=row["calendar"])
            set_department_calendar(department=department, calendar=hours, agent=None, now=now)

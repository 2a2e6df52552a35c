"""What the designer of a process wants to know: whether it may hold, what runs by it, who plays its roles."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from balcao.processes import models
from balcao.processes.queries.blueprints import blueprint_of
from balcao.processes.queries.hours import hours_of, hours_of_shops
from balcao.processes.rules.checking import check
from balcao.processes.types import Blueprint, BlueprintRefused, Department, Hours, Party, ProcessState, Report
from balcao.shops.models import Shop
from balcao.staff import models as staff

MOST = 1000  # running processes are counted up to here


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check says, by whose hours: of several shops the one in which it is worst."""

    report: Report
    hours: Hours
    shop: Shop | None = None
    is_one_of_several: bool = False


def digest(spec: Mapping[str, Any]) -> str:
    """Return what tells one state of a draft from another."""
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:16]


def draft_of(blueprint: "models.Blueprint") -> "models.BlueprintVersion | None":
    """Return the draft of a blueprint, if there is one."""
    return blueprint.versions.filter(published_at=None).select_related("made_by").first()


def checked(read: Blueprint, *, shop: Shop | None, now: datetime, templates: Collection[str] | None = None) -> Checked:
    """Check a blueprint by the hours of its shop; one of every shop by those of each, the worst of which is told.

    `templates`: the keys of texts that it may send, None: not checked.
    """
    shops = [shop] if shop else list(Shop.objects.order_by("pk"))
    ways: list[tuple[Shop | None, Hours]] = [*hours_of_shops(shops, at=now)] or [(None, hours_of(None, at=now))]
    found = [
        Checked(
            check(
                read,
                hours=hours,
                since=now,
                departments=roles_known(),
                blueprints=_keys(shop),
                templates=templates,
            ),
            hours,
            one,
            len(ways) > 1,
        )
        for one, hours in ways
    ]
    return min(found, key=_how_well)


def _how_well(one: Checked) -> tuple[bool, int, int]:
    total = one.report.total
    spare = total.spare_seconds if total else None
    return total is not None, -len(one.report.faults), spare if spare is not None else -(10**9)


def _keys(shop: Shop | None) -> set[str]:
    rows = models.Blueprint.objects.filter(Q(shop=None) | Q(shop=shop)) if shop else models.Blueprint.objects.all()
    return set(rows.values_list("key", flat=True))


def roles_known() -> frozenset[str]:
    """Return the role keys that a blueprint may name: those of the defaults and those of the shop's departments."""
    own = staff.Department.objects.filter(is_active=True, key__isnull=False).values_list("key", flat=True)
    return frozenset(map(str, Department)) | {str(key) for key in own}


def roles_named(read: Blueprint) -> set[str]:
    """Return the role keys that a blueprint needs somebody for."""
    found = {stage.owner for stage in read.stages if stage.owner}
    found |= {task.department for stage in read.stages for task in stage.tasks}
    found |= {way.approval.role for way in read.transitions if way.approval}
    found |= {
        str(effect.arguments["department"])
        for stage in read.stages
        for effect in stage.effects
        if effect.arguments.get("department")
    }
    return found - set(map(str, Party))


def roles_unplayed() -> dict[str, list[Blueprint]]:
    """Return the role keys of active blueprints that no department plays, each with the blueprints that need it."""
    played = set(staff.Department.objects.filter(is_active=True, key__isnull=False).values_list("key", flat=True))
    missing: dict[str, list[Blueprint]] = {}
    rows = models.Blueprint.objects.filter(is_active=True, current__isnull=False).select_related("current")
    for row in rows:
        if row.current is None:
            continue
        read = blueprint_of(row.current)
        for role in sorted(roles_named(read) - played):
            missing.setdefault(role, []).append(read)
    return missing


def reading_of(version: "models.BlueprintVersion") -> Blueprint | None:
    """Return what a version says, None where it cannot be read."""
    try:
        return blueprint_of(version)
    except BlueprintRefused:
        return None


def running_count(blueprint: "models.Blueprint") -> int:
    """Return how many processes run by a blueprint, at most `MOST`."""
    rows = models.Process.objects.filter(blueprint=blueprint, state=ProcessState.RUNNING)
    return rows.order_by()[:MOST].count()


def running_by_stage(blueprint: "models.Blueprint") -> dict[str, int]:
    """Return how many processes stand in each stage."""
    rows = models.Process.objects.filter(blueprint=blueprint, state=ProcessState.RUNNING).order_by()
    return dict(rows.values_list("stage").annotate(Count("pk")))

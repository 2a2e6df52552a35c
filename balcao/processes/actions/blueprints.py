"""Designing blueprints: drafts, publishing, and which version running processes go by."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import Subject, SubjectKind
from balcao.kit.db import locked
from balcao.processes.actions import timing
from balcao.processes.actions.moving import ProcessRefused, go_on, hold
from balcao.processes.actions.telling import actor_of, tell
from balcao.processes.models import Blueprint, BlueprintVersion, Process
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.courses import last_visit
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import ProcessState, Refusal, RefusalCode
from balcao.shops.models import Shop
from balcao.staff.models import Agent

DEFAULTS = Path(__file__).parent.parent / "defaults"


@transaction.atomic
def bring_defaults(*, now: datetime) -> int:
    """Bring in the default blueprints that are not there yet, published; return how many."""
    return sum(_bring(json.loads(path.read_text()), now) for path in sorted(DEFAULTS.glob("*.json")))


def _bring(spec: dict[str, Any], now: datetime) -> bool:
    key = parse_blueprint(spec).key
    if Blueprint.objects.filter(key=key, shop=None).exists():
        return False
    blueprint = create(key=key, shop=None, spec=spec, agent=None, now=now)
    _publish(blueprint.versions.get(), None, now)
    return True


@transaction.atomic
def create(*, key: str, shop: Shop | None, spec: dict[str, Any], agent: Agent | None, now: datetime) -> Blueprint:
    """Begin a new blueprint with its first draft; one of the same key and shop is returned as it is."""
    blueprint, is_new = Blueprint.objects.get_or_create(key=key, shop=shop)
    if is_new:
        BlueprintVersion.objects.create(blueprint=blueprint, number=1, spec=spec, made_at=now, made_by=agent)
        _announce("blueprint.created", blueprint, agent, now, version=1)
    return blueprint


@transaction.atomic
def save_draft(
    *, blueprint: Blueprint, spec: dict[str, Any], note: str, agent: Agent, now: datetime
) -> BlueprintVersion:
    """Keep what was designed so far; it may be wrong still. There is one draft, the next version."""
    locked(Blueprint.objects.filter(pk=blueprint.pk)).get()
    draft = blueprint.versions.filter(published_at=None).first()
    if draft is None:
        number = (blueprint.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        draft = BlueprintVersion(blueprint=blueprint, number=number)
    draft.spec, draft.note, draft.made_at, draft.made_by = spec, note[:300], now, agent
    draft.save()
    return draft


@transaction.atomic
def drop_draft(*, blueprint: Blueprint, agent: Agent, now: datetime) -> None:
    """Throw a draft away; the published version stays."""
    if blueprint.versions.filter(published_at=None).delete()[0]:
        _announce("blueprint.draft.dropped", blueprint, agent, now)


@transaction.atomic
def publish(*, draft: BlueprintVersion, agent: Agent, take_running: bool, now: datetime) -> int:
    """Let new processes go by a draft; with `take_running` those that run, too. Return how many took it.

    Checked by `rules.checking` before: the caller refuses a draft with faults. A running process whose stage the new
    version does not have keeps the one it goes by.
    """
    _publish(draft, agent, now)
    if not take_running:
        return 0
    running = Process.objects.filter(blueprint=draft.blueprint, state=ProcessState.RUNNING).exclude(version=draft)
    return sum(_took(process, draft, agent, now) for process in running.order_by("pk"))


def _took(process: Process, version: BlueprintVersion, agent: Agent, now: datetime) -> bool:
    try:
        take_version(process=process, version=version, agent=agent, now=now)
    except ProcessRefused:
        return False
    return True


@transaction.atomic
def take_version(*, process: Process, version: BlueprintVersion, agent: Agent | None, now: datetime) -> None:
    """Let a running process go by another version; its open stay counts by the new limit from its own start."""
    process = hold(process.pk)
    if process.version_id == version.pk:
        return
    read, visit = blueprint_by_id(version.pk), last_visit(process)
    if visit.stage not in {stage.key for stage in read.stages}:
        raise ProcessRefused(Refusal(RefusalCode.NO_SUCH_STAGE, visit.stage))
    before, process.version = process.version_id, version
    process.save(update_fields=["version"])
    visit.process = process
    timing.retarget_visit(visit, stage=read.stage(visit.stage), now=now, key=f"visit:{visit.pk}:version:{version.pk}")
    facts: dict[str, Any] = {
        "before": before,
        "after": version.pk,
        "total_seconds": read.total_seconds,
        "total_unit": read.total_unit.value,
        "total_calendar": read.total_calendar,
    }
    tell("process.version.taken", process, visit, actor=actor_of(agent), now=now, **facts)
    go_on(process=process, now=now)


def _publish(draft: BlueprintVersion, agent: Agent | None, now: datetime) -> None:
    draft.published_at, draft.published_by = now, agent
    draft.save(update_fields=["published_at", "published_by"])
    blueprint = draft.blueprint
    blueprint.current = draft
    blueprint.save(update_fields=["current"])
    _announce("blueprint.published", blueprint, agent, now, version=draft.number)


@transaction.atomic
def set_active(*, blueprint: Blueprint, is_active: bool, agent: Agent, now: datetime) -> None:
    """Offer a blueprint or no longer; what runs by it goes on."""
    if blueprint.is_active != is_active:
        blueprint.is_active = is_active
        blueprint.save(update_fields=["is_active"])
        _announce("blueprint.opened" if is_active else "blueprint.closed", blueprint, agent, now)


def _announce(name: str, blueprint: Blueprint, agent: Agent | None, now: datetime, **facts: Any) -> None:
    about = [Subject(SubjectKind.SHOP, blueprint.shop_id)] if blueprint.shop_id else []
    record(
        name=name,
        at=now,
        actor=actor_of(agent),
        about=about,
        shop_id=blueprint.shop_id or 0,
        facts={"blueprint": blueprint.pk, "key": blueprint.key, **facts},
    )

"""Editing a draft step by step, taking an edit back, and publishing what passes the check."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from balcao.kit.db import locked
from balcao.processes.actions import blueprints
from balcao.processes.models import Blueprint, BlueprintVersion, DraftEdit
from balcao.processes.queries.designing import checked, digest, draft_of, running_by_stage
from balcao.processes.rules.reading import parse_blueprint, write_blueprint
from balcao.processes.types import BlueprintRefused
from balcao.staff.models import Agent

KEPT_EDITS = 30  # so many can be taken back
_ON_ITS_WAY = timedelta(seconds=10)

Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]
Draft = BlueprintVersion


class DraftChanged(Exception):
    """The draft is no longer what was seen; `draft` is what there is now (None: it was thrown away)."""

    def __init__(self, draft: BlueprintVersion | None) -> None:
        super().__init__("The draft was changed meanwhile.")
        self.draft = draft


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing came to: how many running processes took the new version, and how many kept theirs."""

    version: BlueprintVersion
    taken: int
    left: int


@transaction.atomic
def edit_draft(*, blueprint: Blueprint, change: Change, seen: str, key: str, agent: Agent, now: datetime) -> Draft:
    """Save an edit, so that it can be taken back; the same key twice is one edit, and one that changes nothing none.

    `change` makes of what there is what there shall be; `seen` is the digest of what its author saw. Raises
    DraftChanged if somebody else saved in between, BlueprintRefused if what comes of it cannot be read.
    """
    locked(Blueprint.objects.filter(pk=blueprint.pk)).get()
    draft = draft_of(blueprint)
    if draft and draft.edits.filter(key=key).exists():
        return draft
    shown = draft or blueprint.current
    if shown is None or _is_stale(shown, seen, agent, now):
        raise DraftChanged(draft)
    spec = write_blueprint(parse_blueprint(change(shown.spec)))
    if write_blueprint(parse_blueprint(shown.spec)) == spec:
        return shown
    before = draft.spec if draft else None
    saved = blueprints.save_draft(
        blueprint=blueprint, spec=spec, note=draft.note if draft else "", agent=agent, now=now
    )
    DraftEdit.objects.create(version=saved, key=key, before=before, made_at=now, made_by=agent)
    old = saved.edits.order_by("-pk").values_list("pk", flat=True)[KEPT_EDITS:]
    DraftEdit.objects.filter(pk__in=list(old)).delete()
    return saved


def _is_stale(shown: BlueprintVersion, seen: str, agent: Agent, now: datetime) -> bool:
    """Tell whether an edit was made from something else; one's own edit of just now may still be on its way back."""
    if digest(shown.spec) == seen:
        return False
    is_draft = shown.published_at is None
    return not (is_draft and shown.made_by_id == agent.pk and now - shown.made_at < _ON_ITS_WAY)


@transaction.atomic
def undo_edit(*, blueprint: Blueprint, seen: str, agent: Agent, now: datetime) -> BlueprintVersion | None:
    """Take the last edit back; return the draft, None if there is none any more. Raises DraftChanged."""
    locked(Blueprint.objects.filter(pk=blueprint.pk)).get()
    draft = draft_of(blueprint)
    if draft is None or _is_stale(draft, seen, agent, now):
        raise DraftChanged(draft)
    edit = draft.edits.order_by("-pk").first()
    if edit is None:
        return draft
    if edit.before is None:
        blueprints.drop_draft(blueprint=blueprint, agent=agent, now=now)
        return None
    spec = edit.before
    edit.delete()
    return blueprints.save_draft(blueprint=blueprint, spec=spec, note=draft.note, agent=agent, now=now)


@transaction.atomic
def publish_draft(
    *,
    blueprint: Blueprint,
    seen: str,
    note: str,
    take_running: bool,
    agent: Agent,
    now: datetime,
    templates: Collection[str] | None = None,
) -> Published:
    """Let a draft hold that has no fault; raises BlueprintRefused with all there are, DraftChanged.

    `templates`: the keys of texts that it may send, None: not checked.
    """
    locked(Blueprint.objects.filter(pk=blueprint.pk)).get()
    draft = draft_of(blueprint)
    if draft is None or digest(draft.spec) != seen:
        raise DraftChanged(draft)
    report = checked(parse_blueprint(draft.spec), shop=blueprint.shop, now=now, templates=templates).report
    if report.faults:
        raise BlueprintRefused(report.faults)
    draft.note = note.strip()[:300]
    draft.save(update_fields=["note"])
    draft.edits.all().delete()
    running = sum(running_by_stage(blueprint).values())
    taken = blueprints.publish(draft=draft, agent=agent, take_running=take_running, now=now)
    return Published(draft, taken, running - taken)

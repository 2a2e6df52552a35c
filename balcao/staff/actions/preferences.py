"""What agents choose for themselves. No facts of the business, so no journal entry, save for presence."""

from datetime import datetime
from typing import Any

from django.db import transaction

from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.kit.db import locked
from balcao.staff.models import Agent
from balcao.staff.types import Presence


@transaction.atomic
def set_presence(*, agent: Agent, presence: Presence, now: datetime) -> None:
    """Say whether an agent is at the counter, and since when."""
    if agent.presence == presence:
        return
    agent.presence, agent.presence_since = presence, now
    agent.save(update_fields=["presence", "presence_since"])
    record(
        name="agent.presence.changed",
        at=now,
        actor=Actor(ActorKind.AGENT, agent.pk),
        about=[Subject(SubjectKind.AGENT, agent.pk)],
        facts={"presence": str(presence)},
    )


@transaction.atomic
def keep_settings(*, agent: Agent, changes: dict[str, Any]) -> None:
    """Change some of an agent's own settings (theme, panes, open cards ...); None forgets one."""
    current = locked(Agent.objects.filter(pk=agent.pk)).get().settings
    merged = {**current, **changes}
    agent.settings = {key: value for key, value in merged.items() if value is not None}
    agent.save(update_fields=["settings"])


def set_language(*, agent: Agent, language: str, time_zone: str) -> None:
    """Choose the language of the interface and the zone in which times are shown ("" = the shop's)."""
    agent.language, agent.time_zone = language, time_zone
    agent.save(update_fields=["language", "time_zone"])

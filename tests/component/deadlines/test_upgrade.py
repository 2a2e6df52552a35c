"""An installation that gets its clocks: what was opened before has none."""

from datetime import datetime
from importlib import import_module

import pytest
from django.apps import apps

from balcao.journal.actions import record, seal
from balcao.journal.models import Reader
from balcao.journal.queries import head_position
from balcao.journal.types import SYSTEM


@pytest.mark.django_db
def test_the_clocks_follow_from_the_upgrade_on(now: datetime) -> None:
    record(name="ticket.opened", at=now, actor=SYSTEM, about=[], facts={"ticket": 1, "kind": "said", "message": 1})
    seal()
    migration = import_module("balcao.deadlines.migrations.0002_from_now_on")

    for _ in range(2):
        migration.begin_here(apps, None)

    assert Reader.objects.get(name="promises").position == head_position() == 1


@pytest.mark.django_db
def test_a_new_installation_follows_from_the_beginning() -> None:
    import_module("balcao.deadlines.migrations.0002_from_now_on").begin_here(apps, None)
    assert not Reader.objects.filter(name="promises").exists()

"""The demo shop has a running matter wherever a visitor looks for one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from pytest_django.plugin import DjangoDbBlocker

from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind, PauseReason
from balcao.demo import load as demo
from balcao.processes.models import Blueprint, Forward, Process, StageMail, Task, Visit
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.designing import checked
from balcao.processes.types import ForwardState, ProcessState
from balcao.returns.models import Inspection, Label, Photo
from balcao.shops.models import Shop
from balcao.staff.models import Department
from balcao.tickets.models import Note, Ticket

WEDNESDAY = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Bring the demo in once for all of these tests, on a Wednesday afternoon, and take it away again."""
    from django.db import transaction
    from django.test import override_settings

    folder: Path = tmp_path_factory.mktemp("demo")
    hasher = f"{MD5PasswordHasher.__module__}.{MD5PasswordHasher.__qualname__}"
    with (
        django_db_blocker.unblock(),
        override_settings(DATA_DIR=folder, MEDIA_ROOT=folder / "files", PASSWORD_HASHERS=[hasher]),
        transaction.atomic(),
    ):
        demo.load(now=WEDNESDAY, password="of the demo")
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def opened(shop: None, db: None) -> None:
    """Let every test see it."""


def running() -> list[Process]:
    return list(Process.objects.filter(state=ProcessState.RUNNING).select_related("ticket", "blueprint"))


def test_every_default_path_fits_the_hours_of_the_shop() -> None:
    shop = Shop.objects.get(slug="casa-moringa")
    paths = Blueprint.objects.exclude(current=None)
    found = {path.key: checked(blueprint_by_id(path.current_id or 0), shop=shop, now=WEDNESDAY) for path in paths}

    assert len(found) == 10
    assert {key: one.report.faults for key, one in found.items() if one.report.faults} == {}


def test_every_stage_of_a_return_has_a_ticket() -> None:
    path = Blueprint.objects.get(key="return")
    stages = {stage.key for stage in blueprint_by_id(path.current_id or 0).stages if not stage.is_end}

    assert stages - {process.stage for process in running() if process.blueprint_id == path.pk} == set()


def test_other_paths_are_walked_too() -> None:
    keys = {"cancel", "late_or_lost_parcel", "damaged_in_transport", "complaint", "address_payment_change"}
    keys |= {"refund", "exchange", "privacy_request"}

    assert keys <= {process.blueprint.key for process in running()}
    assert Process.objects.filter(state=ProcessState.ENDED).count() > 15


def test_one_is_late_one_at_risk_and_one_waits_for_the_customer() -> None:
    late = Visit.objects.filter(left_at=None, breached_at__isnull=False)
    assert {visit.department.key for visit in late if visit.department} >= {"qc"}
    assert Ticket.objects.filter(is_at_risk=True, processes__state=ProcessState.RUNNING).exists()
    waiting = Visit.objects.filter(left_at=None, stage="label_sent").get()
    total = Clock.objects.get(ticket_id=waiting.process.ticket_id, kind=ClockKind.RESOLUTION)
    assert total.paused_for == PauseReason.CUSTOMER


def test_one_waits_for_a_second_pair_of_eyes_and_one_has_been_there_before() -> None:
    assert Forward.objects.filter(state=ForwardState.ASKED).count() == 1
    assert Process.objects.filter(reworks__gt=0, returns_to_sender__gt=0, state=ProcessState.RUNNING).exists()


def test_others_work_beside_a_stage() -> None:
    assert Task.objects.filter(done_at=None, dropped_at=None).exists()


def test_a_department_was_asked_by_mail_and_answered() -> None:
    assert StageMail.objects.filter(visit__department__key="log").exists()
    assert Note.objects.filter(agent=None, text__contains="Coventry").exists()


def test_a_return_has_a_photo_a_label_and_an_inspection() -> None:
    assert Photo.objects.get().agent is None
    assert Label.objects.exists()
    assert Inspection.objects.exists()


def test_every_role_is_played_by_somebody_who_answers_for_it() -> None:
    roles = {"cs", "cs_lead", "log", "wh", "qc", "fin", "frd", "cat", "leg", "mgr"}
    assert set(Department.objects.filter(lead__isnull=False).values_list("key", flat=True)) == roles


def test_a_second_demo_is_kept_out() -> None:
    assert demo.is_loaded()
    assert Shop.objects.count() == 1


def test_nothing_of_it_lies_ahead() -> None:
    assert not Process.objects.filter(started_at__gt=WEDNESDAY).exists()
    assert not Visit.objects.filter(entered_at__gt=WEDNESDAY).exists()
    assert Process.objects.filter(started_at__lt=WEDNESDAY - timedelta(days=30)).exists()

"""What `balcao doctor` says of shop systems."""

from datetime import UTC, datetime

import pytest

from balcao.cli.checks import check_shop_systems
from balcao.cli.findings import Finding, State
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.models import Backend
from balcao.journal.types import SYSTEM
from balcao.ports import registry
from balcao.ports.commerce import CommerceError
from balcao.testing.backends import PaperBackend, PaperConfig
from balcao.testing.factories import make_shop

NOW = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)


@pytest.fixture
def system() -> PaperBackend:
    adapter = PaperBackend()
    registry.register_commerce(adapter)
    return adapter


@pytest.fixture
def backend(db: None, system: PaperBackend) -> Backend:
    shop = make_shop()
    create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=NOW)
    return create_backend(shop=shop, kind="paper", name="Paper", config=PaperConfig(), actor=SYSTEM, now=NOW)


def found() -> list[Finding]:
    return list(check_shop_systems())


def test_a_silent_shop_system_is_named_with_what_to_do(backend: Backend, system: PaperBackend) -> None:
    Backend.objects.filter(pk=backend.pk).update(failing_since=NOW, last_error="Check the key.\n401 Unauthorized")
    system.fails_reading = CommerceError("Check the key.", permanent=True, code="auth")
    silent, tried = found()
    assert (silent.about, silent.state) == ("Paper (shop moringa)", State.FAILED)
    assert silent.found == "It has not answered since 2026-11-22 12:05 UTC: Check the key. 401 Unauthorized"
    assert "try the connection" in silent.advice
    assert (tried.state, tried.found, tried.advice) == (State.FAILED, "Reach the shop system", "Check the key.")


def test_one_that_answers_is_well_and_one_that_was_not_read_asks_for_a_worker(backend: Backend) -> None:
    assert [one.state for one in found()] == [State.WARNING, State.OK]
    Backend.objects.filter(pk=backend.pk).update(last_ok_at=NOW)
    assert [one.state for one in found()] == [State.OK, State.OK]


def test_one_whose_plug_in_is_gone_says_so(backend: Backend) -> None:
    Backend.objects.filter(pk=backend.pk).update(kind="gone")
    (finding,) = found()
    assert (finding.state, finding.found) == (State.FAILED, "No plug-in 'gone' is installed.")


def test_one_that_is_switched_off_is_left_alone(backend: Backend) -> None:
    Backend.objects.filter(pk=backend.pk).update(is_active=False, failing_since=NOW)
    assert found() == []

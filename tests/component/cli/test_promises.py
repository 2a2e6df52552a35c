"""What `balcao doctor` says of promises, and what `balcao deadlines explain` tells of a ticket."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balcao.cli.findings import Finding, State
from balcao.cli.main import main
from balcao.cli.promises import check_promises
from balcao.deadlines.actions import clocks
from balcao.deadlines.actions.calendars import create_calendar, edit_calendar
from balcao.deadlines.models import Calendar, Clock
from balcao.deadlines.types import ClockKind
from balcao.journal.actions import record, seal
from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.testing.factories import make_shop
from balcao.testing.hours import office_hours

NOW = datetime(2026, 8, 3, 13, 0, tzinfo=UTC)


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def hours(shop: Shop) -> Calendar:
    return create_calendar(key="office", name="Office", spec=office_hours(), shop=shop, now=NOW)


@pytest.fixture
def clock(shop: Shop, hours: Calendar) -> Clock:
    facts: dict[str, Any] = {"subject_kind": "ticket", "subject_id": 1, "ticket_id": 1, "key": "entry:1"}
    return clocks.start_clock(
        shop_id=shop.pk, kind=ClockKind.RESOLUTION, target_seconds=7200, calendar=hours, at=NOW, **facts
    )


def found(now: datetime = NOW) -> list[Finding]:
    return [finding for finding in check_promises(now=now) if finding.state != State.OK]


def test_all_is_well(clock: Clock) -> None:
    assert found() == []


def test_hours_that_never_open_are_named(hours: Calendar) -> None:
    shut = {**office_hours(), "weekly": {}}
    edit_calendar(calendar=hours, spec=shut, valid_from=NOW, now=NOW)
    (finding,) = found()
    assert (finding.state, "Office never opens" in finding.found) == (State.WARNING, True)


def test_holidays_that_run_out_are_named(hours: Calendar) -> None:
    names = {"2026-09-07": {"name": "Independência", "source": "holidays"}}
    edit_calendar(calendar=hours, spec={**office_hours(), "names": names}, valid_from=NOW, now=NOW)
    (finding,) = found()
    assert "end with 2026-09-07" in finding.found


def test_timers_that_nobody_fires_are_found(clock: Clock) -> None:
    (finding,) = found(NOW + timedelta(hours=1, minutes=1))
    assert (finding.state, "1 timers" in finding.found) == (State.FAILED, True)


def test_a_follower_that_is_behind_is_found(clock: Clock) -> None:
    record(name="ticket.opened", at=NOW, actor=SYSTEM, about=[])
    seal()
    assert any("were not told" in finding.found for finding in found(NOW + timedelta(minutes=6)))


def test_a_row_that_says_something_else_than_its_events_is_found(clock: Clock) -> None:
    Clock.objects.update(due_at=NOW)
    (finding,) = found()
    assert "do not say what happened" in finding.found


def test_nobody_explains_a_ticket_that_is_not_there(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadlines", "explain", "4711"]) == 2
    assert "There is no ticket 4711" in capsys.readouterr().err

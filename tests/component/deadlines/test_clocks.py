"""Clocks are their events: what their rows say follows, each event once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from balcao.deadlines.actions import clocks
from balcao.deadlines.actions.calendars import apply_batch, create_calendar, edit_calendar
from balcao.deadlines.models import Calendar, CalendarVersion, Clock, Timer
from balcao.deadlines.types import ClockKind, ClockRefused, PauseReason, Refusal, ReopenMode
from balcao.jobs.models import Job
from balcao.journal.models import Entry
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.hours import office_hours, round_the_clock

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def started(shop: Shop, hours: Calendar, at: datetime, *, target: int = 4 * 3600, **more: Any) -> Clock:
    facts = {"kind": ClockKind.RESOLUTION, "subject_kind": "ticket", "subject_id": 7, "ticket_id": 7, **more}
    return clocks.start_clock(shop_id=shop.pk, target_seconds=target, calendar=hours, at=at, key="entry:1", **facts)


def test_a_clock_is_due_when_its_open_time_is_used(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = started(shop, hours, now)

    assert (clock.state, clock.due_at) == ("running", now + 4 * HOUR)
    timer = Timer.objects.get()
    assert (timer.fire_at, timer.step) == (now + 2 * HOUR, "warn_50")


def test_the_same_start_twice_is_one_clock(shop: Shop, hours: Calendar, now: datetime) -> None:
    first = started(shop, hours, now)
    again = started(shop, hours, now + HOUR, target=60)

    assert (again.pk, again.due_at) == (first.pk, first.due_at)
    assert Clock.objects.count() == 1


def test_what_pauses_has_no_due_time_and_keeps_what_is_left(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = clocks.pause(clock=started(shop, hours, now), reason=PauseReason.CARRIER, at=now + HOUR, key="entry:2")

    assert (clock.state, clock.due_at, clock.paused_for) == ("paused", None, "waiting_carrier")
    assert clock.paused_left == 3 * 3600
    assert Timer.objects.get().step == "long_pause"

    clock = clocks.resume(clock=clock, at=now + DAY, key="entry:3")
    assert (clock.due_at, clock.paused_left) == (now + DAY + 3 * HOUR, None)


def test_the_same_key_twice_is_one_event(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = started(shop, hours, now)
    for _ in range(2):
        clock = clocks.pause(clock=clock, reason=PauseReason.CUSTOMER, at=now + HOUR, key="entry:2")

    assert [row["type"] for row in clock.events] == ["start", "pause"]


def test_a_first_response_never_pauses(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = started(shop, hours, now, kind=ClockKind.FIRST_RESPONSE)

    with pytest.raises(ClockRefused) as refused:
        clocks.pause(clock=clock, reason=PauseReason.CUSTOMER, at=now, key="entry:2")
    assert refused.value.refusal == Refusal.NEVER


def test_what_is_kept_late_is_missed_and_told_with_the_due_instant(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = clocks.fulfil(clock=started(shop, hours, now), at=now + 5 * HOUR, key="entry:2")

    assert (clock.state, clock.breached_at) == ("missed", now + 4 * HOUR)
    told = Entry.objects.get(name="clock.breached")
    assert (told.at, told.facts["clock"]) == (now + 4 * HOUR, clock.pk)
    assert not Timer.objects.exists()


def test_a_later_target_takes_no_breach_back(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = clocks.set_target(
        clock=started(shop, hours, now), target_seconds=8 * 3600, at=now + 5 * HOUR, key="entry:2"
    )

    assert (clock.due_at, clock.breached_at) == (now + 8 * HOUR, now + 4 * HOUR)
    assert Entry.objects.filter(name="clock.breached").count() == 1


def test_a_shorter_target_counts_from_the_start(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = clocks.set_target(clock=started(shop, hours, now), target_seconds=3600, at=now + 2 * HOUR, key="entry:2")

    assert clock.due_at == now + HOUR
    assert clocks.recompute(clock=clock) is False


def test_a_reopened_promise_goes_on_or_begins_anew(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = clocks.fulfil(clock=started(shop, hours, now), at=now + HOUR, key="entry:2")
    assert clocks.reopen(clock=clock, at=now + DAY, key="entry:3").due_at == now + DAY + 3 * HOUR

    clocks.fulfil(clock=clock, at=now + DAY + HOUR, key="entry:4")
    clock = clocks.reopen(clock=clock, at=now + DAY, key="entry:5", mode=ReopenMode.RESTART)
    assert len(clock.events) == 5


def test_what_is_undone_never_happened(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = clocks.fulfil(clock=started(shop, hours, now), at=now + HOUR, key="entry:2")
    clock = clocks.undo(clock=clock, of="entry:2", at=now + HOUR, key="entry:3")

    assert (clock.state, clock.due_at, clock.ended_at) == ("running", now + 4 * HOUR, None)
    assert Timer.objects.count() == 1


def test_a_supervisor_forgives_a_breach_with_a_reason(
    shop: Shop, hours: Calendar, now: datetime, sofia: Agent, bia: Agent
) -> None:
    clock = clocks.fulfil(clock=started(shop, hours, now), at=now + 5 * HOUR, key="entry:2")

    for agent, reason, refusal in ((bia, "Storm", Refusal.NOT_ALLOWED), (sofia, " ", Refusal.NO_REASON)):
        with pytest.raises(ClockRefused) as refused:
            clocks.void_breach(clock=clock, agent=agent, reason=reason, now=now + DAY)
        assert refused.value.refusal == refusal

    clock = clocks.void_breach(clock=clock, agent=sofia, reason="Storm", now=now + DAY)
    assert (clock.breached_at, clock.is_voided, clock.state) == (None, True, "met")
    assert Entry.objects.get(name="clock.breach.voided").personal.values == {"reason": "Storm"}


def test_a_forecast_beyond_the_promise_is_a_risk_once(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = started(shop, hours, now)
    for _ in range(2):
        clock = clocks.set_forecast(clock=clock, forecast_at=now + 6 * HOUR, now=now)
    assert clock.is_at_risk
    clock = clocks.set_forecast(clock=clock, forecast_at=now + 3 * HOUR, now=now)

    assert not clock.is_at_risk
    names = Entry.objects.filter(name__startswith="clock.").order_by("id").values_list("name", flat=True)
    assert list(names) == ["clock.at_risk", "clock.safe"]


def test_rows_say_what_their_events_say(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = started(shop, hours, now)
    assert not clocks.differs(clock)

    Clock.objects.update(due_at=now, state="met")
    clock.refresh_from_db()
    assert clocks.differs(clock)
    assert clocks.recompute(clock=clock) is True
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == ("running", now + 4 * HOUR)


# --- Calendars --------------------------------------------------------------------------------------------------------


def closed(day: str) -> dict[str, Any]:
    return office_hours(overrides={day: []})


def test_new_hours_hold_for_what_runs_and_leave_the_old_version_alone(
    shop: Shop, hours: Calendar, now: datetime, sofia: Agent
) -> None:
    clock = started(shop, hours, now, target=12 * 3600)
    done = clocks.fulfil(clock=started(shop, hours, now, subject_id=8, ticket_id=8), at=now + HOUR, key="entry:3")

    version = edit_calendar(
        calendar=hours, spec=closed("2026-08-04"), valid_from=now + HOUR, now=now + HOUR, agent=sofia, reason="Strike"
    )
    assert Job.objects.get().task.endswith("apply_version")
    assert apply_batch(version=version, now=now + HOUR) == 1
    assert apply_batch(version=version, now=now + HOUR) == 0

    clock.refresh_from_db()
    assert clock.due_at == now + 2 * DAY + 3 * HOUR  # eight hours on Monday, none on Tuesday, four on Wednesday
    assert [row["type"] for row in clock.events] == ["start", "set_calendar"]
    done.refresh_from_db()
    assert len(done.events) == 2
    assert CalendarVersion.objects.get(number=1).spec == office_hours()
    changed = Entry.objects.get(name="calendar.changed")
    assert (changed.actor_id, changed.facts["reason"]) == (sofia.pk, "Strike")


def test_new_hours_never_make_a_broken_promise_whole(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = started(shop, hours, now)
    late = now + 6 * HOUR

    version = edit_calendar(calendar=hours, spec=closed("2026-08-03"), valid_from=now - DAY, now=late)
    apply_batch(version=version, now=late)

    clock.refresh_from_db()
    assert clock.breached_at == now + 4 * HOUR


def test_a_clock_that_starts_later_counts_by_the_version_of_its_time(
    shop: Shop, hours: Calendar, now: datetime
) -> None:
    edit_calendar(calendar=hours, spec=round_the_clock(), valid_from=now + DAY, now=now)

    assert started(shop, hours, now, target=10 * 3600).due_at == now + DAY + HOUR
    later = started(shop, hours, now + DAY, target=10 * 3600, subject_id=8, ticket_id=8)
    assert later.due_at == now + DAY + 10 * HOUR


def test_the_same_hours_are_no_new_version(hours: Calendar, now: datetime) -> None:
    with pytest.raises(ClockRefused) as refused:
        edit_calendar(calendar=hours, spec=office_hours(), valid_from=now, now=now)
    assert refused.value.refusal == Refusal.UNCHANGED


def test_a_clock_goes_on_by_the_hours_of_others(shop: Shop, hours: Calendar, now: datetime) -> None:
    istanbul = create_calendar(key="ist", name="Istanbul", spec=office_hours(zone="Europe/Istanbul"), now=now)
    start = now + 6 * HOUR  # 16:00 in São Paulo

    clock = clocks.set_calendar(clock=started(shop, hours, start), calendar=istanbul, at=start + HOUR, key="entry:2")

    assert clock.due_at == datetime.fromisoformat("2026-08-04T12:00:00+03:00")


def test_hours_are_read_once_per_process(shop: Shop, hours: Calendar, now: datetime) -> None:
    clock = started(shop, hours, now)
    with CaptureQueriesContext(connection) as queries:
        clocks.pause(clock=clock, reason=PauseReason.CUSTOMER, at=now + HOUR, key="entry:2")
    assert not [q for q in queries.captured_queries if "calendarversion" in q["sql"]]

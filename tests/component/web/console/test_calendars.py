"""Calendars and targets in the console."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.deadlines.actions import clocks
from balcao.deadlines.actions.defaults import plant
from balcao.deadlines.models import Calendar, Target
from balcao.deadlines.types import ClockKind
from balcao.jobs.models import Job
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


@pytest.fixture
def calendar(moringa: Shop) -> Calendar:
    return plant(shop=moringa, now=timezone.now())


def week(**days: str) -> dict[str, Any]:
    """Return a form that is open from 9 to 18 on working days, save for what is said."""
    hours = {day: "09:00-18:00" if day not in ("sat", "sun") else "" for day in DAYS}
    return {"name": "Stock", "zone": "America/Sao_Paulo", "country": "", "is_active": "on", **hours, **days}


def test_a_shop_has_hours_with_its_countrys_holidays(visitor: Client, calendar: Calendar) -> None:
    listed = visitor.get("/console/calendars/").content.decode()
    assert calendar.name in listed
    page = visitor.get(f"/console/calendars/{calendar.pk}/").content.decode()
    assert "Confraternização Universal" in page
    assert "holidays 0." in page


def test_other_hours_are_the_next_version(visitor: Client, calendar: Calendar, helena: Agent) -> None:
    page = visitor.post(f"/console/calendars/{calendar.pk}/", week(sat="10:00-14:00", reason="Longer weeks"))

    assert page.status_code == 302
    version = calendar.versions.get(number=2)
    assert version.spec["weekly"]["sat"] == ["10:00-14:00"]
    assert (version.made_by, version.reason) == (helena, "Longer weeks")
    assert Job.objects.filter(task__endswith="apply_version").exists()
    assert "Longer weeks" in visitor.get(f"/console/calendars/{calendar.pk}/").content.decode()


def test_the_same_hours_are_no_version(visitor: Client, moringa: Shop) -> None:
    visitor.post("/console/calendars/new/", week(shop=str(moringa.pk)))
    made = Calendar.objects.get(name="Stock")
    assert (made.shop, made.zone) == (moringa, "America/Sao_Paulo")
    visitor.post(f"/console/calendars/{made.pk}/", week(name="Stock 2"))
    made.refresh_from_db()
    assert (made.name, made.versions.count()) == ("Stock 2", 1)


def as_a_browser_sends_it(page: str) -> dict[str, Any]:
    """Return every field of the settings form with what stands in it, also those that come several times."""
    form = page.partition('id="settings"')[2].partition("</form>")[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, value = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and name[1] != "csrfmiddlewaretoken":
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for select in re.findall(r"<select\b.*?</select>", form, re.DOTALL):
        name, value = re.search(r'\bname="([^"]*)"', select), re.search(r'value="([^"]*)"\s+selected', select)
        if name:
            found[name[1]] = [value[1] if value else ""]
    return found


def test_a_calendar_is_kept_as_its_page_sends_it_with_all_its_holidays(visitor: Client, calendar: Calendar) -> None:
    address = f"/console/calendars/{calendar.pk}/"
    given = as_a_browser_sends_it(visitor.get(address).content.decode())
    assert len(given["date"]) > 30
    assert visitor.post(address, {**given, "sat": "10:00-14:00"}).status_code == 302
    before = calendar.name
    calendar.refresh_from_db()
    first, second = calendar.versions.order_by("number")
    assert calendar.name == before
    assert second.spec["overrides"] == first.spec["overrides"]
    assert second.spec["names"] == first.spec["names"]
    new = as_a_browser_sends_it(visitor.get("/console/calendars/new/").content.decode())
    assert visitor.post("/console/calendars/new/", {**new, "name": "Depo saatleri"}).status_code == 302
    assert Calendar.objects.filter(name="Depo saatleri").exists()


def test_from_when_on_is_the_calendars_own_time(visitor: Client, calendar: Calendar) -> None:
    visitor.post(f"/console/calendars/{calendar.pk}/", week(valid_from="2030-01-07T09:00"))
    assert calendar.versions.get(number=2).valid_from == datetime(2030, 1, 7, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "day, words",
    [
        ("09:00-25:00", "a time that does not exist"),
        ("9 to 5", "is no shift"),
        ("09:00-12:00, 11:00-18:00", "overlaps"),
        ("09:00-09:00", "closes when it opens"),
    ],
)
def test_bad_hours_are_refused_with_words_at_their_day(
    visitor: Client, calendar: Calendar, day: str, words: str
) -> None:
    page = visitor.post(f"/console/calendars/{calendar.pk}/", week(tue=day))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert 'id="week-tue-error"' in page.content.decode()
    assert calendar.versions.count() == 1


def test_holidays_are_brought_in_and_kept_only_when_asked(visitor: Client, calendar: Calendar) -> None:
    form = week(country="TR", first="2026", last="2026", deed="holidays", date="2026-10-29", shifts="10:00-12:00")
    page = visitor.post(f"/console/calendars/{calendar.pk}/", {**form, "why": "", "source": ""}).content.decode()

    assert 'value="2026-05-26"' in page
    assert 'value="09:00-13:00"' in page, "the eve of the feast is half a day"
    assert 'value="10:00-12:00"' in page, "what was said of a day stays"
    assert calendar.versions.count() == 1


def test_a_calendar_that_never_opens_is_warned_of(visitor: Client, calendar: Calendar) -> None:
    shut = week(**dict.fromkeys(DAYS, ""))
    page = visitor.post(f"/console/calendars/{calendar.pk}/", {**shut, "deed": "preview"}).content.decode()
    assert "nothing is ever due" in page

    visitor.post(f"/console/calendars/{calendar.pk}/", shut)
    assert "Never open" in visitor.get("/console/calendars/").content.decode()


def test_nobody_edits_another_shops_hours(
    calendar: Calendar, next_door: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    other = enter(make_agent("Kaan", shop=next_door, role=Role.ADMIN))
    plant(shop=next_door, now=timezone.now())
    assert other.get(f"/console/calendars/{calendar.pk}/").status_code == 404
    assert calendar.name not in other.get("/console/calendars/").content.decode()


def test_the_table_of_targets_shows_the_default_and_what_differs(visitor: Client, calendar: Calendar) -> None:
    page = visitor.get("/console/targets/").content.decode()
    assert "First answer" in page
    assert "30 min" in page


def test_a_target_is_made_changed_and_taken_back(visitor: Client, calendar: Calendar, moringa: Shop) -> None:
    about = {"clock": "next_response", "shop": str(moringa.pk), "kind": "action", "priority": "high"}
    form = {**about, "hours": "3", "minutes": "30", "calendar": calendar.pk}
    assert visitor.post("/console/targets/new/", form).status_code == 302
    made = Target.objects.get(kind="action", priority="high")
    assert made.seconds == 3 * 3600 + 1800

    again = visitor.post("/console/targets/new/", form)
    assert (again.status_code, "exactly this already" in again.content.decode()) == (422, True)

    visitor.post(f"/console/targets/{made.pk}/", {"hours": "2", "calendar": calendar.pk})
    made.refresh_from_db()
    assert made.seconds == 7200
    visitor.post(f"/console/targets/{made.pk}/remove/")
    made.refresh_from_db()
    assert not made.is_active


def test_a_target_needs_a_length(visitor: Client, calendar: Calendar) -> None:
    page = visitor.post("/console/targets/new/", {"clock": "resolution", "calendar": calendar.pk})
    assert page.status_code == 422
    assert "how long it may take" in page.content.decode()


def test_a_change_holds_for_what_begins_afterwards(visitor: Client, calendar: Calendar, moringa: Shop) -> None:
    now = timezone.now()
    facts: dict[str, Any] = {"subject_kind": "ticket", "subject_id": 1, "ticket_id": 1, "key": "entry:1"}
    clock = clocks.start_clock(
        shop_id=moringa.pk, kind=ClockKind.RESOLUTION, target_seconds=60, calendar=calendar, at=now, **facts
    )
    default = Target.objects.get(clock="resolution", kind="", priority="")
    visitor.post(f"/console/targets/{default.pk}/", {"hours": "1", "calendar": calendar.pk})
    clock.refresh_from_db()
    assert clock.target_seconds == 60
    assert timedelta(seconds=clock.target_seconds) < timedelta(hours=1)


@pytest.mark.parametrize("page", ["calendars/new/", "targets/", "targets/new/"])
def test_whoever_works_for_no_shop_finds_no_page_about_its_hours(
    visitor: Client, helena: Agent, moringa: Shop, page: str
) -> None:
    helena.shops.remove(moringa)

    assert visitor.get(f"/console/{page}").status_code == 404

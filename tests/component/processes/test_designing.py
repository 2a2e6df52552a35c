"""By whose hours a blueprint is checked, and who plays the roles that it names."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from balcao.deadlines.actions.calendars import create_calendar, set_department_calendar
from balcao.deadlines.actions.choosing import hours_for
from balcao.deadlines.queries.hours import HOURS, key_of, version_at
from balcao.processes.actions import blueprints
from balcao.processes.models import Blueprint
from balcao.processes.queries.blueprints import blueprint_by_id
from balcao.processes.queries.designing import checked, roles_unplayed
from balcao.processes.queries.hours import hours_of, hours_of_shops
from balcao.processes.queries.standing import place_of
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import ROUND_THE_CLOCK, Unit
from balcao.shops.models import Shop
from balcao.staff.models import Department
from balcao.testing.factories import make_agent, make_shop

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAYS = ("mon", "tue", "wed", "thu", "fri")


def calendar(key: str, hours: str, shop: Shop | None = None, days: tuple[str, ...] = DAYS) -> None:
    spec = {"tz": "America/Sao_Paulo", "weekly": {day: [hours] for day in days}, "overrides": {}}
    row = create_calendar(key=key, name=key, spec=spec, now=NOW, shop=shop)
    if key == "wh":
        set_department_calendar(
            department=Department.objects.create(name="Estoque", key="wh"), calendar=row, agent=None, now=NOW
        )


@pytest.fixture
def moringa() -> Shop:
    return make_shop()


def test_a_limit_counts_by_the_same_hours_as_its_clock_will(moringa: Shop) -> None:
    calendar("all", "10:00-16:00")
    calendar("moringa", "09:00-18:00", moringa)
    calendar("wh", "07:00-16:00")
    hours = hours_of(moringa, at=NOW)
    for owner, name in (("cs", ""), ("wh", ""), ("wh", "all"), ("carrier", ""), ("cs", "wh")):
        department = Department.objects.filter(key=owner).first()
        chosen = hours_for(shop_id=moringa.pk, department=department, key=name)
        expected = HOURS[key_of(version_at(chosen, at=NOW))]
        assert hours.of(unit=Unit.BUSINESS, calendar=name, owner=owner) == expected


def test_without_any_calendar_it_never_closes(moringa: Shop) -> None:
    assert hours_of(moringa, at=NOW).shop == ROUND_THE_CLOCK


def test_hours_that_are_alike_are_looked_at_once(moringa: Shop) -> None:
    next_door = make_shop("bergamota")
    calendar("moringa", "09:00-18:00", moringa)
    calendar("bergamota", "09:00-18:00", next_door)
    assert len(hours_of_shops([moringa, next_door], at=NOW)) == 1


def test_what_holds_in_every_shop_is_told_by_the_shop_in_which_it_is_worst(moringa: Shop) -> None:
    next_door = make_shop("bergamota")
    calendar("moringa", "09:00-18:00", moringa)
    calendar("bergamota", "09:00-18:00", next_door)
    calendar("wh", "09:00-10:00", None, ("mon",))
    blueprints.bring_defaults(now=NOW)
    current = Blueprint.objects.get(key="cancel").current
    assert current
    read = parse_blueprint(current.spec)
    found = checked(read, shop=None, now=NOW)
    assert found.report.total
    assert not found.report.total.fits  # the warehouse opens for an hour a week
    calendar("other", "00:00-24:00", make_shop("caju"))
    worst = checked(read, shop=None, now=NOW)
    assert worst.is_one_of_several
    assert worst.report.total
    assert worst.report.total.spare_seconds is not None
    spares = [checked(read, shop=shop, now=NOW).report.total for shop in Shop.objects.all()]
    assert worst.report.total.spare_seconds == min(fit.spare_seconds or 0 for fit in spares if fit)


def test_a_role_is_nobodys_until_a_department_plays_it() -> None:
    blueprints.bring_defaults(now=NOW)
    assert "fin" in roles_unplayed()
    Department.objects.create(name="Financeiro", key="fin")
    assert "fin" not in roles_unplayed()
    Blueprint.objects.update(is_active=False)
    assert not roles_unplayed()


def test_a_version_whose_publishing_was_rolled_back_is_read_anew(moringa: Shop) -> None:
    blueprints.bring_defaults(now=NOW)
    refund, agent = Blueprint.objects.get(key="refund"), make_agent("ada", shop=moringa)
    assert refund.current
    spec = refund.current.spec
    draft = blueprints.save_draft(blueprint=refund, spec=spec, note="", agent=agent, now=NOW)
    with suppress(ZeroDivisionError), transaction.atomic():
        blueprints.publish(draft=draft, agent=agent, take_running=True, now=NOW)
        assert blueprint_by_id(draft.pk).why == parse_blueprint(spec).why
        raise ZeroDivisionError
    other = {**spec, "why": "Weighed once more."}
    again = blueprints.save_draft(blueprint=refund, spec=other, note="", agent=agent, now=NOW)
    blueprints.publish(draft=again, agent=agent, take_running=True, now=NOW)
    assert (again.pk, blueprint_by_id(again.pk).why) == (draft.pk, "Weighed once more.")


def test_a_published_version_is_read_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    blueprints.bring_defaults(now=NOW)
    version = Blueprint.objects.get(key="refund").current_id
    assert version
    with django_assert_num_queries(1):
        assert blueprint_by_id(version) is blueprint_by_id(version)
        assert place_of(version, blueprint_by_id(version).start.key)[0] == 1

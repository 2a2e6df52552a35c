"""What a new installation begins with: blueprints and departments, once."""

from datetime import datetime

import pytest

from balcao.automation.models import Rule
from balcao.journal.actions import record, seal
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers
from balcao.processes.models import Blueprint
from balcao.processes.types import Department as Role
from balcao.shops.actions import create_shop
from balcao.shops.models import Shop
from balcao.staff.actions import create_department
from balcao.staff.models import Department

pytestmark = pytest.mark.django_db


def follow(now: datetime) -> None:
    while seal() or followers.run_due(now=now):
        pass


def names() -> dict[str, str]:
    return {str(key): name for key, name in Department.objects.values_list("key", "name")}


def opened(slug: str, language: str, now: datetime) -> None:
    create_shop(slug=slug, name=slug.title(), languages=[language], actor=SYSTEM, now=now)
    follow(now)


@pytest.mark.parametrize(
    "language, warehouse, finance",
    [("en", "Warehouse", "Finance"), ("pt-BR", "Estoque", "Financeiro"), ("tr", "Depo", "Finans")],
)
def test_the_first_shop_brings_departments_in_its_own_language(
    language: str, warehouse: str, finance: str, now: datetime
) -> None:
    opened("nar", language, now)
    assert set(names()) == set(map(str, Role))
    assert (names()["wh"], names()["fin"]) == (warehouse, finance)
    assert Blueprint.objects.exists()


def test_every_new_shop_begins_with_the_rule_for_what_cannot_wait(now: datetime) -> None:
    opened("nar", "tr", now)
    opened("moringa", "pt-BR", now)
    assert sorted(Rule.objects.values_list("shop__slug", flat=True)) == ["moringa", "nar"]


def test_a_department_that_was_removed_does_not_come_back_with_another_shop(now: datetime) -> None:
    opened("nar", "tr", now)
    Department.objects.all().delete()
    opened("moringa", "pt-BR", now)
    assert not Department.objects.exists()


def test_who_made_departments_first_keeps_to_them(now: datetime) -> None:
    create_shop(slug="nar", name="Nar", languages=["tr"], actor=SYSTEM, now=now)
    create_department(name="Arka ofis", members=[], actor=SYSTEM, now=now)
    follow(now)
    assert [row.name for row in Department.objects.all()] == ["Arka ofis"]


def test_an_older_installation_is_given_blueprints_and_no_departments(now: datetime) -> None:
    shop = Shop.objects.create(slug="nar", name="Nar", languages=["tr"], created_at=now)
    facts = {"shop": shop.pk, "fields": []}  # as it was written before there were default departments
    record(name="shop.created", at=now, actor=SYSTEM, about=[], shop_id=shop.pk, facts=facts)
    follow(now)
    assert Blueprint.objects.exists()
    assert not Department.objects.exists()

"""What an owner meets who has just logged in for the first time, and has no shop yet."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers
from balcao.shops.models import Shop
from balcao.staff.actions import create_agent
from balcao.staff.models import Agent
from balcao.staff.types import Role


def follow() -> None:
    while seal() or followers.run_due(now=timezone.now()):
        pass


@pytest.fixture
def zeynep(db: None) -> Agent:
    return create_agent(
        email="zeynep@nar.example",
        name="Zeynep",
        role=Role.ADMIN,
        every_shop=True,
        language="tr",
        actor=SYSTEM,
        now=timezone.now(),
    )


@pytest.fixture
def visitor(zeynep: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(zeynep)


@pytest.mark.parametrize("page", ["targets/", "targets/new/", "calendars/new/"])
def test_a_page_of_a_shop_leads_to_the_first_one(visitor: Client, page: str) -> None:
    answer = visitor.get(f"/console/{page}")
    assert (answer.status_code, answer["Location"]) == (302, "/console/shops/new/")


def test_pages_say_where_to_begin_and_what_comes_by_itself(visitor: Client) -> None:
    assert "Buradan başlayın" in visitor.get("/console/shops/").content.decode()
    assert "İlk mağazanızla" in visitor.get("/console/processes/").content.decode()
    page = visitor.get("/console/departments/").content.decode()
    assert "İlk mağazanızla" in page
    assert "/console/departments/usual/" not in page


def test_a_new_shop_is_probably_where_its_owner_speaks(visitor: Client) -> None:
    page = visitor.get("/console/shops/new/").content.decode()
    for chosen in ("tr", "TR", "TRY", "Europe/Istanbul"):
        assert f'value="{chosen}" selected' in page
    for odd in ("Bilinmeyen Bölge", "Psödo Aksanlar", "Avrupa Birliği"):
        assert odd not in page
    assert not Shop.objects.exists()


def test_processes_stand_in_the_order_of_their_names(visitor: Client) -> None:
    given = {
        "name": "Nar", "slug": "nar", "main": "tr", "languages": ["tr"], "region": "TR", "time_zone": "Europe/Istanbul",
        "currency": "TRY", "colour": "#2347a8", "close_after_days": "7",
    }  # fmt: skip
    assert visitor.post("/console/shops/new/", given).status_code == 302
    follow()
    page = visitor.get("/console/processes/").content.decode()
    assert page.index(">Değişim<") < page.index(">İade<") < page.index(">Şikâyet<")

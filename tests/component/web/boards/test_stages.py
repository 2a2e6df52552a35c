"""The board of stages: whose time it was, where tickets stick, who must do what."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.deadlines.types import PauseReason
from balcao.insights.queries import stages as reading
from balcao.processes.actions.working import pause
from balcao.processes.models import Visit
from balcao.staff.models import Department
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop
from balcao.tickets.actions.tallies import fold
from tests.component.pipeline.stage_desk import StageDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> StageDesk:
    return StageDesk()


@pytest.fixture
def caio(desk: StageDesk, client: Client) -> Client:
    client.force_login(desk.caio)
    return client


def page(client: Client, **asked: Any) -> str:
    answer = client.get("/boards/stages/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stage_that_was_left_late_is_charged_to_its_department(desk: StageDesk, caio: Client) -> None:
    # Given a return that customer service left lying beyond its limit
    now = timezone.now()
    process = desk.begin("return", fields={"reason": "defective"}, now=now - timedelta(days=6))
    desk.go(process, "ask_review", now=now - timedelta(minutes=1))

    # Then the board says so
    [figures] = reading.figures(shops=[desk.shop.pk], since=now - timedelta(days=7), until=now)
    cs = Department.objects.get(key="cs")
    assert (figures.stage, figures.department, figures.stays, figures.late) == ("requested", cs.pk, 1, 1)
    assert figures.lasted >= 5 * 86_400
    assert figures.used > figures.limits
    assert "cs" in page(caio)


def test_time_with_somebody_outside_is_not_the_department_s(desk: StageDesk) -> None:
    now = timezone.now()
    process = desk.begin("return", fields={"reason": "defective"}, now=now - timedelta(hours=3))
    visit = process.visits.get()
    pause(visit=visit, reason=PauseReason.SUPPLIER, agent=desk.caio, now=now - timedelta(hours=2))
    desk.go(process, "ask_review", now=now)
    left = Visit.objects.get(pk=visit.pk)
    assert (left.lasted_seconds, left.waited_seconds) == (3 * 3600, 2 * 3600)


def test_what_is_late_names_who_must_do_it(desk: StageDesk, caio: Client) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    Visit.objects.filter(process=process).update(due_at=timezone.now() - timedelta(hours=1), assignee=desk.caio)
    fold()
    text = page(caio)
    assert str(desk.ticket.number) in text
    assert "Caio" in text


def test_the_board_is_for_those_who_lead(desk: StageDesk, client: Client) -> None:
    client.force_login(make_agent("Bia", shop=desk.shop, role=Role.AGENT))
    assert client.get("/boards/stages/").status_code == 403


def test_another_shop_s_stages_are_not_counted(desk: StageDesk, client: Client) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    Visit.objects.filter(process=process).update(due_at=timezone.now() - timedelta(hours=1))
    elsewhere = make_shop("Nar & Fincan")
    client.force_login(make_agent("Elif", shop=elsewhere, role=Role.SUPERVISOR))
    assert f">{desk.ticket.number}<" not in page(client)


@pytest.mark.parametrize("asked", [{"span": "year"}, {"shop": "x"}, {"process": "9" * 30}, {"shop": "99999"}])
def test_strange_questions_get_a_board(caio: Client, asked: dict[str, str]) -> None:
    page(caio, **asked)


def test_the_same_numbers_come_as_a_file(desk: StageDesk, caio: Client) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    Visit.objects.filter(process=process).update(entered_at=timezone.now() - timedelta(days=3))
    desk.go(process, "ask_review")
    answer = caio.get("/boards/stages.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 2


def test_a_board_costs_as_many_queries_for_many_stages_as_for_few(
    desk: StageDesk, caio: Client, django_assert_max_num_queries: Any
) -> None:
    desk.begin("return", fields={"reason": "defective"})
    page(caio)
    with django_assert_max_num_queries(30):
        page(caio)

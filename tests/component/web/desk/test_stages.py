"""What departments owe, as lists beside the views, and the stage board."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from balcao.processes.actions import blueprints, working
from balcao.processes.actions.moving import Mover, forward, start
from balcao.processes.models import Blueprint, Process, Visit
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.board import Filter, board_of
from balcao.processes.queries.courses import last_visit
from balcao.processes.queries.owed import Slice, owed_page
from balcao.processes.queries.standing import standing_of
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop
from balcao.tickets.models import Message, Ticket

DEPARTMENTS = ("cs", "cs_lead", "log", "wh", "qc", "fin")


@pytest.fixture(autouse=True)
def departments(db: None) -> None:
    for key in DEPARTMENTS:
        Department.objects.create(name=key.upper(), key=key)
    blueprints.bring_defaults(now=timezone.now())


@pytest.fixture
def begun(arrive: Callable[..., Message], bia: Agent) -> Callable[..., Process]:
    """Let a return begin for a new customer."""
    count = iter(range(1, 10_000))

    def begin(**more: Any) -> Process:
        number = next(count)
        ticket = arrive(number, subject=f"Return {number}", **{"from": f"ana{number}@example.com"}).ticket
        blueprint = blueprint_for("return", shop_id=ticket.shop_id)
        assert blueprint
        given = {"fields": {"reason": "defective"}, "now": timezone.now()} | more
        return start(ticket=ticket, blueprint=blueprint, order=None, mover=Mover(agent=bia), key=f"k{number}", **given)

    return begin


@pytest.fixture
def leader(bia: Agent) -> Agent:
    Department.objects.filter(key="cs_lead").update(lead=bia)
    return bia


def to_review(process: Process, agent: Agent) -> Visit:
    visit = last_visit(process)
    now = timezone.now()
    forward(visit=visit, transition="ask_review", mover=Mover(agent=agent), key=f"r{visit.pk}", now=now)
    return last_visit(process)


def test_rows_say_where_their_tickets_stand(desk: Client, begun: Callable[..., Process]) -> None:
    begun()
    page = desk.get("/in/ours/").content.decode()
    assert "1/" in page
    assert " · CS" in page


def test_where_a_page_of_tickets_stands_is_one_query(
    begun: Callable[..., Process], django_assert_num_queries: Any
) -> None:
    tickets = [begun().ticket_id for _ in range(4)]
    standing_of(tickets)
    with django_assert_num_queries(1):
        found = standing_of(tickets)
    assert {one.stage for one in found.values()} == {"requested"}
    assert all(one.place == 1 and one.of > 3 for one in found.values())


def test_who_leads_a_department_sees_what_it_owes_by_due_time(
    desk: Client, begun: Callable[..., Process], leader: Agent
) -> None:
    # Given three returns in review, due one after another, and one that waits
    visits = [to_review(begun(), leader) for _ in range(4)]
    for hours, visit in zip((5, 1, 3), visits, strict=False):
        Visit.objects.filter(pk=visit.pk).update(due_at=timezone.now() + timedelta(hours=hours))
    Visit.objects.filter(pk=visits[3].pk).update(due_at=None)

    # Then they stand in this order, page by page as in one
    now = timezone.now()
    whole = [work.visit.pk for work in owed_page(agent=leader, now=now).work]
    assert whole == [visits[1].pk, visits[2].pk, visits[0].pk, visits[3].pk]
    paged, after = [], None
    for _ in range(4):
        page = owed_page(agent=leader, now=now, after=after, limit=1)
        paged += [work.visit.pk for work in page.work]
        after = page.next_key
    assert (paged, after) == (whole, None)
    assert [w.visit.pk for w in owed_page(agent=leader, wanted=Slice.SOON, now=now).work] == [visits[1].pk]
    shown = desk.get("/in/stages/").content.decode()
    assert "My department&#39;s stages" in shown
    assert shown.count('class="row-item"') == 4


def test_tasks_stand_among_what_is_owed(desk: Client, begun: Callable[..., Process], leader: Agent) -> None:
    visit = last_visit(begun())
    lead = Department.objects.get(key="cs_lead")
    given = {"seconds": 3600, "is_obligatory": False, "agent": leader, "now": timezone.now()}
    working.add_task(visit=visit, title="Look at the box", department=lead, **given)
    assert "Task: Look at the box" in desk.get("/in/stages/").content.decode()


def test_what_is_at_risk_and_what_nobody_has(desk: Client, begun: Callable[..., Process], leader: Agent) -> None:
    first, second = (to_review(begun(), leader) for _ in range(2))
    Ticket.objects.filter(pk=first.process.ticket_id).update(is_at_risk=True, due_at=timezone.now())
    working.give_visit(visit=first, assignee=leader, agent=leader, now=timezone.now())
    now = timezone.now()
    assert [w.visit.pk for w in owed_page(agent=leader, wanted=Slice.RISK, now=now).work] == [first.pk]
    assert [w.visit.pk for w in owed_page(agent=leader, wanted=Slice.FREE, now=now).work] == [second.pk]


def test_a_light_agent_begins_with_the_stages_of_the_department(
    begun: Callable[..., Process], leader: Agent, shop: Shop, sign_in: Callable[[Agent], Client]
) -> None:
    to_review(begun(), leader)
    caio = make_agent("Caio", shop=shop, role=Role.LIGHT)
    caio.departments.add(Department.objects.get(key="cs_lead"))
    page = sign_in(caio).get("/").content.decode()
    assert 'data-view="stages"' in page
    assert page.count('class="row-item"') == 1


def test_nothing_of_another_shop_is_owed(begun: Callable[..., Process], leader: Agent) -> None:
    to_review(begun(), leader)
    zoe = make_agent("Zoe", shop=make_shop("other"))
    zoe.departments.add(Department.objects.get(key="cs_lead"))
    assert owed_page(agent=zoe, now=timezone.now()).work == []


def test_the_board_shows_stages_in_order_with_their_cards(
    desk: Client, begun: Callable[..., Process], leader: Agent
) -> None:
    begun()
    to_review(begun(), leader)
    returns = Blueprint.objects.get(key="return", shop=None)
    page = desk.get(f"/stages/?process={returns.pk}").content.decode()
    assert page.count('class="board-card') == 2
    assert page.index('data-stage="requested"') < page.index('data-stage="review"')
    late = desk.get(f"/stages/?process={returns.pk}&late=1").content.decode()
    assert 'class="board-card' not in late
    assert desk.get("/stages/").content.decode().count('class="board-card') == 2  # remembered


def test_the_board_asks_no_more_for_more_cards(desk: Client, begun: Callable[..., Process]) -> None:
    returns = Blueprint.objects.get(key="return", shop=None)
    address = f"/stages/?process={returns.pk}"
    begun()
    desk.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get(address)
    for _ in range(4):
        begun()
    with CaptureQueriesContext(connection) as many:
        desk.get(address)
    assert len(many) == len(few)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="small tables are read whole there, rightly")
def test_board_and_lists_walk_their_indexes(begun: Callable[..., Process], leader: Agent) -> None:
    to_review(begun(), leader)
    returns, now = Blueprint.objects.get(key="return", shop=None), timezone.now()
    with CaptureQueriesContext(connection) as asked:
        board_of(blueprint=returns, agent=leader, shop_id=None, wanted=Filter(), now=now)
        owed_page(agent=leader, now=now)
    walks = [one["sql"] for one in asked if "ORDER BY" in one["sql"] and "due_at" in one["sql"]]
    assert walks
    for sql in walks:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
        assert re.search(r"USING (COVERING )?INDEX processes_(board|owed|tasks_owed)", plan), plan
        assert "TEMP B-TREE" not in plan, plan


def test_from_the_board_one_forwards_and_comes_back_to_it(
    desk: Client, begun: Callable[..., Process], leader: Agent
) -> None:
    process = begun()
    visit = last_visit(process)
    listed = desk.get(f"/tickets/{process.ticket.number}/stage/{visit.pk}/ways/?next=/stages/").content.decode()
    assert "ask_review" in listed
    form = {"key": "k", "f-reason": "defective", "next": "/stages/"}
    answer = desk.post(f"/tickets/{process.ticket.number}/stage/{visit.pk}/ways/ask_review/", form)
    assert answer["Location"] == "/stages/"
    elsewhere = form | {"next": "https://evil.example/", "key": "k2"}
    visit = last_visit(process)
    answer = desk.post(f"/tickets/{process.ticket.number}/stage/{visit.pk}/ways/approve_reviewed/", elsewhere)
    assert answer["Location"] == f"/tickets/{process.ticket.number}/"


def test_an_open_list_hears_of_a_stage_that_arrives(desk: Client, begun: Callable[..., Process], leader: Agent) -> None:
    ticket = to_review(begun(), leader).process.ticket_id
    part = desk.get(f"/updates/?view=stages&changed={ticket}&shown=").content.decode()
    assert 'data-count="1"' in part

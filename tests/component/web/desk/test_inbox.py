"""The inbox: which rows, in which order, with what counts, at what cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.utils import timezone

from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.tickets.actions import arranging, changing
from balcao.tickets.actions.tallies import fold
from balcao.tickets.models import Message, SavedView
from balcao.tickets.types import Status


def give(message: Message, to: Agent) -> None:
    changing.assign(ticket=message.ticket, assignee=to, team=None, agent=to, now=timezone.now())


def test_the_inbox_shows_what_is_mine_and_my_turn(
    desk: Client, bia: Agent, caio: Agent, arrive: Callable[..., Message]
) -> None:
    give(arrive(subject="Mine to answer", **{"from": "ana@example.com"}), bia)
    give(arrive(subject="Somebody else's", **{"from": "leo@example.com"}), caio)

    page = desk.get("/").content.decode()

    assert "Mine to answer" in page
    assert "Somebody else" not in page


def test_who_is_not_signed_in_goes_to_the_login(db: None) -> None:
    answer = Client().get("/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_a_part_of_a_page_sends_the_whole_page_to_the_login(db: None) -> None:
    answer = Client().get("/", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert "login" in answer["HX-Redirect"]


def test_counts_come_with_the_views(desk: Client, bia: Agent, arrive: Callable[..., Message]) -> None:
    give(arrive(**{"from": "ana@example.com"}), bia)
    arrive(**{"from": "leo@example.com"})
    fold()

    page = desk.get("/in/unassigned/").content.decode()

    mine = page.split('href="/in/mine/"')[1].split("</a>")[0]
    assert '<span class="count">1</span>' in mine


def test_a_row_is_unread_until_the_agent_looked(desk: Client, arrive: Callable[..., Message]) -> None:
    message = arrive()

    before = desk.get("/in/unassigned/").content.decode()
    desk.get(f"/tickets/{message.ticket.number}/")
    after = desk.get("/in/unassigned/").content.decode()

    assert 'class="row unread"' in before
    assert 'class="row unread"' not in after


def test_the_list_goes_on_where_it_ended(desk: Client, arrive: Callable[..., Message]) -> None:
    for number in range(53):
        arrive(minutes=number, subject=f"Question {number:03}", **{"from": f"c{number}@example.com"})

    first = desk.get("/in/unassigned/").content.decode()
    more = first.split('hx-get="/in/unassigned/?after=')[1].split('"')[0]
    rest = desk.get(f"/in/unassigned/?after={more}", headers={"HX-Request": "true"}).content.decode()

    assert first.count('class="row-item"') == 50
    assert [f"Question {n:03}" in rest for n in (49, 50, 52)] == [False, True, True]
    assert "<body" not in rest


@pytest.mark.parametrize("key", ["unassigned", "mine"])
def test_a_page_costs_the_same_however_many_rows(
    key: str,
    desk: Client,
    bia: Agent,
    arrive: Callable[..., Message],
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    for number in range(12):
        message = arrive(minutes=number, **{"from": f"c{number}@example.com"})
        if key == "mine":
            give(message, bia)
    desk.get(f"/in/{key}/")

    with django_assert_max_num_queries(16):
        desk.get(f"/in/{key}/")


def test_a_saved_view_runs_its_search(desk: Client, bia: Agent, arrive: Callable[..., Message]) -> None:
    message = arrive(subject="About a broken plate")
    changing.set_status(ticket=message.ticket, status=Status.SOLVED, agent=bia, now=timezone.now())
    arrive(subject="Still open", **{"from": "leo@example.com"})

    answer = desk.post("/views/new/", {"name": "Done", "query": "is:solved"})
    page = desk.get(answer["Location"]).content.decode()

    assert "About a broken plate" in page
    assert "Still open" not in page


def test_whoever_saves_changes_or_deletes_a_view_is_in_the_journal(desk: Client, bia: Agent, shop: Shop) -> None:
    # Given a shared view of one shop, in the third place
    view = SavedView.objects.create(name="Shared", query="is:open", shop=shop, place=3)
    bia.role = Role.SUPERVISOR
    bia.save()

    # When Bia changes it, keeps it as it is, and deletes it
    changed = {"name": "Shared", "query": "is:solved", "shared": "1"}
    for facts in (changed, changed, {"delete": "1"}):
        desk.post(f"/views/{view.pk}/", facts)

    # Then each change is one entry of hers that says what it was
    was, became = ({"name": "Shared", "query": query, "agent": None} for query in ("is:open", "is:solved"))
    entries = list(Entry.objects.filter(name__startswith="view.").order_by("id"))
    assert [(entry.name, entry.actor_kind, entry.actor_id) for entry in entries] == [
        ("view.saved", "agent", bia.pk),
        ("view.deleted", "agent", bia.pk),
    ]
    assert [entry.facts for entry in entries] == [
        {"view": view.pk, "before": was, "after": became},
        {"view": view.pk, "before": became},
    ]
    assert {entry.shop_id for entry in entries} == {shop.pk}


def test_a_changed_view_stays_where_it_was(desk: Client, bia: Agent, shop: Shop) -> None:
    view = SavedView.objects.create(name="Mine", query="is:open", agent=bia, shop=shop, place=3)

    desk.post(f"/views/{view.pk}/", {"name": "Done", "query": "is:solved"})

    view.refresh_from_db()
    assert (view.name, view.shop, view.place, view.agent) == ("Done", shop, 3, bia)


def test_another_agents_saved_view_is_not_there(desk: Client, caio: Agent) -> None:
    view = arranging.save_view(view=None, name="His", query="is:open", agent=caio, actor=SYSTEM, now=timezone.now())

    assert desk.get(f"/in/saved-{view.pk}/").status_code == 404
    assert desk.get(f"/views/{view.pk}/").status_code == 404


def test_a_saved_view_says_what_it_does_not_understand(desk: Client) -> None:
    answer = desk.post("/views/new/", {"name": "Odd", "query": "is:purple"})

    assert answer.status_code == 422
    assert "is:purple" in answer.content.decode()


def test_one_deed_on_several_tickets(desk: Client, bia: Agent, arrive: Callable[..., Message]) -> None:
    tickets = [arrive(**{"from": f"c{n}@example.com"}).ticket for n in range(3)]

    desk.post("/bulk/", {"deed": "take", "ticket": [tickets[0].pk, tickets[2].pk], "back": "/in/ours/"})

    for ticket in tickets:
        ticket.refresh_from_db()
    assert [ticket.assignee for ticket in tickets] == [bia, None, bia]


def test_a_form_cannot_send_the_agent_elsewhere(desk: Client, arrive: Callable[..., Message]) -> None:
    ticket = arrive().ticket

    answer = desk.post("/bulk/", {"deed": "take", "ticket": [ticket.pk], "back": "https://evil.example/"})

    assert answer["Location"] == "/"


def test_updates_bring_changed_rows_and_count_new_ones(desk: Client, arrive: Callable[..., Message]) -> None:
    shown = arrive(subject="On the screen").ticket
    fresh = arrive(subject="Not yet", **{"from": "leo@example.com"}).ticket

    part = desk.get(f"/updates/?view=unassigned&shown={shown.pk}&changed={shown.pk},{fresh.pk}").content.decode()

    assert "On the screen" in part
    assert "Not yet" not in part
    assert "1 new ticket" in part.split('data-part="news"')[1]

"""Tickets over the API: listing, changing, merging, splitting."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from balcao.channels.models import Channel
from balcao.journal.models import Entry
from balcao.staff.models import Agent, Team
from balcao.testing.factories import make_shop, receive
from balcao.tickets.actions.classifying import set_due_facts
from balcao.tickets.models import Message, Tag, Ticket, Topic
from balcao.tickets.types import DueFacts

from .conftest import MakeProgram, Program


def test_a_ticket_says_what_it_is(erp: Program, ticket: Ticket) -> None:
    found = erp.get(f"/tickets/{ticket.number}").json()

    assert (found["number"], found["subject"], found["status"]) == (ticket.number, "Prato quebrado", "new")
    assert found["customer"]["name"] == "Ana Souza"
    assert found["tags"] == []
    assert found["opened_at"].endswith("Z")


def test_lists_walk_all_tickets_once(erp: Program, channel: Channel) -> None:
    now = timezone.now()
    for minute in range(7):
        receive(channel, now=now - timedelta(minutes=minute), **{"from": f"c{minute}@example.com"})

    seen: list[int] = []
    cursor = ""
    while True:
        page = erp.get("/tickets", limit=3, cursor=cursor).json()
        seen += [row["number"] for row in page["rows"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]

    assert seen == list(Ticket.objects.order_by("-changed_at", "-id").values_list("number", flat=True))
    assert len(seen) == 7


def test_a_list_costs_the_same_for_one_ticket_and_for_twenty(
    erp: Program, channel: Channel, ticket: Ticket, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    erp.get("/me")  # notes that the token is used
    with CaptureQueriesContext(connection) as one:
        erp.get("/tickets")
    for turn in range(20):
        taken = receive(channel, now=timezone.now(), **{"from": f"c{turn}@example.com"})
        assert taken.message
        taken.message.ticket.tags.add(Tag.objects.get_or_create(name=f"tag{turn}")[0])

    with django_assert_num_queries(len(one)):
        assert len(erp.get("/tickets").json()["rows"]) == 21


@pytest.mark.parametrize(
    "query, is_found",
    [
        ({"status": "new"}, True),
        ({"status": ["open", "waiting"]}, False),
        ({"unassigned": "true"}, True),
        ({"priority": "urgent"}, False),
        ({"tag": "Troca"}, True),
        ({"tag": "reembolso"}, False),
        ({"q": "pedaços"}, True),
        ({"q": "is:closed"}, False),
        ({"changed_from": "2020-01-01T00:00:00Z"}, True),
        ({"changed_before": "2020-01-01T00:00:00Z"}, False),
    ],
)
def test_filters_choose(erp: Program, ticket: Ticket, query: dict[str, Any], is_found: bool) -> None:
    from balcao.tickets.actions.indexing import index_messages

    ticket.tags.add(Tag.objects.create(name="troca"))
    index_messages(list(ticket.messages.values_list("pk", flat=True)))

    rows = erp.get("/tickets", **query).json()["rows"]

    assert [row["number"] for row in rows] == ([ticket.number] if is_found else [])


def test_a_change_is_made_whole(erp: Program, ticket: Ticket, bia: Agent) -> None:
    Tag.objects.create(name="Troca")
    team = Team.objects.create(name="Pós-venda")

    changed = erp.patch(
        f"/tickets/{ticket.number}",
        {
            "status": "waiting",
            "remind_at": "2199-01-15T09:00:00Z",
            "assignee_id": bia.pk,
            "team_id": team.pk,
            "priority": "high",
            "tags": ["troca"],
            "subject": "Prato  trincado",
            "language": "pt-BR",
        },
    ).json()

    assert (changed["status"], changed["assignee_id"], changed["team_id"]) == ("waiting", bia.pk, team.pk)
    assert (changed["priority"], changed["tags"], changed["subject"]) == ("high", ["Troca"], "Prato trincado")
    assert changed["remind_at"] == "2199-01-15T09:00:00Z"
    names = set(Entry.objects.filter(actor_kind="agent", actor_id=bia.pk).values_list("name", flat=True))
    assert {"ticket.status.changed", "ticket.assigned", "ticket.tags.changed"} <= names


def test_a_change_that_is_refused_changes_nothing(erp: Program, ticket: Ticket, elif_: Agent) -> None:
    refused = erp.patch(f"/tickets/{ticket.number}", {"priority": "high", "snoozed_until": "2020-01-01T00:00:00Z"})

    assert refused.status_code == 422
    assert refused.json()["refusal"] == "in_the_past"
    ticket.refresh_from_db()
    assert ticket.priority == "normal"


def test_what_a_change_names_must_be_there_for_the_token(erp: Program, ticket: Ticket, elif_: Agent) -> None:
    refused = erp.patch(f"/tickets/{ticket.number}", {"assignee_id": elif_.pk})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/assignee_id")

    refused = erp.patch(f"/tickets/{ticket.number}", {"tags": ["nunca vista"]})
    assert refused.json()["errors"][0]["pointer"] == "#/tags/0"


def test_a_ticket_is_let_go_of(erp: Program, ticket: Ticket, bia: Agent) -> None:
    erp.patch(f"/tickets/{ticket.number}", {"assignee_id": bia.pk})
    assert erp.patch(f"/tickets/{ticket.number}", {"assignee_id": None}).json()["assignee_id"] is None


@pytest.fixture
def second(channel: Channel) -> Message:
    taken = receive(channel, now=timezone.now(), subject="Cadê?", **{"from": "bruno@example.com"})
    assert taken.message
    return taken.message


def test_a_merge_and_its_undo(erp: Program, ticket: Ticket, second: Message) -> None:
    number = second.ticket.number
    merge = erp.post(f"/tickets/{number}/merge", {"into": ticket.number})
    assert merge.status_code == 201
    assert (merge.json()["source"], merge.json()["target"]) == (number, ticket.number)
    assert erp.get(f"/tickets/{number}").json()["merged_into"] == ticket.number
    assert len(erp.get(f"/tickets/{ticket.number}/messages").json()["rows"]) == 2

    undone = erp.post(f"/ticket-merges/{merge.json()['id']}/undo")
    assert undone.json()["undone_at"]
    assert erp.get(f"/tickets/{number}").json()["merged_into"] is None
    assert erp.post(f"/ticket-merges/{merge.json()['id']}/undo").json()["refusal"] == "already_undone"


def test_a_split_and_its_undo(erp: Program, channel: Channel, message: Message) -> None:
    answer = receive(channel, now=timezone.now(), answers=[message.external_id], text="E outra coisa")
    assert answer.message
    number = message.ticket.number

    split = erp.post(f"/tickets/{number}/split", {"message_ids": [answer.message.pk], "subject": "Outra coisa"})
    assert split.status_code == 201
    target = split.json()["target"]
    assert [row["id"] for row in erp.get(f"/tickets/{target}/messages").json()["rows"]] == [answer.message.pk]

    assert erp.post(f"/ticket-splits/{split.json()['id']}/undo").status_code == 200
    assert len(erp.get(f"/tickets/{number}/messages").json()["rows"]) == 2


def test_all_messages_cannot_be_split_off(erp: Program, message: Message) -> None:
    refused = erp.post(f"/tickets/{message.ticket.number}/split", {"message_ids": [message.pk]})
    assert (refused.status_code, refused.json()["refusal"]) == (409, "nothing_left")


def test_the_system_changes_a_ticket_but_merges_none(
    make_program: MakeProgram, ticket: Ticket, second: Message
) -> None:
    system = make_program(None)
    assert (
        system.patch(f"/tickets/{ticket.number}", {"priority": "low", "subject": "Prato"}).json()["priority"] == "low"
    )
    refused = system.post(f"/tickets/{ticket.number}/merge", {"into": second.ticket.number})
    assert refused.json()["type"] == "urn:balcao:problem:acting-agent-needed"


def test_kind_and_topic_are_changed_and_asked_for(erp: Program, ticket: Ticket, channel: Channel) -> None:
    group = Topic.objects.create(key="g", names={"en": "Group"}, kind="quick")
    topic = Topic.objects.create(key="t", parent=group, names={"en": "Late"}, kind="forwarded", blueprint="return")
    receive(channel, now=timezone.now(), **{"from": "elif@example.com"})

    found = erp.patch(f"/tickets/{ticket.number}", {"topic_id": topic.pk}).json()
    assert (found["topic_id"], found["kind"]) == (topic.pk, "forwarded")
    assert (found["due_at"], found["paused_for"], found["is_at_risk"]) == (None, "", False)
    for query in ({"kind": "forwarded"}, {"topic_id": topic.pk}, {"topic_id": group.pk}, {"q": "topic:late"}):
        assert [row["number"] for row in erp.get("/tickets", **query).json()["rows"]] == [ticket.number]
    assert erp.patch(f"/tickets/{ticket.number}", {"kind": "quick"}).json()["kind"] == "quick"
    assert erp.patch(f"/tickets/{ticket.number}", {"kind": None}).json()["kind"] == "forwarded"
    assert erp.patch(f"/tickets/{ticket.number}", {"topic_id": None}).json()["kind"] is None


def test_a_topic_that_is_not_offered_is_refused(erp: Program, ticket: Ticket) -> None:
    theirs = Topic.objects.create(key="theirs", shop=make_shop("theirs"), kind="quick")
    retired = Topic.objects.create(key="retired", is_active=False, kind="quick")
    for pk in (theirs.pk, 999_999_999):
        answer = erp.patch(f"/tickets/{ticket.number}", {"topic_id": pk})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/topic_id")
    answer = erp.patch(f"/tickets/{ticket.number}", {"topic_id": retired.pk})
    assert (answer.status_code, answer.json()["refusal"]) == (422, "not_for_shop")
    assert erp.patch(f"/tickets/{ticket.number}", {"kind": "slow"}).status_code == 422


def test_lists_are_walked_by_promise(erp: Program, channel: Channel) -> None:
    now = timezone.now()
    for number in range(7):
        taken = receive(channel, now=now, **{"from": f"c{number}@example.com"}).message
        assert taken
        dated = DueFacts(due_at=now + timedelta(hours=number), due_kind="resolution")
        late = replace(dated, breached_at=now, warned=90)
        due = late if number == 1 else dated if number % 2 else DueFacts()
        set_due_facts(ticket=taken.ticket, facts=due)
    for order, first in (("due", 1), ("due_last", 5)):
        seen, cursor = [], ""
        while True:
            page = erp.get("/tickets", limit=2, cursor=cursor, order=order).json()
            seen += [row["due_at"] for row in page["rows"]]
            if page["next_cursor"] is None:
                break
            cursor = page["next_cursor"]
        assert len(seen) == 7
        dated = [one for one in seen if one]
        assert dated == sorted(dated, reverse=first == 5)
        assert seen == [*dated, None, None, None, None]
    assert len(erp.get("/tickets", is_breached=True).json()["rows"]) == 1
    assert len(erp.get("/tickets", due_before=(now + timedelta(hours=4)).isoformat()).json()["rows"]) == 2
    assert erp.get("/tickets", cursor=cursor, order="newest").status_code == 422 or not cursor


def test_topics_are_listed_flat(erp: Program) -> None:
    theirs = Topic.objects.create(key="theirs", shop=make_shop("theirs"), kind="quick")
    ours = Topic.objects.create(key="ours", names={"en": "Ours"}, kind="action", deed="cancel")
    rows, cursor = [], ""
    while True:
        page = erp.get("/topics", limit=30, cursor=cursor).json()
        rows += page["rows"]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
    by_id = {row["id"]: row for row in rows}
    assert theirs.pk not in by_id
    assert by_id[ours.pk] == {
        "id": ours.pk,
        "key": "ours",
        "parent_id": None,
        "shop_id": None,
        "names": {"en": "Ours"},
        "kind": "action",
        "blueprint": "",
        "deed": "cancel",
        "place": 0,
        "is_active": True,
    }

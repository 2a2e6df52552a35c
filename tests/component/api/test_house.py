"""Customers, staff, shops, tags, search and the journal over the API."""

from datetime import timedelta

from django.utils import timezone

from balcao.channels.models import Channel
from balcao.journal.actions import lease_sealer, seal
from balcao.staff.models import Agent, Team
from balcao.testing.factories import make_channel, receive
from balcao.tickets.actions.indexing import index_messages
from balcao.tickets.models import Message, Ticket

from .conftest import MakeProgram, Program


def test_customers_are_listed_found_and_changed(erp: Program, ticket: Ticket, channel: Channel) -> None:
    receive(channel, now=timezone.now(), name="Bruno Lima", **{"from": "bruno@example.com"})

    first = erp.get("/customers", limit=1).json()
    second = erp.get("/customers", limit=1, cursor=first["next_cursor"]).json()
    assert [first["rows"][0]["name"], second["rows"][0]["name"]] == ["Ana Souza", "Bruno Lima"]
    assert second["next_cursor"] is None
    assert [row["name"] for row in erp.get("/customers", q="lima").json()["rows"]] == ["Bruno Lima"]

    ana = first["rows"][0]["id"]
    changed = erp.patch(f"/customers/{ana}", {"city": "Belo Horizonte", "language": "pt-BR"}).json()
    assert (changed["name"], changed["city"], changed["language"]) == ("Ana Souza", "Belo Horizonte", "pt-BR")


def test_customers_are_merged_and_parted(erp: Program, ticket: Ticket, channel: Channel) -> None:
    ana = ticket.identity.customer_id
    taken = receive(channel, now=timezone.now(), **{"from": "ana@work.example"})
    assert taken.message
    other = taken.message.ticket.identity.customer_id

    link = erp.post(f"/customers/{ana}/merge", {"absorbed_id": other})
    assert link.status_code == 201
    both = erp.get(f"/customers/{other}").json()
    assert (both["id"], both["ticket_count"]) == (ana, 2)
    assert {row["value"] for row in both["identities"]} == {"ana@example.com", "ana@work.example"}
    assert erp.post(f"/customers/{ana}/merge", {"absorbed_id": other}).json()["refusal"] == "one_already"

    undone = erp.post(f"/customer-merges/{link.json()['id']}/undo").json()
    assert undone["link"]["revoked_at"]
    assert erp.get(f"/customers/{other}").json()["ticket_count"] == 1


def test_an_address_is_added_unless_it_is_somebody_elses(erp: Program, ticket: Ticket, channel: Channel) -> None:
    receive(channel, now=timezone.now(), **{"from": "bruno@example.com"})
    path = f"/customers/{ticket.identity.customer_id}/identities"

    assert erp.post(path, {"kind": "phone", "value": "(31) 98888-7777"}).json()["value"] == "+5531988887777"
    assert erp.post(path, {"kind": "email", "value": "bruno@example.com"}).json()["refusal"] == "taken"
    assert erp.post(path, {"kind": "email", "value": "bruno"}).status_code == 422


def test_a_search_finds_tickets_and_people(erp: Program, message: Message) -> None:
    index_messages([message.pk])
    found = erp.get("/search", q="pedaços").json()
    assert [row["number"] for row in found["tickets"]] == [message.ticket.number]

    assert [row["name"] for row in erp.get("/search", q="Ana").json()["customers"]] == ["Ana Souza"]
    assert erp.get("/search", q="is:blue").json()["problems"] == ["is:blue"]
    assert len(erp.get("/search", q=str(message.ticket.number)).json()["tickets"]) == 1


def test_people_are_not_found_without_their_scope(make_program: MakeProgram, bia: Agent, ticket: Ticket) -> None:
    assert make_program(bia, scopes=["tickets.read"]).get("/search", q="Ana").json()["customers"] == []


def test_the_house_is_described(erp: Program, bia: Agent, channel: Channel) -> None:
    team = Team.objects.create(name="Pós-venda")
    team.members.add(bia)

    assert erp.get("/me").json()["shop_ids"] == [channel.shop_id]
    assert [row["name"] for row in erp.get("/agents").json()["rows"]] == ["Bia"]
    assert erp.get(f"/agents/{bia.pk}").json()["team_ids"] == [team.pk]
    assert erp.get("/teams").json()["rows"][0]["member_ids"] == [bia.pk]
    assert erp.get(f"/teams/{team.pk}").json()["name"] == "Pós-venda"
    assert erp.get("/shops").json()["rows"] == [erp.get(f"/shops/{channel.shop_id}").json()]
    described = erp.get(f"/channels/{channel.pk}").json()
    assert erp.get("/channels").json()["rows"] == [described]
    assert set(described) == {"id", "shop_id", "kind", "name", "address", "is_active"}


def test_tags_are_made_and_listed(erp: Program) -> None:
    assert erp.post("/tags", {"name": "troca", "colour": "ok"}).status_code == 201
    assert erp.post("/tags", {"name": "Troca"}).json()["refusal"] == "name_taken"
    assert [row["name"] for row in erp.get("/tags").json()["rows"]] == ["troca"]


def test_the_journal_is_followed_by_position(erp: Program, stranger: Program, ticket: Ticket) -> None:
    now = timezone.now()
    assert lease_sealer(worker="test", now=now + timedelta(days=1))
    seal()

    told = erp.get("/journal").json()
    names = [entry["name"] for entry in told["messages"]]
    assert "ticket.opened" in names or "ticket.message.received" in names
    assert erp.get("/journal", after=told["position"]).json()["messages"] == []
    assert all(entry["shop"] != ticket.shop_id for entry in stranger.get("/journal").json()["messages"])


def test_waiting_for_the_journal_is_the_live_parts_work(erp: Program) -> None:
    answer = erp.get("/journal", after=7, wait=20)
    assert (answer.status_code, answer.headers["Location"]) == (307, "/live/journal?after=7&wait=20")


def test_a_list_of_customers_costs_the_same_for_one_and_many(erp: Program, ticket: Ticket, channel: Channel) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    erp.get("/me")
    with CaptureQueriesContext(connection) as one:
        erp.get("/customers")
    for turn in range(10):
        receive(channel, now=timezone.now(), **{"from": f"c{turn}@example.com"})
    make_channel(channel.shop, name="More")
    with CaptureQueriesContext(connection) as many:
        assert len(erp.get("/customers").json()["rows"]) == 11
    assert len(one) == len(many)

"""Who may do what: scopes, roles, shops, and tokens that are over. Everything that names an id is asked for."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.api.v1.access import Bearer
from balcao.api.v1.urls import api
from balcao.channels.models import Channel
from balcao.commerce.models import Order
from balcao.journal.types import SYSTEM
from balcao.processes.actions.blueprints import bring_defaults
from balcao.processes.actions.moving import Mover, start
from balcao.processes.actions.working import add_task
from balcao.processes.models import Visit
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.shops.models import Shop
from balcao.staff.actions import revoke_token, set_active
from balcao.staff.models import Agent, ApiToken, Department
from balcao.staff.types import Role, Scope
from balcao.testing.factories import make_agent, make_channel, receive
from balcao.tickets.models import Attachment, Message, Note, Ticket, TicketMerge
from balcao.webhooks.actions.delivering import ping
from balcao.webhooks.actions.endpoints import create_endpoint

from .conftest import MakeProgram, Program


def operations() -> list[tuple[str, str, Bearer]]:
    """Return method, path and what lets callers in, of every operation behind a token."""
    found = []
    for bound in api._get_bound_routers():
        for path, view in bound.path_operations.items():
            for operation in view.operations:
                found += [
                    (method, path, auth)
                    for method in operation.methods
                    for auth in operation.auth_callbacks
                    if isinstance(auth, Bearer)
                ]
    return found


ADDRESS = {"line1": "Rua A, 1", "city": "Curitiba", "postcode": "80010-030"}
QUERIES: dict[str, dict[str, Any]] = {"/search": {"q": "x"}, "/products": {"q": "x", "shop_id": 1}}
BODIES: dict[str, dict[str, Any]] = {
    "/tickets": {"channel_id": 1, "to": [{"value": "a@example.com"}], "text": "Oi"},
    "/contacts": {"channel_id": 1, "party": {"value": "a@example.com"}, "text": "Oi"},
    "/tickets/{number}/merge": {"into": 1},
    "/tickets/{number}/split": {"message_ids": [1]},
    "/conversations/{id}/messages": {"text": "Oi"},
    "/tickets/{number}/notes": {"text": "Oi"},
    "/customers/{id}/identities": {"kind": "email", "value": "a@example.com"},
    "/customers/{id}/merge": {"absorbed_id": 1},
    "/tags": {"name": "troca"},
    "/orders/{id}/actions": {"kind": "refund", "reason": "x", "amount": 1},
    "/tickets/{number}/orders": {"variants": [{"variant": "x"}], "method": "pix", "address": ADDRESS},
    "/order-actions/{id}/decline": {"reason": "x"},
    "/tickets/{number}/processes": {"blueprint": "return"},
    "/stages/{id}/forward": {"transition": "cancel"},
}


def call(program: Program, method: str, path: str, *, pk: int = 1, body: Any = None) -> Any:
    address = path.replace("{number}", str(pk)).replace("{id}", str(pk))
    if path.endswith("/attachments") and method == "POST":
        from django.core.files.uploadedfile import SimpleUploadedFile

        return program.upload(address, SimpleUploadedFile("a.txt", b"a"))
    if method in {"POST", "PATCH"}:
        return program(method, address, BODIES.get(path, {}) if body is None else body)
    return program(method, address, query_params=QUERIES.get(path, {}))


@pytest.mark.parametrize("method, path, auth", operations())
def test_without_a_token_nothing_is_told(db: None, method: str, path: str, auth: Bearer) -> None:
    nobody = Program(ApiToken(), "balcao_nobody")
    refused = call(nobody, method, path)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:balcao:problem:not-authenticated")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method, path, auth", [each for each in operations() if each[2].scope])
def test_a_token_needs_the_scope(make_program: MakeProgram, bia: Agent, method: str, path: str, auth: Bearer) -> None:
    program = make_program(bia, scopes=set(Scope) - {auth.scope})
    refused = call(program, method, path)
    assert (refused.status_code, refused.json()["scope"]) == (403, auth.scope)


@pytest.mark.parametrize("method, path, auth", [each for each in operations() if each[2].permission])
def test_a_token_may_no_more_than_its_agent(
    make_program: MakeProgram, shop: Shop, method: str, path: str, auth: Bearer
) -> None:
    assert auth.permission
    light = make_agent("Lia", shop=shop, role=Role.LIGHT)
    answer = call(make_program(light), method, path)
    is_refused = answer.json().get("type") == "urn:balcao:problem:not-permitted"
    assert is_refused != light.may(auth.permission)


@pytest.fixture
def ids(message: Message, channel: Channel, bia: Agent, erp: Program, order: Order, talk: Ticket) -> dict[str, int]:
    """Return one id of each kind in the first shop, by the beginning of its path."""
    ticket = message.ticket
    other = receive(channel, now=timezone.now(), **{"from": "bruno@example.com"})
    assert other.message
    merge = erp.post(f"/tickets/{other.message.ticket.number}/merge", {"into": ticket.number}).json()
    more = [receive(channel, now=timezone.now(), answers=[message.external_id], text=f"{n}") for n in range(2)]
    assert more[0].message
    split = erp.post(f"/tickets/{ticket.number}/split", {"message_ids": [more[0].message.pk]}).json()
    customer = ticket.identity.customer_id
    link = erp.post(f"/customers/{customer}/merge", {"absorbed_id": other.message.identity.customer_id}).json()  # type: ignore[union-attr]
    asked = {"kind": "refund", "ticket": talk.number, "reason": "x", "amount": 100}
    deed = erp.post(f"/orders/{order.pk}/actions", asked, key="refund").json()
    note = Note.objects.create(ticket=ticket, home=ticket, agent=bia, at=timezone.now(), text="Segredo")
    file = Attachment.objects.create(
        note=note, name="a", media_type="b", size=1, sha256="", storage_key="", created_at=timezone.now()
    )
    told = {"name": "ERP", "url": "https://erp.example.com/hooks", "events": ["*"], "shop": channel.shop}
    endpoint, _secret = create_endpoint(**told, actor=SYSTEM, now=timezone.now())
    visit = begin_return(ticket, bia)
    given = {"department": visit.department, "seconds": 60, "is_obligatory": False, "agent": bia}
    task = add_task(visit=visit, title="Count", **given, now=timezone.now())
    return {
        "/stages": visit.pk,
        "/tasks": task.pk,
        "/tickets": ticket.number,
        "/ticket-merges": merge["id"],
        "/ticket-splits": split["id"],
        "/conversations": message.conversation_id,
        "/messages": message.pk,
        "/customers": customer,
        "/customer-merges": link["id"],
        "/attachments": file.pk,
        "/agents": bia.pk,
        "/shops": channel.shop_id,
        "/channels": channel.pk,
        "/orders": order.pk,
        "/order-actions": deed["id"],
        "/webhooks": endpoint.pk,
        "/webhook-deliveries": ping(endpoint=endpoint, now=timezone.now()).pk,
    }


def begin_return(ticket: Ticket, agent: Agent) -> Visit:
    """Let a return begin on a ticket; give its first stage."""
    Department.objects.create(name="Customer care", key="cs")
    bring_defaults(now=timezone.now())
    blueprint = blueprint_for("return", shop_id=ticket.shop_id)
    assert blueprint
    given = {"order": None, "key": "given", "now": timezone.now()}
    return last_visit(start(ticket=ticket, blueprint=blueprint, mover=Mover(agent=agent), **given))


NAMED = sorted({(m, p) for m, p, _ in operations() if "{" in p and not p.startswith("/teams")})


@pytest.mark.parametrize("method, path", NAMED)
def test_what_is_of_another_shop_does_not_exist(ids: dict[str, int], stranger: Program, method: str, path: str) -> None:
    own = ids["/" + path.split("/")[1]]
    answer = call(stranger, method, path, pk=own)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:balcao:problem:not-found")


@pytest.mark.parametrize("path", ["/tickets", "/customers", "/agents", "/shops", "/channels", "/orders", "/webhooks"])
def test_lists_hold_nothing_of_another_shop(ids: dict[str, int], stranger: Program, erp: Program, path: str) -> None:
    name = "number" if path == "/tickets" else "id"
    mine = {row[name] for row in erp.get(path).json()["rows"]}
    theirs = {row[name] for row in stranger.get(path).json()["rows"]}
    assert ids[path] in mine
    assert not mine & theirs
    assert stranger.get("/search", q="Ana").json()["customers"] == []


def test_what_a_body_names_is_checked_too(ids: dict[str, int], stranger: Program, other_shop: Shop, paper: Any) -> None:
    theirs = receive(make_channel(other_shop), now=timezone.now(), **{"from": "deniz@example.com"})
    assert theirs.message
    number, customer = theirs.message.ticket.number, theirs.message.ticket.identity.customer_id

    for path, body, pointer in [
        (f"/tickets/{number}/merge", {"into": ids["/tickets"]}, "#/into"),
        (f"/tickets/{number}/split", {"message_ids": [ids["/messages"]]}, "#/message_ids"),
        (f"/tickets/{number}/notes", {"text": "x", "mention_ids": [ids["/agents"]]}, "#/mention_ids"),
        (f"/customers/{customer}/merge", {"absorbed_id": ids["/customers"]}, "#/absorbed_id"),
        ("/tickets", {**BODIES["/tickets"], "channel_id": ids["/channels"]}, "#/channel_id"),
        ("/contacts", {**BODIES["/contacts"], "channel_id": ids["/channels"]}, "#/channel_id"),
    ]:
        refused = stranger.post(path, body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), path
    assert not TicketMerge.objects.filter(source__shop=other_shop).exists()


def test_a_token_of_one_shop_sees_that_shop_only(
    make_program: MakeProgram, shop: Shop, other_shop: Shop, ticket: Ticket
) -> None:
    boss = make_agent("Rui", shop=shop, role=Role.ADMIN, every_shop=True)
    narrow = make_program(boss, every_shop=False, shops=[other_shop])
    assert narrow.get(f"/tickets/{ticket.number}").status_code == 404
    assert narrow.get("/me").json()["shop_ids"] == [other_shop.pk]
    assert narrow.get("/tickets").json()["rows"] == []

    wide = make_program(boss)
    assert wide.get(f"/tickets/{ticket.number}").status_code == 200
    system = make_program(None, every_shop=False, shops=[other_shop])
    assert system.get(f"/tickets/{ticket.number}").status_code == 404


def test_a_tokens_shops_never_widen_its_agents(make_program: MakeProgram, bia: Agent, other_shop: Shop) -> None:
    program = make_program(bia, every_shop=False, shops=[other_shop])
    assert program.get("/me").json()["shop_ids"] == []


def test_a_token_ends(make_program: MakeProgram, bia: Agent, shop: Shop) -> None:
    now = timezone.now()
    assert make_program(bia, expires_at=now + timedelta(hours=1)).get("/me").status_code == 200
    assert make_program(bia, expires_at=now - timedelta(seconds=1)).get("/me").status_code == 401

    revoked = make_program(bia)
    revoke_token(token=revoked.token, actor=SYSTEM, now=now)
    assert revoked.get("/me").status_code == 401

    make_agent("Rui", shop=shop, role=Role.ADMIN)
    left = make_program(bia)
    set_active(agent=bia, is_active=False, actor=SYSTEM, now=now)
    assert left.get("/me").status_code == 401


def test_only_the_hash_of_a_secret_is_kept(erp: Program) -> None:
    row = ApiToken.objects.values().get()
    assert erp.secret.startswith("balcao_")
    assert erp.secret not in str(row)
    assert row["hint"] == erp.secret[-4:]


def test_use_is_noted_once_a_minute(erp: Program, django_assert_num_queries: Any) -> None:
    erp.get("/me")
    noted = ApiToken.objects.get().last_used_at
    erp.get("/me")
    assert noted is not None
    assert ApiToken.objects.get().last_used_at == noted


def test_a_session_of_the_desk_is_no_token(bia: Agent) -> None:
    client = Client()
    client.force_login(bia)
    assert client.get("/api/v1/me").status_code == 401


def test_a_token_may_make_so_many_requests_a_minute(erp: Program, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 3
    assert [erp.get("/me").status_code for _ in range(3)] == [200] * 3
    refused = erp.get("/me")
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:balcao:problem:too-many-requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 60

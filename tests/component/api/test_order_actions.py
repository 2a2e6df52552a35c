"""Order actions over the API: tried out, asked for once, agreed to by others; refused with what to do about it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from balcao.channels.models import Channel
from balcao.commerce.models import LedgerEntry, Order
from balcao.journal.models import Entry
from balcao.pipeline import orders
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.models import Ticket, TicketOrder

from .conftest import MakeProgram, Program

HOME = {"line1": "Rua Nova, 1", "city": "Curitiba", "postcode": "80010-030"}


def asked(ticket: Ticket, kind: str = "refund", **facts: Any) -> dict[str, Any]:
    usual = {"reason": "Chegou tarde", "amount": 1_000} if kind == "refund" and not facts else {}
    return {"kind": kind, "ticket": ticket.number, **usual, **facts}


def work() -> None:
    now = timezone.now()
    orders.run_due(worker="w", now=now, clock=lambda: now)


def test_a_dry_run_says_exactly_what_would_happen(clerk: Program, order: Order, talk: Ticket) -> None:
    body = asked(talk, "cancel", reason="Desistiu", dry_run=True)
    found = clerk.post(f"/orders/{order.pk}/actions", body)

    assert found.status_code == 200
    told = found.json()
    assert (told["is_allowed"], told["needs_approval"], told["denial"]) == (True, True, None)
    assert (told["effect"]["given"], told["effect"]["stage"]) == (9_980, "cancelled")
    assert told["effect"]["movements"][0]["instrument"]["ref"] == "visa"
    assert told["effect"]["restocked"] == [{"variant": "mug-blue", "quantity": 2}]
    assert not LedgerEntry.objects.exists()
    assert not TicketOrder.objects.exists()


def test_a_dry_run_says_why_not_in_the_readers_language(clerk: Program, order: Order, talk: Ticket) -> None:
    body = asked(talk, amount=99_999, reason="x", dry_run=True)
    found = clerk("POST", f"/orders/{order.pk}/actions", body, headers={"Accept-Language": "pt-BR"}).json()

    assert (found["is_allowed"], found["effect"], found["agreed"]) == (False, None, "")
    assert (found["denial"]["code"], found["denial"]["pointer"]) == ("above_open", "#/amount")
    assert found["denial"]["detail"] == "É mais do que resta do que foi pago."
    english = clerk.post(f"/orders/{order.pk}/actions", body).json()
    assert english["denial"]["detail"] == "This is more than is left of what was paid."


def test_an_action_is_asked_for_once_and_carried_out(clerk: Program, order: Order, talk: Ticket, caio: Agent) -> None:
    path = f"/orders/{order.pk}/actions"
    first = clerk.post(path, asked(talk), key="refund-1")
    again = clerk.post(path, asked(talk), key="refund-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    entry = first.json()
    assert (entry["state"], entry["agent_id"], entry["ticket"], entry["level"]) == ("queued", caio.pk, talk.number, 2)
    work()
    done = clerk.get(f"/order-actions/{entry['id']}").json()
    assert (done["state"], done["effect"]["given"]) == ("done", 1_000)
    assert LedgerEntry.objects.count() == 1
    assert clerk.get(f"/orders/{order.pk}").json()["payments"][-1]["amount"] == 1_000
    assert Entry.objects.filter(name="order.action.queued").count() == 1


def test_the_ledger_knows_a_repeat_after_the_answer_is_forgotten(clerk: Program, order: Order, talk: Ticket) -> None:
    from balcao.api.models import KeyedRequest

    path = f"/orders/{order.pk}/actions"
    first = clerk.post(path, asked(talk), key="refund-1").json()
    KeyedRequest.objects.all().delete()

    assert clerk.post(path, asked(talk), key="refund-1").json()["id"] == first["id"]
    assert LedgerEntry.objects.count() == 1


def test_nothing_moves_without_a_key(clerk: Program, order: Order, talk: Ticket) -> None:
    refused = clerk.post(f"/orders/{order.pk}/actions", asked(talk))
    assert (refused.status_code, refused.json()["errors"][0]["header"]) == (422, "Idempotency-Key")
    assert not LedgerEntry.objects.exists()


def test_what_was_shown_is_done_or_nothing(clerk: Program, order: Order, talk: Ticket) -> None:
    path = f"/orders/{order.pk}/actions"
    body = asked(talk, "refund", reason="x", pieces=[{"line": "1", "quantity": 1}])
    shown = clerk.post(path, {**body, "dry_run": True}).json()["agreed"]

    other = clerk.post(path, {**body, "amount": 1, "agreed": shown}, key="a")
    assert (other.status_code, other.json()["refusal"]) == (409, "changed")
    assert not LedgerEntry.objects.exists()
    assert clerk.post(path, {**body, "agreed": shown}, key="b").status_code == 201


def test_who_is_not_verified_gets_little(clerk: Program, order: Order, channel: Channel) -> None:
    taken = receive(channel, now=timezone.now(), **{"from": "ana@example.com"})
    assert taken.message
    plain = taken.message.ticket
    path = f"/orders/{order.pk}/actions"

    refused = clerk.post(path, asked(plain), key="a")
    assert (refused.status_code, refused.json()["refusal"]) == (409, "level")
    assert refused.json()["errors"][0]["pointer"] == "#/ticket"
    assert "has to be verified" in refused.json()["errors"][0]["detail"]
    nowhere = clerk.post(path, {"kind": "refund", "reason": "x", "amount": 1, "dry_run": True}).json()
    assert (nowhere["denial"]["code"], nowhere["level"], nowhere["needed_level"]) == ("level", 0, 2)
    assert clerk.post(path, {"kind": "add_tag", "tag": "vip"}, key="b").status_code == 201


def test_a_ticket_of_somebody_else_says_nothing_of_an_order(clerk: Program, order: Order, channel: Channel) -> None:
    taken = receive(channel, now=timezone.now(), **{"from": "bruno@example.com"})
    assert taken.message
    refused = clerk.post(f"/orders/{order.pk}/actions", asked(taken.message.ticket), key="a")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/ticket")
    missing = clerk.post(f"/orders/{order.pk}/actions", {"kind": "add_tag", "tag": "a", "ticket": 999_999}, key="b")
    assert missing.json()["errors"][0]["pointer"] == "#/ticket"


@pytest.mark.parametrize(
    "body, pointer",
    [
        ({"kind": "refund", "reason": "x", "amount": -1}, "#/amount"),
        ({"kind": "refund", "reason": "x", "amount": 10.5}, "#/amount"),
        ({"kind": "refund", "amount": 1}, "#/reason"),
        ({"kind": "refund", "reason": "", "amount": 1}, "#/reason"),
        ({"kind": "cancel", "reason": "x", "pieces": [{"line": "1", "quantity": 0}]}, "#/pieces/0/quantity"),
        ({"kind": "exchange", "swaps": []}, "#/swaps"),
        ({"kind": "change_address", "address": {"city": "Curitiba", "postcode": "1"}}, "#/address/line1"),
        ({"kind": "refund", "reason": "x", "amount": 1, "sum": 2}, "#/sum"),
        ({"kind": "send_payment_link", "method": "cheque"}, "#/method"),
        ({"kind": "explode"}, "#"),
        ({}, "#"),
    ],
)
def test_bad_input_is_told_where_it_is(clerk: Program, order: Order, body: dict[str, Any], pointer: str) -> None:
    refused = clerk.post(f"/orders/{order.pk}/actions", body, key="a")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    "facts, pointer, code",
    [
        ({"kind": "refund", "reason": "x", "pieces": [{"line": "9", "quantity": 1}]}, "#/pieces", "no_such_line"),
        ({"kind": "refund", "reason": "x", "pieces": [{"line": "1", "quantity": 9}]}, "#/pieces", "too_many"),
        ({"kind": "refund", "reason": "x", "amount": 99_999}, "#/amount", "above_open"),
        ({"kind": "refund", "reason": "x"}, "#/pieces", "empty"),
        ({"kind": "change_lines", "swaps": [{"line": "1", "variant": "x"}]}, "#/swaps", "no_such_variant"),
        ({"kind": "change_payment", "instrument": "x"}, "#/instrument", "no_such_instrument"),
    ],
)
def test_a_choice_that_cannot_be_is_told_where_it_is(
    clerk: Program, order: Order, talk: Ticket, facts: dict[str, Any], pointer: str, code: str
) -> None:
    refused = clerk.post(f"/orders/{order.pk}/actions", {"ticket": talk.number, **facts}, key="a")
    assert (refused.status_code, refused.json()["refusal"]) == (422, code)
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert not LedgerEntry.objects.exists()


def test_a_new_usual_address_concerns_no_order(clerk: Program, order: Order, talk: Ticket) -> None:
    entry = clerk.post(f"/orders/{order.pk}/actions", asked(talk, "change_default_address", address=HOME), key="a")
    assert (entry.status_code, entry.json()["order_id"]) == (201, None)
    work()
    assert clerk.get(f"/orders/{order.pk}").json()["account"]["address"]["line1"] == "Rua Nova, 1"


def test_an_order_is_placed_for_the_customer_of_a_ticket(clerk: Program, order: Order, talk: Ticket) -> None:
    body = {"variants": [{"variant": "mug-red", "quantity": 2}], "address": HOME, "method": "pix", "freight": 1_490}
    tried = clerk.post(f"/tickets/{talk.number}/orders", {**body, "dry_run": True}).json()
    assert (tried["is_allowed"], tried["effect"]["stage"]) == (True, "draft")

    entry = clerk.post(f"/tickets/{talk.number}/orders", body, key="a").json()
    work()
    placed = clerk.get(f"/order-actions/{entry['id']}").json()["order_id"]
    assert clerk.get(f"/orders/{placed}").json()["total"] == 2 * 5_990 + 1_490

    sold_out = {**body, "variants": [{"variant": "mug-green"}]}
    refused = clerk.post(f"/tickets/{talk.number}/orders", sold_out, key="b").json()
    assert (refused["refusal"], refused["errors"][0]["pointer"]) == ("sold_out", "#/variants")
    other = clerk.post(f"/tickets/{talk.number}/orders", {**body, "account": "bruno"}, key="c").json()
    assert (other["errors"][0]["pointer"], "ana" in other["detail"]) == ("#/account", True)


def test_the_system_asks_for_nothing(make_program: MakeProgram, order: Order, talk: Ticket) -> None:
    refused = make_program(None).post(f"/orders/{order.pk}/actions", asked(talk), key="a")
    assert refused.json()["type"] == "urn:balcao:problem:acting-agent-needed"


# --- The second pair of eyes ------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(clerk: Program, order: Order, talk: Ticket) -> int:
    """Give the id of a refund above Caio's limit."""
    entry = clerk.post(f"/orders/{order.pk}/actions", asked(talk, reason="x", amount=6_001), key="big").json()
    assert entry["state"] == "asked"
    return int(entry["id"])


def test_somebody_else_approves(clerk: Program, erp: Program, waiting: int, bia: Agent) -> None:
    assert [row["id"] for row in erp.get("/approvals").json()["rows"]] == [waiting]
    assert clerk.get("/approvals").json()["type"] == "urn:balcao:problem:not-permitted"

    approved = erp.post(f"/order-actions/{waiting}/approve", key="yes").json()

    assert (approved["state"], approved["approver_id"]) == ("queued", bia.pk)
    assert erp.get("/approvals").json()["rows"] == []
    assert erp.post(f"/order-actions/{waiting}/approve").status_code == 409
    work()
    assert erp.get(f"/order-actions/{waiting}").json()["state"] == "done"


def test_somebody_else_declines_and_says_why(clerk: Program, erp: Program, waiting: int) -> None:
    assert erp.post(f"/order-actions/{waiting}/decline", {"reason": ""}).json()["errors"][0]["pointer"] == "#/reason"
    declined = erp.post(f"/order-actions/{waiting}/decline", {"reason": "Já foi pago"}).json()
    assert (declined["state"], declined["detail"]) == ("declined", "Já foi pago")
    assert clerk.get(f"/order-actions/{waiting}").json()["detail"] == "Já foi pago"


def test_nobody_decides_on_their_own(make_program: MakeProgram, bia: Agent, erp: Program, order: Order) -> None:
    entry = LedgerEntry.objects.create(
        backend=order.backend,
        account=order.account,
        order=order,
        kind="refund",
        action={"reason": "x", "amount": 1},
        key="k",
        level=2,
        agent=bia,
        state="asked",
        due_at=timezone.now(),
        created_at=timezone.now(),
    )
    for deed, body in (("approve", None), ("decline", {"reason": "x"})):
        refused = erp.post(f"/order-actions/{entry.pk}/{deed}", body)
        assert (refused.status_code, refused.json()["refusal"]) == (403, "role")


def test_who_asked_takes_it_back(clerk: Program, erp: Program, waiting: int) -> None:
    assert erp.post(f"/order-actions/{waiting}/withdraw").status_code == 403
    assert clerk.post(f"/order-actions/{waiting}/withdraw").json()["state"] == "withdrawn"
    assert clerk.post(f"/order-actions/{waiting}/withdraw").status_code == 409


def test_deeds_cost_the_same_with_one_action_waiting_and_with_many(
    clerk: Program, erp: Program, waiting: int, order: Order, talk: Ticket
) -> None:
    erp.get("/me")  # notes that the token is used
    body = asked(talk, "add_note", text="Ligou.", dry_run=True)
    paths = ("/approvals", f"/orders/{order.pk}", f"/orders/{order.pk}/actions")
    few = [cost(lambda path=path: erp.get(path)) for path in paths]
    tried = cost(lambda: clerk.post(f"/orders/{order.pk}/actions", body))
    row = LedgerEntry.objects.get(pk=waiting)
    for number in range(10):
        row.pk, row.key = None, f"more-{number}"
        row.save(force_insert=True)

    assert [cost(lambda path=path: erp.get(path)) for path in paths] == few
    assert cost(lambda: clerk.post(f"/orders/{order.pk}/actions", body)) == tried
    assert max(few) <= 8
    assert tried <= 16


def cost(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as made:
        assert ask().status_code == 200
    return len(made)


def test_approvals_are_walked_page_by_page(clerk: Program, erp: Program, waiting: int, order: Order) -> None:
    row = LedgerEntry.objects.get(pk=waiting)
    row.pk, row.key = None, "another"
    row.save(force_insert=True)
    page = erp.get("/approvals", limit=1).json()
    rest = erp.get("/approvals", limit=1, cursor=page["next_cursor"]).json()
    assert ([page["rows"][0]["id"], rest["rows"][0]["id"]], rest["next_cursor"]) == ([waiting, row.pk], None)

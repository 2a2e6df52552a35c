"""The order beside a ticket: which one, what it shows, what can be done to it and by whom."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.commerce.actions import verifying
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend, set_policy
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.actions.verifying import Place
from balcao.commerce.models import Backend, Challenge, LedgerEntry, Order
from balcao.commerce.types import LedgerState, Policy
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders
from balcao.ports import registry
from balcao.ports.channel import Proof
from balcao.ports.commerce import Account, OrderStage, Scan, Shipment, ShipmentState
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.backends import PaperBackend, PaperConfig
from balcao.testing.factories import make_verified
from balcao.testing.orders import ANA, a_line, a_product, an_order
from balcao.tickets.models import Message, Ticket, TicketOrder
from balcao.tickets.types import MessageKind, OrderRule

PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "work"}
DIALOG = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def book(shop: Shop) -> Backend:
    backend = create_backend(
        shop=shop,
        kind="book",
        name="Book",
        config=Book.Config(),
        actor=SYSTEM,
        now=timezone.now(),
        policy=Policy(limits={"agent": 6_000}),
    )
    keep_product(backend=backend, product=a_product(), now=timezone.now())
    return backend


def kept(book: Backend, **facts: Any) -> Order:
    lines = facts.pop("lines", ())
    return keep_order(backend=book, order=an_order(*lines, **facts), now=timezone.now())


@pytest.fixture
def order(book: Backend) -> Order:
    return kept(book)


@pytest.fixture
def ticket(order: Order, arrive: Callable[..., Message]) -> Ticket:
    """Give a ticket on which Ana wrote from her proven address, and opened the link that went to it."""
    return verified(arrive, order)


def verified(arrive: Callable[..., Message], order: Order) -> Ticket:
    ticket = wrote(arrive)
    make_verified(ticket, order, now=timezone.now())
    return ticket


def wrote(arrive: Callable[..., Message], sender: str = "ana@example.com", proof: Proof = Proof.PROVEN) -> Ticket:
    return arrive(**{"from": sender, "proof": proof}).ticket


def joins(ticket: Ticket, message: Message, **facts: Any) -> None:
    """Let a message be the newest one of a ticket's conversation."""
    talk, now = ticket.conversations.get(), timezone.now()
    Message.objects.filter(pk=message.pk).update(ticket=ticket, conversation=talk, at=now, **facts)


def page_of(client: Client, ticket: Ticket, query: str = "") -> str:
    return client.get(f"/tickets/{ticket.number}/{query}").content.decode().replace("\N{NO-BREAK SPACE}", " ")


def act(ticket: Ticket, order: Order, kind: str) -> str:
    return f"/tickets/{ticket.number}/orders/{order.pk}/do/{kind}/"


def agreed(client: Client, address: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the form with what its dry run had shown."""
    part = client.post(f"{address}try/", fields, **DIALOG).content.decode()
    return {**fields, "agreed": part.split('name="agreed" value="')[1].split('"')[0]}


def work() -> None:
    orders.run_due(worker="w", now=timezone.now() + timedelta(seconds=1))


def test_the_customers_newest_order_stands_beside_the_ticket(desk: Client, ticket: Ticket) -> None:
    page = page_of(desk, ticket)

    assert "Order 1001" in page
    assert "Caneca Moringa" in page
    assert "R$99.80" in page
    assert "visa ···· 9212" in page
    assert "Rua das Laranjeiras, 210" in page


def test_a_customer_without_orders_shows_no_card(desk: Client, order: Order, arrive: Callable[..., Message]) -> None:
    page = page_of(desk, wrote(arrive, "elif@example.com"))

    assert 'id="bought"' in page
    assert "Order in question" not in page
    assert "Other orders" not in page


def test_an_order_that_was_named_comes_before_a_newer_one(
    desk: Client, book: Backend, ticket: Ticket, order: Order, bia: Agent
) -> None:
    kept(book, ref="1002", number="1002", placed_at=timezone.now())
    assert "Order 1002" in page_of(desk, ticket).split("Other orders")[0]

    desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/link/")
    card = page_of(desk, ticket).split("Other orders")[0]

    assert "Order 1001" in card
    assert TicketOrder.objects.get(ticket=ticket).rule == OrderRule.AGENT
    assert "You linked order 1001" in page_of(desk, ticket)


def test_a_link_is_taken_back(desk: Client, book: Backend, ticket: Ticket, order: Order) -> None:
    desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/link/")
    desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/unlink/")

    assert TicketOrder.objects.get(ticket=ticket).removed_at
    assert "You took the link to order 1001 away" in page_of(desk, ticket)


def test_another_order_can_be_looked_at(desk: Client, book: Backend, ticket: Ticket) -> None:
    other = kept(book, ref="1000", number="1000", placed_at=timezone.now() - timedelta(days=400))

    part = desk.get(f"/tickets/{ticket.number}/orders/?order={other.pk}", **DIALOG).content.decode()

    assert "Order 1000" in part
    assert f'data-card="/tickets/{ticket.number}/orders/?order={other.pk}"' in part


def test_the_track_says_how_far_it_has_come(desk: Client, book: Backend, arrive: Callable[..., Message]) -> None:
    scan = Scan(timezone.now(), "Left the sorting centre", "Curitiba")
    parcel = Shipment("s1", ShipmentState.IN_TRANSIT, "Correios", "QB123456789BR", scans=(scan,))
    kept(book, stage=OrderStage.SHIPPED, shipments=(parcel,))

    page = page_of(desk, wrote(arrive))

    assert page.count('class="done"') == 2
    assert page.split('class="here"')[1].split("</li>")[0].split(">")[1].strip().startswith("Shipped")
    assert "QB123456789BR" in page
    assert "Left the sorting centre · Curitiba" in page


@pytest.mark.parametrize(
    "proof,sender,words",
    [
        (Proof.PROVEN, "ana@example.com", "Not verified: may be told the state only"),
        (Proof.CLAIMED, "ana@example.com", "Not verified: may be told the state only"),
        (Proof.FAILED, "ana@example.com", "Not known to the order: tell nothing of it"),
        (Proof.PROVEN, "eve@example.com", "Not known to the order: tell nothing of it"),
    ],
)
def test_the_card_says_how_sure_we_are_of_the_customer(
    proof: Proof, sender: str, words: str, desk: Client, order: Order, arrive: Callable[..., Message]
) -> None:
    ticket = wrote(arrive, sender, proof)
    TicketOrder.objects.create(ticket=ticket, order=order, rule=OrderRule.NAMED, at=timezone.now())

    assert f"<span>{words}</span>" in page_of(desk, ticket)


def test_a_link_verifies_the_customer(desk: Client, order: Order, arrive: Callable[..., Message]) -> None:
    ticket = wrote(arrive)
    address = f"/tickets/{ticket.number}/orders/{order.pk}/verify/"
    assert 'value="link"' in page_of(desk, ticket)

    desk.post(address, {"how": "link"})

    page = page_of(desk, ticket)
    assert "a link sent to a***@e***.com, to confirm who is writing" in page
    assert "it has not been opened yet" in page
    make_verified(ticket, order, now=timezone.now())
    assert "<span>Verified: opened the link we sent</span>" in page_of(desk, ticket)


def test_only_three_links_an_hour(desk: Client, order: Order, arrive: Callable[..., Message]) -> None:
    ticket = wrote(arrive)
    for _ in range(3):
        desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/verify/", {"how": "link"})
    page = desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/verify/", {"how": "link"}, follow=True)

    assert "Three mails went out within an hour." in page.content.decode()
    assert Challenge.objects.count() == 3


def test_an_agent_attests_no_more_than_plausible(desk: Client, order: Order, arrive: Callable[..., Message]) -> None:
    ticket = wrote(arrive, "eve@example.com")
    TicketOrder.objects.create(ticket=ticket, order=order, rule=OrderRule.AGENT, at=timezone.now())

    desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/verify/", {"how": "attest"})

    page = page_of(desk, ticket)
    assert "<span>Not verified: may be told the state only</span>" in page
    assert "heard by phone that they know the order" in page
    assert f'href="{act(ticket, order, "refund")}"' not in page


@pytest.mark.parametrize(
    "proof, answers_to, is_known",
    [
        (Proof.CLAIMED, "eve@example.com", False),
        (Proof.CLAIMED, "Ana@Example.com", True),
        (Proof.PROVEN, "ana.work@example.com", True),
    ],
)
def test_who_has_no_proof_does_not_lead_the_answer_elsewhere(
    proof: Proof, answers_to: str, is_known: bool, desk: Client, order: Order, arrive: Callable[..., Message]
) -> None:
    ticket = arrive(**{"from": "ana@example.com", "proof": proof, "reply_to": answers_to}).ticket
    TicketOrder.objects.create(ticket=ticket, order=order, rule=OrderRule.NAMED, at=timezone.now())

    known = "<span>Not verified: may be told the state only</span>"
    assert (known in page_of(desk, ticket)) == is_known

    make_verified(ticket, order, now=timezone.now())

    assert "<span>Verified: opened the link we sent</span>" in page_of(desk, ticket), "its owner has seen where to"


def test_a_link_says_where_the_answers_go(
    client: Client, order: Order, arrive: Callable[..., Message], shop: Shop
) -> None:
    ticket = arrive(**{"from": "ana@example.com", "reply_to": "eve@evil.example"}).ticket
    talk = ticket.conversations.get()
    place = Place(talk.created_at, conversation=talk.pk, ticket=ticket.pk)
    now = timezone.now()
    sent = verifying.challenge(account=order.account, order=order, place=place, language="", agent=None, now=now)
    _code, token = verifying.arm(challenge=sent)

    page = client.get(f"/o/{shop.slug}/v/{token}/?lang=en").content.decode()

    assert "They write from e***@e***.example." in page


def test_what_is_known_already_is_not_attested(
    desk: Client, ticket: Ticket, order: Order, arrive: Callable[..., Message]
) -> None:
    desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/verify/", {"how": "attest"})

    assert not Entry.objects.filter(name="verification.attested").exists()


def test_a_forged_mail_ends_what_was_verified(
    desk: Client, ticket: Ticket, order: Order, arrive: Callable[..., Message]
) -> None:
    Message.objects.filter(ticket=ticket).update(proof=Proof.FAILED)

    assert "<span>Not known to the order: tell nothing of it</span>" in page_of(desk, ticket)


def test_another_writer_of_a_verified_conversation_is_not_verified(
    desk: Client, ticket: Ticket, order: Order, arrive: Callable[..., Message]
) -> None:
    joins(ticket, arrive(**{"from": "eve@example.com"}))

    assert "<span>Not known to the order: tell nothing of it</span>" in page_of(desk, ticket)


def test_who_was_verified_with_proof_writes_on_with_proof(
    desk: Client, ticket: Ticket, order: Order, arrive: Callable[..., Message]
) -> None:
    later = arrive(**{"from": "ana@example.com", "proof": Proof.CLAIMED})
    joins(ticket, later)
    assert "Verified: opened the link we sent" not in page_of(desk, ticket)

    Message.objects.filter(pk=later.pk).update(proof=Proof.PROVEN)

    assert "Verified: opened the link we sent" in page_of(desk, ticket)


def test_a_machines_answer_is_nobody(
    desk: Client, ticket: Ticket, order: Order, arrive: Callable[..., Message]
) -> None:
    joins(ticket, arrive(**{"from": "mailer-daemon@example.com"}), kind=MessageKind.BOUNCE)

    assert "Verified: opened the link we sent" in page_of(desk, ticket)


def test_an_order_that_stands_elsewhere_says_how_old_our_copy_is(
    desk: Client, shop: Shop, ticket: Ticket, book: Backend
) -> None:
    assert "from Book" not in page_of(desk, ticket), "the book is never behind itself"
    registry.register_commerce(PaperBackend())
    config = PaperConfig(address="https://shop.example", password="sesame")
    far = create_backend(shop=shop, kind="paper", name="Paper", config=config, actor=SYSTEM, now=timezone.now())
    order = an_order(ref="7", number="7", placed_at=timezone.now())
    keep_order(backend=far, order=order, now=timezone.now() - timedelta(minutes=3))

    assert "from Paper, 3 minutes ago" in page_of(desk, ticket)


def test_what_cannot_be_done_says_why(desk: Client, ticket: Ticket, book: Backend, order: Order) -> None:
    page = page_of(desk, ticket)

    assert f'href="{act(ticket, order, "refund")}"' in page
    assert f'href="{act(ticket, order, "request_return")}"' not in page
    assert "Return · Exchange · Send again</span><small>The order has not been shipped yet.</small>" in page


def test_an_unverified_customer_gets_nothing_but_what_their_level_allows(
    desk: Client, order: Order, arrive: Callable[..., Message]
) -> None:
    ticket = wrote(arrive, proof=Proof.CLAIMED)

    page = page_of(desk, ticket)
    fields = {"reason": "late", "amount": "10,00", "key": "k1"}
    answer = desk.post(act(ticket, order, "refund"), {**fields, "agreed": "x"})

    assert f'href="{act(ticket, order, "refund")}"' not in page
    assert "The customer is not verified enough for this." in page
    assert answer.status_code == 422
    assert not LedgerEntry.objects.exists()


def test_a_refund_is_shown_agreed_to_carried_out_and_told(desk: Client, ticket: Ticket, order: Order) -> None:
    address = act(ticket, order, "refund")
    form = desk.get(address, **DIALOG).content.decode()
    fields = {"reason": "late", "amount": "10,00", "key": "k1"}
    part = desk.post(f"{address}try/", fields, **DIALOG).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert 'aria-disabled="true"' in form.split('id="confirm"')[1]
    assert "R$10.00" in part
    assert "Refund R$10.00" in part.split('id="confirm"')[1]
    assert not LedgerEntry.objects.exists(), "a dry run writes nothing"

    answer = desk.post(address, agreed(desk, address, fields))
    assert answer.status_code == 302
    assert "Refund of R$10.00: is being done" in page_of(desk, ticket)
    work()

    entry = LedgerEntry.objects.get()
    page = page_of(desk, ticket)
    assert (entry.state, entry.ticket, entry.agent_id) == (LedgerState.DONE, ticket.pk, entry.agent_id)
    assert TicketOrder.objects.get(ticket=ticket).rule == OrderRule.ACTED
    assert "linked order" not in page
    assert "You carried out: Refund of R$10.00, order 1001" in page
    assert "− R$10.00" in page


def test_the_same_form_twice_is_one_refund(desk: Client, ticket: Ticket, order: Order) -> None:
    address = act(ticket, order, "refund")
    fields = agreed(desk, address, {"reason": "late", "amount": "10", "key": "k1"})

    desk.post(address, fields)
    work()
    desk.post(address, agreed(desk, address, {"reason": "late", "amount": "10", "key": "k1"}))
    work()

    assert LedgerEntry.objects.count() == 1


def test_the_same_form_filled_in_otherwise_is_another_refund(desk: Client, ticket: Ticket, order: Order) -> None:
    address = act(ticket, order, "refund")

    for amount in ("10", "20"):
        desk.post(address, agreed(desk, address, {"reason": "late", "amount": amount, "key": "k1"}))
        work()

    asked = [entry.action["amount"] for entry in LedgerEntry.objects.order_by("id")]
    assert asked == [1_000, 2_000]


def test_another_effect_than_was_shown_is_shown_again(desk: Client, ticket: Ticket, order: Order) -> None:
    address = act(ticket, order, "refund")
    fields = agreed(desk, address, {"reason": "late", "amount": "10", "key": "k1"})

    answer = desk.post(address, {**fields, "amount": "90"})

    assert answer.status_code == 422
    assert "has changed since you looked" in answer.content.decode()
    assert not LedgerEntry.objects.exists()


def test_above_the_limit_the_button_asks_for_approval(desk: Client, ticket: Ticket, order: Order) -> None:
    address = act(ticket, order, "refund")
    fields = agreed(desk, address, {"reason": "late", "amount": "60,01", "key": "k1"})
    desk.post(address, fields)
    work()

    entry = LedgerEntry.objects.get()
    page = page_of(desk, ticket)
    assert entry.state == LedgerState.ASKED
    assert "Refund of R$60.01: waits for approval" in page
    assert "Another action on this order is not finished yet." in page

    desk.post(f"/tickets/{ticket.number}/asked/{entry.pk}/withdraw/")
    entry.refresh_from_db()
    assert entry.state == LedgerState.WITHDRAWN


def test_only_its_asker_takes_an_action_back(
    desk: Client, ticket: Ticket, order: Order, caio: Agent, sign_in: Callable[[Agent], Client]
) -> None:
    address = act(ticket, order, "refund")
    desk.post(address, agreed(desk, address, {"reason": "late", "amount": "60,01", "key": "k1"}))
    entry = LedgerEntry.objects.get()

    assert sign_in(caio).post(f"/tickets/{ticket.number}/asked/{entry.pk}/withdraw/").status_code == 404


@pytest.mark.parametrize(
    "kind,fields,shown",
    [
        ("change_address", {"line1": "Rua B, 2", "city": "Recife", "postcode": "50000-000"}, "Rua B, 2"),
        ("change_lines", {"to-1": "mug-red", "count-1": "2", "instrument": "visa"}, "R$20.00"),
        ("cancel", {"what": "whole", "reason": "no longer wanted"}, "Cancel and pay R$99.80 back"),
        ("cancel", {"what": "pieces", "piece": "1", "count-1": "1", "reason": "too many"}, "R$49.90"),
        ("refund", {"piece": "1", "count-1": "1", "reason": "broken"}, "Refund R$49.90"),
        ("refund", {"freight": "on", "reason": "late"}, "Refund R$12.00"),
        ("change_payment", {"instrument": "gift"}, "are paid with: gift card"),
        ("add_note", {"text": "Ring twice"}, "Add the note"),
        ("add_tag", {"tag": "fragile"}, "Add the tag"),
        ("give_credit", {"amount": "15", "reason": "sorry"}, "Give R$15.00"),
    ],
)
def test_every_deed_shows_its_effect_and_is_done(
    kind: str, fields: dict[str, str], shown: str, desk: Client, book: Backend, arrive: Callable[..., Message]
) -> None:
    freight = 1_200 if "freight" in fields else 0
    set_policy(backend=book, policy=Policy(), actor=SYSTEM, now=timezone.now())
    rich = replace(ANA, instruments=(ANA.instruments[0], replace(ANA.instruments[1], balance=50_000)))
    order = kept(book, freight=freight, account=rich)
    ticket = verified(arrive, order)
    address = act(ticket, order, kind)
    part = desk.post(f"{address}try/", fields, **DIALOG).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert shown in part
    assert desk.post(address, agreed(desk, address, {**fields, "key": "k1"})).status_code == 302
    work()

    assert LedgerEntry.objects.get().state in (LedgerState.DONE, LedgerState.ASKED)


@pytest.mark.parametrize(
    "kind,fields,shown",
    [
        ("request_return", {"piece": "1", "count-1": "1", "reason": "too small"}, "may send these pieces back"),
        ("exchange", {"to-1": "mug-red", "count-1": "1", "instrument": "visa"}, "sends pieces back"),
        ("resend", {"piece": "1", "count-1": "2", "reason": "lost"}, "free of charge"),
    ],
)
def test_what_arrived_comes_back_or_goes_out_again(
    kind: str, fields: dict[str, str], shown: str, desk: Client, book: Backend, arrive: Callable[..., Message]
) -> None:
    order = kept(book, stage=OrderStage.DELIVERED)
    ticket = verified(arrive, order)
    address = act(ticket, order, kind)

    assert shown in desk.post(f"{address}try/", fields, **DIALOG).content.decode()
    assert desk.post(address, agreed(desk, address, {**fields, "key": "k1"})).status_code == 302
    work()

    assert LedgerEntry.objects.get().state == LedgerState.DONE


def test_an_unpaid_order_gets_a_payment_link(desk: Client, book: Backend, arrive: Callable[..., Message]) -> None:
    order = kept(book, paid=0)
    ticket = verified(arrive, order)
    address = act(ticket, order, "send_payment_link")
    desk.post(address, agreed(desk, address, {"method": "pix", "key": "k1"}))
    work()

    page = page_of(desk, ticket)
    assert "Pix · waits for payment" in page
    assert page.count('class="here"') == 0


@pytest.mark.parametrize(
    "kind,fields,words",
    [
        ("refund", {}, "Nothing is chosen yet."),
        ("refund", {"amount": "ten"}, "This is no amount"),
        ("refund", {"amount": "-5"}, "This is no amount"),
        ("refund", {"amount": "9999", "reason": "x"}, "more than is left of what was paid"),
        ("refund", {"piece": "1", "count-1": "7", "reason": "x"}, "There are not that many pieces left."),
        ("refund", {"piece": "1", "count-1": "٣", "reason": "x"}, "There are not that many pieces left."),
        ("refund", {"amount": "5"}, "Say why"),
        ("change_address", {}, "Nothing is changed yet."),
        ("cancel", {"reason": "bored"}, "The shop does not accept this reason"),
        ("change_address", {"line1": "", "city": "", "postcode": ""}, "at least a street, a city and a postcode"),
        ("change_lines", {"to-1": "mug-green", "count-1": "1"}, "This variant is sold out."),
        ("change_lines", {"to-1": "sofa", "count-1": "1"}, "The shop does not know this variant."),
    ],
)
def test_bad_input_gets_a_clear_answer(
    kind: str, fields: dict[str, str], words: str, desk: Client, ticket: Ticket, order: Order, book: Backend
) -> None:
    if kind == "cancel":
        set_policy(backend=book, policy=Policy(cancel_reasons=("late",)), actor=SYSTEM, now=timezone.now())
    address = act(ticket, order, kind)

    part = desk.post(f"{address}try/", fields, **DIALOG).content.decode()
    answer = desk.post(address, {**fields, "key": "k1", "agreed": "x"})

    assert words in part
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not LedgerEntry.objects.exists()


def test_a_light_agent_sees_the_order_and_no_deed(light: Client, ticket: Ticket, order: Order) -> None:
    page = page_of(light, ticket)

    assert "Order 1001" in page
    assert 'class="deed"' not in page
    assert light.get(act(ticket, order, "refund")).status_code == 403


def test_an_order_of_somebody_else_is_not_reached_through_a_ticket(
    desk: Client, book: Backend, order: Order, arrive: Callable[..., Message]
) -> None:
    ticket = wrote(arrive, "eve@example.com")

    assert desk.get(act(ticket, order, "refund")).status_code == 404
    assert desk.post(f"/tickets/{ticket.number}/orders/{order.pk}/link/").status_code == 404


def test_an_unknown_deed_is_not_found(desk: Client, ticket: Ticket, order: Order) -> None:
    assert desk.get(act(ticket, order, "explode")).status_code == 404
    assert desk.get(act(ticket, order, "place_order")).status_code == 404


def test_markup_of_a_shop_system_stays_text(desk: Client, book: Backend, arrive: Callable[..., Message]) -> None:
    line = replace(a_line(), name="<script>alert(1)</script>", options={"x": "<b>bold</b>"})
    kept(book, lines=(line,))

    page = page_of(desk, wrote(arrive))

    assert "<script>alert" not in page
    assert "<b>bold" not in page


def test_a_carriers_address_that_is_none_is_no_link(
    desk: Client, book: Backend, arrive: Callable[..., Message]
) -> None:
    parcel = Shipment("s1", ShipmentState.IN_TRANSIT, "X", "QB1", url="javascript:alert(1)")
    kept(book, stage=OrderStage.SHIPPED, shipments=(parcel,))

    assert "javascript:" not in page_of(desk, wrote(arrive))


def test_the_order_costs_a_bounded_number_of_queries(
    desk: Client,
    book: Backend,
    ticket: Ticket,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    for number in range(12):
        kept(book, ref=f"2{number}", number=f"2{number}", account=Account("ana", "Ana", "ana@example.com"))
    page_of(desk, ticket)

    with django_assert_max_num_queries(32):
        desk.get(f"/tickets/{ticket.number}/", **PART)


def test_a_refusal_of_the_shop_is_told_on_the_card(desk: Client, ticket: Ticket, order: Order, book: Backend) -> None:
    address = act(ticket, order, "change_address")
    fields = {"line1": "Rua B, 2", "city": "Recife", "postcode": "50000-000", "key": "k1"}
    desk.post(address, agreed(desk, address, fields))
    kept(book, stage=OrderStage.SHIPPED, changed_at=timezone.now())
    work()

    page = page_of(desk, ticket)
    assert "Change of address: refused" in page
    assert "The order has been shipped." in page or "The order has come too far" in page
    assert Entry.objects.filter(name="order.action.refused").exists()

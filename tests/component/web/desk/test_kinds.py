"""Kind, topic and time left on the desk, and what each kind puts first."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Order
from balcao.commerce.types import Level
from balcao.journal.types import SYSTEM
from balcao.ports.channel import Proof
from balcao.ports.commerce import OrderStage
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.orders import an_order
from balcao.tickets.actions import classifying
from balcao.tickets.actions.ordering import link_order
from balcao.tickets.actions.topics import TopicFacts, save_topic
from balcao.tickets.models import Message, Ticket, Topic
from balcao.tickets.queries import speaking
from balcao.tickets.types import DueFacts, Kind, OrderRule

DIALOG: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
HOUR = timedelta(hours=1)


def made(name: str, kind: Kind, *, parent: Topic | None = None, deed: str = "") -> Topic:
    facts = TopicFacts(names={"en": name}, hints={"en": "Not yet packed."}, kind=kind, parent=parent, deed=deed)
    return save_topic(topic=None, facts=facts, actor=SYSTEM, now=timezone.now())


@pytest.fixture
def address(db: None) -> Topic:
    return made("Wrong address", Kind.ACTION, parent=made("Changes", Kind.ACTION), deed="change_address")


@pytest.fixture
def order(shop: Shop) -> Order:
    now = timezone.now()
    book = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=now)
    return keep_order(backend=book, order=an_order(), now=now)


@pytest.fixture
def anas(arrive: Callable[..., Message]) -> Ticket:
    facts: dict[str, Any] = {"from": "ana@example.com", "proof": Proof.PROVEN, "name": "Ana Souza"}
    return arrive(text="Sobre o meu pedido: escrevam, por favor.", subject="Pedido", **facts).ticket


def page(desk: Client, ticket: Ticket) -> str:
    return desk.get(f"/tickets/{ticket.number}/").content.decode()


def test_a_topic_is_chosen_from_the_tree(desk: Client, anas: Ticket, address: Topic) -> None:
    shown = desk.get(f"/tickets/{anas.number}/topic/", **DIALOG).content.decode()
    assert f'value="{address.pk}"' in shown
    assert 'data-sift="Changes Wrong address Not yet packed."' in shown

    desk.post(f"/tickets/{anas.number}/topic/", {"topic": address.pk})
    anas.refresh_from_db()
    assert (anas.topic, anas.kind) == (address, "action")
    whole = page(desk, anas)
    assert "Changes › Wrong address" in whole
    assert "chose the topic Wrong address" in whole
    assert "changed the kind" not in whole, "it follows from the topic, which is told itself"

    desk.post(f"/tickets/{anas.number}/topic/", {"topic": ""})
    anas.refresh_from_db()
    assert (anas.topic, anas.kind) == (None, "")


def test_nothing_else_is_taken_for_a_topic(desk: Client, anas: Ticket, address: Topic) -> None:
    Topic.objects.filter(pk=address.pk).update(is_active=False)
    for typed in ("x", "999999999", "99999999999999999999999", address.pk):
        desk.post(f"/tickets/{anas.number}/topic/", {"topic": typed})
    desk.post(f"/tickets/{anas.number}/kind/", {"kind": "slow"})
    anas.refresh_from_db()
    assert (anas.topic, anas.kind) == (None, "")


def test_an_agent_says_the_kind_and_leaves_it_to_the_topic_again(desk: Client, anas: Ticket, address: Topic) -> None:
    desk.post(f"/tickets/{anas.number}/topic/", {"topic": address.pk})
    desk.post(f"/tickets/{anas.number}/kind/", {"kind": "forwarded"})
    anas.refresh_from_db()
    assert (anas.kind, anas.is_kind_chosen) == ("forwarded", True)
    assert "changed the kind: Forwarded" in page(desk, anas)
    desk.post(f"/tickets/{anas.number}/kind/", {"kind": ""})
    anas.refresh_from_db()
    assert (anas.kind, anas.is_kind_chosen) == ("action", False)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever wrote be verified, however that came about."""
    monkeypatch.setattr(speaking, "level_of", lambda **_: Level.VERIFIED)


@pytest.mark.usefixtures("verified")
def test_an_action_puts_its_deed_first(desk: Client, bia: Agent, anas: Ticket, address: Topic, order: Order) -> None:
    assert 'class="flow"' not in page(desk, anas)
    classifying.set_topic(ticket=anas, topic=address, agent=bia, now=timezone.now())
    shown = page(desk, anas)
    step = shown[shown.index('class="flow"') :][:1200]
    assert f"/tickets/{anas.number}/orders/{order.pk}/do/change_address/" in step
    assert 'class="deed proposed"' in shown
    assert shown.index('class="deed proposed"') < shown.index('class="deed"')


def test_a_deed_that_is_not_possible_says_why(
    desk: Client, bia: Agent, anas: Ticket, address: Topic, shop: Shop
) -> None:
    now = timezone.now()
    classifying.set_topic(ticket=anas, topic=address, agent=bia, now=now)
    assert "Find the order first" in page(desk, anas)
    book = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=now)
    keep_order(backend=book, order=an_order(stage=OrderStage.SHIPPED), now=now)
    step = (shown := page(desk, anas))[shown.index('class="flow"') :][:900]
    assert "/do/change_address/" not in step
    assert "Change address:" in step


def test_a_quick_matter_about_an_order_offers_its_answer(desk: Client, bia: Agent, anas: Ticket, order: Order) -> None:
    now = timezone.now()
    assert 'class="ready"' not in page(desk, anas)
    classifying.set_kind(ticket=anas, kind=Kind.QUICK, agent=bia, now=now)
    assert 'class="ready"' not in page(desk, anas), "nobody said that it is about this order"
    link_order(ticket=anas, order=order, rule=OrderRule.AGENT, agent=bia, now=now)
    assert 'class="ready"' in page(desk, anas)


def test_rows_and_views_show_kind_and_time_left(desk: Client, bia: Agent, anas: Ticket) -> None:
    now = timezone.now()
    classifying.set_kind(ticket=anas, kind=Kind.QUICK, agent=bia, now=now)
    due = DueFacts(due_at=now + HOUR * 3, due_kind="first_response", warned=75)
    classifying.set_due_facts(ticket=anas, facts=due)
    for key in ("quick", "soon", "ours", "unassigned"):
        shown = desk.get(f"/in/{key}/").content.decode()
        assert f'id="row-{anas.pk}"' in shown
        assert 'title="Quick">' in shown
        assert "2 h 59 left" in shown
    for key in ("breached", "risk", "others", "action", "forwarded"):
        assert f'id="row-{anas.pk}"' not in desk.get(f"/in/{key}/").content.decode()
    assert "First answer due" in page(desk, anas)


def test_a_list_is_sorted_by_what_is_due_and_keeps_to_it(
    desk: Client, bia: Agent, arrive: Callable[..., Message]
) -> None:
    now = timezone.now()
    for hours, name in ((5, "Elif"), (2, "Bruno"), (9, "Cem")):
        ticket = arrive(subject=name, minutes=hours, **{"from": f"{name}@example.com"}).ticket
        classifying.set_due_facts(ticket=ticket, facts=DueFacts(due_at=now + hours * HOUR, due_kind="resolution"))
    shown = desk.get("/in/ours/?order=due").content.decode()
    assert "Due first" in shown
    assert shown.index(">Bruno") < shown.index(">Elif") < shown.index(">Cem")
    shown = desk.get("/in/ours/").content.decode()
    assert shown.index(">Bruno") < shown.index(">Elif"), "the order is remembered"
    assert "order=newest" not in desk.get("/in/soon/").content.decode()


def test_next_pages_by_promise_come_by_their_cursor(
    desk: Client, arrive: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    first = arrive(subject="first").ticket
    numbers = range(first.number + 1000, first.number + 1060)
    facts = {"shop_id": first.shop_id, "identity_id": first.identity_id, "opened_at": now}
    dated = {number: now + HOUR * (number % 7) if number % 2 else None for number in numbers}
    Ticket.objects.bulk_create(
        Ticket(number=number, subject=f"n{number}.", changed_at=now, due_at=due, **facts)
        for number, due in dated.items()
    )
    shown = desk.get("/in/ours/?order=due").content.decode()
    more = shown[shown.index("?after=") :].split('"')[0]
    rest = desk.get(f"/in/ours/{more}", **DIALOG).content.decode()
    both = [number for number in numbers if (f">n{number}." in shown) == (f">n{number}." in rest)]
    assert both == []
    assert desk.get("/in/ours/?after=rubbish", **DIALOG).status_code == 200

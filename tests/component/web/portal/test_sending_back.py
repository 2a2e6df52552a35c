"""Customers send something back by themselves."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone
from PIL import Image

from balcao.channels.models import Channel
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.models import Order
from balcao.jobs import backend as jobs
from balcao.journal.types import SYSTEM
from balcao.pipeline.stages import doing
from balcao.ports import registry
from balcao.ports.commerce import Address, OrderStage, Shipment, ShipmentState
from balcao.processes.actions import blueprints
from balcao.processes.models import Process
from balcao.returns.actions.configuring import set_policy
from balcao.returns.actions.judging import judge
from balcao.returns.models import Return
from balcao.returns.rules import numbers
from balcao.returns.types import ReturnsPolicy, Trait
from balcao.shops.models import Shop
from balcao.staff.models import Department
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop
from balcao.testing.orders import a_line, a_product, an_order
from balcao.tickets.models import Message, Ticket
from balcao.tickets.types import Direction

HOME = "/o/moringa/"
PAGE = "/o/moringa/orders/1001/"
WIZARD = f"{PAGE}return/"
ONE_MUG = {"qty-1": "1", "reason-1": "regret.changed_mind", "key": "k"}


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path) -> Iterator[None]:
    cache.clear()
    with override_settings(MEDIA_ROOT=tmp_path):
        yield
    cache.clear()


@pytest.fixture
def shop(db: None) -> Shop:
    for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
        Department.objects.create(name=key, key=key)
    blueprints.bring_defaults(now=timezone.now())
    shop = make_shop(languages=["en"], time_zone="America/Sao_Paulo")
    policy = ReturnsPolicy(warehouse=Address(line1="Rua do Bom Jesus, 88", city="Recife"))
    set_policy(shop=shop, policy=policy, agent=None, now=timezone.now())
    return shop


@pytest.fixture
def letters(shop: Shop) -> Channel:
    """Let there be a way to write to customers."""
    registry.register_channel(PaperChannel())
    return make_channel(shop)


@pytest.fixture
def order(shop: Shop) -> Order:
    now = timezone.now()
    backend = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=now)
    keep_product(backend=backend, product=a_product(), now=now)
    parcel = Shipment("s1", ShipmentState.DELIVERED, delivered_at=now - timedelta(days=2))
    lines = (a_line("1", quantity=2), a_line("2", price=1_000, quantity=1))
    came = an_order(*lines, stage=OrderStage.DELIVERED, shipments=(parcel,), freight=1_500, placed_at=now)
    return keep_order(backend=backend, order=came, now=now)


def mailed() -> str:
    while jobs.run_due(worker="test"):
        pass
    return str(mail.outbox[-1].body)


@pytest.fixture
def ana(client: Client, order: Order) -> Client:
    """Let Ana have shown who she is."""
    client.post(HOME, {"number": "1001", "email": "ana@example.com"})
    client.post(f"{PAGE}code/")
    found = re.search(r"\b(\d{3} \d{3})\b", mailed())
    assert found
    client.post(f"{PAGE}verify/", {"code": found[1]})
    return client


def words_of(answer: Any) -> str:
    return str(answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def picture(name: str = "mug.png") -> BytesIO:
    content = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "PNG")
    content.seek(0)
    content.name = name
    return content


def sent(ana: Client, **more: Any) -> Return:
    answer = ana.post(WIZARD, {**ONE_MUG, "step": "send", **more})
    assert answer.status_code == 302, words_of(answer)
    return Return.objects.latest("pk")


def address(row: Return) -> str:
    return f"{PAGE}returns/{numbers.written(row.number)}/"


def work() -> None:
    while doing.run_due(worker="w", now=timezone.now()):
        pass


def test_the_page_of_an_order_leads_there(ana: Client) -> None:
    assert WIZARD in words_of(ana.get(PAGE))


def test_what_is_missing_is_said_at_its_place(ana: Client) -> None:
    nothing = ana.post(WIZARD, {"step": "look"})
    no_reason = ana.post(WIZARD, {"qty-1": "1", "step": "look"})

    assert (nothing.status_code, no_reason.status_code) == (422, 422)
    assert "Choose at least one item." in words_of(nothing)
    assert "Please say why." in words_of(no_reason)
    assert Return.objects.count() == 0


def test_before_it_is_sent_the_rules_are_shown(ana: Client) -> None:
    page = words_of(ana.post(WIZARD, {**ONE_MUG, "step": "look"}))

    for words in ("You are in time, until", "We pay for the way back.", "BR-CDC-49", "R$56.71", "My money back"):
        assert words in page, words
    assert Return.objects.count() == 0


def test_a_return_is_opened_with_photos_and_told_at_once(ana: Client, letters: Channel) -> None:
    row = sent(ana, **{"photos-1": picture()})

    ticket = Ticket.objects.get()
    said = Message.objects.filter(ticket=ticket).order_by("pk")
    assert (row.process.ticket, row.channel, row.agent) == (ticket, "portal", None)
    assert row.photos.get().line == row.lines.get()
    assert said[0].direction == Direction.IN
    assert said[0].attachments.count() == 1
    assert numbers.written(row.number) in said[1].text
    assert "Caneca Moringa" in said[1].text
    assert Process.objects.get().stage == "approved"


def test_the_same_form_twice_is_one_return(ana: Client, letters: Channel) -> None:
    first, again = sent(ana), sent(ana)

    assert first.pk == again.pk
    assert (Ticket.objects.count(), Return.objects.count()) == (1, 1)
    assert Message.objects.filter(direction=Direction.OUT).count() == 1


def test_its_page_has_the_label(ana: Client) -> None:
    row = sent(ana)
    work()

    page = words_of(ana.get(address(row)))
    answer = ana.get(f"{address(row)}label.pdf")
    text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert "label.pdf" in page
    assert "How this was decided" in page
    assert answer["Content-Type"] == "application/pdf"
    assert numbers.written(row.number) in text
    assert "I changed my mind" in text


def test_what_a_person_looks_at_says_so(ana: Client, shop: Shop) -> None:
    policy = ReturnsPolicy(marks={Trait.PERSONALISED: ("CAN",)})
    set_policy(shop=shop, policy=policy, agent=None, now=timezone.now())

    look = words_of(ana.post(WIZARD, {**ONE_MUG, "step": "look"}))
    row = sent(ana)
    page = words_of(ana.get(address(row)))
    assert "An exception may hold" in look
    assert "One of us looks at your return" in page


def test_a_refusal_is_told_with_its_rule(ana: Client, shop: Shop) -> None:
    policy = ReturnsPolicy(marks={Trait.PERSONALISED: ("CAN",)})
    set_policy(shop=shop, policy=policy, agent=None, now=timezone.now())
    row = sent(ana)
    judge(row=row, is_granted=False, agent=make_agent("Bia", shop=shop), now=timezone.now(), rule="R1", remark="Made.")

    page = words_of(ana.get(address(row)))
    assert "Made." in page
    assert "R1" in page


def test_an_exchange_says_for_what(ana: Client) -> None:
    wish = {**ONE_MUG, "reason-1": "fit.too_small", "outcome": "exchange", "step": "send"}
    missing = ana.post(WIZARD, wish)
    row = sent(ana, **{**wish, "variant-1": "mug-red"})

    assert missing.status_code == 422
    assert "Please choose what you want for it." in words_of(missing)
    assert row.lines.get().variant == "mug-red"


def test_more_photos_and_another_wish(ana: Client) -> None:
    row = sent(ana)
    ana.post(f"{address(row)}photos/", {"photos": picture()})
    ana.post(f"{address(row)}outcome/", {"outcome": "credit"})
    refused = ana.post(f"{address(row)}outcome/", {"outcome": "repair"})
    nonsense = ana.post(f"{address(row)}outcome/", {"outcome": "x"})
    no_picture = ana.post(f"{address(row)}photos/", {"photos": BytesIO(b"%PDF-1.4 no picture")})

    assert row.photos.count() == 1
    assert row.lines.get().outcome == "credit"
    assert (refused.status_code, nonsense.status_code, no_picture.status_code) == (422, 422, 422)


def test_a_piece_that_comes_back_is_not_offered_again(ana: Client) -> None:
    sent(ana, **{"qty-1": "2", "qty-2": "1", "reason-2": "regret.changed_mind"})

    assert "Nothing of this order can come back" in words_of(ana.get(WIZARD))
    assert ana.post(WIZARD, {**ONE_MUG, "key": "k2", "step": "send"}).status_code == 200
    assert Return.objects.count() == 1


def test_whoever_only_knows_the_number_sees_nothing_and_may_withdraw(
    client: Client, order: Order, letters: Channel
) -> None:
    client.post(HOME, {"number": "1001", "email": "ana@example.com"})
    page = words_of(client.get(WIZARD))
    confirm = words_of(client.post(WIZARD, {"step": "declare", "key": "k"}))
    done = words_of(client.post(WIZARD, {"step": "confirm", "key": "k"}))

    assert "Withdraw from the contract here" in page
    assert "Confirm withdrawal" in confirm
    assert "We have received your withdrawal" in done
    for words in (page, confirm, done):
        assert "Caneca" not in words
        assert "ana@example.com" not in words
    row = Return.objects.get()
    assert {(one.line, one.quantity) for one in row.lines.all()} == {("1", 2), ("2", 1)}
    assert numbers.written(row.number) in Message.objects.filter(direction=Direction.OUT).latest("pk").text
    assert client.get(address(row)).status_code == 302
    assert client.get(f"{address(row)}label.pdf").status_code == 302


def test_strangers_are_asked_who_they_are(client: Client, order: Order) -> None:
    for answer in (client.get(WIZARD), client.post(WIZARD, {**ONE_MUG, "step": "send"})):
        assert answer.status_code == 302
    assert Return.objects.count() == 0


def test_another_orders_return_is_none_of_theirs(ana: Client, order: Order) -> None:
    assert ana.get(f"{PAGE}returns/RMA-5724/").status_code == 404
    assert ana.get(f"{PAGE}returns/nonsense/").status_code == 404


@pytest.mark.parametrize("count", ["-1", "99999", "x", "1e3", "²"])
def test_nonsense_is_no_quantity(ana: Client, count: str) -> None:
    answer = ana.post(WIZARD, {**ONE_MUG, "qty-1": count, "step": "look"})

    assert answer.status_code == 422

"""Returns on the desk: opened for a customer, scanned, taken in, looked at, judged, decided."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.test import Client, override_settings
from django.utils import timezone
from PIL import Image

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.models import Order
from balcao.journal.types import SYSTEM
from balcao.pipeline.stages import doing
from balcao.ports.commerce import Address, OrderStage, Shipment, ShipmentState
from balcao.processes.actions import blueprints
from balcao.processes.actions.effects import retry
from balcao.processes.models import Effect
from balcao.processes.types import EffectState
from balcao.returns.actions.configuring import set_policy
from balcao.returns.actions.sending import mark_in_transit
from balcao.returns.models import Label, Return
from balcao.returns.types import Grade, Outcome, ReturnsPolicy, Trait
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.testing.factories import make_agent
from balcao.testing.orders import a_line, a_product, an_order
from balcao.tickets.models import Message, Ticket

ONE_MUG = {"qty-1": "1", "reason-1": "regret.changed_mind", "key": "k", "step": "send"}
SignIn = Callable[[Agent], Client]


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def departments(shop: Shop) -> None:
    for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
        Department.objects.create(name=key, key=key)
    blueprints.bring_defaults(now=timezone.now())
    policy = ReturnsPolicy(warehouse=Address(line1="Rua do Bom Jesus, 88", city="Recife"))
    set_policy(shop=shop, policy=policy, agent=None, now=timezone.now())


@pytest.fixture
def order(shop: Shop, departments: None) -> Order:
    now = timezone.now()
    backend = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=now)
    keep_product(backend=backend, product=a_product(), now=now)
    parcel = Shipment("s1", ShipmentState.DELIVERED, delivered_at=now - timedelta(days=2))
    lines = (a_line("1", quantity=2), a_line("2", price=1_000, quantity=1))
    came = an_order(*lines, stage=OrderStage.DELIVERED, shipments=(parcel,), freight=1_500, placed_at=now)
    return keep_order(backend=backend, order=came, now=now)


@pytest.fixture
def ticket(arrive: Callable[..., Message]) -> Ticket:
    return arrive(subject="I want to send it back").ticket


@pytest.fixture
def mara(shop: Shop, departments: None) -> Agent:
    """Let Mara work in the warehouse, and nowhere else."""
    found = make_agent("Mara", shop=shop, role=Role.LIGHT)
    found.departments.add(Department.objects.get(key="wh"))
    return found


def wizard(ticket: Ticket, order: Order) -> str:
    return f"/tickets/{ticket.number}/orders/{order.pk}/return/"


def words_of(answer: Any) -> str:
    return str(answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def opened(desk: Client, ticket: Ticket, order: Order) -> Return:
    answer = desk.post(wizard(ticket, order), ONE_MUG)
    assert answer.status_code == 302, words_of(answer)
    return Return.objects.get()


@pytest.fixture
def arrived(desk: Client, opened: Return) -> Return:
    while doing.run_due(worker="w", now=timezone.now()):
        pass
    mark_in_transit(row=opened, posted_at=timezone.now(), agent=None, now=timezone.now(), tracking="BR123")
    desk.post(f"/returns/{opened.pk}/receive/", {"key": "0", "grams": "420"})
    opened.refresh_from_db()
    return opened


def found(row: Return, **more: str) -> dict[str, str]:
    line = row.lines.get()
    return {f"found-{line.pk}-0": "1", f"grade-{line.pk}-0": "B", **more}


def test_an_agent_opens_a_return_where_the_customer_asked(
    desk: Client, ticket: Ticket, order: Order, bia: Agent
) -> None:
    first = words_of(desk.get(wizard(ticket, order)))
    look = words_of(desk.post(wizard(ticket, order), {**ONE_MUG, "step": "look"}))
    answer = desk.post(wizard(ticket, order), ONE_MUG)
    again = desk.post(wizard(ticket, order), ONE_MUG)

    row = Return.objects.get()
    assert "Caneca Moringa" in first
    assert "You are in time" in look
    assert answer["Location"] == again["Location"] == f"/returns/{row.pk}/"
    assert (row.agent, row.process.ticket, row.channel) == (bia, ticket, "paper")
    assert row.notice_at < row.opened_at, "what counts is when the customer wrote"


def test_the_form_says_what_is_missing(desk: Client, ticket: Ticket, order: Order) -> None:
    answer = desk.post(wizard(ticket, order), {"step": "look", "qty-1": "1"})

    assert answer.status_code == 422
    assert "Please say why." in words_of(answer)


def test_one_ticket_has_one_running_return(desk: Client, ticket: Ticket, order: Order, opened: Return) -> None:
    answer = desk.post(wizard(ticket, order), {**ONE_MUG, "key": "k2"})

    assert answer.status_code == 422
    assert "This ticket has a return already." in words_of(answer)


def test_the_ticket_leads_to_its_return(desk: Client, ticket: Ticket, order: Order, opened: Return) -> None:
    page = words_of(desk.get(f"/tickets/{ticket.number}/"))

    assert f"/returns/{opened.pk}/" in page


def test_its_page_tells_law_and_shop(desk: Client, opened: Return) -> None:
    page = words_of(desk.get(f"/returns/{opened.pk}/"))

    for words in (opened.written, "BR-CDC-49", "I changed my mind", "Law and shop, side by side", "Granted"):
        assert words in page, words


@pytest.mark.parametrize("typed", ["{written}", " {written} ", "{digits}", "br123", "1001"])
def test_a_scanner_finds_it(desk: Client, arrived: Return, typed: str) -> None:
    query = typed.format(written=arrived.written, digits=arrived.written.removeprefix("RMA-"))

    assert desk.get("/returns/", {"q": query})["Location"] == f"/returns/{arrived.pk}/"


def test_what_is_none_of_ours_is_not_found(desk: Client, arrived: Return) -> None:
    for typed in ("RMA-1", "x" * 300, "%", "'"):
        answer = desk.get("/returns/", {"q": typed})
        assert answer.status_code == 200
        assert "No return found." in words_of(answer)


def test_the_warehouse_sees_what_waits_for_it(desk: Client, arrived: Return) -> None:
    page = words_of(desk.get("/returns/"))

    assert arrived.written in page


def test_a_parcel_is_taken_in_once(desk: Client, arrived: Return) -> None:
    desk.post(f"/returns/{arrived.pk}/receive/", {"key": "0", "grams": "420"})

    assert arrived.arrivals.count() == 1
    assert arrived.arrivals.get().grams == 420
    arrived.process.refresh_from_db()
    assert arrived.process.stage == "received"


def test_the_warehouses_own_people_look_at_it_with_pictures(arrived: Return, mara: Agent, sign_in: SignIn) -> None:
    picture = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
    picture.seek(0)
    picture.name = "mug.png"
    line = arrived.lines.get()
    client = sign_in(mara)
    answer = client.post(f"/returns/{arrived.pk}/inspect/", {**found(arrived), f"photo-{line.pk}": picture})

    one = arrived.inspections.get()
    photo = arrived.photos.get()
    assert answer.status_code == 302
    assert (one.grade, one.agent) == (Grade.B, mara)
    shown = client.get(f"/returns/{arrived.pk}/photos/{photo.pk}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert b"".join(shown.streaming_content).startswith(b"\x89PNG")
    page = words_of(client.get(f"/returns/{arrived.pk}/"))
    assert "Everything came as it was told." in page
    assert "Grant it" not in page


def test_an_empty_form_finds_nothing(desk: Client, arrived: Return) -> None:
    line = arrived.lines.get()
    for more in ({}, {f"found-{line.pk}-0": "1"}, {f"found-{line.pk}-0": "-1", f"grade-{line.pk}-0": "A"}):
        assert desk.post(f"/returns/{arrived.pk}/inspect/", more).status_code == 422
    assert arrived.inspections.count() == 0


def test_mismatches_are_told(desk: Client, arrived: Return) -> None:
    line = arrived.lines.get()
    desk.post(
        f"/returns/{arrived.pk}/inspect/",
        {
            f"found-{line.pk}-0": "1",
            f"grade-{line.pk}-0": "C",
            f"missing-{line.pk}-0": "lid, manual",
            "other-name": "A sock",
            "other-found": "1",
            "other-grade": "C",
        },
    )

    page = words_of(desk.get(f"/returns/{arrived.pk}/"))
    assert "missing is lid, manual" in page
    assert "A sock: nobody announced it." in page


def test_what_was_found_well_is_given(desk: Client, arrived: Return) -> None:
    desk.post(f"/returns/{arrived.pk}/inspect/", found(arrived))
    answer = desk.post(f"/returns/{arrived.pk}/decide/")

    arrived.refresh_from_db()
    arrived.process.refresh_from_db()
    assert answer.status_code == 302
    assert (arrived.goods, arrived.process.stage) == (4_990, "refunding")


@pytest.mark.parametrize("typed", ["100", "-1", "x", "1e9", "nan", "0.001"])
def test_nothing_is_taken_off_without_a_rule(desk: Client, arrived: Return, typed: str) -> None:
    desk.post(f"/returns/{arrived.pk}/inspect/", found(arrived))
    answer = desk.post(f"/returns/{arrived.pk}/decide/", {"withheld": typed, "remark": "Scratched"})

    arrived.refresh_from_db()
    assert (answer.status_code, arrived.decided_at) == (422, None)


def test_the_customer_wants_something_else(desk: Client, opened: Return) -> None:
    desk.post(f"/returns/{opened.pk}/outcome/", {"outcome": "credit"})
    refused = desk.post(f"/returns/{opened.pk}/outcome/", {"outcome": "repair"})
    nonsense = desk.post(f"/returns/{opened.pk}/outcome/", {"outcome": "x"})

    assert opened.lines.get().outcome == Outcome.CREDIT
    assert (refused.status_code, nonsense.status_code) == (422, 422)


def test_a_refusal_needs_its_rule_and_words(desk: Client, ticket: Ticket, order: Order, shop: Shop) -> None:
    policy = ReturnsPolicy(marks={Trait.PERSONALISED: ("CAN",)})
    set_policy(shop=shop, policy=policy, agent=None, now=timezone.now())
    desk.post(wizard(ticket, order), ONE_MUG)
    row = Return.objects.get()
    page = words_of(desk.get(f"/returns/{row.pk}/"))
    empty = desk.post(f"/returns/{row.pk}/judge/", {"answer": "refuse", "rule": "BR-CDC-49"})
    desk.post(f"/returns/{row.pk}/judge/", {"answer": "refuse", "rule": "BR-CDC-49", "remark": "Made for you."})

    assert "An exception may hold" in page
    assert empty.status_code == 422
    row.refresh_from_db()
    assert (row.is_granted, row.judged_by_rule, row.judged_remark) == (False, "BR-CDC-49", "Made for you.")


def test_what_waits_is_granted_by_a_person(desk: Client, ticket: Ticket, order: Order, shop: Shop) -> None:
    policy = ReturnsPolicy(marks={Trait.PERSONALISED: ("CAN",)})
    set_policy(shop=shop, policy=policy, agent=None, now=timezone.now())
    desk.post(wizard(ticket, order), ONE_MUG)
    row = Return.objects.get()
    desk.post(f"/returns/{row.pk}/judge/", {"answer": "grant"})

    row.refresh_from_db()
    assert row.is_granted is True
    assert "Grant it" not in words_of(desk.get(f"/returns/{row.pk}/"))


def test_no_label_is_made_without_an_address_to_come_back_to_until_the_shop_says_one(
    desk: Client, ticket: Ticket, order: Order, shop: Shop
) -> None:
    set_policy(shop=shop, policy=ReturnsPolicy(), agent=None, now=timezone.now())
    desk.post(wizard(ticket, order), ONE_MUG)
    while doing.run_due(worker="w", now=timezone.now()):
        pass
    effect = Effect.objects.get(step="label")
    assert (effect.state, effect.code) == (EffectState.FAILED, "no_return_address")
    assert not Label.objects.exists()
    page = words_of(desk.get(f"/tickets/{ticket.number}/"))
    assert "The shop has not said where goods come back to" in page
    policy = ReturnsPolicy(warehouse=Address(line1="Rua do Bom Jesus, 88", city="Recife"))
    set_policy(shop=shop, policy=policy, agent=None, now=timezone.now())
    retry(effect=effect, agent=None, now=timezone.now())
    while doing.run_due(worker="w", now=timezone.now()):
        pass
    assert "Rua do Bom Jesus, 88" in Label.objects.get().receiver


def test_the_label_is_printed_again(desk: Client, arrived: Return) -> None:
    answer = desk.get(f"/returns/{arrived.pk}/label.pdf")

    text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert arrived.written in text


def test_light_agents_of_other_departments_only_look(light: Client, arrived: Return) -> None:
    assert light.get(f"/returns/{arrived.pk}/").status_code == 200
    for deed in ("receive", "inspect", "judge", "decide", "outcome"):
        assert light.post(f"/returns/{arrived.pk}/{deed}/", {}).status_code == 403


def test_another_shops_return_is_not_there(stranger: Client, arrived: Return) -> None:
    assert "No return found." in words_of(stranger.get("/returns/", {"q": arrived.written}))
    assert stranger.get(f"/returns/{arrived.pk}/").status_code == 404
    assert stranger.get(f"/returns/{arrived.pk}/label.pdf").status_code == 404

"""A real Tryton keeps to the scenario book, and what is special about it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx
import pytest

from balcao.plugins.commerce.tryton import cancelling, checking, moving, refunding
from balcao.plugins.commerce.tryton.adapter import Tryton
from balcao.plugins.commerce.tryton.config import TrytonConfig
from balcao.plugins.commerce.tryton.rpc import NO_DATABASE, Logins, Session
from balcao.ports import money
from balcao.ports.calling import BAD_ADDRESS, CLOSED, LOGIN
from balcao.ports.commerce import (
    AddNote,
    Address,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    CommerceError,
    InstrumentKind,
    KeyKind,
    Link,
    Order,
    OrderStage,
    Outcome,
    PaymentState,
    Refund,
    RequestReturn,
    ShipmentState,
)
from balcao.testing.contracts import CommerceContract
from balcao.testing.servers.running import free_port
from balcao.testing.servers.tryton import TrytonServer

ELSEWHERE = Address(line1="Bağdat Cd. 90", city="İstanbul", postcode="34728", country="TR", name="Elif Demir")

LOGINS: Logins = {}  # Tryton takes its time to log in


@pytest.fixture
def link(tryton_server: TrytonServer) -> Link:
    server = tryton_server
    return Link(TrytonConfig(server.address, server.database, server.login, server.password), currency="TRY")


@pytest.fixture
def tryton() -> Tryton:
    return Tryton(LOGINS)


@pytest.fixture(scope="module")
def waiting() -> Iterator[str]:
    """Give the numbers of paid orders that wait for the warehouse, each to one test."""
    return (f"WEB-{number}" for number in range(1001, 1018))


@pytest.fixture(scope="module")
def arrived() -> Iterator[str]:
    """Give the numbers of paid orders that arrived, each to one test."""
    return (f"WEB-{number}" for number in range(2001, 2018))


def numbered(link: Link, number: str) -> Order:
    (order,) = Tryton(LOGINS).find(KeyKind.NUMBER, number, link)
    return order


@pytest.fixture
def pending(link: Link, waiting: Iterator[str]) -> Order:
    return numbered(link, next(waiting))


@pytest.fixture
def delivered(link: Link, arrived: Iterator[str]) -> Order:
    return numbered(link, next(arrived))


def read(link: Link, order: Order) -> Order:
    found = Tryton(LOGINS).order(order.ref, link)
    assert found
    return found


def asked(link: Link, model: str, method: str, *params: Any, **options: Any) -> Any:
    """Do something in Tryton as somebody of the shop would."""
    return Session(link.config, LOGINS).ask(model, method, *params, **options)


def back(order: Order) -> int:
    return sum(payment.amount for payment in order.payments if payment.is_refund)


class TestTryton(CommerceContract):
    """The scenario book."""

    backend: ClassVar[type[Any]] = Tryton

    @pytest.fixture
    def adapter(self) -> Tryton:
        """Give an adapter that is logged in already."""
        return Tryton(LOGINS)

    @pytest.fixture
    def link(self, tryton_server: TrytonServer) -> Link:
        """Give a connection as the desk's own login."""
        server = tryton_server
        return Link(TrytonConfig(server.address, server.database, server.login, server.password), currency="TRY")

    @pytest.fixture
    def pending(self, link: Link, waiting: Iterator[str]) -> Order:
        """Give a paid order that waits for the warehouse."""
        return numbered(link, next(waiting))

    @pytest.fixture
    def delivered(self, link: Link, arrived: Iterator[str]) -> Order:
        """Give a paid order that arrived."""
        return numbered(link, next(arrived))


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_an_order_is_told_to_the_cent_with_its_tax_and_freight(link: Link) -> None:
    order = numbered(link, "WEB-4001")

    mug, shirt = order.lines
    assert (mug.name, mug.sku, mug.options) == ("Kupa", "KUPA-KIRMIZI", {"colour": "Kırmızı"})
    assert (mug.quantity, mug.unit_price, shirt.quantity, shirt.unit_price) == (3, 3329, 2, 8900)
    assert order.freight == 3000
    assert order.total == 36344 == sum(payment.amount for payment in order.payments)
    assert (order.currency, order.stage, order.account.name) == ("TRY", OrderStage.PENDING, "Mehmet Yılmaz")
    assert (order.address.line1, order.address.postcode, order.address.country) == ("İstiklal Cd. 5", "34430", "TR")
    (paid,) = order.payments
    assert (paid.instrument.kind, paid.instrument.label) == (InstrumentKind.CARD, "Kredi kartı")


@pytest.mark.parametrize(
    "number, stage",
    [
        ("WEB-3001", OrderStage.PENDING),
        ("WEB-3002", OrderStage.PREPARING),
        ("WEB-3003", OrderStage.SHIPPED),
        ("WEB-3004", OrderStage.DRAFT),
        ("WEB-2012", OrderStage.DELIVERED),
    ],
)
def test_the_stage_is_the_furthest_thing_that_is_true(link: Link, number: str, stage: OrderStage) -> None:
    assert numbered(link, number).stage == stage


def test_what_is_not_paid_is_pending(link: Link) -> None:
    order = numbered(link, "WEB-3001")
    assert [(payment.amount, payment.state) for payment in order.payments] == [(order.total, PaymentState.PENDING)]


@pytest.mark.parametrize(
    "kind, value",
    [
        (KeyKind.EMAIL, "Mehmet@Example.com.tr"),
        (KeyKind.PHONE, "+90 532 765 43 21"),
        (KeyKind.TRACKING, "YK00000037TR"),
        (KeyKind.NUMBER, "37"),
    ],
)
def test_an_order_is_found_by_what_people_know(tryton: Tryton, link: Link, kind: KeyKind, value: str) -> None:
    found = tryton.find(kind, value, link)
    assert "WEB-3003" in {order.number for order in found}
    (shipment,) = next(order for order in found if order.number == "WEB-3003").shipments
    assert (shipment.carrier, shipment.state) == ("Yurtiçi Kargo", ShipmentState.IN_TRANSIT)


@pytest.mark.parametrize("value", ["%@example.com.tr", "mehmet_example.com.tr", ""])
def test_signs_that_stand_for_others_find_nobody(tryton: Tryton, link: Link, value: str) -> None:
    assert tryton.find(KeyKind.EMAIL, value, link) == []


def test_a_product_has_its_variants_with_prices_and_stock(tryton: Tryton, link: Link) -> None:
    line = numbered(link, "WEB-4001").lines[0]
    product = tryton.product(line.product_ref, link)
    assert product
    assert (product.name, product.currency) == ("Kupa", "TRY")
    assert {variant.options["colour"] for variant in product.variants} == {"Mavi", "Kırmızı"}
    assert {variant.price for variant in product.variants} == {3329}
    assert all(variant.stock and 900 < variant.stock <= 1000 for variant in product.variants)


# --- Changes ----------------------------------------------------------------------------------------------------------


def told(tryton: Tryton, link: Link, cursor: dict[str, Any]) -> tuple[set[str], set[str], dict[str, Any]]:
    orders: set[str] = set()
    products: set[str] = set()
    while True:
        page = tryton.changes(cursor, link)
        orders |= {order.number for order in page.orders}
        products |= {product.name for product in page.products}
        assert not page.more or dict(page.cursor) != cursor
        cursor = json.loads(json.dumps(dict(page.cursor)))
        if not page.more:
            return orders, products, cursor


def once_settled(tryton: Tryton, link: Link, cursor: dict[str, Any], number: str) -> set[str]:
    """Wait until an order is no news any more: the young rows of a database that was just filled are told each time."""
    deadline = time.monotonic() + 90
    while number in (again := told(tryton, link, cursor)[0]) and time.monotonic() < deadline:
        time.sleep(2)
    return again


def test_everything_is_told_in_pages_then_only_what_changed(tryton: Tryton, link: Link) -> None:
    tryton.page = 5
    everything, products, cursor = told(tryton, link, {})
    again = once_settled(tryton, link, cursor, "WEB-4003")
    order = numbered(link, "WEB-4003")
    asked(link, "sale.sale", "write", [int(order.ref)], {"comment": "Call first."}, writes=True)
    news, _, _ = told(tryton, link, cursor)

    assert {"WEB-1001", "WEB-2012", "WEB-3001", "WEB-3004"} <= everything
    assert products == {"Kupa", "Tişört M"}
    assert "WEB-4003" in news - again


def test_a_shipment_that_leaves_is_news_of_its_order(tryton: Tryton, link: Link) -> None:
    _, _, cursor = told(tryton, link, {})
    order = numbered(link, "WEB-3002")
    (shipment,) = asked(link, "sale.sale", "read", [int(order.ref)], ["shipments"])[0]["shipments"]
    for button in ("pack", "ship"):
        asked(link, "stock.shipment.out", button, [shipment], writes=True)

    page = tryton.changes(cursor, link)

    assert {o.number: o.stage for o in page.orders}["WEB-3002"] == OrderStage.SHIPPED


# --- Addresses --------------------------------------------------------------------------------------------------------


def test_an_address_of_a_reserved_shipment_is_changed_and_its_goods_stay_reserved(link: Link, pending: Order) -> None:
    (shipment,) = asked(link, "sale.sale", "read", [int(pending.ref)], ["shipments"])[0]["shipments"]
    asked(link, "stock.shipment.out", "assign_try", [shipment], writes=True)

    done = Tryton(LOGINS).perform(ChangeAddress(ELSEWHERE), pending, link, key="reserved")

    assert (done.outcome, done.order and done.order.address) == (Outcome.DONE, ELSEWHERE)
    assert asked(link, "stock.shipment.out", "read", [shipment], ["state"])[0]["state"] == "assigned"


@pytest.mark.parametrize("number", ["WEB-3003", "WEB-2012"])
def test_an_address_of_what_has_left_is_not_changed(link: Link, number: str) -> None:
    order = numbered(link, number)
    done = Tryton(LOGINS).perform(ChangeAddress(ELSEWHERE), order, link, key="late")
    assert (done.outcome, done.detail) == (Outcome.REFUSED, moving.LEFT_ALREADY)
    assert read(link, order).address == order.address


def test_an_address_that_is_known_is_not_made_twice(link: Link) -> None:
    order, there = numbered(link, "WEB-4003"), replace(ELSEWHERE, line1="Ordu Cd. 7")
    for key in ("first", "second"):
        Tryton(LOGINS).perform(ChangeAddress(there), order, link, key=key)
    street = [("street", "=", there.line1)]
    assert asked(link, "party.address", "search_count", street) == 1


def test_a_draft_goes_elsewhere_too(link: Link) -> None:
    order = numbered(link, "WEB-3004")
    done = Tryton(LOGINS).perform(ChangeAddress(replace(ELSEWHERE, name="Mehmet")), order, link, key="draft")
    assert done.order
    assert (done.order.address.line1, done.order.stage) == (ELSEWHERE.line1, OrderStage.DRAFT)


def test_the_default_address_is_another_one_and_orders_stay(link: Link) -> None:
    order = numbered(link, "WEB-4003")
    home = replace(ELSEWHERE, line1="Moda Cd. 3", name="Mehmet Yılmaz")
    Tryton(LOGINS).perform(ChangeDefaultAddress(order.account.ref, home), order, link, key="default")
    after = read(link, order)
    assert after.account.address == home
    assert after.address == order.address


# --- Cancelling -------------------------------------------------------------------------------------------------------


def test_a_cancelled_order_is_partly_done_for_accounting_has_to_pay(link: Link, pending: Order) -> None:
    done = Tryton(LOGINS).perform(Cancel("changed mind"), pending, link, key="cancel-partly")

    assert (done.outcome, done.detail) == (Outcome.PARTLY, refunding.TO_PAY)
    assert done.order
    assert done.order.stage == OrderStage.CANCELLED
    assert [line.cancelled for line in done.order.lines] == [2]
    assert [(p.amount, p.state) for p in done.order.payments if p.is_refund] == [(pending.total, PaymentState.PENDING)]
    sale = asked(link, "sale.sale", "read", [int(pending.ref)], ["shipment_state", "state"])[0]
    assert sale["shipment_state"] == "none"


def test_an_unpaid_order_is_cancelled_with_its_invoice(link: Link) -> None:
    order = numbered(link, "WEB-3001")
    done = Tryton(LOGINS).perform(Cancel("changed mind"), order, link, key="cancel-unpaid")
    assert (done.outcome, done.detail) == (Outcome.DONE, "")
    assert done.order
    assert (done.order.stage, done.order.payments) == (OrderStage.CANCELLED, ())


def test_what_the_warehouse_has_in_hand_is_not_cancelled(link: Link) -> None:
    order = numbered(link, "WEB-3003")
    done = Tryton(LOGINS).perform(Cancel("changed mind"), order, link, key="cancel-late")
    assert (done.outcome, done.detail) == (Outcome.REFUSED, cancelling.IN_HAND)
    assert read(link, order) == order


def test_single_pieces_are_not_cancelled(link: Link) -> None:
    order = numbered(link, "WEB-4003")
    done = Tryton(LOGINS).perform(Cancel("less", pieces=((order.lines[0].ref, 1),)), order, link, key="cancel-piece")
    assert (done.outcome, done.detail) == (Outcome.REFUSED, cancelling.ONLY_WHOLE)


# --- Money back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [1, 3, 100, 101, 999, 5003])
def test_a_credit_note_has_exactly_the_amount_that_was_agreed(link: Link, amount: int) -> None:
    order = numbered(link, "WEB-4001")
    before = back(order)

    done = Tryton(LOGINS).perform(Refund("late", amount=amount), order, link, key=f"exact-{amount}")

    assert (done.outcome, done.detail) == (Outcome.PARTLY, refunding.TO_PAY)
    assert done.order
    assert back(done.order) - before == amount
    number = int(done.ref.partition(",")[2])
    (note,) = asked(link, "account.invoice", "read", [number], ["total_amount", "state"])
    assert (int(note["total_amount"] * 100), note["state"]) == (-amount, "draft")


def test_pieces_are_paid_back_one_by_one_until_nothing_is_left(link: Link) -> None:
    order = numbered(link, "WEB-4002")
    mug, shirt = order.lines
    steps = [Refund("broken", pieces=((mug.ref, 1),))] * 3
    steps += [Refund("broken", pieces=((shirt.ref, 2),)), Refund("late", freight=order.freight)]
    for number, step in enumerate(steps):
        done = Tryton(LOGINS).perform(step, read(link, order), link, key=f"piece-{number}")
        assert done.detail == refunding.TO_PAY
    after = read(link, order)
    too_much = Tryton(LOGINS).perform(Refund("late", amount=1), after, link, key="piece-more")

    assert (back(after), money.open_balance(after)) == (order.total, 0)
    assert money.settled(after) == {mug.ref: 3, shirt.ref: 2}
    assert (too_much.outcome, too_much.detail) == (Outcome.REFUSED, refunding.NOT_THAT_MUCH)


def test_the_money_of_a_return_follows_once_the_goods_are_there(link: Link, delivered: Order) -> None:
    piece = (delivered.lines[0].ref, 1)
    done = Tryton(LOGINS).perform(RequestReturn((piece,), reason="regret"), delivered, link, key="come-back")
    (sale,) = asked(link, "sale.sale", "read", [int(done.ref)], ["shipment_returns"])
    for button in ("receive", "do"):
        asked(link, "stock.shipment.out.return", button, sale["shipment_returns"], writes=True)
    after = read(link, delivered)

    assert done.outcome == Outcome.DONE
    assert done.order
    assert (back(done.order), done.order.lines[0].returned) == (0, 0)
    assert [comeback.state for comeback in done.order.comebacks] == ["requested"]
    assert [(comeback.state, comeback.reason) for comeback in after.comebacks] == [("received", "regret")]
    assert (after.lines[0].returned, after.stage) == (1, OrderStage.DELIVERED)
    assert back(after) == money.price_of(delivered, [piece])


def test_a_return_is_no_order_of_its_own(tryton: Tryton, link: Link, delivered: Order) -> None:
    done = Tryton(LOGINS).perform(RequestReturn(((delivered.lines[0].ref, 1),)), delivered, link, key="no-own")
    found = tryton.find(KeyKind.ACCOUNT, delivered.account.ref, link, limit=100)
    assert delivered.ref in {order.ref for order in found}
    assert done.ref not in {order.ref for order in found}


# --- Answers that are lost --------------------------------------------------------------------------------------------


@contextmanager
def cutting(link: Link, method: str) -> Iterator[Link]:
    """Give a way to Tryton on which the answer to one method is lost after it had its effect."""
    address, left = link.config.address, [method]

    class Way(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name: self.headers[name] for name in ("Content-Type", "Authorization") if self.headers[name]}
            answer = httpx.post(f"{address}{self.path}", content=content, headers=headers, timeout=60, trust_env=False)
            if json.loads(content)["method"] in left:
                left.clear()
                self.close_connection = True
                return
            self.send_response(answer.status_code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Way)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield replace(link, config=replace(link.config, address=f"http://127.0.0.1:{server.server_port}"))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("lost", ["model.sale.complaint.create", "model.sale.complaint.approve"])
def test_a_refund_whose_answer_was_lost_is_made_once(link: Link, lost: str) -> None:
    order, action, key = numbered(link, "WEB-4001"), Refund("late", amount=77), f"lost-{lost}"
    before = back(order)
    with cutting(link, lost) as cut, pytest.raises(CommerceError) as raised:
        Tryton(LOGINS).perform(action, order, cut, key=key)
    recalled = Tryton(LOGINS).recall(key, action, order, link)
    again = Tryton(LOGINS).perform(action, order, link, key=key)

    assert raised.value.uncertain
    assert recalled
    assert recalled.outcome == again.outcome == Outcome.PARTLY
    assert back(read(link, order)) - before == 77


@pytest.mark.parametrize(
    "lost",
    [
        "model.stock.shipment.out.cancel",
        "wizard.sale.handle.shipment.exception.execute",
        "model.sale.complaint.approve",
    ],
)
def test_a_cancellation_that_broke_off_is_brought_to_its_end(link: Link, pending: Order, lost: str) -> None:
    with cutting(link, lost) as cut, pytest.raises(CommerceError) as raised:
        Tryton(LOGINS).perform(Cancel("changed mind"), pending, cut, key=f"cut-{lost}")
    done = Tryton(LOGINS).recall(f"cut-{lost}", Cancel("changed mind"), pending, link)

    assert raised.value.uncertain
    assert done
    assert (done.outcome, done.detail) == (Outcome.PARTLY, refunding.TO_PAY)
    assert (read(link, pending).stage, back(read(link, pending))) == (OrderStage.CANCELLED, pending.total)


def test_an_address_change_that_broke_off_half_way_is_not_taken_for_done(link: Link, pending: Order) -> None:
    with cutting(link, "model.stock.shipment.out.write") as cut, pytest.raises(CommerceError):
        Tryton(LOGINS).perform(ChangeAddress(ELSEWHERE), pending, cut, key="half")
    half = Tryton(LOGINS).recall("half", ChangeAddress(ELSEWHERE), pending, link)
    done = Tryton(LOGINS).perform(ChangeAddress(ELSEWHERE), pending, link, key="half")
    whole = Tryton(LOGINS).recall("half", ChangeAddress(ELSEWHERE), pending, link)

    assert half is None
    assert done.outcome == Outcome.DONE
    assert whole
    assert asked(link, "sale.sale", "read", [int(pending.ref)], ["shipment_state"])[0]["shipment_state"] == "waiting"


def test_a_note_whose_answer_was_lost_is_left_once(link: Link) -> None:
    order, action = numbered(link, "WEB-4003"), AddNote("Ring twice.")
    with cutting(link, "model.ir.note.create") as cut, pytest.raises(CommerceError):
        Tryton(LOGINS).perform(action, order, cut, key="ring")
    assert Tryton(LOGINS).recall("ring", action, order, link)
    assert read(link, order).notes.count("Ring twice.") == 1


def test_a_session_that_ended_is_opened_anew(tryton: Tryton, link: Link) -> None:
    assert tryton.find(KeyKind.NUMBER, "WEB-1001", link)
    tryton.logins[link.config].proof = "Session YmFsY2FvOjI6Z29uZQ=="
    assert tryton.find(KeyKind.NUMBER, "WEB-1001", link)


# --- Trying the settings ----------------------------------------------------------------------------------------------


def test_settings_that_are_right_pass_every_step(tryton: Tryton, link: Link) -> None:
    steps = tryton.check(link)
    assert [(name, said) for name, is_fine, said in steps if not is_fine] == []
    assert len(steps) == 8


@pytest.mark.parametrize(
    "wrong, step, said",
    [
        ({"address": ""}, checking.REACH, BAD_ADDRESS),
        ({"address": "127.0.0.1"}, checking.REACH, BAD_ADDRESS),
        ({"address": f"http://127.0.0.1:{free_port()}"}, checking.REACH, CLOSED),
        ({"password": "wrong"}, checking.LOG_IN, LOGIN),
        ({"login": "nobody"}, checking.LOG_IN, LOGIN),
        ({"database": "nothing"}, checking.LOG_IN, NO_DATABASE),
    ],
)
def test_settings_that_are_wrong_are_told_at_their_step(
    tryton: Tryton, link: Link, wrong: dict[str, str], step: str, said: str
) -> None:
    last = tryton.check(replace(link, config=replace(link.config, **wrong)))[-1]
    assert (last[0], last[1], last[2].partition("\n")[0]) == (step, False, said)


def test_rights_that_are_missing_are_named(tryton: Tryton, link: Link, tryton_server: TrytonServer) -> None:
    admin = replace(link, config=replace(link.config, login=tryton_server.admin, password=tryton_server.admin_password))
    (company,) = asked(admin, "company.company", "search", [])
    row = {"name": "Intern", "login": "intern", "password": "intern-pw", "company": company}
    asked(admin, "res.user", "create", [{**row, "companies": [["add", [company]]]}], writes=True)

    last = tryton.check(replace(link, config=replace(link.config, login="intern", password="intern-pw")))[-1]

    assert last[:2] == (checking.READ, False)
    assert last[2].startswith(checking.NO_RIGHTS)
    assert "account.invoice (read)" in last[2]

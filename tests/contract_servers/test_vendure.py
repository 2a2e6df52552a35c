"""A real Vendure keeps to the scenario book, and what is special about it."""

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx
import pytest

from balcao.plugins.commerce.vendure import checking
from balcao.plugins.commerce.vendure.adapter import Vendure
from balcao.plugins.commerce.vendure.config import VendureConfig
from balcao.plugins.commerce.vendure.session import WRONG_CHANNEL
from balcao.ports import money
from balcao.ports.calling import BAD_ADDRESS, CLOSED, LOGIN
from balcao.ports.commerce import (
    Address,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    CommerceError,
    InstrumentKind,
    KeyKind,
    Link,
    Order,
    OrderStage,
    Outcome,
    PaymentState,
    PlaceOrder,
    Refund,
    ShipmentState,
    Swap,
)
from balcao.ports.hooks import HookRequest
from balcao.testing.contracts import CommerceContract
from balcao.testing.servers.running import free_port
from balcao.testing.servers.vendure import VendureServer
from balcao.testing.servers.vendure import vendure as running_vendure
from balcao.testing.servers.vendure_orders import ANA, Trade

ELSEWHERE = Address(
    line1="Rua XV de Novembro, 9", city="Curitiba", region="PR", postcode="80020-310", country="BR", name="Ana Souza"
)


@pytest.fixture(scope="module")
def trade(vendure_server: VendureServer) -> Trade:
    return Trade(vendure_server)


@pytest.fixture
def link(vendure_server: VendureServer) -> Link:
    config = VendureConfig(vendure_server.address, vendure_server.login, vendure_server.password)
    return Link(config, currency="BRL", region="BR")


@pytest.fixture
def vendure() -> Vendure:
    return Vendure()


def read(vendure: Vendure, link: Link, ref: str) -> Order:
    order = vendure.order(ref, link)
    assert order
    return order


class TestVendure(CommerceContract):
    """The scenario book."""

    backend: ClassVar[type[Any]] = Vendure

    @pytest.fixture
    def link(self, vendure_server: VendureServer) -> Link:
        """Give the desk's own login."""
        config = VendureConfig(vendure_server.address, vendure_server.login, vendure_server.password)
        return Link(config, currency="BRL", region="BR")

    @pytest.fixture
    def pending(self, link: Link, trade: Trade) -> Order:
        """Give an order of three mugs and a shirt that has not left."""
        return read(Vendure(), link, trade.buy(("CAN-AZ", 3), ("CAM-M", 1)))

    @pytest.fixture
    def delivered(self, link: Link, trade: Trade) -> Order:
        """Give an order of two mugs that arrived."""
        ref = trade.buy(("CAN-AZ", 2))
        trade.send(ref, arrives=True)
        order = read(Vendure(), link, ref)
        assert order.stage == OrderStage.DELIVERED
        return order


@pytest.fixture
def pending(vendure: Vendure, link: Link, trade: Trade) -> Order:
    return read(vendure, link, trade.buy(("CAN-AZ", 2), ("CAM-M", 1)))


@pytest.fixture
def delivered(vendure: Vendure, link: Link, trade: Trade) -> Order:
    ref = trade.buy(("CAN-AZ", 2))
    trade.send(ref, arrives=True)
    return read(vendure, link, ref)


def refunds(order: Order) -> list[tuple[int, PaymentState]]:
    return [(one.amount, one.state) for one in order.payments if one.is_refund]


# --- What was bought --------------------------------------------------------------------------------------------------


def test_cancelled_pieces_are_counted_beside_what_was_bought(vendure: Vendure, link: Link, pending: Order) -> None:
    mugs, shirt = pending.lines
    worth = money.price_of(pending, ((mugs.ref, 1),))

    done = vendure.perform(Cancel("too many", ((mugs.ref, 1),)), pending, link, key="one-mug")

    assert done.outcome == Outcome.DONE
    after = read(vendure, link, pending.ref)
    assert after.lines == (replace(mugs, cancelled=1), shirt)
    assert (after.total, after.stage) == (pending.total, OrderStage.PENDING)
    assert refunds(after) == [(worth, PaymentState.CAPTURED)]
    assert money.settled(after)[mugs.ref] == 1


def test_an_order_with_a_discount_costs_afterwards_what_it_did(vendure: Vendure, link: Link, trade: Trade) -> None:
    before = read(vendure, link, trade.buy(("CAN-AZ", 3), ("CAM-M", 1), coupon="DEZ"))
    assert before.total == before.payments[0].amount
    assert sum(line.discount for line in before.lines) > 2_000

    vendure.perform(Cancel("changed mind"), before, link, key="discounted")

    after = read(vendure, link, before.ref)
    assert (after.stage, after.cancel_reason) == (OrderStage.CANCELLED, "changed mind")
    assert (after.total, after.freight) == (before.total, before.freight)
    assert money.line_totals(after) == money.line_totals(before)
    assert money.open_balance(after) == 0


def test_pieces_that_arrived_and_are_taken_back_are_returned(
    vendure: Vendure, link: Link, trade: Trade, delivered: Order
) -> None:
    trade.cancel(delivered.ref)

    after = read(vendure, link, delivered.ref)
    assert [(line.quantity, line.cancelled, line.returned) for line in after.lines] == [(2, 0, 2)]
    assert after.stage == OrderStage.DELIVERED


def test_parcels_are_told_with_their_code_and_times(vendure: Vendure, link: Link, trade: Trade) -> None:
    ref = trade.buy(("CAN-AZ", 3))
    line, _ = trade.pieces(ref)[0]
    trade.send(ref, (line, 1), code="BR1")

    order = read(vendure, link, ref)
    assert order.stage == OrderStage.SHIPPED
    (parcel,) = order.shipments
    assert (parcel.carrier, parcel.code, parcel.state) == ("Correios", "BR1", ShipmentState.IN_TRANSIT)
    assert parcel.pieces == ((line, 1),)
    assert parcel.shipped_at
    assert parcel.delivered_at is None


# --- Money back -------------------------------------------------------------------------------------------------------


def test_a_refund_that_waits_is_not_paid(vendure: Vendure, link: Link, trade: Trade) -> None:
    order = read(vendure, link, trade.buy(("CAN-AZ", 1), method="transfer"))

    done = vendure.perform(Refund("late", amount=700), order, link, key="waits")
    again = vendure.perform(Refund("late", amount=700), order, link, key="waits")

    assert (done.outcome, again.outcome) == (Outcome.PARTLY, Outcome.PARTLY)
    waiting = read(vendure, link, order.ref)
    assert refunds(waiting) == [(700, PaymentState.PENDING)]
    assert money.open_balance(waiting) == order.total - 700
    trade.settle(done.ref)
    paid = read(vendure, link, order.ref)
    assert refunds(paid) == [(700, PaymentState.CAPTURED)]
    assert paid.version != waiting.version


def test_a_refund_that_the_payment_provider_declines_is_refused(vendure: Vendure, link: Link, pending: Order) -> None:
    done = vendure.perform(Refund("decline", amount=700), pending, link, key="declined")

    assert (done.outcome, done.code) == (Outcome.REFUSED, "REFUND_FAILED")
    after = read(vendure, link, pending.ref)
    assert refunds(after) == [(700, PaymentState.FAILED)]
    assert money.open_balance(after) == pending.total


def test_pieces_and_freight_go_back_together(vendure: Vendure, link: Link, delivered: Order) -> None:
    (mugs,) = delivered.lines
    action = Refund("broken", pieces=((mugs.ref, 1),), freight=delivered.freight)

    vendure.perform(action, delivered, link, key="broken")

    after = read(vendure, link, delivered.ref)
    worth = money.price_of(delivered, action.pieces) + delivered.freight
    assert refunds(after) == [(worth, PaymentState.CAPTURED)]
    assert money.settled(after)[mugs.ref] == 1
    assert money.price_of(after, action.pieces) + worth == delivered.total


def test_what_somebody_paid_back_meanwhile_is_not_paid_back_again(vendure: Vendure, link: Link, pending: Order) -> None:
    vendure.perform(Refund("late", amount=1_000), pending, link, key="first")

    done = vendure.perform(Cancel("changed mind"), pending, link, key="as it was before")

    assert done.outcome == Outcome.REFUSED
    after = read(vendure, link, pending.ref)
    assert after.stage == OrderStage.PENDING
    assert refunds(after) == [(1_000, PaymentState.CAPTURED)]


def test_an_authorised_payment_is_given_up(vendure: Vendure, link: Link, trade: Trade) -> None:
    order = read(vendure, link, trade.buy(("CAN-AZ", 1), method="later"))
    assert [one.state for one in order.payments] == [PaymentState.AUTHORISED]

    done = vendure.perform(Cancel("changed mind"), order, link, key="authorised")

    assert done.outcome == Outcome.DONE
    after = read(vendure, link, order.ref)
    assert [one.state for one in after.payments] == [PaymentState.VOIDED]
    assert after.stage == OrderStage.CANCELLED


# --- Changing an order ------------------------------------------------------------------------------------------------


def test_what_vendure_does_not_allow_is_refused_in_its_words(vendure: Vendure, link: Link, delivered: Order) -> None:
    done = vendure.perform(ChangeAddress(ELSEWHERE), delivered, link, key="too late")

    assert (done.outcome, done.code) == (Outcome.REFUSED, "ORDER_STATE_TRANSITION_ERROR")
    assert "Delivered" in done.detail
    assert read(vendure, link, delivered.ref).address == delivered.address


def test_a_cheaper_variant_is_sent_and_the_difference_paid_back(vendure: Vendure, link: Link, trade: Trade) -> None:
    order = read(vendure, link, trade.buy(("CAN-AZ", 2)))
    (mugs,) = order.lines
    green = trade.variant("CAN-VD")

    action = ChangeLines((Swap(mugs.ref, green),))
    done = vendure.perform(action, order, link, key="green")
    again = vendure.perform(action, order, link, key="green")

    assert (done.outcome, again.outcome) == (Outcome.DONE, Outcome.DONE)
    after = read(vendure, link, order.ref)
    assert [(line.sku, line.quantity, line.cancelled) for line in after.lines] == [("CAN-AZ", 1, 0), ("CAN-VD", 1, 0)]
    assert refunds(after) == [(order.total - after.total, PaymentState.CAPTURED)]
    assert (after.stage, after.changes) == (OrderStage.PENDING, 1)
    assert trade.state_of(order.ref) == "PaymentSettled"


def test_a_dearer_variant_waits_for_the_customer_to_pay(vendure: Vendure, link: Link, trade: Trade) -> None:
    order = read(vendure, link, trade.buy(("CAN-AZ", 2)))

    action = ChangeLines((Swap(order.lines[0].ref, trade.variant("CAN-VM"), 2),))
    done = vendure.perform(action, order, link, key="red")

    assert done.outcome == Outcome.PARTLY
    assert [line.sku for line in read(vendure, link, order.ref).lines] == ["CAN-VM"]
    assert trade.state_of(order.ref) == "ArrangingAdditionalPayment"


@pytest.mark.parametrize("sku, coupon", [("CAM-G", ""), ("CAN-VD", "DEZ")])
def test_a_change_that_cannot_be_as_shown_leaves_the_order_alone(
    vendure: Vendure, link: Link, trade: Trade, sku: str, coupon: str
) -> None:
    order = read(vendure, link, trade.buy(("CAN-AZ", 2), coupon=coupon))

    done = vendure.perform(ChangeLines((Swap(order.lines[0].ref, trade.variant(sku)),)), order, link, key=f"not {sku}")

    assert done.outcome == Outcome.REFUSED
    assert done.detail
    assert read(vendure, link, order.ref).lines == order.lines
    assert trade.state_of(order.ref) == "PaymentSettled"


def test_an_order_that_somebody_is_changing_is_left_to_them(
    vendure: Vendure, link: Link, trade: Trade, pending: Order
) -> None:
    trade.state(pending.ref, "Modifying")

    done = vendure.perform(ChangeAddress(ELSEWHERE), pending, link, key="in between")

    assert (done.outcome, done.code) == (Outcome.REFUSED, "ORDER_MODIFICATION_STATE_ERROR")
    assert vendure.recall("in between", ChangeAddress(ELSEWHERE), pending, link) is None
    assert trade.state_of(pending.ref) == "Modifying"


def test_a_new_address_becomes_the_usual_one(vendure: Vendure, link: Link, trade: Trade) -> None:
    bruno = {**ANA, "emailAddress": "bruno@example.com", "firstName": "Bruno", "phoneNumber": "+55 11 91234-0001"}
    order = read(vendure, link, trade.buy(("CAN-AZ", 1), customer=bruno))

    vendure.perform(ChangeAddress(ELSEWHERE, as_default=True), order, link, key="moved house")

    after = read(vendure, link, order.ref)
    assert after.address.line1 == after.account.address.line1 == ELSEWHERE.line1
    again = ChangeDefaultAddress(order.account.ref, order.address)
    assert vendure.recall("back", again, None, link) is None
    done = vendure.perform(again, None, link, key="back")
    assert done.account
    assert done.account.address.line1 == order.address.line1
    assert vendure.recall("back", again, None, link)


# --- Placing, quoting, telling ----------------------------------------------------------------------------------------


def test_an_order_is_placed_as_a_draft_once(vendure: Vendure, link: Link, trade: Trade, pending: Order) -> None:
    action = PlaceOrder(
        pending.account.ref, ((trade.variant("CAN-VM"), 2),), ELSEWHERE, InstrumentKind.PIX, freight=3_200
    )

    done = vendure.perform(action, None, link, key="a draft")
    again = vendure.perform(action, None, link, key="a draft")

    assert done.order
    assert again.order
    assert (done.outcome, done.order.ref) == (Outcome.PARTLY, again.order.ref)
    assert (done.order.stage, done.order.freight) == (OrderStage.DRAFT, 3_200)
    assert [(line.sku, line.quantity) for line in done.order.lines] == [("CAN-VM", 2)]
    recalled = vendure.recall("a draft", action, None, link)
    assert recalled
    assert recalled.ref == done.order.ref
    assert vendure.recall("never", action, None, link) is None


def test_a_draft_that_cannot_be_as_agreed_is_not_left_behind(
    vendure: Vendure, link: Link, trade: Trade, pending: Order
) -> None:
    before = trade.drafts()
    action = PlaceOrder(pending.account.ref, ((trade.variant("CAN-VM"), 1),), ELSEWHERE, InstrumentKind.PIX, freight=1)

    done = vendure.perform(action, None, link, key="no such freight")

    assert done.outcome == Outcome.REFUSED
    assert trade.drafts() == before


def test_freight_and_products_are_told(vendure: Vendure, link: Link, trade: Trade, pending: Order) -> None:
    quotes = vendure.freight([(trade.variant("CAN-AZ"), 2)], ELSEWHERE, link)
    assert [(quote.name, quote.amount) for quote in quotes] == [("PAC", 1_500), ("Sedex", 3_200)]

    product = vendure.product(pending.lines[1].product_ref, link)
    assert product
    assert (product.name, product.currency) == ("Camiseta", "BRL")
    assert [(one.sku, one.is_available, one.options) for one in product.variants] == [
        ("CAM-M", True, {"tamanho": "M"}),
        ("CAM-G", False, {"tamanho": "G"}),
    ]
    assert vendure.product("999", link) is None


@pytest.mark.parametrize(
    "kind, value, is_known",
    [
        (KeyKind.EMAIL, "Elif@Example.com", True),
        (KeyKind.EMAIL, "lif@example.com", False),
        (KeyKind.PHONE, "+90 532 765 43 21", True),
        (KeyKind.PHONE, "+90 532 765 43 20", False),
        (KeyKind.PERSON, "elif yilmaz 80010-030", True),
        (KeyKind.PERSON, "ana souza 99999-999", False),
        (KeyKind.TAX_ID, "52998224725", False),
    ],
)
def test_orders_are_found_by_what_people_say(  # the fixtures of a whole shop
    vendure: Vendure, link: Link, elif_orders: list[str], kind: KeyKind, value: str, is_known: bool
) -> None:
    found = [order.ref for order in vendure.find(kind, value, link)]
    assert found == (elif_orders if is_known else [])


@pytest.fixture(scope="module")
def elif_orders(trade: Trade) -> list[str]:
    """Return Elif's two orders, the newest first."""
    elif_ = {
        "emailAddress": "elif@example.com",
        "firstName": "Elif",
        "lastName": "Yılmaz",
        "phoneNumber": "05327654321",
    }
    return [trade.buy(("CAN-AZ", 1), customer=elif_) for _ in range(2)][::-1]


def test_changes_come_in_pages_and_what_changed_later_comes_again(link: Link, trade: Trade) -> None:
    vendure = Vendure(page=3)
    placed = [trade.buy(("CAN-AZ", 1)) for _ in range(4)]

    orders, products, cursor = walk(vendure, link, {})
    assert set(placed) <= set(orders)
    assert len(orders) == len(set(orders))
    assert len(set(products)) == 2

    newest = trade.buy(("CAN-AZ", 1))
    told, _, cursor = walk(vendure, link, cursor)
    assert newest in told

    order = read(vendure, link, placed[0])
    vendure.perform(Refund("late", amount=100), order, link, key="told later")
    seen: set[str] = set()
    for _ in range(len(orders) // vendure.page + 2):
        changes = vendure.changes(cursor, link)
        seen |= {one.ref for one in changes.orders if refunds(one)}
        cursor = changes.cursor
    assert order.ref in seen


def walk(vendure: Vendure, link: Link, cursor: Mapping[str, Any]) -> tuple[list[str], list[str], Mapping[str, Any]]:
    orders: dict[str, None] = {}
    products: list[str] = []
    while True:
        changes = vendure.changes(json.loads(json.dumps(cursor)), link)
        orders.update(dict.fromkeys(one.ref for one in changes.orders))
        products += [one.ref for one in changes.products]
        cursor = changes.cursor
        if not changes.more:
            return list(orders), products, cursor


# --- Faults -----------------------------------------------------------------------------------------------------------


def test_a_lost_answer_to_a_refund_is_found_again(vendure: Vendure, link: Link, pending: Order) -> None:
    action = Refund("late", amount=900)
    with cut(link, "refundOrder") as lossy, pytest.raises(CommerceError) as raised:
        vendure.perform(action, pending, lossy, key="lost refund")
    assert raised.value.uncertain

    recalled = vendure.recall("lost refund", action, pending, link)

    assert recalled
    assert recalled.outcome == Outcome.DONE
    assert refunds(read(vendure, link, pending.ref)) == [(900, PaymentState.CAPTURED)]


def test_a_cancellation_whose_answer_was_lost_is_brought_to_its_end(
    vendure: Vendure, link: Link, pending: Order
) -> None:
    with cut(link, "cancelOrder") as lossy, pytest.raises(CommerceError) as raised:
        vendure.perform(Cancel("changed mind"), pending, lossy, key="lost cancel")
    assert raised.value.uncertain
    assert not refunds(read(vendure, link, pending.ref))

    recalled = vendure.recall("lost cancel", Cancel("changed mind"), pending, link)

    assert recalled
    after = read(vendure, link, pending.ref)
    assert (recalled.outcome, after.stage) == (Outcome.DONE, OrderStage.CANCELLED)
    assert refunds(after) == [(pending.total, PaymentState.CAPTURED)]


def test_what_was_read_anew_after_a_lost_answer_is_not_counted_twice(
    vendure: Vendure, link: Link, pending: Order
) -> None:
    mugs = ((pending.lines[0].ref, 1),)
    with cut(link, "refundOrder") as lossy, pytest.raises(CommerceError):
        vendure.perform(Cancel("too many", mugs), pending, lossy, key="lost piece")
    fresh = read(vendure, link, pending.ref)
    recalled = vendure.recall("lost piece", Cancel("too many", mugs), fresh, link)
    assert recalled
    assert recalled.outcome == Outcome.DONE
    worth = money.price_of(pending, mugs)
    assert refunds(read(vendure, link, pending.ref)) == [(worth, PaymentState.CAPTURED)]

    rest = Refund("late", amount=pending.total - worth)
    with cut(link, "refundOrder") as lossy, pytest.raises(CommerceError):
        vendure.perform(rest, fresh, lossy, key="lost rest")
    recalled = vendure.recall("lost rest", rest, read(vendure, link, pending.ref), link)
    assert recalled
    assert recalled.outcome == Outcome.DONE
    assert sum(amount for amount, _ in refunds(read(vendure, link, pending.ref))) == pending.total


def test_a_change_that_broke_off_before_it_did_anything_leaves_the_order_as_it_was(
    vendure: Vendure, link: Link, trade: Trade, pending: Order
) -> None:
    with cut(link, "transitionOrderToState") as lossy, pytest.raises(CommerceError) as raised:
        vendure.perform(ChangeAddress(ELSEWHERE), pending, lossy, key="broke off")
    assert raised.value.uncertain
    assert trade.state_of(pending.ref) == "Modifying"

    assert vendure.recall("broke off", ChangeAddress(ELSEWHERE), pending, link) is None
    assert trade.state_of(pending.ref) == "PaymentSettled"


def test_a_change_whose_answer_was_lost_is_brought_to_its_end(
    vendure: Vendure, link: Link, trade: Trade, pending: Order
) -> None:
    with cut(link, '"dryRun":false') as lossy, pytest.raises(CommerceError):
        vendure.perform(ChangeAddress(ELSEWHERE), pending, lossy, key="lost change")

    recalled = vendure.recall("lost change", ChangeAddress(ELSEWHERE), pending, link)

    assert recalled
    assert recalled.outcome == Outcome.DONE
    assert read(vendure, link, pending.ref).address.line1 == ELSEWHERE.line1
    assert trade.state_of(pending.ref) == "PaymentSettled"


def test_a_session_that_ended_is_opened_anew(vendure: Vendure, link: Link, pending: Order) -> None:
    vendure.tokens[link.config] = "of yesterday"
    assert vendure.order(pending.ref, link) == pending


@contextmanager
def cut(link: Link, words: str) -> Iterator[Link]:
    """Give a way to the server that breaks off once it has done what these words ask for, before it answers."""
    target = link.config.address

    class Cutting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")
            }
            reply = httpx.post(target + self.path, content=body, headers=sent, trust_env=False)
            if words in body.decode():
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response_only(reply.status_code)
            self.send_header("vendure-auth-token", reply.headers.get("vendure-auth-token", ""))
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, *_: Any) -> None:
            pass

    with serving(Cutting) as address:
        yield replace(link, config=replace(link.config, address=address))


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --- Settings ---------------------------------------------------------------------------------------------------------


def test_settings_that_work_are_told_so(vendure: Vendure, link: Link) -> None:
    assert [worked for _, worked, _ in vendure.check(link)] == [True] * 5


def test_what_is_wrong_with_settings_is_named(vendure: Vendure, link: Link, vendure_server: VendureServer) -> None:
    def first_fault(**facts: str) -> tuple[str, str]:
        steps = vendure.check(replace(link, config=replace(link.config, **facts)))
        assert [worked for _, worked, _ in steps] == [True] * (len(steps) - 1) + [False]
        return steps[-1][0], steps[-1][2]

    assert first_fault(password="wrong") == (checking.LOG_IN, f"{LOGIN}\nThe provided credentials are invalid")
    assert first_fault(channel="no-such-channel") == (checking.CHANNEL, WRONG_CHANNEL)
    assert first_fault(address="") == (checking.REACH, BAD_ADDRESS)
    assert first_fault(address=f"http://127.0.0.1:{free_port()}") == (checking.REACH, CLOSED)
    assert first_fault(address=f"{link.config.address}/elsewhere")[0] == checking.REACH
    name, said = first_fault(username=vendure_server.onlooker, password=vendure_server.onlooker_password)
    assert name == checking.WRITE
    assert said.splitlines() == [
        checking.MISSING,
        "UpdateOrder, CreateOrder, DeleteOrder, UpdateCustomer, CreateCustomer",
    ]


def test_somebody_who_may_only_read_changes_nothing(
    vendure: Vendure, link: Link, vendure_server: VendureServer, pending: Order
) -> None:
    config = replace(link.config, username=vendure_server.onlooker, password=vendure_server.onlooker_password)
    with pytest.raises(CommerceError) as raised:
        vendure.perform(Cancel("changed mind"), pending, replace(link, config=config), key="may not")

    assert (raised.value.code, raised.value.permanent) == ("scope", True)
    assert read(vendure, link, pending.ref) == pending


# --- Vendure calls us -------------------------------------------------------------------------------------------------


def test_balcaos_plug_in_tells_what_changed() -> None:
    calls: queue.Queue[HookRequest] = queue.Queue()

    class Hearing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            calls.put(HookRequest("POST", self.path, headers, {}, body))
            self.send_response_only(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with (
        serving(Hearing) as address,
        running_vendure(environment={"BALCAO_ADDRESS": f"{address}/hook", "BALCAO_SECRET": "s3cret"}) as server,
    ):
        link = Link(VendureConfig(server.address, server.login, server.password, hook_secret="s3cret"), region="BR")
        vendure, trade = Vendure(), Trade(server)
        ref = trade.buy(("CAN-AZ", 1))
        assert hears(vendure, link, calls, ref)
        trade.send(ref)
        assert hears(vendure, link, calls, ref)
        vendure.perform(Refund("late", amount=100), read(vendure, link, ref), link, key="heard")
        assert hears(vendure, link, calls, ref)


def hears(vendure: Vendure, link: Link, calls: "queue.Queue[HookRequest]", ref: str) -> bool:
    """Wait for a call that names an order, and for silence afterwards."""
    found = False
    with contextlib.suppress(queue.Empty):
        while True:
            found = ref in vendure.heard(calls.get(timeout=1.5 if found else 60), link).orders or found
    return found

"""What is particular about Odoo: two interfaces, faults in a 200, credit notes, returns, lost answers."""

import json
import socket
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from balcao.plugins.commerce.odoo import records, rpc
from balcao.plugins.commerce.odoo.adapter import Odoo
from balcao.plugins.commerce.odoo.config import OdooConfig
from balcao.plugins.commerce.odoo.tests.conftest import an_order
from balcao.plugins.commerce.odoo.tests.stand_in import StandIn
from balcao.ports import money
from balcao.ports.commerce import (
    Action,
    ActionKind,
    AddNote,
    Address,
    AddTag,
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
    PlaceOrder,
    Refund,
    RequestReturn,
    ShipmentState,
)
from balcao.ports.config import secret_names
from balcao.ports.hooks import Forbidden, HookRequest

backend = Odoo()
CURITIBA = Address(line1="Rua B, 2", city="Curitiba", region="PR", postcode="80020-310", country="BR", name="Ana Souza")


def order_of(link: Link, ref: str = "1") -> Order:
    found = backend.order(ref, link)
    assert found
    return found


def with_config(link: Link, **changes: Any) -> Link:
    return replace(link, config=replace(link.config, **changes))


def credits_of(odoo: StandIn) -> list[dict[str, Any]]:
    return [row for row in odoo.rows["account.move"].values() if row["move_type"] == "out_refund"]


def test_an_order_is_read_with_its_money_and_parcels(odoo: StandIn, link: Link) -> None:
    order = order_of(link, "2")
    assert (order.number, order.total, order.currency, order.stage) == ("S00002", 19980, "BRL", OrderStage.DELIVERED)
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [("CAM-M", 2, 9990)]
    assert (order.payments[0].amount, order.payments[0].instrument.label) == (19980, "Pix")
    assert (order.shipments[0].code, order.shipments[0].state) == ("BR2", ShipmentState.DELIVERED)
    assert (order.address.region, order.address.country, order.account.email) == ("SP", "BR", "ana@example.com")


def test_taxes_discounts_and_freight_add_up_to_the_cent(odoo: StandIn, link: Link) -> None:
    lines = odoo.rows["sale.order.line"]
    lines[1] |= {
        "price_unit": 33.335,
        "discount": 10.0,
        "price_subtotal": 60.0,
        "price_total": 66.0,
        "product_uom_qty": 2.0,
    }
    more = {"order_id": 1, "product_id": 1, "product_uom_qty": 1.0}
    odoo.add(
        "sale.order.line",
        **more,
        name="Frete",
        price_unit=15.9,
        price_subtotal=15.9,
        price_total=15.9,
        is_delivery=True,
    )
    odoo.add("sale.order.line", **more, name="10% off", price_unit=-6.6, price_subtotal=-6.6, price_total=-6.6)
    odoo.add("sale.order.line", **more, name="Tecido", price_unit=10.0, price_subtotal=15.0, price_total=15.0)
    lines[5] |= {"product_uom_qty": 1.5}
    odoo.add("sale.order.line", order_id=1, name="A section", display_type="line_section")
    odoo.rows["sale.order"][1]["amount_total"] = 90.31  # a cent that Odoo rounds on the order

    order = order_of(link)

    assert order.total == 9031
    assert (order.freight, order.discount, order.tax) == (1590, 660, 1)
    assert [(line.name, line.quantity, line.tax) for line in order.lines] == [
        ("Camiseta", 2, 600),
        ("Tecido × 1.5", 1, 0),
    ]


@pytest.mark.parametrize(
    "kind, value, found",
    [
        (KeyKind.NUMBER, "s00001", ["1"]),
        (KeyKind.EMAIL, "ANA@example.com", ["2", "1"]),
        (KeyKind.TAX_ID, "11144477735", ["2", "1"]),
        (KeyKind.ACCOUNT, "1", ["2", "1"]),
        (KeyKind.TRACKING, "BR2", ["2"]),
        (KeyKind.PHONE, "123", []),
        (KeyKind.PERSON, "ana souza 01001-000", []),
    ],
)
def test_orders_are_found(odoo: StandIn, link: Link, kind: KeyKind, value: str, found: list[str]) -> None:
    assert [order.ref for order in backend.find(kind, value, link)] == found


def test_apps_that_are_not_installed_are_done_without(odoo: StandIn, link: Link) -> None:
    records._known_fields.clear()
    odoo.lacks = {"is_delivery", "is_downpayment", "carrier_tracking_ref", "carrier_id", "commitment_date"}
    assert order_of(link).shipments[0].code == ""
    assert backend.find(KeyKind.TRACKING, "BR2", link) == ()
    small = with_config(link, has_stock=False, has_invoices=False)
    assert order_of(small).payments == ()
    assert not {ActionKind.REFUND, ActionKind.REQUEST_RETURN} & backend.abilities(small)
    records._known_fields.clear()


# --- Lost answers -----------------------------------------------------------------------------------------------------

DEEDS: list[tuple[str, Action]] = [
    ("1", AddNote("Ring twice.")),
    ("1", ChangeAddress(CURITIBA)),
    ("1", Cancel("changed mind")),
    ("1", Cancel("one is enough", pieces=(("1", 1),))),
    ("2", Refund("late", amount=100)),
    ("2", Refund("broken", pieces=(("2", 1),))),
    ("2", RequestReturn((("2", 1),), reason="regret")),
    ("1", AddTag("vip")),
]


@pytest.mark.parametrize("lost", [0, 1, 2])
@pytest.mark.parametrize("ref, action", DEEDS)
def test_whichever_answer_is_lost_the_deed_happens_once(
    odoo: StandIn, link: Link, ref: str, action: Action, lost: int
) -> None:
    order = order_of(link, ref)
    odoo.moods = [None] * lost + ["lost"]

    with suppress(CommerceError):
        backend.perform(action, order, link, key="k")
    odoo.moods = []
    done = backend.recall("k", action, order, link) or backend.perform(action, order, link, key="k")
    again = backend.perform(action, order, link, key="k")

    assert done.outcome == again.outcome
    assert done.outcome in (Outcome.DONE, Outcome.PARTLY)
    after = order_of(link, ref)
    expected = {"late": 100, "broken": 9990, "changed mind": 19980, "one is enough": 9990}
    assert sum(one.amount for one in after.payments if one.is_refund) == expected.get(getattr(action, "reason", ""), 0)
    assert len(credits_of(odoo)) <= 1
    assert len(after.comebacks) == isinstance(action, RequestReturn)
    assert len(after.notes) <= 1
    assert backend.recall("k", action, order, link)


def test_a_note_alone_is_no_effect(odoo: StandIn, link: Link) -> None:
    order = order_of(link, "2")
    odoo.moods = [None, 503]
    with pytest.raises(CommerceError):
        backend.perform(Refund("late", amount=100), order, link, key="k")
    assert backend.recall("k", Refund("late", amount=100), order, link) is None
    assert not credits_of(odoo)


# --- Deeds ------------------------------------------------------------------------------------------------------------


def test_a_whole_refund_is_odoo_s_own_reversal_and_done_once_it_is_paid(odoo: StandIn, link: Link) -> None:
    order = order_of(link, "2")
    whole = Refund("late", pieces=(("2", 2),))
    done = backend.perform(whole, order, link, key="k")

    credit = credits_of(odoo)[0]
    assert (done.outcome, credit["state"], credit["amount_total"]) == (Outcome.PARTLY, "draft", 199.8)
    assert credit["ref"].startswith("Reversal of: INV/2026/00002, late [balcao:")
    assert done.order
    assert done.order.payments[-1].state == PaymentState.PENDING
    assert money.open_balance(done.order) == 0

    credit |= {"state": "posted", "payment_state": "paid"}
    recalled = backend.recall("k", whole, order, link)
    assert recalled
    assert recalled.outcome == Outcome.DONE


def test_what_is_on_its_way_back_cannot_be_paid_back_again(odoo: StandIn, link: Link) -> None:
    backend.perform(Refund("late", amount=19000), order_of(link, "2"), link, key="k1")
    done = backend.perform(Refund("late", amount=981), order_of(link, "2"), link, key="k2")
    assert (done.outcome, done.code) == (Outcome.REFUSED, "above_open")
    assert len(credits_of(odoo)) == 1


def test_nothing_is_credited_for_an_order_that_nobody_paid(odoo: StandIn, link: Link) -> None:
    key = an_order(odoo, is_paid=False)
    order = order_of(link, str(key))
    assert (order.payments[0].state, money.open_balance(order)) == (PaymentState.PENDING, 0)
    done = backend.perform(Cancel("changed mind"), order, link, key="k")
    assert (done.outcome, credits_of(odoo)) == (Outcome.DONE, [])
    assert done.order
    assert done.order.stage == OrderStage.CANCELLED


def test_a_cancelled_order_whose_goods_have_left_is_partly_done(odoo: StandIn, link: Link) -> None:
    done = backend.perform(Cancel("changed mind"), order_of(link, "2"), link, key="k")
    assert done.outcome == Outcome.PARTLY
    assert "Goods of this order have left" in done.detail


def test_a_locked_order_is_refused_in_odoo_s_own_words(odoo: StandIn, link: Link) -> None:
    odoo.rows["sale.order"][1]["locked"] = True
    done = backend.perform(Cancel("changed mind"), order_of(link), link, key="k")
    assert (done.outcome, done.code) == (Outcome.REFUSED, "UserError")
    assert done.detail == "You cannot cancel a locked order. Please unlock it first."


def test_a_missing_right_is_named(odoo: StandIn, link: Link) -> None:
    odoo.denied = {("account.move", "create")}
    with pytest.raises(CommerceError, match=r"not allowed to create 'account\.move'") as raised:
        backend.perform(Refund("late", amount=100), order_of(link, "2"), link, key="k")
    assert (raised.value.code, raised.value.permanent, raised.value.uncertain) == ("scope", True, False)


def test_a_quotation_is_placed_once_with_its_address(odoo: StandIn, link: Link) -> None:
    wanted = PlaceOrder("1", (("1", 3),), CURITIBA, InstrumentKind.PIX)
    first = backend.perform(wanted, None, link, key="k")
    again = backend.perform(wanted, None, link, key="k")

    assert first.order
    assert (first.outcome, first.order.stage, first.order.total) == (Outcome.PARTLY, OrderStage.DRAFT, 29970)
    assert (first.order.address.postcode, first.ref) == ("80020-310", again.ref)
    assert len(odoo.rows["sale.order"]) == 3
    with_freight = backend.perform(replace(wanted, freight=1500), None, link, key="k2")
    assert (with_freight.outcome, with_freight.code) == (Outcome.REFUSED, "freight")


def test_a_customer_moves(odoo: StandIn, link: Link) -> None:
    action = ChangeDefaultAddress("1", CURITIBA)
    assert backend.recall("k", action, None, link) is None
    done = backend.perform(action, None, link, key="k")
    assert done.account
    assert (done.account.address.city, done.account.name) == ("Curitiba", "Ana Souza")
    assert backend.recall("k", action, None, link)


# --- What changed -----------------------------------------------------------------------------------------------------


def refs(found: Any) -> set[str]:
    return {order.ref for order in found.orders}


def test_all_is_read_once_and_then_what_was_written_or_paid(odoo: StandIn, link: Link) -> None:
    first = backend.changes({}, link)
    assert refs(first) == {"1", "2"}
    assert [product.variants[0].stock for product in first.products] == [5]
    json.dumps(first.cursor)

    assert refs(backend.changes(first.cursor, link)) == set()
    later = first.cursor["account.move"]["since"]
    odoo.rows["account.move"][2]["write_date"] = later
    odoo.rows["sale.order"][1]["write_date"] = later
    second = backend.changes(first.cursor, link)
    assert refs(second) == {"1", "2"}
    assert refs(backend.changes(second.cursor, link)) == set()


def test_an_import_of_many_orders_in_one_second_is_read_page_by_page(
    odoo: StandIn, link: Link, monkeypatch: Any
) -> None:
    monkeypatch.setattr("balcao.plugins.commerce.odoo.changes.PAGE", 3)
    for _ in range(8):
        an_order(odoo)
    for row in odoo.rows["sale.order"].values():
        row["write_date"] = "2026-11-01 10:00:00"

    cursor, told = {}, []
    for _ in range(6):
        page = backend.changes(cursor, link)
        told += [order.ref for order in page.orders]
        cursor = page.cursor
        if not page.more:
            break

    assert sorted(told, key=int) == [str(n) for n in range(1, 11)]


def test_time_alone_lets_a_parcel_arrive(odoo: StandIn, link: Link) -> None:
    first = backend.changes({}, link)
    cursor = {**first.cursor, "looked_at": "2026-01-04 10:00:00"}  # order 2 left on January 2nd, and three days count
    assert refs(backend.changes(cursor, link)) == {"2"}


# --- Calls from Odoo --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, orders, products",
    [
        ({"_model": "sale.order", "_id": 7, "_action": "Send(#5)"}, ("7",), ()),
        ({"_model": "stock.picking", "_id": 9, "sale_id": 7}, ("7",), ()),
        ({"_model": "product.template", "_id": 3}, (), ("3",)),
        ({"_model": "res.partner", "_id": 3}, (), ()),
    ],
)
def test_a_call_says_what_is_to_be_read_anew(body: Any, orders: Any, products: Any) -> None:
    link = Link(OdooConfig(webhook_secret="s3cret"))
    call = HookRequest("POST", "/", {}, {"secret": "s3cret"}, json.dumps(body).encode())
    assert (backend.heard(call, link).orders, backend.heard(call, link).products) == (orders, products)
    assert backend.heard(call, link) == backend.heard(call, link)


@pytest.mark.parametrize("secret, told", [("s3cret", "guess"), ("s3cret", ""), ("", "")])
def test_a_call_without_the_secret_is_refused(secret: str, told: str) -> None:
    with pytest.raises(Forbidden):
        backend.heard(HookRequest("POST", "/", {}, {"secret": told}, b"{}"), Link(OdooConfig(webhook_secret=secret)))


# --- Trying the settings out ------------------------------------------------------------------------------------------


def test_good_settings_are_told_so(odoo: StandIn, link: Link) -> None:
    assert all(ok for _, ok, _ in backend.check(link))
    assert secret_names(OdooConfig) == {"key", "webhook_secret"}


def test_a_wrong_key_a_missing_right_and_a_wrong_address_are_named(odoo: StandIn, link: Link) -> None:
    assert "refuses the login" in backend.check(with_config(link, key="guess"))[-1][2]
    odoo.denied = {("stock.return.picking", "create"), ("account.move", "read")}
    hints = " ".join(hint for _, ok, hint in backend.check(link) if not ok)
    assert "stock.return.picking (create)" in hints
    assert "account.move (read)" in hints
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = backend.check(with_config(link, address=f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert nobody[-1][:2] == ("The way to Odoo", False)
    assert "does not answer" in nobody[-1][2]


def test_an_old_odoo_needs_login_and_database(odoo: StandIn, link: Link) -> None:
    told = backend.check(with_config(link, login="", protocol="jsonrpc"))
    assert told[-1][1] is False
    assert "needs the login" in told[-1][2]


def test_too_many_calls_are_put_off(odoo: StandIn, link: Link) -> None:
    order = order_of(link)
    odoo.moods = [429]
    with pytest.raises(CommerceError) as raised:
        backend.perform(AddNote("x"), order, link, key="k")
    assert (raised.value.code, raised.value.uncertain) == ("rate", False)


@pytest.mark.parametrize(
    "name, code, permanent",
    [
        ("odoo.exceptions.AccessError", "scope", True),
        ("odoo.exceptions.AccessDenied", "auth", True),
        ("psycopg2.errors.SerializationFailure", "rate", False),
        ("builtins.ValueError", "protocol", True),
        ("builtins.ZeroDivisionError", "protocol", False),
    ],
)
def test_each_fault_of_json_rpc_is_told_apart(name: str, code: str, permanent: bool) -> None:
    error = rpc._fault_of({"name": name, "message": "because"}, "")
    assert isinstance(error, CommerceError)
    assert (error.code, error.permanent, error.uncertain) == (code, permanent, False)


def test_a_database_that_is_not_there_is_named() -> None:
    told = {"name": "psycopg2.OperationalError", "message": 'FATAL: database "shp" does not exist'}
    assert "no database of this name" in str(rpc._fault_of(told, ""))

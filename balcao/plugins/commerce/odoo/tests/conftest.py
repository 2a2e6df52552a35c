"""An Odoo on this machine with a shop in it, of a version that speaks JSON-2 and of one that speaks JSON-RPC."""

from collections.abc import Iterator

import pytest

from balcao.plugins.commerce.odoo import records, rpc
from balcao.plugins.commerce.odoo.config import OdooConfig
from balcao.plugins.commerce.odoo.tests.stand_in import Running, StandIn
from balcao.ports import calling
from balcao.ports.commerce import Link


@pytest.fixture(params=[19, 18, 16], ids=["json2", "jsonrpc-18", "jsonrpc-16"])
def odoo(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    stand_in = StandIn(version=request.param)
    fill(stand_in)
    for kept in (rpc._versions, rpc._uids, records._known_fields):  # of another test's Odoo on the same port
        kept.clear()
    running = Running(stand_in)
    yield stand_in
    calling._client(stand_in.url, None).close()  # what is kept open for the next call would outlive the test
    calling._client.cache_clear()
    running.stop()
    assert not stand_in.strangers


@pytest.fixture
def link(odoo: StandIn) -> Link:
    return link_to(odoo)


def link_to(odoo: StandIn) -> Link:
    config = OdooConfig(
        address=odoo.url,
        database="shop",
        key="odoo-key",
        login="ana@example.com",
        webhook_secret="s3cret",
        arrival_days=3,
    )
    return Link(config, "k", "BRL", "BR")


def fill(odoo: StandIn) -> None:
    brazil = odoo.add("res.country", code="BR", name="Brazil")
    odoo.add("res.country.state", code="PR", name="Paraná", country_id=brazil)
    sp = odoo.add("res.country.state", code="SP", name="São Paulo", country_id=brazil)
    odoo.add("res.partner", name="Ana Souza", email="ana@example.com", vat="111.444.777-35", street="Rua A, 1",
             city="São Paulo", zip="01001-000", state_id=sp, country_id=brazil)  # fmt: skip
    odoo.add("product.product", name="Camiseta", default_code="CAM-M", lst_price=99.9, product_tmpl_id=1, sale_ok=True,
             type="consu", is_storable=True, free_qty=5.0, currency_id="BRL")  # fmt: skip
    an_order(odoo)
    an_order(odoo, has_left=True)


def an_order(odoo: StandIn, *, has_left: bool = False, is_paid: bool = True) -> int:
    line = [0, 0, {"product_id": 1, "product_uom_qty": 2.0}]
    key = odoo._made("sale.order", {"partner_id": 1, "partner_shipping_id": 1, "order_line": [line]})
    order = odoo.rows["sale.order"][key]
    order["state"] = "sale"
    total = order["amount_total"]
    payment = {"amount": total, "date": "2026-11-01", "account_payment_id": 40 + key, "move_id": 900 + key,
               "payment_method_name": "Pix", "journal_name": "Bank", "is_exchange": False}  # fmt: skip
    widget = {"title": "Less Payment", "content": [payment]} if is_paid else False
    invoice = odoo.add("account.move", name=f"INV/2026/{key:05d}", move_type="out_invoice", state="posted",
                       payment_state="paid" if is_paid else "not_paid", amount_total=total,
                       amount_residual=0.0 if is_paid else total, partner_id=1, currency_id="BRL", journal_id=1,
                       invoice_payments_widget=widget)  # fmt: skip
    picking = odoo.add("stock.picking", name=f"WH/OUT/{key}", sale_id=key, state="done" if has_left else "assigned",
                       picking_type_code="outgoing", carrier_tracking_ref=f"BR{key}", partner_id=1,
                       date_done="2026-01-02 10:00:00" if has_left else False)  # fmt: skip
    odoo.add("stock.move", picking_id=picking, sale_line_id=order["order_line"][0], product_id=1,
             state="done" if has_left else "assigned", product_uom_qty=2.0, quantity=2.0)  # fmt: skip
    order |= {"invoice_ids": [invoice], "picking_ids": [picking]}
    return key

"""The mapping file itself: its small language, and faults that name the line."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from balcao.plugins.commerce.rest.config import RestConfig
from balcao.plugins.commerce.rest.loading import mapping_of
from balcao.plugins.commerce.rest.paths import BadPath, parsed
from balcao.plugins.commerce.rest.reading import order_from
from balcao.ports.commerce import CommerceError, InstrumentKind, Link, Order, OrderStage, PaymentState, ShipmentState
from balcao.ports.config import presets, secret_names

HERE = Path(__file__).parent
HARBOUR = (HERE / "harbour.toml").read_text(encoding="utf-8")

THING: dict[str, Any] = {
    "customer": {"name": "Ana", "nick": ""},
    "items": [{"sku": "A", "kind": "goods", "n": 1}, {"sku": "B", "kind": "gift", "n": None}],
    "paid": True,
}


@pytest.mark.parametrize(
    "text, found",
    [
        ("customer.name", ["Ana"]),
        ("items[0].sku", ["A"]),
        ("items[-1].sku", ["B"]),
        ("items[9].sku", []),
        ("items[].sku", ["A", "B"]),
        ("items[kind=gift].sku", ["B"]),
        ("items[kind!=gift].sku", ["A"]),
        ("items[].n", [1]),
        ("customer.nick | customer.name | 'Guest'", ["Ana"]),
        ("customer.none | 'Guest'", ["Guest"]),
        ("$.customer.name", ["Ana"]),
        ("$[paid=true].customer.name", ["Ana"]),
        ("$[paid=false].customer.name", []),
        ("^.customer.name", ["Ana"]),
    ],
)
def test_a_path_leads_to_what_stands_there(text: str, found: list[Any]) -> None:
    assert parsed(text).every(THING, THING) == found


@pytest.mark.parametrize("text", ["", "items[", "items[a]", "items]", "a..b", "items[0]x"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(BadPath):
        parsed(text)


@pytest.mark.parametrize(
    "before, after, words",
    [
        ('kind = "bearer"', 'kind = "bear"', "line 8, auth.kind: 'none', 'bearer'"),
        ('number = "number"\n', "", "order.number"),
        ('freight = "shipping"', 'freigth = "shipping"', "line 32, order.freigth"),
        ('freight = "shipping"', 'freight = "ship[ping"', "line 32, order.freight"),
        ('"arrived" = "delivered"', '"arrived" = "there"', "“there” is not one of"),
        ('{mark}", why', '{mrak}", why', "actions.refund: the request must carry {mark}"),
        ("{amount:decimal}", "{amount:roman}", "actions.refund: {amount:roman}"),
        ("{amount:decimal}", "{sum}", "actions.refund: {sum}"),
        ('changed_since = "{since}" }\nthings = "orders"', 'x = "1" }\nthings = "orders"', "must name {since}"),
        ('idempotency = "Idempotency-Key"\n', "", "needs idempotency"),
        ("[auth]", "[auth", "at line 7"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(before: str, after: str, words: str) -> None:
    assert before in HARBOUR
    with pytest.raises(CommerceError) as raised:
        mapping_of(HARBOUR.replace(before, after, 1))
    assert raised.value.permanent
    assert words in str(raised.value)


def test_the_same_mapping_may_be_json() -> None:
    assert mapping_of(json.dumps(tomllib.loads(HARBOUR))) == mapping_of(HARBOUR)
    with pytest.raises(CommerceError, match="no JSON"):
        mapping_of("{")


def test_secrets_are_marked_and_the_vendors_are_presets() -> None:
    assert secret_names(RestConfig) == {"secret", "webhook_secret"}
    assert [preset.key for preset in presets(RestConfig)] == [
        "vtex", "nuvemshop", "bling", "tiny", "trendyol", "own"
    ]  # fmt: skip


# --- The vendors' own samples -----------------------------------------------------------------------------------------


def sample_of(vendor: str) -> Order:
    preset = next(one for one in presets(RestConfig) if one.key == vendor)
    mapping = mapping_of(preset.values["mapping"])
    assert "not yet tried against a live shop" in preset.values["mapping"]
    assert mapping.shop.source
    told = json.loads((HERE / "fixtures" / f"{vendor}.json").read_text(encoding="utf-8"))
    return order_from(parsed(mapping.orders.get.thing).first(told, told), mapping, Link(RestConfig(), currency="BRL"))


def test_vtex() -> None:
    order = sample_of("vtex")
    assert (order.ref, order.stage, order.total, order.freight) == ("384441896360-01", OrderStage.SHIPPED, 4689, 1500)
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [("7647", 1, 2390), ("5007", 1, 799)]
    assert (order.payments[0].instrument.kind, order.payments[0].amount) == (InstrumentKind.BOLETO, 4689)
    assert (order.shipments[0].carrier, order.shipments[0].code) == ("Correios", "123456")
    assert (order.account.email, order.address.line1, order.address.postcode) == (
        "ana@example.com", "Rua De Conde Iraja, 97", "22271-020",
    )  # fmt: skip


def test_nuvemshop() -> None:
    order = sample_of("nuvemshop")
    assert (order.number, order.stage, order.total, order.discount) == ("306", OrderStage.PENDING, 540000, 60000)
    assert (order.payments[0].state, order.payments[0].amount) == (PaymentState.PENDING, 540000)
    assert not order.shipments
    assert not any(payment.is_refund for payment in order.payments)
    assert (order.account.ref, order.account.tax_id) == ("105799009", "75839566500")


def test_bling() -> None:
    order = sample_of("bling")
    assert (order.number, order.stage, order.total, order.freight) == ("Loja_123", OrderStage.SHIPPED, 13345, 1000)
    assert (order.lines[0].quantity, order.lines[0].unit_price) == (3, 4115)
    assert order.payments[0].state == PaymentState.PENDING
    assert (order.shipments[0].code, order.address.postcode) == ("BR123456789BR", "95702-000")


def test_tiny() -> None:
    order = sample_of("tiny")
    assert (order.number, order.stage, order.total, order.discount) == ("300045160", OrderStage.SHIPPED, 207485, 36615)
    assert [line.quantity for line in order.lines] == [1, 2]
    assert order.tags == ("primeira venda",)
    assert (order.shipments[0].code, order.shipments[0].state) == ("ATSRB901473089", ShipmentState.IN_TRANSIT)
    assert order.placed_at
    assert order.placed_at.isoformat() == "2025-09-11T00:00:00-03:00"


def test_trendyol() -> None:
    order = sample_of("trendyol")
    assert (order.ref, order.number, order.stage) == ("3330111111", "10654411111", OrderStage.DELIVERED)
    assert (order.total, order.currency, order.account.name) == (49890, "TRY", "Elif Yılmaz")
    assert order.lines[0].options == {"Color": "Yeşil", "Size": "Tek Ebat"}
    assert (order.payments[0].instrument.kind, order.payments[0].amount) == (InstrumentKind.MARKETPLACE, 49890)
    assert order.shipments[0].state == ShipmentState.DELIVERED

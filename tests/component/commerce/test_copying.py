"""Our copy: found by any key, kept true, never made older."""

from datetime import datetime, timedelta

import pytest

from balcao.commerce import queries
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import AccountKey, Backend, Order
from balcao.ports.commerce import KeyKind, OrderStage, Shipment, ShipmentState
from balcao.testing.orders import a_line, an_order


@pytest.mark.parametrize(
    "kind, value",
    [
        (KeyKind.NUMBER, "#1001"),
        (KeyKind.EMAIL, "Ana@Example.com"),
        (KeyKind.PHONE, "41 99876-5432"),
        (KeyKind.TAX_ID, "529.982.247-25"),
        (KeyKind.ACCOUNT, "ana"),
        (KeyKind.PERSON, "ana souza 80010030"),
    ],
)
def test_an_order_is_found_by_every_key_however_it_is_written(backend: Backend, kind: KeyKind, value: str) -> None:
    found = queries.find(kind=kind, value=value, shop_ids=[backend.shop_id], region="BR")

    assert [row.number for row in found] == ["1001"]


def test_orders_of_other_shops_are_not_found(backend: Backend) -> None:
    assert queries.find(kind=KeyKind.NUMBER, value="1001", shop_ids=[backend.shop_id + 1], region="BR") == []


def test_a_tax_id_is_nowhere_in_the_database(backend: Backend) -> None:
    account = Order.objects.get().account

    assert "529" not in str(account.document)
    assert not AccountKey.objects.filter(key__contains="52998224725").exists()


def test_a_parcel_is_found_by_its_code_as_soon_as_it_has_one(backend: Backend, now: datetime) -> None:
    parcel = Shipment("s1", ShipmentState.IN_TRANSIT, "Correios", "QP 123 456 789 BR")
    keep_order(backend=backend, order=an_order(shipments=(parcel,), changed_at=now), now=now)

    found = queries.find(kind=KeyKind.TRACKING, value="qp123456789br", shop_ids=[backend.shop_id], region="BR")
    assert [row.number for row in found] == ["1001"]


def test_an_overtaken_message_makes_nothing_older(backend: Backend, now: datetime) -> None:
    keep_order(backend=backend, order=an_order(stage=OrderStage.SHIPPED, changed_at=now), now=now)
    keep_order(backend=backend, order=an_order(changed_at=now - timedelta(hours=1)), now=now)

    assert Order.objects.get().stage == OrderStage.SHIPPED


def test_what_was_bought_stays_known_where_the_system_zeroes_it_after_a_return(backend: Backend, now: datetime) -> None:
    zeroed = an_order(a_line(quantity=0), paid=9_980, stage=OrderStage.DELIVERED, changed_at=now)
    keep_order(backend=backend, order=zeroed, now=now)

    (line,) = queries.order_value(Order.objects.select_related("account").get()).lines
    assert (line.quantity, line.returned) == (2, 2)

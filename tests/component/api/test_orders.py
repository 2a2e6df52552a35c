"""Orders over the API: found by what people know of them, read whole, with what was done to them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Backend, Order
from balcao.ports.commerce import Account, Shipment, ShipmentState
from balcao.staff.types import Scope
from balcao.testing.orders import ANA, PLACED, an_order
from balcao.tickets.models import Ticket

from .conftest import MakeProgram, Program

BRUNO = Account("bruno", "Bruno Lima", "bruno@example.com", "+5531988887777")


def bought(book: Backend, count: int, account: Account = BRUNO) -> list[Order]:
    """Let somebody have bought so many times, the newest last; every second pair at the same minute."""
    return [
        keep_order(
            backend=book,
            order=an_order(ref=f"B{n}", number=f"B-{n}", account=account, placed_at=PLACED + timedelta(minutes=n // 2)),
            now=timezone.now(),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "key, value",
    [
        ("number", "1001"),
        ("email", "Ana@Example.com"),
        ("phone", "(41) 99876-5432"),
        ("phone", "+55 41 99876 5432"),
        ("tax_id", "529.982.247-25"),
        ("tracking", "qp 123 456 789 br"),
        ("account", "ana"),
    ],
)
def test_an_order_is_found_by_what_people_know_of_it(erp: Program, book: Backend, key: str, value: str) -> None:
    parcel = Shipment("1", ShipmentState.IN_TRANSIT, "Correios", "QP123456789BR")
    keep_order(backend=book, order=an_order(shipments=(parcel,)), now=timezone.now())
    bought(book, 2)

    assert [row["number"] for row in erp.get("/orders", **{key: value}).json()["rows"]] == ["1001"]
    assert erp.get("/orders", **{key: f"{value}9"}).json()["rows"] == []


def test_one_key_at_a_time(erp: Program, order: Order) -> None:
    refused = erp.get("/orders", number="1001", email="ana@example.com")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "email")
    assert "number" in refused.json()["detail"]


@pytest.mark.parametrize("query", [{}, {"email": "bruno@example.com"}])
def test_lists_walk_all_orders_once(erp: Program, book: Backend, query: dict[str, str]) -> None:
    made = bought(book, 7)
    seen: list[int] = []
    cursor = ""
    while True:
        page = erp.get("/orders", limit=3, cursor=cursor, **query).json()
        seen += [row["id"] for row in page["rows"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [row.pk for row in sorted(made, key=lambda row: (row.placed_at, row.pk), reverse=True)]


def test_an_order_is_read_whole(erp: Program, order: Order) -> None:
    found = erp.get(f"/orders/{order.pk}").json()

    assert (found["number"], found["stage"], found["total"], found["currency"]) == ("1001", "pending", 9_980, "BRL")
    assert found["lines"][0]["name"] == "Caneca Moringa"
    assert found["lines"][0]["options"] == {"cor": "azul"}
    assert found["payments"][0]["instrument"]["label"] == "visa ···· 9212"
    assert found["account"]["email"] == "ana@example.com"
    assert found["address"]["city"] == "Curitiba"


def test_a_tax_id_is_never_told(erp: Program, order: Order) -> None:
    answer = erp.get(f"/orders/{order.pk}").content.decode()
    assert ANA.tax_id not in answer
    assert "tax_id" not in answer


def test_a_customers_orders(erp: Program, talk: Ticket, order: Order, book: Backend) -> None:
    bought(book, 2)
    customer = talk.identity.customer_id
    page = erp.get(f"/customers/{customer}/orders").json()
    assert ([row["id"] for row in page["rows"]], page["next_cursor"]) == ([order.pk], None)


def test_a_tickets_orders(erp: Program, talk: Ticket, order: Order) -> None:
    assert erp.get(f"/tickets/{talk.number}/orders").json()["rows"] == []

    body = {"kind": "add_note", "text": "Ligou.", "ticket": talk.number}
    assert erp.post(f"/orders/{order.pk}/actions", body, key="n1").status_code == 201

    assert [row["id"] for row in erp.get(f"/tickets/{talk.number}/orders").json()["rows"]] == [order.pk]


def test_products_are_found_by_the_beginnings_of_words(erp: Program, order: Order) -> None:
    shop = order.backend.shop_id
    found = erp.get("/products", q="can mor", shop_id=shop).json()["rows"]
    assert [row["name"] for row in found] == ["Caneca Moringa"]
    assert [(one["sku"], one["stock"]) for one in found[0]["variants"]][:2] == [("CAN-AZ", 12), ("CAN-VM", 3)]
    refused = erp.get("/products", q="can", shop_id=shop + 99).json()
    assert refused["errors"][0]["parameter"] == "shop_id"


@pytest.mark.parametrize(
    "path, most",
    [
        ("/orders", 3),
        ("/orders?email=bruno@example.com", 2),
        ("/orders?phone=%2B5531988887777", 3),
        ("/customers/{customer}/orders", 4),
    ],
)
def test_a_list_costs_the_same_for_two_orders_and_for_twenty(
    erp: Program, book: Backend, talk: Ticket, path: str, most: int
) -> None:
    ana = Account("ana2", "Ana Souza", "ana@example.com", BRUNO.phone)
    bought(book, 2, BRUNO if "customer" not in path else ana)
    path = path.replace("{customer}", str(talk.identity.customer_id))
    erp.get("/me")  # notes that the token is used
    few = counted(erp, path)
    bought(book, 20, BRUNO if "customer" not in path else ana)
    many = counted(erp, path)

    assert len(erp("GET", path).json()["rows"]) >= 20
    assert few == many
    assert many <= most + 4  # the token, its shops, its agent


def counted(program: Program, path: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert program("GET", path).status_code == 200
    return len(made)


def test_the_ledger_costs_the_same_for_one_action_and_for_many(erp: Program, talk: Ticket, order: Order) -> None:
    def note(number: int) -> None:
        body = {"kind": "add_note", "text": f"Ligou {number} vezes.", "ticket": talk.number}
        assert erp.post(f"/orders/{order.pk}/actions", body, key=f"n{number}").status_code == 201

    note(0)
    path = f"/orders/{order.pk}/actions"
    few = counted(erp, path)
    for number in range(1, 6):
        note(number)
    assert counted(erp, path) == few

    page = erp.get(path, limit=4).json()
    rest = erp.get(path, limit=4, cursor=page["next_cursor"]).json()
    said = [row["action"]["text"] for row in (*page["rows"], *rest["rows"])]
    assert said == [f"Ligou {number} vezes." for number in range(5, -1, -1)]
    assert {row["ticket"] for row in page["rows"]} == {talk.number}
    assert rest["next_cursor"] is None


def test_reading_needs_its_own_scope(make_program: MakeProgram, bia: Any, order: Order) -> None:
    program = make_program(bia, scopes=[Scope.ORDERS_READ])
    assert program.get(f"/orders/{order.pk}").status_code == 200
    refused = program.post(f"/orders/{order.pk}/actions", {"kind": "add_note", "text": "x"}, key="k")
    assert (refused.status_code, refused.json()["scope"]) == (403, "orders.write")

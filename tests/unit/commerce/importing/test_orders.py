"""Rows become orders: gathered, read, and every fault named by row and column."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from balcao.commerce.rules.importing.fields import OF_ORDERS, OF_PRODUCTS, Field
from balcao.commerce.rules.importing.mapping import (
    BadMapping,
    FileMapping,
    Home,
    completed,
    mapping_from,
    plain_mapping,
)
from balcao.commerce.rules.importing.orders import Told, order_key, order_of
from balcao.commerce.rules.importing.products import product_of
from balcao.kit.tables import Row
from balcao.ports.commerce import Address, InstrumentKind, Order, OrderStage, PaymentState, ShipmentState

BRAZIL = Home(currency="BRL", region="BR", time_zone="America/Sao_Paulo")
FIRST = {
    "Pedido": "1001",
    "Data": "02/11/2026 14:30",
    "Status": "Pago",
    "E-mail": "Ana@Example.com",
    "Cliente": "Ana Souza",
    "Endereço": "Rua das Laranjeiras",
    "Número": "210",
    "CEP": "80010-030",
    "SKU": "CAN-AZ",
    "Produto": "Caneca",
    "Cor": "azul",
    "Qtd": "2",
    "Preço": "R$ 49,90",
    "Desconto": "-5,00",
    "Frete": "14,90",
    "Pagamento": "Pix",
    "Rastreio": "",
}
SECOND = FIRST | {"SKU": "CAN-VM", "Cor": "vermelha", "Qtd": "1", "Preço": "59,90", "Frete": "", "Pagamento": ""}


def rows(*cells: dict[str, str]) -> list[Row]:
    return [Row(number, one) for number, one in enumerate(cells, start=2)]


def told(*cells: dict[str, str], given: FileMapping | None = None) -> Told:
    found = rows(*cells)
    return order_of(found, completed(given or FileMapping(), found, home=BRAZIL, fields=OF_ORDERS))


def order(*cells: dict[str, str], given: FileMapping | None = None) -> Order:
    found = told(*cells, given=given)
    assert found.faults == ()
    assert found.order
    return found.order


def test_the_rows_of_an_order_are_its_lines() -> None:
    found = order(FIRST, SECOND)

    assert (found.ref, found.number, found.stage, found.currency) == ("1001", "1001", OrderStage.PENDING, "BRL")
    assert [(line.ref, line.sku, line.quantity, line.unit_price) for line in found.lines] == [
        ("1", "CAN-AZ", 2, 4_990),
        ("2", "CAN-VM", 1, 5_990),
    ]
    assert found.lines[0].options == {"cor": "azul"}
    assert (found.discount, found.freight, found.total) == (500, 1_490, 16_960)
    assert found.placed_at == datetime(2026, 11, 2, 17, 30, tzinfo=UTC)
    assert found.account.ref == found.account.email == "ana@example.com"
    assert found.address == Address(line1="Rua das Laranjeiras, 210", postcode="80010-030", name="Ana Souza")


def test_what_was_paid_is_the_whole_order_unless_the_file_says_otherwise() -> None:
    (payment,) = order(FIRST, SECOND).payments

    assert (payment.amount, payment.instrument.kind, payment.state) == (
        16_960,
        InstrumentKind.PIX,
        PaymentState.CAPTURED,
    )
    assert order(FIRST | {"Valor pago": "10,00"}).payments[0].amount == 1_000
    assert order(FIRST | {"Valor pago": "0"}).payments == ()
    assert order(FIRST | {"Pagamento": ""}).payments == ()
    waiting = order(FIRST | {"Status": "Aguardando pagamento", "Pagamento": "Boleto"})
    assert waiting.payments[0].state == PaymentState.PENDING


def test_a_card_number_never_comes_in() -> None:
    paid = order(FIRST | {"Pagamento": "Visa 4111 1111 1111 1111", "Observação": "cartão 4111111111111111"})

    assert "4111 1111 1111" not in str(paid)
    assert "4111111111111111" not in str(paid)
    assert paid.payments[0].instrument.kind == InstrumentKind.CARD


def test_rows_with_another_code_are_in_another_parcel() -> None:
    sent = {"Status": "Enviado", "Transportadora": "Correios"}
    found = order(FIRST | sent | {"Rastreio": "QP1"}, SECOND | sent | {"Rastreio": "QP2"})

    assert [(one.code, one.pieces) for one in found.shipments] == [("QP1", (("1", 2),)), ("QP2", (("2", 1),))]
    (one,) = order(FIRST | sent | {"Rastreio": "QP1"}, SECOND | sent).shipments
    assert (one.code, one.carrier, one.pieces, one.state) == ("QP1", "Correios", (), ShipmentState.IN_TRANSIT)


def test_without_a_stage_the_parcels_tell_it() -> None:
    bare = {name: text for name, text in FIRST.items() if name != "Status"}

    assert order(bare).stage == OrderStage.PENDING
    assert order(bare | {"Rastreio": "QP1"}).stage == OrderStage.SHIPPED
    delivered = order(bare | {"Rastreio": "QP1", "Data de entrega": "05/11/2026"})
    assert (delivered.stage, delivered.shipments[0].state) == (OrderStage.DELIVERED, ShipmentState.DELIVERED)


@pytest.mark.parametrize(
    "wrong, column, problem",
    [
        ({"Qtd": "duas"}, "Qtd", "no number of pieces"),
        ({"Qtd": "0"}, "Qtd", "at least one"),
        ({"Qtd": "1,5"}, "Qtd", "no number of pieces"),
        ({"Preço": "barato"}, "Preço", "no amount"),
        ({"Preço": "-1,00"}, "Preço", "below zero"),
        ({"Preço": ""}, "Preço", "no price"),
        ({"Preço": "$ 12,90 USD"}, "Preço", "is in"),
        ({"Data": "ontem"}, "Data", "no date"),
        ({"Data": ""}, "Data", "no date"),
        ({"Status": "voando"}, "Status", "no stage"),
        ({"E-mail": "ana example"}, "E-mail", "no e-mail"),
        ({"Total": "1,00"}, "Total", "does not fit"),
        ({"Pedido": ""}, "Pedido", "no order number"),
        ({"Pedido": "9" * 61}, "Pedido", "too long"),
        ({"Moeda": "reais"}, "Moeda", "no currency"),
        ({"": "beyond"}, "", "more cells"),
    ],
)
def test_a_fault_is_named_by_row_and_column_and_leaves_the_whole_order_out(
    wrong: dict[str, str], column: str, problem: str
) -> None:
    found = told(FIRST | wrong)

    assert found.order is None
    assert (found.faults[0].row, found.faults[0].column) == (2, column)
    assert problem in found.faults[0].problem
    assert found.faults[0].advice


def test_all_faults_of_an_order_are_told_at_once() -> None:
    found = told(FIRST | {"Qtd": "x", "Frete": "y"}, SECOND | {"Preço": "z"})

    assert {(fault.row, fault.column) for fault in found.faults} == {(2, "Qtd"), (2, "Frete"), (3, "Preço")}


def test_an_order_has_one_freight_and_rows_that_differ_are_told() -> None:
    assert order(FIRST, SECOND | {"Frete": "R$ 14,90"}).freight == 1_490
    (fault,) = told(FIRST, SECOND | {"Frete": "9,90"}).faults
    assert (fault.row, fault.column, fault.values) == (3, "Frete", {"first": "2"})


def test_a_mapping_names_what_cannot_be_guessed() -> None:
    odd = {"N": "7", "Quando": "2026-11-02", "Coisa": "Moringa", "Custa": "1.234", "Fase": "a voar"}
    given = mapping_from(
        {
            "columns": {"number": "N", "placed_at": "Quando", "name": "Coisa", "unit_price": "Custa", "stage": "Fase"},
            "stages": {"A voar": "shipped"},
            "decimal": ",",
        }
    )
    found = order(odd, given=given)

    assert (found.number, found.stage, found.total) == ("7", OrderStage.SHIPPED, 123_400)
    assert mapping_from(plain_mapping(given)) == given


@pytest.mark.parametrize(
    "document, problem",
    [
        ([], "JSON object"),
        ({"column": {}}, "unknown key"),
        ({"columns": {"nummer": "N"}}, "unknown field"),
        ({"columns": {"number": 1}}, "object of texts"),
        ({"stages": {"voando": "flying"}}, "no stage"),
        ({"decimal": "·"}, "cannot stand"),
        ({"time_zone": "Belo Horizonte"}, "cannot stand"),
    ],
)
def test_a_wrong_mapping_is_told(document: object, problem: str) -> None:
    with pytest.raises(BadMapping, match=problem):
        mapping_from(document)


def test_a_column_that_is_needed_or_named_must_be_there() -> None:
    with pytest.raises(BadMapping, match="No column"):
        told({"Pedido": "1", "SKU": "A", "Preço": "1,00"})
    with pytest.raises(BadMapping, match="has no column"):
        told(FIRST, given=FileMapping(columns={Field.NUMBER: "Bestellung"}))


def test_an_order_is_gathered_by_the_other_systems_key_first() -> None:
    mapping = FileMapping(columns={Field.REF: "id", Field.NUMBER: "number"})

    assert order_key(Row(2, {"id": "77", "number": "A"}), mapping) == "77"
    assert order_key(Row(2, {"id": " ", "number": "A"}), mapping) == "A"


def test_the_rows_of_a_product_are_its_variants() -> None:
    cells = {"Produto": "Caneca", "SKU": "CAN-AZ", "Cor": "azul", "Preço": "49,90", "Estoque": "12", "Disponível": ""}
    found = rows(cells, cells | {"SKU": "CAN-VM", "Cor": "vermelha", "Preço": "59,90", "Estoque": "0"})
    product = product_of(found, completed(FileMapping(), found, home=BRAZIL, fields=OF_PRODUCTS)).product

    assert product
    assert (product.ref, product.name, product.currency) == ("caneca", "Caneca", "BRL")
    assert [(one.ref, one.price, one.stock, one.is_available) for one in product.variants] == [
        ("CAN-AZ", 4_990, 12, True),
        ("CAN-VM", 5_990, 0, False),
    ]


def test_a_variant_that_stands_twice_is_told() -> None:
    cells = {"Produto": "Caneca", "SKU": "CAN-AZ", "Preço": "49,90"}
    found = rows(cells, cells)
    mapping = completed(FileMapping(), found, home=BRAZIL, fields=OF_PRODUCTS)

    assert [fault.row for fault in product_of(found, mapping).faults] == [3]
    assert product_of(rows(cells | {"Preço": ""}), mapping).faults[0].column == "Preço"
    assert product_of([replace(found[0], cells=cells | {"Produto": ""})], mapping).product is None

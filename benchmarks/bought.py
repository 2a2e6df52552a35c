"""The orders of the performance table: any number, the same ones on every run, as values and as a shop's file."""

import csv
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from balcao.ports.commerce import (
    Account,
    Address,
    Instrument,
    InstrumentKind,
    Line,
    Order,
    OrderStage,
    Payment,
    Scan,
    Shipment,
    ShipmentState,
)
from benchmarks.corpus import NEWEST, tickets

TICKETS = 200  # of customers who bought, beside the orders
EACH = 4  # orders of one customer
_SCATTER = 7_919  # a prime: neighbours in time are bought by strangers
_STAGES = (OrderStage.PENDING, OrderStage.PREPARING, OrderStage.SHIPPED, OrderStage.DELIVERED, OrderStage.DELIVERED)
_SAID = {"pending": "Pago", "preparing": "Em separação", "shipped": "Enviado", "delivered": "Entregue"}
_HEADINGS = """
    Número do pedido;Data;Situação;Cliente;E-mail;Telefone;CPF;Endereço;Bairro;Cidade;UF;CEP;SKU;Produto;Cor;
    Quantidade;Preço unitário;Frete;Forma de pagamento;Código de rastreio
"""


def number_of(place: int) -> str:
    """Return the number of an order."""
    return f"MO-{1_000_000 + place}"


def tracking_of(place: int) -> str:
    """Return under which code a carrier knows the parcel of an order."""
    return f"QP{place:09d}BR"


def buyer_of(place: int, count: int) -> int:
    """Return which customer bought an order of so many."""
    return place * _SCATTER % max(count // EACH, 1)


@cache
def writers() -> list[str]:
    """Return the addresses that the tickets beside the orders come from, the one of the long ticket first."""
    return list(dict.fromkeys(facts["email"] for facts in reversed(list(tickets(TICKETS)))))


def account(place: int, known: Sequence[str]) -> Account:
    """Return a customer; the first ones are those who wrote."""
    return Account(
        ref=f"c{place}",
        name=f"Cliente {place}",
        email=known[place] if place < len(known) else f"buyer{place}@example.com",
        phone=f"+55 31 9{80_000_000 + place}",
        tax_id=f"{10_000_000_000 + place}",
        address=_address(place),
    )


def _address(place: int) -> Address:
    return Address(
        line1=f"Rua das Laranjeiras, {place % 900 + 1}",
        district="Savassi",
        city="Belo Horizonte",
        region="MG",
        postcode=f"{30_000 + place % 9_999:05d}-{place % 900:03d}",
        country="BR",
        name=f"Cliente {place}",
    )


def orders(count: int, known: Sequence[str]) -> Iterator[Order]:
    """Yield so many orders, the oldest first."""
    for place in range(count):
        yield _order(place, buyer_of(place, count), count, known)


def _order(place: int, buyer: int, count: int, known: Sequence[str]) -> Order:
    stage = _STAGES[place % len(_STAGES)]
    placed = NEWEST - timedelta(minutes=count - place)
    lines = tuple(
        Line(str(n + 1), f"Caneca {n + 1}", n + 1, 4_990 + n, f"mug-{n}", f"mug-{n}-blue", f"CAN-{n}", {"cor": "azul"})
        for n in range(1 + place % 3)
    )
    paid = Instrument("pix", InstrumentKind.PIX, "Pix")
    total = sum(line.quantity * line.unit_price for line in lines) + 1_490
    sent = placed + timedelta(days=1)
    parcel = Shipment(
        ref="1",
        state=ShipmentState.DELIVERED if stage == OrderStage.DELIVERED else ShipmentState.IN_TRANSIT,
        carrier="Correios",
        code=tracking_of(place),
        scans=(Scan(sent, "Postado", "Belo Horizonte"), Scan(sent + timedelta(days=2), "Em trânsito", "Contagem")),
        shipped_at=sent,
    )
    return Order(
        ref=number_of(place),
        number=number_of(place),
        stage=stage,
        currency="BRL",
        account=account(buyer, known),
        lines=lines,
        address=_address(buyer),
        freight=1_490,
        payments=(Payment("1", paid, total, at=placed),),
        shipments=(parcel,),  # the code is given when the label is printed
        placed_at=placed,
        changed_at=placed,
    )


def write_file(path: Path, count: int) -> int:
    """Write so many orders as a shop in Brazil exports them; return the number of rows."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(heading.strip() for heading in _HEADINGS.split(";"))
        for order in orders(count, []):
            for line in order.lines:
                writer.writerow(_cells(order, line))
                rows += 1
    return rows


def _cells(order: Order, line: Line) -> list[str]:
    buyer, home = order.account, order.address
    placed = order.placed_at.strftime("%d/%m/%Y %H:%M") if order.placed_at else ""
    who = [buyer.name, buyer.email, buyer.phone, buyer.tax_id, home.line1, home.district, home.city, home.region]
    what = [line.sku, line.name, line.options["cor"], str(line.quantity), _written(line.unit_price)]
    last = [_written(order.freight), "Pix", order.shipments[0].code]
    return [order.number, placed, _SAID[order.stage], *who, home.postcode, *what, *last]


def _written(amount: int) -> str:
    return f"{amount // 100},{amount % 100:02d}"

"""From Odoo's records to orders and products."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from balcao.plugins.commerce.odoo import figures, marks
from balcao.plugins.commerce.odoo.config import OdooConfig
from balcao.plugins.commerce.odoo.records import Papers, Record
from balcao.ports.commerce import (
    Account,
    Address,
    Comeback,
    Instrument,
    InstrumentKind,
    Line,
    Order,
    OrderStage,
    Payment,
    PaymentState,
    Product,
    Shipment,
    ShipmentState,
    Variant,
)

_PAID = frozenset({"paid", "in_payment", "reversed"})
_QUOTES = frozenset({"draft", "sent"})


def orders_from(papers: Papers, config: OdooConfig) -> list[Order]:
    """Return the orders of some papers, in their order."""
    return [_order(_Desk(papers, record, config)) for record in papers.orders]


@dataclass(frozen=True, slots=True)
class _Desk:
    """One order with the papers that it stands in."""

    papers: Papers
    record: Record
    config: OdooConfig

    @property
    def key(self) -> int:
        return int(self.record["id"])

    @property
    def currency(self) -> str:
        return figures.name(self.record["currency_id"])

    def minor(self, value: Any) -> int:
        return figures.minor(value, self.currency)

    @property
    def pickings(self) -> list[Record]:
        return [one for one in self.papers.pickings if figures.key(one["sale_id"]) == self.key]

    def moves(self, picking: Record) -> list[Record]:
        return [one for one in self.papers.moves if figures.key(one["picking_id"]) == picking["id"]]


def _order(desk: _Desk) -> Order:
    record, stage = desk.record, _stage(desk)
    rows = [
        row for row in desk.papers.lines if figures.key(row["order_id"]) == desk.key and not row.get("display_type")
    ]
    freight = sum(desk.minor(row["price_total"]) for row in rows if row.get("is_delivery"))
    goods = [row for row in rows if not row.get("is_delivery") and not row.get("is_downpayment")]
    off = -sum(desk.minor(row["price_total"]) for row in goods if row["price_total"] < 0)
    lines = tuple(_line(row, desk, stage) for row in goods if row["price_total"] >= 0)
    total = sum(line.quantity * line.unit_price - line.discount + line.tax for line in lines) - off + freight
    missing = desk.minor(record["amount_total"]) - total  # what Odoo rounds on the order, not on its lines
    return Order(
        ref=str(desk.key),
        number=figures.text(record["name"]),
        stage=stage,
        currency=desk.currency,
        account=account_from(desk.papers, figures.key(record["partner_id"])),
        lines=lines,
        address=_address(desk.papers, figures.key(record["partner_shipping_id"])),
        billing=_address(desk.papers, figures.key(record["partner_invoice_id"])),
        discount=off - min(missing, 0),
        freight=freight,
        tax=max(missing, 0),
        payments=_payments(desk),
        shipments=tuple(_shipment(one, desk) for one in _outgoing(desk) if one["state"] != "cancel"),
        comebacks=tuple(_comebacks(desk)),
        notes=tuple(marks.unmarked(figures.plain(one["body"])) for one in desk.papers.notes.get(desk.key, ())),
        tags=tuple(desk.papers.tags[one] for one in record.get("tag_ids") or () if one in desk.papers.tags),
        placed_at=figures.moment(record.get("date_order")),
        promised_at=figures.moment(record.get("commitment_date")),
        url=f"{desk.config.address.rstrip('/')}/web#id={desk.key}&model=sale.order&view_type=form",
    )


def _outgoing(desk: _Desk) -> list[Record]:
    return [one for one in desk.pickings if one.get("picking_type_code") == "outgoing"]


def _stage(desk: _Desk) -> OrderStage:
    state = desk.record["state"]
    if state == "cancel":
        return OrderStage.CANCELLED
    if state in _QUOTES:
        return OrderStage.DRAFT
    leaving = [one for one in _outgoing(desk) if one["state"] != "cancel"]
    gone = [one for one in leaving if one["state"] == "done"]
    if gone:
        is_all = len(gone) == len(leaving) and all(_has_arrived(one, desk.config) for one in gone)
        return OrderStage.DELIVERED if is_all else OrderStage.SHIPPED
    # Picked or packed in a warehouse of several steps: somebody has it in hand.
    inside = [one for one in desk.pickings if one.get("picking_type_code") == "internal"]
    return OrderStage.PREPARING if any(one["state"] == "done" for one in inside) else OrderStage.PENDING


def _has_arrived(picking: Record, config: OdooConfig) -> bool:
    left = figures.moment(picking.get("date_done"))
    return left is not None and left + timedelta(days=config.arrival_days) <= datetime.now(UTC)


def _line(row: Record, desk: _Desk, stage: OrderStage) -> Line:
    ordered = Decimal(str(row["product_uom_qty"]))
    is_whole = ordered == int(ordered) and ordered > 0
    quantity = int(ordered) if is_whole else 1
    named = figures.text(row["name"]).partition("\n")[0]
    net, total = desk.minor(row["price_subtotal"]), desk.minor(row["price_total"])
    unit = desk.minor(row["price_unit"]) if is_whole else total
    is_included = not is_whole or _holds_tax(row, ordered)
    cost = total if is_included else net
    unit = max(unit, -(-cost // quantity))
    returned = _returned(row, desk)
    return Line(
        ref=str(row["id"]),
        name=named if is_whole else f"{named} × {ordered.normalize():f}",
        quantity=quantity,
        unit_price=unit,
        product_ref=_ref(row.get("product_template_id")),
        variant_ref=_ref(row.get("product_id")),
        sku=_sku(figures.name(row.get("product_id"))),
        discount=unit * quantity - cost,
        tax=total - cost,
        cancelled=max(quantity - _sent(row, desk), 0) if stage == OrderStage.CANCELLED else 0,
        returned=min(returned, quantity),
    )


def _holds_tax(row: Record, ordered: Decimal) -> bool:
    """Tell whether the price of a line holds its tax: whether it leads to the sum with tax rather than without."""
    asked = Decimal(str(row["price_unit"])) * ordered * (100 - Decimal(str(row.get("discount") or 0))) / 100
    return abs(asked - Decimal(str(row["price_total"]))) <= abs(asked - Decimal(str(row["price_subtotal"])))


def _ref(value: Any) -> str:
    return str(figures.key(value)) if figures.key(value) else ""


def _sku(product: str) -> str:
    """Return the internal reference, which Odoo shows in brackets before a product's name."""
    return product[1:].partition("]")[0] if product.startswith("[") else ""


def pieces_in(move: Record) -> int:
    """Return how many pieces a move is of: what was really moved once it is done."""
    done = move.get("quantity", move.get("quantity_done", 0))
    return int(Decimal(str((done if move["state"] == "done" else 0) or move["product_uom_qty"] or 0)))


def _sent(row: Record, desk: _Desk) -> int:
    gone = {one["id"] for one in _outgoing(desk) if one["state"] == "done"}
    return sum(
        pieces_in(one) for one in desk.papers.moves if _is_of(one, row) and figures.key(one["picking_id"]) in gone
    )


def _returned(row: Record, desk: _Desk) -> int:
    return sum(
        pieces_in(one)
        for one in desk.papers.moves
        if _is_of(one, row) and figures.key(one.get("origin_returned_move_id")) and one["state"] == "done"
    )


def _is_of(move: Record, row: Record) -> bool:
    return figures.key(move.get("sale_line_id")) == int(row["id"])


def account_from(papers: Papers, key: int) -> Account:
    """Return a customer."""
    row = papers.partners.get(key, {})
    return Account(
        ref=str(key),
        name=figures.text(row.get("name")),
        email=figures.text(row.get("email")),
        phone=figures.text(row.get("phone")),
        tax_id=figures.text(row.get("vat")),
        address=_address(papers, key),
    )


def _address(papers: Papers, key: int) -> Address:
    row = papers.partners.get(key, {})
    return Address(
        line1=figures.text(row.get("street")),
        line2=figures.text(row.get("street2")),
        city=figures.text(row.get("city")),
        region=papers.regions.get(figures.key(row.get("state_id")), ""),
        postcode=figures.text(row.get("zip")),
        country=papers.countries.get(figures.key(row.get("country_id")), ""),
        name=figures.text(row.get("name")),
        phone=figures.text(row.get("phone")),
    )


# --- Money ------------------------------------------------------------------------------------------------------------


def _payments(desk: _Desk) -> tuple[Payment, ...]:
    """Return what was paid on the order's invoices, what is still to be paid, and what credit notes give back."""
    rows = desk.papers.invoices.get(desk.key, [])
    credit_ids = {row["id"] for row in rows if row["move_type"] == "out_refund"}
    paid: list[Payment] = []
    for row in rows:
        if row["move_type"] == "out_invoice" and row["state"] == "posted":
            paid += _paid(row, desk, credit_ids)
    home = next((one.instrument for one in paid if one.state == PaymentState.CAPTURED), _instrument("odoo", ""))
    back = [_credit(row, desk, home) for row in rows if row["move_type"] == "out_refund" and row["state"] != "cancel"]
    return (*paid, *back)


def _paid(invoice: Record, desk: _Desk, credit_ids: set[int]) -> Iterable[Payment]:
    parts = [one for one in _reconciled(invoice) if one.get("move_id") not in credit_ids and not one.get("is_exchange")]
    for part in parts:
        ref = str(part.get("account_payment_id") or part.get("partial_id") or part.get("move_id"))
        label = figures.text(part.get("payment_method_name")) or figures.text(part.get("journal_name"))
        yield Payment(
            ref=f"{invoice['id']}.{ref}",
            instrument=_instrument(f"{invoice['id']}.{ref}", label),
            amount=desk.minor(part["amount"]),
            at=figures.moment(part.get("date")),
        )
    if open_sum := desk.minor(invoice["amount_residual"]):
        yield Payment(
            ref=f"{invoice['id']}.open",
            instrument=_instrument(f"{invoice['id']}.open", ""),
            amount=open_sum,
            state=PaymentState.PENDING,
            at=figures.moment(invoice.get("invoice_date")),
        )


def _reconciled(invoice: Record) -> list[dict[str, Any]]:
    """Return what an invoice was settled with; up to version 15 Odoo tells it as JSON within a text."""
    widget = invoice.get("invoice_payments_widget")
    told = json.loads(widget) if isinstance(widget, str) else widget
    return list(told.get("content") or ()) if isinstance(told, dict) else []


def _credit(row: Record, desk: _Desk, home: Instrument) -> Payment:
    is_paid = row["state"] == "posted" and row.get("payment_state") in _PAID
    return Payment(
        ref=str(row["id"]),
        instrument=home,
        amount=desk.minor(row["amount_total"]),
        is_refund=True,
        state=PaymentState.CAPTURED if is_paid else PaymentState.PENDING,
        at=figures.moment(row.get("invoice_date")),
    )


def _instrument(ref: str, label: str) -> Instrument:
    return Instrument(ref, InstrumentKind.OTHER, label)


# --- Parcels ----------------------------------------------------------------------------------------------------------


def _shipment(picking: Record, desk: _Desk) -> Shipment:
    left = figures.moment(picking.get("date_done")) if picking["state"] == "done" else None
    arrived = left is not None and _has_arrived(picking, desk.config)
    moving = ShipmentState.DELIVERED if arrived else ShipmentState.IN_TRANSIT
    return Shipment(
        ref=str(picking["id"]),
        state=moving if left else ShipmentState.PREPARING,
        carrier=figures.name(picking.get("carrier_id")),
        code=figures.text(picking.get("carrier_tracking_ref")),
        pieces=_pieces(desk.moves(picking)),
        shipped_at=left,
        promised_at=None if left else figures.moment(picking.get("scheduled_date")),
    )


def _comebacks(desk: _Desk) -> Iterable[Comeback]:
    for picking in desk.pickings:
        coming = [one for one in desk.moves(picking) if figures.key(one.get("origin_returned_move_id"))]
        if coming and picking.get("picking_type_code") != "outgoing" and picking["state"] != "cancel":
            yield Comeback(
                ref=str(picking["id"]),
                pieces=_pieces(coming),
                state="received" if picking["state"] == "done" else "requested",
                at=figures.moment(picking.get("create_date")),
            )


def _pieces(moves: Sequence[Record]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for move in moves:
        if figures.key(move.get("sale_line_id")):
            counts[str(figures.key(move["sale_line_id"]))] += pieces_in(move)
    return tuple(counts.items())


# --- Products ---------------------------------------------------------------------------------------------------------


def product_from(rows: Sequence[Record], currency: str) -> Product:
    """Return a product with its variants, all of one template."""
    first = rows[0]
    return Product(
        ref=_ref(first["product_tmpl_id"]),
        name=figures.text(first["name"]),
        currency=figures.name(first.get("currency_id")) or currency,
        variants=tuple(_variant(row, figures.name(first.get("currency_id")) or currency) for row in rows),
    )


def _variant(row: Record, currency: str) -> Variant:
    stock = int(Decimal(str(row["free_qty"]))) if row.get("free_qty") is not None else None
    is_counted = stock is not None and bool(row.get("is_storable", row.get("type") == "product"))
    shown = figures.text(row.get("display_name"))
    options = shown[shown.rindex("(") + 1 : -1] if shown.endswith(")") and "(" in shown else ""
    return Variant(
        ref=str(row["id"]),
        price=figures.minor(row["lst_price"], currency),
        sku=figures.text(row.get("default_code")),
        options={"": options} if options else {},
        is_available=bool(row.get("sale_ok")) and (not is_counted or (stock or 0) > 0),
        stock=stock if is_counted else None,
    )

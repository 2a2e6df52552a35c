"""Orders and products as the rows of our own files: what columns cannot say stands in one more, so nothing is lost."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from balcao.commerce.rules import documents
from balcao.commerce.rules.importing.amounts import decimal_text
from balcao.commerce.rules.importing.fields import Field
from balcao.commerce.rules.importing.mapping import OWN
from balcao.commerce.rules.importing.orders import order_of
from balcao.commerce.rules.importing.products import product_of
from balcao.kit.tables import Figure, Row
from balcao.ports.commerce import Line, Order, Product, Shipment, Variant

Cells = dict[str, str]


def rows_of_order(order: Order) -> list[Cells]:
    """Return an order's rows, one a line; read again they give exactly the order."""
    own = _own_cells(order)
    rows = [own | _line_cells(line, order) | _parcel_cells(order, line) for line in order.lines] or [own]
    rest = _difference(documents.plain(order), _read_order(rows))
    rows[0][Field.REST] = json.dumps(rest, ensure_ascii=False, separators=(",", ":")) if rest else ""
    return rows


def rows_of_product(product: Product) -> list[Cells]:
    """Return a product's rows, one a variant; read again they give exactly the product."""
    rows = [_product_cells(product) | _variant_cells(one, product.currency) for one in product.variants]
    rows = rows or [_product_cells(product)]
    told = product_of(_numbered(rows), replace(OWN, currency=product.currency)).product
    rest = _difference(documents.plain(product), documents.plain(told) if told else {})
    rows[0][Field.REST] = json.dumps(rest, ensure_ascii=False, separators=(",", ":")) if rest else ""
    return rows


def _read_order(rows: Iterable[Cells]) -> dict[str, Any]:
    told = order_of(_numbered(rows), OWN).order
    return documents.plain(told) if told else {}


def _numbered(rows: Iterable[Cells]) -> list[Row]:
    return [Row(number, cells) for number, cells in enumerate(rows, start=2)]


def _difference(wanted: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Return what has to be changed in what was read; null for what has to go."""
    gone = {key: None for key in read if key not in wanted}
    return gone | {key: value for key, value in wanted.items() if read.get(key) != value}


def _own_cells(order: Order) -> Cells:
    address, payment = order.address, order.payments[0] if len(order.payments) == 1 else None
    amounts = {Field.DISCOUNT: order.discount, Field.FREIGHT: order.freight, Field.TAX: order.tax}
    return {
        Field.NUMBER: order.number,
        Field.REF: order.ref if order.ref != order.number else "",
        Field.STAGE: order.stage,
        Field.PLACED_AT: _moment(order.placed_at),
        Field.CHANGED_AT: _moment(order.changed_at),
        Field.PROMISED_AT: _moment(order.promised_at),
        Field.CURRENCY: order.currency,
        **{name: decimal_text(amount, currency=order.currency) if amount else "" for name, amount in amounts.items()},
        Field.TOTAL: decimal_text(order.total, currency=order.currency),
        Field.CUSTOMER: order.account.ref if order.account.ref != order.account.email else "",
        Field.CUSTOMER_NAME: order.account.name,
        Field.EMAIL: order.account.email,
        Field.PHONE: order.account.phone,
        Field.RECIPIENT: address.name if address.name != order.account.name else "",
        Field.STREET: address.line1,
        Field.COMPLEMENT: address.line2,
        Field.DISTRICT: address.district,
        Field.CITY: address.city,
        Field.REGION: address.region,
        Field.POSTCODE: address.postcode,
        Field.COUNTRY: address.country,
        Field.PAYMENT: (payment.instrument.label or payment.instrument.kind) if payment else "",
        Field.PAYMENT_STATE: payment.state if payment else "",
        Field.PAID: decimal_text(payment.amount, currency=order.currency) if payment else "",
        Field.PAID_AT: _moment(payment.at) if payment else "",
        Field.INSTALMENTS: Figure(payment.instalments) if payment and payment.instalments > 1 else "",
        Field.NOTE: order.notes[0] if len(order.notes) == 1 else "",
        Field.TAGS: ", ".join(order.tags),
        Field.CANCEL_REASON: order.cancel_reason,
        Field.INVOICE_URL: order.invoice_url,
    }


def _line_cells(line: Line, order: Order) -> Cells:
    amounts = {Field.LINE_DISCOUNT: line.discount, Field.LINE_TAX: line.tax}
    counts = {Field.CANCELLED: line.cancelled, Field.RETURNED: line.returned}
    return {
        Field.PRODUCT: line.product_ref,
        Field.VARIANT: line.variant_ref if line.variant_ref != line.sku else "",
        Field.SKU: line.sku,
        Field.NAME: line.name,
        Field.OPTIONS: _options(line.options),
        Field.QUANTITY: Figure(line.quantity),
        Field.PRICE: decimal_text(line.unit_price, currency=order.currency),
        **{name: decimal_text(amount, currency=order.currency) if amount else "" for name, amount in amounts.items()},
        **{name: Figure(count) if count else "" for name, count in counts.items()},
        Field.IMAGE: line.image,
    }


def _parcel_cells(order: Order, line: Line) -> Cells:
    parcel = next((one for one in order.shipments if _holds(one, line)), None)
    if parcel is None:
        return {}
    return {
        Field.CARRIER: parcel.carrier,
        Field.TRACKING: parcel.code,
        Field.TRACKING_URL: parcel.url,
        Field.SHIPPED_AT: _moment(parcel.shipped_at),
        Field.DELIVERED_AT: _moment(parcel.delivered_at),
    }


def _holds(parcel: Shipment, line: Line) -> bool:
    return not parcel.pieces or line.ref in {ref for ref, _ in parcel.pieces}


def _product_cells(product: Product) -> Cells:
    return {
        Field.PRODUCT: product.ref,
        Field.NAME: product.name,
        Field.CURRENCY: product.currency,
        Field.URL: product.url,
    }


def _variant_cells(variant: Variant, currency: str) -> Cells:
    return {
        Field.VARIANT: variant.ref if variant.ref != variant.sku else "",
        Field.SKU: variant.sku,
        Field.OPTIONS: _options(variant.options),
        Field.PRICE: decimal_text(variant.price, currency=currency),
        Field.STOCK: Figure(variant.stock) if variant.stock is not None else "",
        Field.AVAILABLE: "yes" if variant.is_available else "no",
        Field.IMAGE: variant.image,
    }


def _options(options: Any) -> str:
    return "; ".join(f"{name}: {value}" for name, value in options.items())


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""

"""The records that make up orders, read in bulk: one question for each kind, however many orders there are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from balcao.plugins.commerce.odoo import figures
from balcao.plugins.commerce.odoo.rpc import FRESH_SECONDS, Rpc

Record = dict[str, Any]

ORDER = (
    "name", "state", "partner_id", "partner_shipping_id", "partner_invoice_id", "currency_id", "date_order",
    "commitment_date", "amount_total", "client_order_ref", "write_date", "tag_ids",
)  # fmt: skip
LINE = (
    "order_id", "name", "product_id", "product_template_id", "product_uom_qty", "price_unit", "discount",
    "price_subtotal", "price_total", "display_type", "is_delivery", "is_downpayment",
)  # fmt: skip
PARTNER = (
    "name", "email", "phone", "vat", "street", "street2", "city", "zip", "state_id", "country_id", "ref", "parent_id",
)  # fmt: skip
PICKING = ("name", "sale_id", "state", "picking_type_code", "date_done", "scheduled_date", "carrier_id",
           "carrier_tracking_ref", "create_date")  # fmt: skip
MOVE = ("picking_id", "sale_line_id", "product_id", "state", "product_uom_qty", "quantity", "quantity_done",
        "origin_returned_move_id", "create_date")  # fmt: skip
INVOICE = (
    "name", "move_type", "state", "payment_state", "amount_total", "amount_residual", "invoice_date", "ref",
    "reversed_entry_id", "invoice_payments_widget", "partner_id", "currency_id", "journal_id", "company_id",
)  # fmt: skip

_known_fields: dict[tuple[str, str, str], tuple[frozenset[str], float]] = {}


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything that was read about some orders."""

    orders: list[Record]
    lines: list[Record] = field(default_factory=list)
    partners: dict[int, Record] = field(default_factory=dict)
    countries: dict[int, str] = field(default_factory=dict)
    regions: dict[int, str] = field(default_factory=dict)
    pickings: list[Record] = field(default_factory=list)
    moves: list[Record] = field(default_factory=list)
    invoices: dict[int, list[Record]] = field(default_factory=dict)  # by order: invoices and what credits them
    notes: dict[int, list[Record]] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)


def fields_of(rpc: Rpc, model: str, wanted: Iterable[str]) -> list[str]:
    """Return those of the fields that this Odoo has: they differ by version and by the apps that are installed."""
    place = (rpc.config.address, rpc.config.database, model)
    known, asked_at = _known_fields.get(place, (frozenset[str](), 0.0))
    if not known or monotonic() - asked_at > FRESH_SECONDS:
        known = frozenset(rpc.call(model, "fields_get", attributes=["type"]))
        _known_fields[place] = (known, monotonic())
    return [name for name in wanted if name in known]


def forget(rpc: Rpc) -> None:
    """Ask for fields anew: settings are being tried out, or an app was installed."""
    for place in [place for place in _known_fields if place[:2] == (rpc.config.address, rpc.config.database)]:
        del _known_fields[place]


def read(rpc: Rpc, domain: Sequence[Any], **more: Any) -> Papers:
    """Return the orders that meet a domain with everything about them."""
    wanted = fields_of(rpc, "sale.order", (*ORDER, "invoice_ids"))
    orders = rpc.search("sale.order", domain, wanted, **more)
    ids = [int(order["id"]) for order in orders]
    if not ids:
        return Papers([])
    partners = _partners(rpc, orders)
    pickings, moves = _deliveries(rpc, ids)
    return Papers(
        orders=orders,
        lines=rpc.search(
            "sale.order.line", [["order_id", "in", ids]], fields_of(rpc, "sale.order.line", LINE), order="id"
        ),
        partners=partners,
        countries=codes(rpc, "res.country", [figures.key(one.get("country_id")) for one in partners.values()]),
        regions=codes(rpc, "res.country.state", [figures.key(one.get("state_id")) for one in partners.values()]),
        pickings=pickings,
        moves=moves,
        invoices=_invoices(rpc, orders),
        notes=_notes(rpc, ids),
        tags=_tags(rpc, orders),
    )


def _partners(rpc: Rpc, orders: Sequence[Record]) -> dict[int, Record]:
    roles = ("partner_id", "partner_shipping_id", "partner_invoice_id")
    ids = sorted({figures.key(order.get(role)) for order in orders for role in roles} - {0})
    rows = rpc.search("res.partner", [["id", "in", ids]], fields_of(rpc, "res.partner", PARTNER), **_archived())
    return {int(row["id"]): row for row in rows}


def _archived() -> dict[str, Any]:
    return {"context": {"active_test": False}}


def codes(rpc: Rpc, model: str, ids: Iterable[int]) -> dict[int, str]:
    """Return the codes of countries or states."""
    wanted = sorted(set(ids) - {0})
    return (
        {int(row["id"]): str(row["code"]) for row in rpc.search(model, [["id", "in", wanted]], ["code"])}
        if wanted
        else {}
    )


def _deliveries(rpc: Rpc, ids: Sequence[int]) -> tuple[list[Record], list[Record]]:
    if not rpc.config.has_stock:
        return [], []
    fields = fields_of(rpc, "stock.picking", PICKING)
    pickings = rpc.search("stock.picking", [["sale_id", "in", list(ids)]], fields, order="id")
    found = [int(row["id"]) for row in pickings]
    if not found:
        return [], []
    domain = [["picking_id", "in", found], ["state", "!=", "cancel"]]
    return pickings, rpc.search("stock.move", domain, fields_of(rpc, "stock.move", MOVE), order="id")


def _invoices(rpc: Rpc, orders: Sequence[Record]) -> dict[int, list[Record]]:
    if not rpc.config.has_invoices:
        return {}
    of_order = {int(order["id"]): [int(one) for one in order.get("invoice_ids") or ()] for order in orders}
    ids = sorted({one for some in of_order.values() for one in some})
    if not ids:
        return {}
    # A credit note for a sum besides has no line of the order: it is found by the invoice that it credits.
    domain = ["|", ["id", "in", ids], ["reversed_entry_id", "in", ids]]
    rows = rpc.search("account.move", domain, fields_of(rpc, "account.move", INVOICE), order="id")
    return {
        order: [row for row in rows if row["id"] in some or figures.key(row.get("reversed_entry_id")) in some]
        for order, some in of_order.items()
    }


def _notes(rpc: Rpc, ids: Sequence[int]) -> dict[int, list[Record]]:
    domain = [["model", "=", "sale.order"], ["res_id", "in", list(ids)], ["message_type", "=", "comment"]]
    rows = rpc.search("mail.message", domain, ["res_id", "body", "date"], order="id")
    return _grouped(rows, lambda row: int(row["res_id"]))


def _tags(rpc: Rpc, orders: Sequence[Record]) -> dict[int, str]:
    ids = sorted({int(one) for order in orders for one in order.get("tag_ids") or ()})
    return (
        {int(row["id"]): str(row["name"]) for row in rpc.search("crm.tag", [["id", "in", ids]], ["name"])}
        if ids
        else {}
    )


def _grouped(rows: Iterable[Record], by: Callable[[Record], int]) -> dict[int, list[Record]]:
    groups: dict[int, list[Record]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return groups

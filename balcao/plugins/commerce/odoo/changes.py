"""What changed in Odoo since a cursor.

Odoo notes on each record when it was written, but not on the order when a delivery or an invoice of it was. So four
kinds of records are followed: orders, deliveries, invoices, products. Transactions become visible later than the time
that they carry; therefore the last two minutes are always looked at again, and what was seen in them is left out.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from balcao.plugins.commerce.odoo import figures, records
from balcao.plugins.commerce.odoo.reading import orders_from, product_from
from balcao.plugins.commerce.odoo.records import Record
from balcao.plugins.commerce.odoo.rpc import Rpc
from balcao.ports.commerce import Changes, Product

PAGE = 60
_LATE = timedelta(minutes=2)
PRODUCT = (
    "name", "display_name", "product_tmpl_id", "default_code", "lst_price", "currency_id", "sale_ok", "type",
    "is_storable", "free_qty",
)  # fmt: skip


def changed(rpc: Rpc, cursor: Mapping[str, Any], currency: str) -> Changes:
    """Return a page of changes."""
    now = datetime.now(UTC)
    kinds: list[tuple[str, list[Any], str]] = [("sale.order", [], "id")]
    if rpc.config.has_stock:
        kinds.append(("stock.picking", [["sale_id", "!=", False]], "sale_id"))
    if rpc.config.has_invoices:
        kinds.append(("account.move", [["move_type", "in", ["out_invoice", "out_refund"]]], "id"))
    ids: set[int] = set()
    after, more = dict(cursor), False
    for model, domain, key in kinds:
        rows, after[model], is_more = _rows(rpc, model, domain, key, cursor.get(model), now)
        ids |= _orders_of(rpc, model, rows)
        more = more or is_more
    ids |= _arrived(rpc, cursor, now)
    after["looked_at"] = figures.written(now)
    products, after["product.product"], more_products = _products(rpc, cursor.get("product.product"), now, currency)
    papers = records.read(rpc, [["id", "in", sorted(ids)]], order="write_date, id") if ids else records.Papers([])
    return Changes(tuple(orders_from(papers, rpc.config)), after, more or more_products, tuple(products))


def _rows(
    rpc: Rpc, model: str, domain: Sequence[Any], key: str, state: Mapping[str, Any] | None, now: datetime
) -> tuple[list[Record], dict[str, Any], bool]:
    """Return records written since a state that are not known from it, the next state, and whether there are more."""
    # What hangs on orders is read with them the first time.
    is_beside = model in ("stock.picking", "account.move")
    since = str(state["since"]) if state else (figures.written(now - _LATE) if is_beside else "1970-01-01 00:00:00")
    seen: dict[str, str] = dict(state["seen"]) if state else {}
    limit = PAGE + len(seen)
    extra = ["reversed_entry_id"] if model == "account.move" else [key] if key != "id" else []
    rows = rpc.search(
        model,
        [*domain, ["write_date", ">=", since]],
        ["write_date", *extra],
        limit=limit,
        order="write_date, id",
        **({"context": {"active_test": False}} if model == "product.product" else {}),
    )
    fresh = [row for row in rows if seen.get(str(row["id"])) != row["write_date"]]
    is_full = len(rows) >= limit
    following = _following(rows, since, is_full=is_full)
    kept = {str(row["id"]): str(row["write_date"]) for row in rows if str(row["write_date"]) >= following}
    return fresh, {"since": following, "seen": kept}, is_full


def _following(rows: list[Record], since: str, *, is_full: bool) -> str:
    if not rows:
        return since
    last = str(rows[-1]["write_date"])
    late = figures.moment(last)
    return last if is_full or late is None else max(since, figures.written(late - _LATE))


def _orders_of(rpc: Rpc, model: str, rows: list[Record]) -> set[int]:
    if model == "sale.order":
        return {int(row["id"]) for row in rows}
    if model == "stock.picking":
        return {figures.key(row["sale_id"]) for row in rows}
    moves = {int(row["id"]) for row in rows} | {figures.key(row.get("reversed_entry_id")) for row in rows} - {0}
    if not moves:
        return set()
    return {int(row["id"]) for row in rpc.search("sale.order", [["invoice_ids", "in", sorted(moves)]], ["name"])}


def _arrived(rpc: Rpc, cursor: Mapping[str, Any], now: datetime) -> set[int]:
    """Return the orders whose parcels count as arrived since the last look: time passes without a record changing."""
    before = figures.moment(cursor.get("looked_at"))
    if before is None or not rpc.config.has_stock:
        return set()
    days = timedelta(days=rpc.config.arrival_days)
    domain = [
        ["sale_id", "!=", False],
        ["state", "=", "done"],
        ["date_done", ">=", figures.written(before - days)],
        ["date_done", "<=", figures.written(now - days)],
    ]
    return {figures.key(row["sale_id"]) for row in rpc.search("stock.picking", domain, ["sale_id"])}


def _products(
    rpc: Rpc, state: Mapping[str, Any] | None, now: datetime, currency: str
) -> tuple[list[Product], dict[str, Any], bool]:
    rows, after, more = _rows(rpc, "product.product", [["sale_ok", "=", True]], "product_tmpl_id", state, now)
    templates = sorted({figures.key(row["product_tmpl_id"]) for row in rows})
    return products(rpc, templates, currency), after, more


def products(rpc: Rpc, templates: Sequence[int], currency: str) -> list[Product]:
    """Return products by the ids of their templates."""
    if not templates:
        return []
    fields = records.fields_of(rpc, "product.product", PRODUCT)
    rows = rpc.search("product.product", [["product_tmpl_id", "in", list(templates)]], fields, order="id")
    of_template: dict[int, list[Record]] = {}
    for row in rows:
        of_template.setdefault(figures.key(row["product_tmpl_id"]), []).append(row)
    return [product_from(some, currency) for some in of_template.values()]

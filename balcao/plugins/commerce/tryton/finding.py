"""Finding orders by what people say, and hearing what has changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from balcao.plugins.commerce.tryton import products
from balcao.plugins.commerce.tryton.mapping import orders_of
from balcao.plugins.commerce.tryton.reading import papers
from balcao.plugins.commerce.tryton.rpc import Session
from balcao.plugins.commerce.tryton.values import Row, moment, target
from balcao.ports.commerce import Changes, KeyKind, Order

PAGE = 25
# A record is stamped when its transaction begins and seen when it ends: so long one may come in late.
_LATE = timedelta(minutes=1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_YOUNG = 500
# What belongs to an order and changes without it, products, and what is read of each to find its way back.
_LEADS: Mapping[str, Sequence[str]] = {
    "sale.sale": ("origin",),
    "stock.shipment.out": ("outgoing_moves",),
    "stock.shipment.out.return": ("incoming_moves",),
    "account.invoice": ("lines",),
    "sale.complaint": ("origin",),
    "product.template": (),
    "product.product": ("template",),
}


def found(session: Session, kind: KeyKind, value: str, limit: int) -> Sequence[Order]:
    """Return the newest orders that carry a key."""
    domain = _domain(session, kind, value.strip())
    if domain is None:
        return []
    wanted = ["AND", domain, _BOUGHT]
    rows = session.ask("sale.sale", "search", wanted, 0, limit, [("sale_date", "DESC"), ("id", "DESC")])
    known = {order.ref: order for order in orders_of(papers(session, rows))}
    return [known[str(key)] for key in rows if str(key) in known]


# What comes back is an order of its own in Tryton, of negative pieces; it is part of the order it came from.
_BOUGHT = [
    ["OR", ("origin", "=", None), [("origin", "not like", "sale.sale,%"), ("origin", "not like", "sale.complaint,%")]]
]


def _domain(session: Session, kind: KeyKind, value: str) -> Any:
    if kind == KeyKind.TRACKING and not session.known("stock.shipment.out", ["shipping_reference"]):
        return None
    asks = _ASKS.get(kind)
    return asks(value) if asks and value else None


def _of_phone(value: str) -> Any:
    compact = "".join(sign for sign in value if sign.isdigit() or sign == "+")
    return [("party.contact_mechanisms.value_compact", "=", compact)]


def _of_email(value: str) -> Any:
    return [("party.contact_mechanisms", "where", [("type", "=", "email"), ("value", "ilike", _exact(value))])]


def _of_tax_id(value: str) -> Any:
    return [("party.identifiers.code", "in", sorted({value, "".join(sign for sign in value if sign.isalnum())}))]


def _exact(value: str) -> str:
    """Return a text that `ilike` takes letter by letter."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_ASKS: Mapping[KeyKind, Callable[[str], Any]] = {
    KeyKind.NUMBER: lambda value: ["OR", ("reference", "=", value), ("number", "=", value)],
    KeyKind.EMAIL: _of_email,
    KeyKind.PHONE: _of_phone,
    KeyKind.TAX_ID: _of_tax_id,
    KeyKind.ACCOUNT: lambda value: [("party", "=", int(value) if value.isdigit() else 0)],
    KeyKind.TRACKING: lambda value: [("shipments.shipping_reference", "=", value)],
}


def changes(session: Session, cursor: Mapping[str, Any], *, page: int) -> Changes:
    """Return a page of what changed in each kind of document since a cursor, by when it was written.

    The cursor walks over what is settled; what is younger is told each time, once the rest was.
    """
    session.reach()
    settled = (session.clock or datetime.now(UTC)) - _LATE
    stood: dict[str, Any] = dict(cursor)
    more = False
    orders: set[int] = set()
    goods: set[int] = set()
    for model in _LEADS:
        if session.has_model(model):
            rows = _settled(session, model, stood.get(model), settled, page)
            if rows:
                stood[model] = [rows[-1]["write_date"].isoformat(), rows[-1]["id"]]
            more = more or len(rows) == page
            if len(rows) < page:
                rows = [*rows, *_young(session, model, settled)]
            _sort_out(session, model, rows, orders, goods)
    kept = session.ask("sale.sale", "search", ["AND", [("id", "in", sorted(orders))], _BOUGHT], 0, None, None)
    told = orders_of(papers(session, kept)) if kept else []
    return Changes(tuple(told), stood, more, tuple(products.products_of(session, goods)))


def _settled(session: Session, model: str, since: Any, settled: datetime, page: int) -> list[Row]:
    at, key = (datetime.fromisoformat(since[0]), since[1]) if since else (_BEGINNING, 0)
    later = ["OR", ("write_date", ">", moment(at)), [("write_date", "=", moment(at)), ("id", ">", key)]]
    return _written(session, model, [later, ("write_date", "<=", moment(settled))], page)


def _young(session: Session, model: str, settled: datetime) -> list[Row]:
    return _written(session, model, [("write_date", ">", moment(settled))], _MOST_YOUNG)


def _written(session: Session, model: str, domain: list[Any], limit: int) -> list[Row]:
    if model == "account.invoice":
        domain.append(("type", "=", "out"))
    if model.startswith("product."):
        domain.append(("active", "in", [True, False]))
    names = ["write_date", *_LEADS[model]]
    rows: list[Row] = session.search(model, domain, names, limit=limit, by=[("write_date", "ASC"), ("id", "ASC")])
    return rows


def _sort_out(session: Session, model: str, rows: Sequence[Row], orders: set[int], goods: set[int]) -> None:
    """Add the orders and products that records belong to."""
    if model == "product.template":
        goods.update(row["id"] for row in rows)
    elif model == "product.product":
        goods.update(row["template"] for row in rows)
    elif model == "sale.sale":
        orders.update(row["id"] for row in rows)
        orders.update(_origins(session, [row["origin"] for row in rows]))
    elif model == "account.invoice":
        _add_of_invoices(session, rows, orders)
    elif model.startswith("stock."):
        moves = [key for row in rows for key in row[_LEADS[model][0]]]
        _add_of_lines(
            session, [row["origin"] for row in session.read("stock.move", moves, ["origin"]).values()], orders
        )
    else:
        orders.update(_origins(session, [row["origin"] for row in rows]))


def _add_of_invoices(session: Session, rows: Sequence[Row], orders: set[int]) -> None:
    lines = session.read("account.invoice.line", [key for row in rows for key in row["lines"]], ["origin"])
    origins = [row["origin"] for row in lines.values()]
    credited = [key for model, key in map(target, origins) if model == "account.invoice.line"]
    origins += [row["origin"] for row in session.read("account.invoice.line", credited, ["origin"]).values()]
    _add_of_lines(session, origins, orders)
    orders.update(_origins(session, origins))


def _add_of_lines(session: Session, origins: Sequence[str | None], orders: set[int]) -> None:
    keys = [key for model, key in map(target, origins) if model == "sale.line"]
    sales = {row["sale"] for row in session.read("sale.line", keys, ["sale"]).values()}
    orders.update(sales)
    backs = session.read("sale.sale", sales, ["origin"])
    orders.update(_origins(session, [row["origin"] for row in backs.values()]))


def _origins(session: Session, origins: Sequence[str | None]) -> set[int]:
    """Return the orders that references lead to, through complaints and their invoices."""
    pairs = [target(origin) for origin in origins]
    complaints = [key for model, key in pairs if model == "sale.complaint"]
    if complaints:
        found_there = session.read("sale.complaint", complaints, ["origin"])
        pairs += [target(row["origin"]) for row in found_there.values()]
    invoices = [key for model, key in pairs if model == "account.invoice"]
    billed = session.read("account.invoice", invoices, ["sales"]) if invoices else {}
    through = {key for row in billed.values() for key in row.get("sales") or ()}
    return through | {key for model, key in pairs if model == "sale.sale"}

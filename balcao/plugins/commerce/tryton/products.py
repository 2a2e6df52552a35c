"""Products and their variants."""

from collections.abc import Iterable

from balcao.plugins.commerce.tryton.rpc import Session
from balcao.plugins.commerce.tryton.values import Row, minor
from balcao.ports.commerce import Product, Variant

_TEMPLATE = ["name", "active", "salable", "type", "products"]
_VARIANT = ["code", "active", "salable", "list_price", "list_price_used", "attributes", "forecast_quantity", "type"]


def products_of(session: Session, keys: Iterable[int]) -> list[Product]:
    """Return products by key; what is not sold (freight, material) is none."""
    templates = session.search("product.template", [("id", "in", sorted(set(keys)))], ["id"]) if keys else []
    rows = session.read("product.template", (row["id"] for row in templates), _TEMPLATE)
    variants = _variants(session, [key for row in rows.values() for key in row["products"]])
    currency, digits = _currency(session)
    sold = [row for row in rows.values() if row.get("salable") and row["type"] != "service"]
    return [
        Product(
            ref=str(row["id"]),
            name=row["name"],
            currency=currency,
            variants=tuple(_variant(variants[key], digits) for key in row["products"] if key in variants),
        )
        for row in sold
    ]


def _variants(session: Session, keys: Iterable[int]) -> dict[int, Row]:
    """Return variants with the stock of all warehouses together, less what is promised by today."""
    names = session.known("product.product", _VARIANT)
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    places = [row["id"] for row in session.search("stock.location", [("type", "=", "warehouse")], ["id"])]
    today = session.ask("ir.date", "today")
    rows = session.call("model.product.product.read", wanted, names, locations=places, stock_date_end=_written(today))
    return {row["id"]: row for row in rows}


def _written(day: object) -> dict[str, object]:
    return {"__class__": "date", **{part: getattr(day, part) for part in ("year", "month", "day")}}


def _currency(session: Session) -> tuple[str, int]:
    company = session.login().context.get("company")
    rows = session.read("company.company", [company] if company else [], ["currency.code", "currency.digits"])
    for row in rows.values():
        return str(row["currency."]["code"]), int(row["currency."]["digits"])
    return "", 2


def _variant(row: Row, digits: int) -> Variant:
    price = row.get("list_price_used") or row.get("list_price")
    stock = int(row["forecast_quantity"]) if row.get("forecast_quantity") is not None else None
    return Variant(
        ref=str(row["id"]),
        price=minor(price, digits),
        sku=row.get("code") or "",
        options={name: str(value) for name, value in (row.get("attributes") or {}).items()},
        is_available=bool(row.get("active", True)) and bool(row.get("salable", True)),
        stock=stock if row["type"] == "goods" else None,
    )

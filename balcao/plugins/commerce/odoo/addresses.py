"""Addresses in Odoo: a customer's own, and places of theirs that goods are sent to."""

from typing import Any

from balcao.plugins.commerce.odoo import figures, records
from balcao.plugins.commerce.odoo.reading import account_from
from balcao.plugins.commerce.odoo.records import Papers
from balcao.plugins.commerce.odoo.rpc import Rpc
from balcao.ports.commerce import Account, Address

_OPEN = ["done", "cancel"]


def send_order_to(rpc: Rpc, order: int, address: Address, mark: str) -> None:
    """Send an order, and what of it has not left, to a place that carries the mark."""
    customer = figures.key(rpc.search("sale.order", [["id", "=", order]], ["partner_id"])[0]["partner_id"])
    place = place_of(rpc, customer, address, mark)
    rpc.write("sale.order", [order], {"partner_shipping_id": place})
    if parcels := _open_parcels(rpc, order):
        rpc.write("stock.picking", parcels, {"partner_id": place})


def goes_to(rpc: Rpc, order: int, mark: str) -> bool:
    """Tell whether an order and what of it has not left go to the place that carries the mark."""
    place = _marked(rpc, mark)
    domain = [["id", "=", order], ["partner_shipping_id", "=", place]]
    if not place or not rpc.search("sale.order", domain, ["name"]):
        return False
    return not _open_parcels(rpc, order, [["partner_id", "!=", place]])


def _open_parcels(rpc: Rpc, order: int, more: list[Any] | None = None) -> list[int]:
    if not rpc.config.has_stock:
        return []
    domain = [
        ["sale_id", "=", order],
        ["state", "not in", _OPEN],
        ["picking_type_code", "=", "outgoing"],
        *(more or []),
    ]
    return [int(row["id"]) for row in rpc.search("stock.picking", domain, ["name"])]


def place_of(rpc: Rpc, customer: int, address: Address, mark: str) -> int:
    """Return the place that carries the mark, made now unless an earlier try made it."""
    known = _marked(rpc, mark)
    values = {**_values(rpc, address), "type": "delivery", "parent_id": customer, "ref": mark}
    return known or rpc.create("res.partner", values)


def _marked(rpc: Rpc, mark: str) -> int:
    found = rpc.search("res.partner", [["ref", "=", mark]], ["name"], limit=1)
    return int(found[0]["id"]) if found else 0


def move_customer(rpc: Rpc, customer: int, address: Address) -> None:
    """Change a customer's own address; their name stays."""
    values = _values(rpc, address)
    values.pop("name", None)
    values.pop("phone", None)
    rpc.write("res.partner", [customer], values)


def _values(rpc: Rpc, address: Address) -> dict[str, Any]:
    country = _found(rpc, "res.country", [["code", "=ilike", address.country]]) if address.country else 0
    in_country = [["country_id", "=", country]] if country else []
    region = (
        _found(rpc, "res.country.state", [["code", "=ilike", address.region], *in_country]) if address.region else 0
    )
    city = address.city if region or not address.region else f"{address.city}, {address.region}"
    values = {
        "name": address.name,
        "phone": address.phone,
        "street": address.line1,
        "street2": ", ".join(part for part in (address.line2, address.district) if part),
        "city": city,
        "zip": address.postcode,
        "state_id": region or False,
        "country_id": country,
    }
    return {name: value for name, value in values.items() if name not in ("name", "phone", "country_id") or value}


def _found(rpc: Rpc, model: str, domain: list[Any]) -> int:
    rows = rpc.search(model, domain, ["code"], limit=1)
    return int(rows[0]["id"]) if rows else 0


def customer(rpc: Rpc, ref: str) -> Account | None:
    """Return a customer as Odoo knows them."""
    key = figures.number(ref)
    fields = records.fields_of(rpc, "res.partner", records.PARTNER)
    rows = rpc.search("res.partner", [["id", "=", key]], fields)
    if not rows:
        return None
    papers = Papers(
        [],
        partners={key: rows[0]},
        countries=records.codes(rpc, "res.country", [figures.key(rows[0].get("country_id"))]),
        regions=records.codes(rpc, "res.country.state", [figures.key(rows[0].get("state_id"))]),
    )
    return account_from(papers, key)

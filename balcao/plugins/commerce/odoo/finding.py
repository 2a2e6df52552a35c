"""What to ask Odoo for, to find orders by something that people say."""

from typing import Any

from balcao.plugins.commerce.odoo import figures, records
from balcao.plugins.commerce.odoo.rpc import Rpc
from balcao.ports.commerce import KeyKind

_LEAST_DIGITS = 8
_CPF, _CNPJ = 11, 14


def domain(rpc: Rpc, kind: KeyKind, value: str) -> list[Any] | None:
    """Return the domain of the orders that carry a key, None where this Odoo cannot be asked for it."""
    ways: dict[KeyKind, list[Any] | None] = {
        KeyKind.NUMBER: [
            "|", "|", ["name", "=ilike", value], ["client_order_ref", "=ilike", value], ["origin", "=ilike", value]
        ],
        KeyKind.EMAIL: [["partner_id.email", "=ilike", value]],
        KeyKind.TAX_ID: [["partner_id.vat", "in", _tax_ids(value)]],
        KeyKind.ACCOUNT: [["partner_id", "=", figures.number(value)]] if figures.number(value) else None,
    }  # fmt: skip
    if kind == KeyKind.PHONE:
        return _phone(rpc, value)
    if kind == KeyKind.TRACKING and rpc.config.has_stock:
        has_code = records.fields_of(rpc, "stock.picking", ["carrier_tracking_ref"])
        return [["picking_ids.carrier_tracking_ref", "=", value]] if has_code else None
    return ways.get(kind)


def _phone(rpc: Rpc, value: str) -> list[Any] | None:
    """Return how a phone is looked for: with the app that knows numbers however they were typed, if it is there."""
    digits = "".join(sign for sign in value if sign.isdigit())
    if len(digits) < _LEAST_DIGITS:
        return None
    for name in records.fields_of(rpc, "res.partner", ["phone_mobile_search", "phone_sanitized"]):
        told = f"+{digits}" if value.strip().startswith("+") else digits
        return [[f"partner_id.{name}", "ilike", told]]
    return [["partner_id.phone", "ilike", value.strip()]]


def _tax_ids(value: str) -> list[str]:
    """Return the ways in which one tax id is typed into Odoo."""
    digits = "".join(sign for sign in value if sign.isalnum())
    ways = [value.strip(), digits, f"BR{digits}", f"TR{digits}"]
    if len(digits) == _CPF:
        ways.append(f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}")
    if len(digits) == _CNPJ:
        ways.append(f"{digits[:2]}.{digits[2:5]}.{digits[5:8]}/{digits[8:12]}-{digits[12:]}")
    return list(dict.fromkeys(ways))

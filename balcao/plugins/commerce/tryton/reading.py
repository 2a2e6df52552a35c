"""Reading everything that belongs to some orders, in a handful of calls however many orders they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from balcao.plugins.commerce.tryton.rpc import Session
from balcao.plugins.commerce.tryton.values import Row, target

Rows = Mapping[int, Row]

SALE = [
    "number",
    "reference",
    "state",
    "shipment_state",
    "invoice_state",
    "party",
    "lines",
    "moves",
    "shipments",
    "invoices",
    "shipment_returns",
    "tax_amount",
    "shipment_address",
    "invoice_address",
    "currency.code",
    "currency.digits",
    "sale_date",
    "create_date",
    "write_date",
    "origin",
]
LINE = [
    "sale",
    "type",
    "quantity",
    "unit.symbol",
    "unit_price",
    "amount",
    "product.code",
    "product.name",
    "product.template",
    "product.attributes",
    "product.type",
    "description",
    "taxes",
    "shipment_cost",
    "moves",
    "moves_recreated",
    "invoice_lines",
]
MOVE = ["origin", "quantity", "state", "shipment"]
SHIPMENT = [
    "number",
    "state",
    "delivery_address",
    "carrier.rec_name",
    "shipping_reference",
    "planned_date",
    "effective_date",
]
INVOICE = [
    "number",
    "state",
    "type",
    "total_amount",
    "amount_to_pay",
    "payment_lines",
    "lines",
    "invoice_date",
    "create_date",
    "currency.digits",
]
PAYMENT = ["credit", "debit", "date", "create_date", "move.journal.name", "move.journal.code"]
ADDRESS = [
    "street",
    "city",
    "postal_code",
    "subdivision.name",
    "country.code",
    "party_name",
    "delivery",
    "party",
    "sequence",
]
COMPLAINT = ["reference", "origin", "description", "state", "actions", "create_date"]
ACTION = ["action", "result", "sale_lines", "complaint"]


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything that Tryton holds on some orders, by model and key."""

    sales: Rows
    lines: Rows
    moves: Rows
    shipments: Rows
    invoices: Rows
    payments: Rows
    parties: Rows
    addresses: Rows
    complaints: Rows = field(default_factory=dict)
    actions: Rows = field(default_factory=dict)
    returning: Rows = field(default_factory=dict)  # complaint.action-sale.line
    returns: Rows = field(default_factory=dict)  # orders of what comes back
    credited: Mapping[int, Sequence[int]] = field(default_factory=dict)  # credit notes by the invoice they are for
    notes: Mapping[int, Sequence[str]] = field(default_factory=dict)  # by order, oldest first


def papers(session: Session, keys: Iterable[int]) -> Papers:
    """Read what belongs to these orders; those that are not there (any more) are left out."""
    known = session.search("sale.sale", [("id", "in", sorted(set(keys)))], ["id"])
    sales = session.read("sale.sale", (row["id"] for row in known), SALE)
    invoices = session.read("account.invoice", _all(sales, "invoices"), INVOICE)
    complaints = _complaints(session, sales, invoices)
    actions = session.read("sale.complaint.action", _all(complaints, "actions"), ACTION) if complaints else {}
    returns = session.read("sale.sale", _return_keys(session, sales, actions), SALE)
    credited = _credited(session, invoices, complaints, actions)
    other = [*_all(returns, "invoices"), *(key for found in credited.values() for key in found)]
    invoices = {**invoices, **session.read("account.invoice", other, INVOICE)}
    shipments = session.read("stock.shipment.out", _all(sales, "shipments"), SHIPMENT)
    parties = _parties(session, {row["party"] for row in sales.values()})
    return Papers(
        sales=sales,
        lines=session.read("sale.line", [*_all(sales, "lines"), *_all(returns, "lines")], LINE),
        moves=session.read("stock.move", [*_all(sales, "moves"), *_all(returns, "moves")], MOVE),
        shipments=shipments,
        invoices=invoices,
        payments=session.read("account.move.line", _all(invoices, "payment_lines"), PAYMENT),
        parties=parties,
        addresses=session.read("party.address", _address_keys(sales, shipments, parties), ADDRESS),
        complaints=complaints,
        actions=actions,
        returning=_returning(session, actions),
        returns=returns,
        credited=credited,
        notes=_notes(session, sales),
    )


def _all(rows: Rows, name: str) -> list[int]:
    return [key for row in rows.values() for key in row.get(name) or ()]


def _parties(session: Session, keys: Iterable[int]) -> Rows:
    names = ["name", "code", "email", "phone", "mobile", "addresses", "tax_identifier.code"]
    return session.read("party.party", keys, names)


def _address_keys(sales: Rows, shipments: Rows, parties: Rows) -> list[int]:
    ours = [row[name] for row in sales.values() for name in ("shipment_address", "invoice_address")]
    ours += [row["delivery_address"] for row in shipments.values()]
    return [key for key in [*ours, *_all(parties, "addresses")] if key]


def _complaints(session: Session, sales: Rows, invoices: Rows) -> Rows:
    if not session.has_model("sale.complaint"):
        return {}
    origins = [f"sale.sale,{key}" for key in sales] + [f"account.invoice,{key}" for key in invoices]
    found = session.search("sale.complaint", [("origin", "in", origins), ("state", "!=", "cancelled")], COMPLAINT)
    return {row["id"]: row for row in found}


def _returning(session: Session, actions: Rows) -> Rows:
    keys = _all(actions, "sale_lines")
    return session.read("sale.complaint.action-sale.line", keys, ["action", "line", "quantity"]) if keys else {}


def _return_keys(session: Session, sales: Rows, actions: Rows) -> list[int]:
    """Return the orders of what comes back: those that complaints made, and those made by hand."""
    by_hand = session.search("sale.sale", [("origin", "in", [f"sale.sale,{key}" for key in sales])], ["id"])
    results = [target(row["result"]) for row in actions.values()]
    return [row["id"] for row in by_hand] + [key for model, key in results if model == "sale.sale"]


def _credited(session: Session, invoices: Rows, complaints: Rows, actions: Rows) -> dict[int, list[int]]:
    """Return by invoice what was credited of it: by complaints, and by hand."""
    found: dict[int, list[int]] = defaultdict(list)
    for action in actions.values():
        model, key = target(action["result"])
        origin = target(complaints[action["complaint"]]["origin"])
        if model == "account.invoice" and origin[0] == "account.invoice":
            found[origin[1]].append(key)
    lines = {line: key for key, row in invoices.items() for line in row["lines"]}
    domain = [("origin", "in", [f"account.invoice.line,{line}" for line in lines])]
    for row in session.search("account.invoice.line", domain, ["invoice", "origin"]):
        invoice = lines[target(row["origin"])[1]]
        if row["invoice"] and row["invoice"] not in found[invoice]:
            found[invoice].append(row["invoice"])
    return dict(found)


def _notes(session: Session, sales: Rows) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    domain = [("resource", "in", [f"sale.sale,{key}" for key in sales])]
    for row in session.search("ir.note", domain, ["message", "resource"], by=[("id", "ASC")]):
        found[target(row["resource"])[1]].append(row["message"] or "")
    return dict(found)

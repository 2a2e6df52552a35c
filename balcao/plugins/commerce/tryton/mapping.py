"""From Tryton's documents to one order. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from balcao.plugins.commerce.tryton import marks, paying
from balcao.plugins.commerce.tryton.reading import Papers
from balcao.plugins.commerce.tryton.values import Row, midnight, minor, target
from balcao.ports import money
from balcao.ports.commerce import (
    Account,
    Address,
    Comeback,
    Line,
    Order,
    OrderStage,
    Shipment,
    ShipmentState,
)

_EARLY = {"draft": OrderStage.DRAFT, "quotation": OrderStage.DRAFT, "confirmed": OrderStage.PENDING}
_SHIPMENTS = {
    "assigned": ShipmentState.PREPARING,
    "picked": ShipmentState.PREPARING,
    "packed": ShipmentState.LABELLED,
    "shipped": ShipmentState.IN_TRANSIT,
    "done": ShipmentState.DELIVERED,
}
_IN_HAND = ("assigned", "picked", "packed")


def orders_of(papers: Papers) -> list[Order]:
    """Return the orders that papers are about."""
    return [order_from(papers, key) for key in papers.sales]


def order_from(papers: Papers, key: int) -> Order:
    """Return one order."""
    sale = papers.sales[key]
    bought = lines_of(papers, sale)
    freight, tax, discount = _rest(papers, sale)
    address = papers.addresses.get(_delivery_key(papers, sale))
    return Order(
        ref=str(key),
        number=sale["reference"] or sale["number"] or str(key),
        stage=_stage(papers, sale, bought),
        currency=sale["currency."]["code"],
        account=_account(papers, sale),
        lines=bought,
        address=address_from(address, papers.parties[sale["party"]]["name"]) if address else Address(),
        billing=_billing(papers, sale),
        discount=discount,
        freight=freight,
        tax=tax,
        payments=paying.payments_of(papers, sale),
        shipments=_shipments(papers, sale),
        comebacks=_comebacks(papers, sale, bought),
        notes=tuple(said for note in papers.notes.get(key, ()) if (said := marks.plain(note))),
        placed_at=midnight(sale["sale_date"]) or sale["create_date"],
        promised_at=_promised_at(papers, sale),
        changed_at=None,  # its parts are documents of their own, and change without it
    )


# --- Lines ------------------------------------------------------------------------------------------------------------


def lines_of(papers: Papers, sale: Row) -> tuple[Line, ...]:
    """Return what was bought: goods and services, without freight and what is taken off."""
    rows = [row for row in _rows(papers, sale) if not _is_freight(row) and row["amount"] >= 0]
    taxes = _taxes(papers, sale)
    returned = _returned(papers, sale, rows)
    return tuple(_line(papers, sale, row, taxes[row["id"]], returned[row["id"]]) for row in rows)


def _rows(papers: Papers, sale: Row) -> list[Row]:
    return [row for key in sale["lines"] if (row := papers.lines[key])["type"] == "line" and row["amount"] is not None]


def _is_freight(row: Row) -> bool:
    return row.get("shipment_cost") is not None


def _digits(sale: Row) -> int:
    digits: int = sale["currency."]["digits"]
    return digits


def _taxes(papers: Papers, sale: Row) -> Counter[int]:
    """Share the order's tax out over the lines that are taxed: Tryton rounds it for the whole order."""
    rows = [row for row in _rows(papers, sale) if row["taxes"] and row["amount"] > 0]
    tax = minor(sale["tax_amount"], _digits(sale))
    shares = money.spread(tax, [minor(row["amount"], _digits(sale)) for row in rows])
    return Counter(dict(zip((row["id"] for row in rows), shares, strict=True)))


def _rest(papers: Papers, sale: Row) -> tuple[int, int, int]:
    """Return freight, the tax that no line carries, and what was taken off the whole order."""
    digits, taxes = _digits(sale), _taxes(papers, sale)
    rows = _rows(papers, sale)
    freight = sum(minor(row["amount"], digits) + taxes[row["id"]] for row in rows if _is_freight(row))
    off = -sum(minor(row["amount"], digits) for row in rows if row["amount"] < 0 and not _is_freight(row))
    return freight, minor(sale["tax_amount"], digits) - taxes.total(), off


def _line(papers: Papers, sale: Row, row: Row, tax: int, returned: int) -> Line:
    digits, product = _digits(sale), row.get("product.") or {}
    amount, pieces = minor(row["amount"], digits), _pieces(row)
    unit_price = -(-amount // pieces)  # rounded up: what is too much is taken off the line
    return Line(
        ref=str(row["id"]),
        name=_name(row, product, pieces),
        quantity=pieces,
        unit_price=unit_price,
        product_ref=str(product.get("template") or ""),
        variant_ref=str(product.get("id") or ""),
        sku=product.get("code") or "",
        options={name: str(value) for name, value in (product.get("attributes") or {}).items()},
        discount=unit_price * pieces - amount,
        tax=tax,
        cancelled=_cancelled(papers, sale, row, pieces),
        returned=returned,
    )


def _pieces(row: Row) -> int:
    """Return how many pieces a line has; what is weighed or measured is one piece."""
    quantity = row["quantity"] or 0
    return int(quantity) if quantity >= 1 and quantity == int(quantity) else 1


def _name(row: Row, product: Row, pieces: int) -> str:
    name = product.get("name") or (row["description"] or "").partition("\n")[0]
    unit = (row.get("unit.") or {}).get("symbol") or ""
    return (
        name if row["quantity"] in (pieces, None) else f"{name}, {Decimal(str(row['quantity'])).normalize():f} {unit}"
    )


def _cancelled(papers: Papers, sale: Row, row: Row, pieces: int) -> int:
    if sale["state"] == "cancelled":
        return pieces
    gone = [key for key in row["moves"] if key not in row["moves_recreated"]]
    count = sum(papers.moves[key]["quantity"] for key in gone if papers.moves[key]["state"] == "cancelled")
    return min(pieces, int(count))


# --- What came back ---------------------------------------------------------------------------------------------------


def _own_returns(papers: Papers, sale: Row) -> list[tuple[Row, Row | None]]:
    """Return the orders by which this one's pieces come back, each with the complaint that made it."""
    found: list[tuple[Row, Row | None]] = []
    for row in papers.returns.values():
        model, key = target(row["origin"])
        complaint = papers.complaints.get(key) if model == "sale.complaint" else None
        origin = complaint["origin"] if complaint else row["origin"]
        if origin == f"sale.sale,{sale['id']}" and row["state"] != "cancelled":
            found.append((row, complaint))
    return found


def _coming(papers: Papers, back: Row, complaint: Row | None, rows: Sequence[Row]) -> Counter[int]:
    """Return by line how many pieces come back: as the complaint says, else by their product."""
    named: Counter[int] = Counter()
    for one in papers.returning.values():
        if complaint and papers.actions[one["action"]]["complaint"] == complaint["id"]:
            named[one["line"]] += int(one["quantity"] or 0)
    if named:
        return named
    for key in back["lines"]:
        product = (papers.lines[key].get("product.") or {}).get("id")
        count = int(-(papers.lines[key]["quantity"] or 0))
        for row in rows:
            if product and (row.get("product.") or {}).get("id") == product and count > 0:
                part = min(count, _pieces(row) - named[row["id"]])
                named[row["id"]] += part
                count -= part
    return +named


def _returned(papers: Papers, sale: Row, rows: Sequence[Row]) -> Counter[int]:
    came: Counter[int] = Counter()
    for back, complaint in _own_returns(papers, sale):
        if back["shipment_state"] in ("sent", "received"):
            came.update(_coming(papers, back, complaint, rows))
    return came


def _comebacks(papers: Papers, sale: Row, bought: Sequence[Line]) -> tuple[Comeback, ...]:
    rows = [papers.lines[int(line.ref)] for line in bought]
    return tuple(
        Comeback(
            ref=back["number"] or str(back["id"]),
            pieces=tuple((str(key), count) for key, count in _coming(papers, back, complaint, rows).items()),
            state="received" if back["shipment_state"] in ("sent", "received") else "requested",
            reason=marks.plain(complaint["description"]) if complaint else "",
            at=back["create_date"],
        )
        for back, complaint in _own_returns(papers, sale)
    )


# --- Stage and shipments ----------------------------------------------------------------------------------------------


def _stage(papers: Papers, sale: Row, bought: Sequence[Line]) -> OrderStage:
    if sale["state"] in _EARLY:
        return _EARLY[sale["state"]]
    goods = [line for line in bought if papers.lines[int(line.ref)]["moves"]]
    left = [line for line in goods if line.cancelled < line.quantity]
    if sale["state"] == "cancelled" or (goods and not left):
        return OrderStage.CANCELLED
    states = {papers.shipments[key]["state"] for key in sale["shipments"]} - {"cancelled"}
    if sale["shipment_state"] in ("sent", "none") and states <= {"done"} and (goods or sale["state"] == "done"):
        return OrderStage.DELIVERED
    if states & {"shipped", "done"}:
        return OrderStage.SHIPPED
    return OrderStage.PREPARING if states & set(_IN_HAND) else OrderStage.PENDING


def _shipments(papers: Papers, sale: Row) -> tuple[Shipment, ...]:
    rows = [papers.shipments[key] for key in sale["shipments"]]
    return tuple(_shipment(papers, sale, row) for row in rows if row["state"] in _SHIPMENTS)


def _shipment(papers: Papers, sale: Row, row: Row) -> Shipment:
    left = midnight(row["effective_date"])
    return Shipment(
        ref=row["number"] or str(row["id"]),
        state=_SHIPMENTS[row["state"]],
        carrier=((row.get("carrier.") or {}).get("rec_name") or "").partition(" - ")[0],
        code=row.get("shipping_reference") or "",
        pieces=tuple(
            (str(target(move["origin"])[1]), int(move["quantity"]))
            for key in sale["moves"]
            if target((move := papers.moves[key])["shipment"]) == ("stock.shipment.out", row["id"])
            and move["state"] != "cancelled"
        ),
        shipped_at=left,
        promised_at=midnight(row["planned_date"]),
    )


def _promised_at(papers: Papers, sale: Row) -> datetime | None:
    days = [papers.shipments[key]["planned_date"] for key in sale["shipments"]]
    return midnight(max((day for day in days if day), default=None))


# --- People -----------------------------------------------------------------------------------------------------------


def _account(papers: Papers, sale: Row) -> Account:
    party = papers.parties[sale["party"]]
    return Account(
        ref=str(party["id"]),
        name=party["name"] or "",
        email=party.get("email") or "",
        phone=party.get("mobile") or party.get("phone") or "",
        tax_id=(party.get("tax_identifier.") or {}).get("code") or "",
        address=default_address(papers, party),
        instruments=paying.instruments_of(papers, sale),
    )


def default_address(papers: Papers, party: Row) -> Address:
    """Return where a customer's things are sent unless they say otherwise: as Tryton chooses it."""
    rows = [papers.addresses[key] for key in party["addresses"] if key in papers.addresses]
    chosen = next((row for row in rows if row["delivery"]), rows[0] if rows else None)
    return address_from(chosen, party["name"]) if chosen else Address()


def address_from(row: Row, name: str) -> Address:
    """Return an address; Tryton's street may have several lines."""
    first, _, second = (row["street"] or "").strip().partition("\n")
    return Address(
        line1=first.strip(),
        line2=" ".join(second.split()),
        city=row["city"] or "",
        region=(row.get("subdivision.") or {}).get("name") or "",
        postcode=row["postal_code"] or "",
        country=(row.get("country.") or {}).get("code") or "",
        name=row.get("party_name") or name or "",
    )


def _delivery_key(papers: Papers, sale: Row) -> int:
    """Return where the order goes: as the shipment says, which may have been sent elsewhere since."""
    open_ones = [papers.shipments[key] for key in sale["shipments"] if papers.shipments[key]["state"] != "cancelled"]
    return int((open_ones[-1]["delivery_address"] if open_ones else sale["shipment_address"]) or 0)


def _billing(papers: Papers, sale: Row) -> Address | None:
    row = papers.addresses.get(sale["invoice_address"] or 0)
    return address_from(row, papers.parties[sale["party"]]["name"]) if row else None

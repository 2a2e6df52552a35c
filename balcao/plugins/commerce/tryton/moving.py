"""Sending things elsewhere: the addresses of customers, and of shipments that have not left."""

from balcao.kit.i18n import N_
from balcao.plugins.commerce.tryton.deeds import Deed
from balcao.plugins.commerce.tryton.rpc import Refused, Session
from balcao.plugins.commerce.tryton.values import Row
from balcao.ports.commerce import Address, ChangeAddress, ChangeDefaultAddress, Done, Outcome

LEFT_ALREADY = N_("The warehouse has the shipment in hand or has sent it: its address cannot be changed any more.")
NOTHING_OPEN = N_("Nothing of this order is left to be sent.")
NOT_RESERVED = N_("Its goods could not be reserved again. Look at the shipment in Tryton.")

_OPEN = ("draft", "waiting", "assigned")


def moved(action: ChangeAddress, deed: Deed) -> Done:
    """Send an order elsewhere; a shipment that waits becomes a draft for the moment of the change."""
    held = deed.papers()
    sale = held.sales[int(deed.order.ref)]
    open_ones = [row for key in sale["shipments"] if (row := held.shipments[key])["state"] != "cancelled"]
    if any(row["state"] not in _OPEN for row in open_ones):
        raise Refused(LEFT_ALREADY, "stage")
    if not open_ones and sale["state"] not in ("draft", "quotation"):
        raise Refused(NOTHING_OPEN, "stage")
    place = _kept(deed.session, sale["party"], action.address)
    if sale["state"] in ("draft", "quotation"):
        _move_draft(deed, sale, place)
    was_reserved = [row["id"] for row in open_ones if row["state"] == "assigned"]
    _move_shipments(deed, open_ones, place)
    left = _reserve_again(deed, was_reserved)
    if action.as_default:
        _make_default(deed.session, sale["party"], place)
    return deed.done(detail=left)


def is_moved(action: ChangeAddress, deed: Deed) -> bool:
    """Tell whether the order goes there by now, wholly."""
    held = deed.papers()
    sale = held.sales[int(deed.order.ref)]
    is_draft = any(held.shipments[key]["state"] == "draft" for key in sale["shipments"])
    there = deed.now(held).address
    return not is_draft and _spelt(there) == _spelt(action.address)


def default_moved(action: ChangeDefaultAddress, deed: Deed) -> Done:
    """Send what a customer buys from now on elsewhere."""
    party = int(action.account)
    _make_default(deed.session, party, _kept(deed.session, party, action.address))
    return Done(Outcome.DONE, deed.now() if deed.asked else None)


def _move_draft(deed: Deed, sale: Row, place: int) -> None:
    was_offered = sale["state"] == "quotation"
    if was_offered:
        deed.click("sale.sale", "draft", [sale["id"]])
    deed.session.ask("sale.sale", "write", [sale["id"]], {"shipment_address": place}, writes=True)
    if was_offered:
        deed.click("sale.sale", "quote", [sale["id"]])


def _move_shipments(deed: Deed, rows: list[Row], place: int) -> None:
    keys = [row["id"] for row in rows]
    deed.click("stock.shipment.out", "wait", [row["id"] for row in rows if row["state"] == "assigned"])
    deed.click("stock.shipment.out", "draft", [row["id"] for row in rows if row["state"] != "draft"])
    if keys:
        deed.session.ask("stock.shipment.out", "write", keys, {"delivery_address": place}, writes=True)
    deed.click("stock.shipment.out", "wait", keys)


def _reserve_again(deed: Deed, keys: list[int]) -> str:
    """Reserve the goods that were reserved before; return what is left to do."""
    if not keys:
        return ""
    deed.click("stock.shipment.out", "assign_try", keys)
    rows = deed.session.read("stock.shipment.out", keys, ["state"])
    return "" if all(row["state"] == "assigned" for row in rows.values()) else NOT_RESERVED


def _kept(session: Session, party: int, address: Address) -> int:
    """Return the customer's record of an address, made if there is none yet."""
    country = _one(session, "country.country", ["OR", ("code", "=", address.country), ("name", "=", address.country)])
    row = {
        "party": party,
        _street(session): "\n".join(part for part in (address.line1, address.line2, address.district) if part),
        "city": address.city,
        "postal_code": address.postcode,
        "country": country,
        "subdivision": _region(session, country, address.region),
        "party_name": address.name or None,
    }
    domain = [(name, "=", value) for name, value in row.items()]
    known = session.ask("party.address", "search", domain, 0, 1)
    if known:
        return int(known[0])
    (key,) = session.ask("party.address", "create", [{**row, "delivery": True}], writes=True)
    return int(key)


def _street(session: Session) -> str:
    # Newer versions part streets into their pieces; a whole street stands beside them.
    return next(iter(session.known("party.address", ["street_unstructured", "street"])))


def _one(session: Session, model: str, domain: object) -> int | None:
    found = session.ask(model, "search", domain, 0, 1)
    return int(found[0]) if found else None


def _region(session: Session, country: int | None, region: str) -> int | None:
    if not (country and region):
        return None
    names = ["OR", ("name", "=", region), ("code", "like", f"%-{region}")]
    return _one(session, "country.subdivision", [("country", "=", country), names])


def _make_default(session: Session, party: int, place: int) -> None:
    """Put an address first: Tryton sends to the first one that is meant for deliveries, those without a place first."""
    rows = session.search("party.address", [("party", "=", party), ("id", "!=", place)], ["sequence"])
    unplaced = [row["id"] for row in rows if row["sequence"] is None]
    least = min((row["sequence"] for row in rows if row["sequence"] is not None), default=2)
    if unplaced:
        session.ask("party.address", "write", unplaced, {"sequence": least}, writes=True)
    session.ask("party.address", "write", [place], {"sequence": least - 1, "delivery": True}, writes=True)


def _spelt(address: Address) -> tuple[str, str, str]:
    return address.line1.strip(), address.city.strip(), address.postcode.strip()

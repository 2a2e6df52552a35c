"""Small deeds: a note, a return that a note announces, the address a customer has everything sent to."""

from collections.abc import Mapping
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.vendure import graph, marks
from balcao.plugins.commerce.vendure.deeds import Deed, address_fields, is_traced
from balcao.plugins.commerce.vendure.reading import account_from
from balcao.plugins.commerce.vendure.session import Refused, Session
from balcao.ports.commerce import Account, AddNote, Address, ChangeDefaultAddress, Done, Outcome, RequestReturn

RETURN_BY_HAND = N_(
    "Vendure has no returns: a note on the order announces it. Once the pieces are there, cancel their lines in Vendure"
    " and pay them back."
)
NO_SUCH_CUSTOMER = N_("The customer is not in Vendure any more.")


def noted(action: AddNote, deed: Deed) -> Done:
    """Leave a note that the customer does not see."""
    _note(deed, action.text)
    return deed.done()


def return_announced(action: RequestReturn, deed: Deed) -> Done:
    """Announce pieces that come back, where the people of the warehouse read it."""
    names = {line.ref: line.name for line in deed.order.lines}
    what = ", ".join(f"{count} × {names.get(ref, ref)}" for ref, count in action.pieces)
    _note(deed, f"↩ {what}\n{action.reason}", action.pieces)
    return deed.done(is_whole=False, detail=RETURN_BY_HAND)


def address_kept(action: ChangeDefaultAddress, deed: Deed) -> Done:
    """Have what the customer buys from now on sent elsewhere."""
    return Done(Outcome.DONE, account=set_default_address(deed.session, action.account, action.address))


def set_default_address(session: Session, customer: str, address: Address) -> Account:
    """Set the default address of a customer and return the customer as they stand then."""
    wanted = {**address_fields(address), "defaultShippingAddress": True}
    known = _customer(session, customer)
    if is_default(known, address):
        return account_from(known)
    same = [one for one in known["addresses"] or () if _is_same(one, address)]
    if same:
        session.one(graph.UPDATE_ADDRESS, input={"id": same[0]["id"], **wanted})
    else:
        session.one(graph.CREATE_ADDRESS, customer=customer, input=wanted)
    return account_from(_customer(session, customer))


def recalled_address(action: ChangeDefaultAddress, session: Session) -> Done | None:
    """Say whether the customer has this default address by now."""
    known = _customer(session, action.account)
    return Done(Outcome.DONE, account=account_from(known)) if is_default(known, action.address) else None


def is_default(customer: Mapping[str, Any], address: Address) -> bool:
    """Tell whether everything goes to this address already."""
    return any(one["defaultShippingAddress"] and _is_same(one, address) for one in customer["addresses"] or ())


def _is_same(known: Mapping[str, Any], address: Address) -> bool:
    wanted = address_fields(address)
    wanted.pop("countryCode", None)
    return all((known[name] or "") == value for name, value in wanted.items())


def _customer(session: Session, ref: str) -> Mapping[str, Any]:
    known: Mapping[str, Any] | None = session.ask(graph.CUSTOMER, id=ref)["customer"]
    if known is None:
        raise Refused("CUSTOMER_NOT_FOUND", NO_SUCH_CUSTOMER)
    return known


def _note(deed: Deed, text: str, pieces: marks.Pieces = ()) -> None:
    if not is_traced(deed.now(), deed.key):
        note = {"id": deed.order.ref, "note": marks.marked(text, deed.key, pieces=pieces), "isPublic": False}
        deed.session.one(graph.NOTE, input=note)

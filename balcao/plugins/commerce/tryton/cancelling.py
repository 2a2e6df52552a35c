"""Cancelling an order: in Tryton a chain of documents, each of which has to follow."""

from balcao.kit.i18n import N_
from balcao.plugins.commerce.tryton import refunding
from balcao.plugins.commerce.tryton.deeds import Deed
from balcao.plugins.commerce.tryton.reading import Papers
from balcao.plugins.commerce.tryton.rpc import Refused
from balcao.plugins.commerce.tryton.values import Row, minor
from balcao.ports import money
from balcao.ports.commerce import Cancel, Done, Refund

IN_HAND = N_("The warehouse has the shipment in hand or has sent it: the order cannot be cancelled any more.")
ONLY_WHOLE = N_("Through Balcão, Tryton can only cancel whole orders. Cancel single pieces there.")
UNPAID = N_("The order is cancelled. Its invoice is posted and unpaid: accounting has to credit it in Tryton.")

_OPEN = ("draft", "waiting", "assigned", "cancelled")


def cancelled(action: Cancel, deed: Deed) -> Done:
    """Cancel the shipments, have the order take it, cancel or credit the invoice."""
    held = deed.papers()
    sale = _checked(action, deed, held)
    if not deed.has_note():
        deed.note(f"Cancelled by Balcão: {action.reason}")
    if sale["state"] in ("draft", "quotation", "confirmed"):
        deed.click("sale.sale", "cancel", [sale["id"]])
        return deed.done()
    open_ones = [key for key in sale["shipments"] if held.shipments[key]["state"] != "cancelled"]
    deed.click("stock.shipment.out", "cancel", open_ones)
    if _state(deed, "shipment_state") == "exception":
        deed.ignore("moves")
    drafts = [key for key in sale["invoices"] if held.invoices[key]["state"] in ("draft", "validated")]
    deed.click("account.invoice", "cancel", drafts)
    if _state(deed, "invoice_state") == "exception":
        deed.ignore("invoices")
    return _paid_back(action, deed, held)


def _checked(action: Cancel, deed: Deed, held: Papers) -> Row:
    """Return the order, or refuse before anything is done."""
    sale = held.sales[int(deed.order.ref)]
    if action.pieces:
        raise Refused(ONLY_WHOLE, "not_able")
    if any(held.shipments[key]["state"] not in _OPEN for key in sale["shipments"]):
        raise Refused(IN_HAND, "stage")
    if _paid(held, sale):
        refunding.billed(held, sale["id"])
    return sale


def _state(deed: Deed, name: str) -> str:
    (sale,) = deed.session.read("sale.sale", [int(deed.order.ref)], [name]).values()
    return str(sale[name])


def _paid(held: Papers, sale: Row) -> list[Row]:
    rows = [held.invoices[key] for key in sale["invoices"]]
    return [row for row in rows if row["state"] in ("posted", "paid")]


def _paid_back(action: Cancel, deed: Deed, held: Papers) -> Done:
    """Credit what was paid and has not gone back yet."""
    sale = held.sales[int(deed.order.ref)]
    bills = _paid(held, sale)
    worth = money.open_balance(deed.order)
    if not worth:
        return deed.done(detail=UNPAID if bills else "")
    invoice = refunding.billed(held, sale["id"])
    if worth == minor(invoice["total_amount"], invoice["currency."]["digits"]):
        return refunding.credited(deed, held, worth, {}, reason=action.reason)
    rest = Refund(action.reason, amount=worth)
    return refunding.credited(deed, held, worth, refunding.shares_of(rest, deed.order, held), reason=action.reason)

"""Money back: credit notes, made as drafts, which somebody in the books confirms and pays."""

from decimal import Decimal
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.odoo import figures, records
from balcao.plugins.commerce.odoo.records import Record
from balcao.plugins.commerce.odoo.rpc import Rpc
from balcao.ports.commerce import Order

TO_PAY = N_("Odoo holds the draft of a credit note. Somebody there has to check it, confirm it and pay it.")
NO_INVOICE = N_("There is no paid invoice in Odoo that this sum could be credited on. Pay it back there.")

_PAID = frozenset({"paid", "in_payment", "reversed"})
_ONE_WINDOW_UNTIL = 16  # up to here one window made all kinds of reversal, and had to be told which
_FIELDS = ("name", "state", "payment_state", "amount_total", "currency_id", "ref", "reversed_entry_id")


def marked(rpc: Rpc, mark: str) -> list[Record]:
    """Return the credit notes that carry the mark and were not cancelled."""
    if not rpc.config.has_invoices:
        return []
    domain = [["ref", "ilike", mark], ["move_type", "=", "out_refund"], ["state", "!=", "cancel"]]
    return rpc.search("account.move", domain, _FIELDS, order="id")


def amount(credit: Record) -> int:
    """Return what a credit note gives back, in minor units."""
    return figures.minor(credit["amount_total"], figures.name(credit["currency_id"]))


def is_paid(credit: Record) -> bool:
    """Tell whether the money is on its way."""
    return credit["state"] == "posted" and credit.get("payment_state") in _PAID


def give(rpc: Rpc, order: Order, worth: int, reason: str, mark: str) -> int:
    """Make draft credit notes of this worth on the order's paid invoices; return what none of them could bear.

    What was credited under the mark before counts, so that a second try only makes what is missing.
    """
    missing = worth - sum(amount(row) for row in marked(rpc, mark))
    if missing <= 0:
        return 0
    for invoice, room in _paid_invoices(rpc, order):
        part = min(missing, room)
        if part > 0:
            _credit(rpc, invoice, part, order, f"{reason} {mark}")
            missing -= part
    return missing


def _paid_invoices(rpc: Rpc, order: Order) -> list[tuple[Record, int]]:
    """Return the order's invoices with what of them was paid and is not credited yet."""
    if not rpc.config.has_invoices:
        return []
    papers = records.read(rpc, [["id", "=", figures.number(order.ref)]])
    rows = papers.invoices.get(figures.number(order.ref), [])
    given = [row for row in rows if row["move_type"] == "out_refund" and row["state"] != "cancel"]
    invoices = [row for row in rows if row["move_type"] == "out_invoice" and row["state"] == "posted"]
    return [(row, _room(row, given, order.currency)) for row in invoices]


def _room(invoice: Record, notes: list[Record], currency: str) -> int:
    paid = Decimal(str(invoice["amount_total"])) - Decimal(str(invoice["amount_residual"]))
    given = [row for row in notes if figures.key(row.get("reversed_entry_id")) == invoice["id"]]
    return figures.minor(paid, currency) - sum(figures.minor(row["amount_total"], currency) for row in given)


def _credit(rpc: Rpc, invoice: Record, part: int, order: Order, reason: str) -> None:
    is_whole = part == figures.minor(invoice["amount_total"], order.currency)
    if is_whole:
        _reverse(rpc, invoice, reason)
    else:
        _credit_part(rpc, invoice, part, order, reason)


def _reverse(rpc: Rpc, invoice: Record, reason: str) -> None:
    """Reverse a whole invoice by Odoo's own window, which knows its taxes; the reason becomes part of the reference."""
    key = int(invoice["id"])
    context = {"active_model": "account.move", "active_ids": [key]}
    values: dict[str, Any] = {
        "reason": reason,
        "journal_id": figures.key(invoice["journal_id"]),
        "move_ids": [[6, 0, [key]]],
    }
    has_one_window = rpc.version <= _ONE_WINDOW_UNTIL
    if has_one_window:
        values["refund_method"] = "refund"
    window = rpc.create("account.move.reversal", values, context)
    method = "reverse_moves" if has_one_window else "refund_moves"
    rpc.call("account.move.reversal", method, ids=[window], context=context, writes=True)


def _credit_part(rpc: Rpc, invoice: Record, part: int, order: Order, reason: str) -> None:
    """Credit a sum in one line without tax: exactly what was promised, for the books to split."""
    line = {"name": reason, "quantity": 1, "price_unit": figures.major(part, order.currency), "tax_ids": [[6, 0, []]]}
    values = {
        "move_type": "out_refund",
        "partner_id": figures.key(invoice["partner_id"]),
        "currency_id": figures.key(invoice["currency_id"]),
        "journal_id": figures.key(invoice["journal_id"]),
        "reversed_entry_id": int(invoice["id"]),
        "invoice_origin": order.number,
        "ref": reason,
        "invoice_line_ids": [[0, 0, line]],
    }
    rpc.create("account.move", values)

"""What was paid and what goes back: from Tryton's invoices and credit notes. Pure."""

from collections.abc import Iterable

from balcao.plugins.commerce.tryton import marks
from balcao.plugins.commerce.tryton.reading import Papers
from balcao.plugins.commerce.tryton.values import Row, midnight, minor, target
from balcao.ports.commerce import Instrument, InstrumentKind, Payment, PaymentState

_UNKNOWN = Instrument("", InstrumentKind.OTHER)
# Journals are named by each company; these words tell what kind of money they hold.
_WORDS = (
    ("pix", InstrumentKind.PIX),
    ("boleto", InstrumentKind.BOLETO),
    ("paypal", InstrumentKind.WALLET),
    ("card", InstrumentKind.CARD),
    ("cart", InstrumentKind.CARD),
    ("kart", InstrumentKind.CARD),
    ("bank", InstrumentKind.TRANSFER),
    ("havale", InstrumentKind.TRANSFER),
    ("transfer", InstrumentKind.TRANSFER),
    ("cash", InstrumentKind.CASH),
    ("dinheiro", InstrumentKind.CASH),
    ("nakit", InstrumentKind.CASH),
)


def payments_of(papers: Papers, sale: Row) -> tuple[Payment, ...]:
    """Return what was paid, what still has to be, and what goes back."""
    invoices = [papers.invoices[key] for key in sale["invoices"] if papers.invoices[key]["state"] != "cancelled"]
    paid = [payment for row in invoices for payment in _paid(papers, row)]
    back = [] if not any(one.state == PaymentState.CAPTURED for one in paid) else list(_back(papers, sale, paid))
    return (*paid, *back)


def instruments_of(papers: Papers, sale: Row) -> tuple[Instrument, ...]:
    """Return what an order was paid with."""
    return tuple(
        {one.instrument.ref: one.instrument for one in payments_of(papers, sale) if not one.is_refund}.values()
    )


def _paid(papers: Papers, invoice: Row) -> Iterable[Payment]:
    digits = invoice["currency."]["digits"]
    came = 0
    for key in invoice["payment_lines"]:
        row = papers.payments[key]
        amount = minor(row["credit"], digits) - minor(row["debit"], digits)
        came += amount
        if amount > 0:
            yield Payment(f"paid-{key}", _instrument(row), amount, at=row["create_date"])
    rest = minor(invoice["total_amount"], digits) - came
    if rest > 0 and invoice["state"] == "paid":  # settled against something else than money
        yield Payment(f"settled-{invoice['id']}", _UNKNOWN, rest, at=midnight(invoice["invoice_date"]))
    elif rest > 0:
        yield Payment(f"open-{invoice['id']}", _UNKNOWN, rest, state=PaymentState.PENDING)


def _instrument(row: Row) -> Instrument:
    journal = (row.get("move.") or {}).get("journal.") or {}
    name = journal.get("name") or ""
    words = f"{name} {journal.get('code') or ''}".casefold()
    kind = next((kind for word, kind in _WORDS if word in words), InstrumentKind.OTHER)
    return Instrument(str(journal.get("id") or ""), kind, name)


def _back(papers: Papers, sale: Row, paid: list[Payment]) -> Iterable[Payment]:
    """Return the refunds: credit notes, of goods that come back once they are there."""
    instrument = next((one.instrument for one in paid if one.state == PaymentState.CAPTURED), _UNKNOWN)
    for note, complaint in _credit_notes(papers, sale):
        amount = -minor(note["total_amount"], note["currency."]["digits"])
        if amount > 0 and note["state"] != "cancelled":
            state = PaymentState.CAPTURED if note["state"] == "paid" else PaymentState.PENDING
            pieces = marks.pieces_in(complaint["description"]) if complaint else ()
            yield Payment(
                f"credit-{note['id']}",
                instrument,
                amount,
                True,
                state,
                at=note["create_date"],
                pieces=pieces,
            )


def _credit_notes(papers: Papers, sale: Row) -> Iterable[tuple[Row, Row | None]]:
    by_result = {row["result"]: papers.complaints[row["complaint"]] for row in papers.actions.values()}
    for invoice in sale["invoices"]:
        for key in papers.credited.get(invoice, ()):
            yield papers.invoices[key], by_result.get(f"account.invoice,{key}")
    for back in papers.returns.values():
        if _is_of(papers, back, sale):
            is_there = back["shipment_state"] in ("sent", "received")
            for key in back["invoices"]:
                if is_there or papers.invoices[key]["state"] in ("posted", "paid"):
                    yield papers.invoices[key], None


def _is_of(papers: Papers, back: Row, sale: Row) -> bool:
    model, key = target(back["origin"])
    origin = papers.complaints.get(key, {}).get("origin") if model == "sale.complaint" else back["origin"]
    return origin == f"sale.sale,{sale['id']}"

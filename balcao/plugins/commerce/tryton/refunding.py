"""Money back and goods back: credit notes and return orders, each by a complaint that carries our mark."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from balcao.kit.i18n import N_
from balcao.plugins.commerce.tryton import marks
from balcao.plugins.commerce.tryton.deeds import Deed, complain
from balcao.plugins.commerce.tryton.reading import Papers
from balcao.plugins.commerce.tryton.rpc import Refused
from balcao.plugins.commerce.tryton.values import Row, decimal, minor
from balcao.ports import money
from balcao.ports.calling import mark_of
from balcao.ports.commerce import Done, Order, Refund, RequestReturn

TO_PAY = N_("A credit note waits in Tryton. Accounting has to post it and to pay the money back.")
NOT_THAT_MUCH = N_("Not that much of what was paid is left to be paid back.")
MANY_INVOICES = N_("This order was billed by several invoices: make the credit note in Tryton.")
WRONG_AMOUNT = N_("The credit note in Tryton has another amount than was agreed. Correct it before it is posted.")
NO_RETURN_ORDER = N_("Tryton made no return order of the complaint. Look at it there.")

_PRICE_DIGITS = Decimal("0.0001")
_MOST_ROUNDING = 9  # minor units that a correction may have: more than that is no rounding


def refunded(action: Refund, deed: Deed) -> Done:
    """Credit pieces, freight and a sum besides, to the cent; accounting pays it."""
    held = deed.papers()
    worth = money.price_of(deed.order, action.pieces) + action.freight + action.amount
    known = _known(deed, held)
    if known is None and worth > money.open_balance(deed.now(held)):
        raise Refused(NOT_THAT_MUCH, "amount")
    shares = shares_of(action, deed.order, held) if known is None else {}
    return credited(deed, held, worth, shares, reason=marks.with_pieces(action.reason, action.pieces))


def credited(deed: Deed, held: Papers, worth: int, shares: Mapping[int, tuple[int, int]], *, reason: str) -> Done:
    """Make the credit note: of the shares, (pieces, worth) by order line; of the whole invoice without any."""
    invoice = billed(held, int(deed.order.ref))
    action: dict[str, object] = {"action": "credit_note"}
    if shares:
        action["invoice_lines"] = [["create", _invoice_lines(deed.order, held, invoice, shares)]]
    _, key = complain(deed, origin=f"account.invoice,{invoice['id']}", action=action, reason=reason)
    left = _made_exact(deed, key, worth)
    return deed.done(detail=left or TO_PAY, ref=f"account.invoice,{key}")


def billed(held: Papers, order: int) -> Row:
    """Return the one invoice that was paid."""
    rows = [held.invoices[key] for key in held.sales[order]["invoices"]]
    paid = [row for row in rows if row["state"] in ("posted", "paid") and row["total_amount"] > 0]
    if len(paid) != 1:
        raise Refused(MANY_INVOICES if paid else NOT_THAT_MUCH, "amount")
    return paid[0]


def announced(action: RequestReturn, deed: Deed) -> Done:
    """Have pieces expected by the warehouse; their credit note is a draft that counts once they are there."""
    lines = [{"line": int(ref), "quantity": count} for ref, count in action.pieces]
    wanted = {"action": "sale_return", "sale_lines": [["create", lines]]}
    _, key = complain(deed, origin=f"sale.sale,{deed.order.ref}", action=wanted, reason=action.reason)
    if not key:
        return deed.done(detail=NO_RETURN_ORDER)
    for state, button in (("draft", "quote"), ("quotation", "confirm"), ("confirmed", "process")):
        (back,) = deed.session.read("sale.sale", [key], ["state", "number"]).values()
        if back["state"] == state:  # the last step may come by itself
            deed.click("sale.sale", button, [key])
    return deed.done(ref=str(key))


def _known(deed: Deed, held: Papers) -> Row | None:
    mark = mark_of(deed.key)
    return next((row for row in held.complaints.values() if row["reference"] == mark), None)


# --- How much of which line -------------------------------------------------------------------------------------------


def shares_of(action: Refund, order: Order, held: Papers) -> dict[int, tuple[int, int]]:
    """Return by order line how many pieces and how much money goes back; what is free goes to the dearest lines."""
    pieces: Counter[int] = Counter()
    worth: Counter[int] = Counter()
    done: list[tuple[str, int]] = []
    for ref, count in action.pieces:
        before = money.price_of(order, done)
        done.append((ref, count))
        pieces[int(ref)] += count
        worth[int(ref)] += money.price_of(order, done) - before
    freight = _freight_key(held, int(order.ref))
    if action.freight and freight:
        worth[freight] += action.freight
    free = action.amount + (0 if freight else action.freight)
    totals = sorted(money.line_totals(order).items(), key=lambda pair: -pair[1])
    for ref, total in [*totals, *([(str(freight), order.freight)] if freight else [])]:
        part = min(free, max(total - worth[int(ref)], 0))
        worth[int(ref)] += part
        free -= part
    return {key: (pieces[key], amount) for key, amount in worth.items() if amount}


def _freight_key(held: Papers, order: int) -> int:
    keys = held.sales[order]["lines"]
    return next((key for key in keys if held.lines[key].get("shipment_cost") is not None), 0)


def _invoice_lines(
    order: Order, held: Papers, invoice: Row, shares: Mapping[int, tuple[int, int]]
) -> list[dict[str, object]]:
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for key, line in held.lines.items():
        rows[key] += [one for one in line["invoice_lines"] if one in invoice["lines"]]
    found = []
    for key, (pieces, worth) in shares.items():
        if not rows[key]:
            raise Refused(MANY_INVOICES, "amount")
        quantity = pieces or held.lines[key]["quantity"]
        net = _without_tax(order, held.lines[key], worth, held)
        price = (net / Decimal(str(quantity))).quantize(_PRICE_DIGITS, ROUND_HALF_UP)
        found.append({"line": rows[key][0], "quantity": quantity, "unit_price": decimal(price)})
    return found


def _without_tax(order: Order, row: Row, worth: int, held: Papers) -> Decimal:
    """Return an amount without tax, in decimals: credit notes add it."""
    digits = held.sales[int(order.ref)]["currency."]["digits"]
    net = minor(row["amount"], digits)
    known = {line.ref: line.tax for line in order.lines}
    gross = net + known[str(row["id"])] if str(row["id"]) in known else order.freight
    share = Fraction(worth * net, gross) if gross else Fraction(worth)
    return (Decimal(share.numerator) / Decimal(share.denominator)).scaleb(-digits)


def _made_exact(deed: Deed, key: int, worth: int) -> str:
    """Correct what rounding of tax added or took, with a line of its own; return what is left to do."""
    (note,) = deed.session.read(
        "account.invoice", [key], ["state", "total_amount", "currency.digits", "lines"]
    ).values()
    digits = note["currency."]["digits"]
    wrong = minor(note["total_amount"], digits) + worth
    if not wrong or note["state"] != "draft":
        return WRONG_AMOUNT if wrong else ""
    if abs(wrong) > _MOST_ROUNDING:
        return WRONG_AMOUNT
    (model,) = deed.session.read("account.invoice.line", note["lines"][:1], ["account"]).values()
    line = {
        "type": "line",
        "description": "Balcão",
        "account": model["account"],
        "quantity": 1,
        "unit_price": decimal(Decimal(-wrong).scaleb(-digits)),
    }
    deed.session.ask("account.invoice", "write", [key], {"lines": [["create", [line]]]}, writes=True)
    (note,) = deed.session.read("account.invoice", [key], ["total_amount"]).values()
    return "" if minor(note["total_amount"], digits) == -worth else WRONG_AMOUNT

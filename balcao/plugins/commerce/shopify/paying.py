"""The transactions of an order of Shopify as payments and refunds."""

from collections.abc import Iterator

from balcao.plugins.commerce.shopify.basics import Raw, bag, nodes, when
from balcao.ports.commerce import Instrument, InstrumentKind, Payment, PaymentState

_STATES = {
    "SUCCESS": PaymentState.CAPTURED,
    "PENDING": PaymentState.PENDING,
    "AWAITING_RESPONSE": PaymentState.PENDING,
    "UNKNOWN": PaymentState.PENDING,
    "FAILURE": PaymentState.FAILED,
    "ERROR": PaymentState.FAILED,
}
_KINDS = (
    ("gift_card", InstrumentKind.GIFT_CARD),
    ("pix", InstrumentKind.PIX),
    ("boleto", InstrumentKind.BOLETO),
    ("paypal", InstrumentKind.WALLET),
    ("store_credit", InstrumentKind.GIFT_CARD),
    ("cash", InstrumentKind.CASH),
    ("deposit", InstrumentKind.TRANSFER),
    ("transfer", InstrumentKind.TRANSFER),
    ("credit_card", InstrumentKind.CARD),
    ("shopify_payments", InstrumentKind.CARD),
)
_IN = {"SALE", "CAPTURE", "AUTHORIZATION", "EMV_AUTHORIZATION"}
_ALLOWED = {"AUTHORIZATION", "EMV_AUTHORIZATION"}
_FOUR = 4


def payments(raw: Raw, currency: str) -> Iterator[Payment]:
    """Give the money that moved or will, in the order in which it did."""
    moves = raw["transactions"]
    known = {one["id"]: one for one in moves}
    taken = {_parent(one) for one in moves if one["kind"] == "CAPTURE" and one["status"] == "SUCCESS"}
    voided = {_parent(one) for one in moves if one["kind"] == "VOID" and one["status"] == "SUCCESS"}
    pieces = _pieces(raw)
    for one in moves:
        if one["kind"] in _IN and one["id"] not in taken:
            yield _payment(one, currency, is_void=one["id"] in voided)
        elif one["kind"] == "REFUND":
            paid = known.get(_parent(one), one)
            yield Payment(
                ref=one["id"],
                instrument=instrument(paid),
                amount=bag(one["amountSet"], currency),
                is_refund=True,
                state=_STATES[one["status"]],
                at=when(one["processedAt"]),
                pieces=pieces.get(one["id"], ()),
            )
    open_sum = bag(raw["totalOutstandingSet"], currency)
    if open_sum > 0 and not raw["cancelledAt"] and not any(one["status"] == "PENDING" for one in moves):
        to_come = Instrument(f"{raw['id']}/open", InstrumentKind.OTHER)
        yield Payment(to_come.ref, to_come, open_sum, state=PaymentState.PENDING, link=str(raw["statusPageUrl"] or ""))


def instrument(move: Raw) -> Instrument:
    """Return what was paid with; its key is the transaction's, for to that Shopify pays back."""
    gateway, details = str(move["gateway"] or ""), move.get("paymentDetails") or {}
    kind = next((kind for word, kind in _KINDS if word in gateway.lower().replace(" ", "_")), InstrumentKind.OTHER)
    digits = "".join(c for c in str(details.get("number") or "") if c.isdigit())[-_FOUR:]
    if digits:
        return Instrument(move["id"], InstrumentKind.CARD, f"{details.get('company') or ''} ···· {digits}".strip())
    return Instrument(move["id"], kind, str(move["formattedGateway"] or gateway))


def _payment(move: Raw, currency: str, *, is_void: bool) -> Payment:
    state = _STATES[move["status"]]
    if state == PaymentState.CAPTURED and move["kind"] in _ALLOWED:
        state = PaymentState.VOIDED if is_void else PaymentState.AUTHORISED
    return Payment(
        move["id"], instrument(move), bag(move["amountSet"], currency), state=state, at=when(move["processedAt"])
    )


def _parent(move: Raw) -> str:
    return str((move.get("parentTransaction") or {}).get("id", ""))


def _pieces(raw: Raw) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return for which pieces a refund was, by its first transaction."""
    found = {}
    for refund in raw["refunds"]:
        moves = nodes(refund["transactions"])
        lines = tuple((one["lineItem"]["id"], one["quantity"]) for one in nodes(refund["refundLineItems"]))
        if moves and lines:
            found[moves[0]["id"]] = lines
    return found

"""What was paid for an order of WooCommerce, and what went back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from balcao.kit.decimals import minor
from balcao.ports.commerce import Instrument, InstrumentKind, Payment, PaymentState

Raw = Mapping[str, Any]

_KINDS = (
    ("pix", InstrumentKind.PIX),
    ("boleto", InstrumentKind.BOLETO),
    ("paypal", InstrumentKind.WALLET),
    ("ppcp", InstrumentKind.WALLET),
    ("bacs", InstrumentKind.TRANSFER),
    ("cheque", InstrumentKind.OTHER),
    ("cod", InstrumentKind.CASH),
    ("gift", InstrumentKind.GIFT_CARD),
    ("stripe", InstrumentKind.CARD),
    ("card", InstrumentKind.CARD),
    ("woocommerce_payments", InstrumentKind.CARD),
    ("iyzico", InstrumentKind.CARD),
    ("paytr", InstrumentKind.CARD),
)
_UNPAID = {
    "failed": PaymentState.FAILED,
    "cancelled": PaymentState.VOIDED,
    "trash": PaymentState.VOIDED,
}


def payments(raw: Raw, refunds: Sequence[Raw], total: int) -> Iterator[Payment]:
    """Give the one payment that an order has, and its refunds, the oldest first."""
    paid_with = instrument(raw)
    if total:
        is_paid = bool(raw["date_paid_gmt"])
        state = PaymentState.CAPTURED if is_paid else _UNPAID.get(str(raw["status"]), PaymentState.PENDING)
        yield Payment(
            ref=str(raw["transaction_id"] or f"{raw['id']}.payment"),
            instrument=paid_with,
            amount=total,
            state=state,
            at=_when(raw["date_paid_gmt"]),
            link=str(raw.get("payment_url") or "") if state == PaymentState.PENDING else "",
        )
    for refund in sorted(refunds, key=lambda one: int(one["id"])):
        amount = abs(minor(refund["amount"], raw["currency"]))
        if amount:
            yield Payment(
                ref=str(refund["id"]),
                instrument=paid_with,
                amount=amount,
                is_refund=True,
                at=_when(refund["date_created_gmt"]),
                pieces=pieces_of(refund),
            )


def instrument(raw: Raw) -> Instrument:
    """Return what an order is paid with: the shop's payment method, for this order."""
    method = str(raw["payment_method"] or "")
    kind = next((kind for word, kind in _KINDS if word in method.lower()), InstrumentKind.OTHER)
    return Instrument(f"{raw['id']}/{method}", kind, str(raw["payment_method_title"] or method))


def _when(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC) if text else None


def pieces_of(refund: Raw) -> tuple[tuple[str, int], ...]:
    """Return the pieces of a refund, whose quantities are negative and whose lines are its own."""
    found = []
    for row in refund.get("line_items") or []:
        names = {one["key"]: one["value"] for one in row.get("meta_data") or []}
        count = -int(row["quantity"] or 0)
        if count > 0 and "_refunded_item_id" in names:
            found.append((str(names["_refunded_item_id"]), count))
    return tuple(found)

"""Orders of Shopify as ours. Amounts are those that the customer saw (presentment money)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from balcao.plugins.commerce.shopify.basics import Raw, account_of, bag, nodes, place, when
from balcao.plugins.commerce.shopify.paying import payments
from balcao.ports.commerce import (
    Comeback,
    Instrument,
    InstrumentKind,
    Line,
    Order,
    OrderStage,
    Payment,
    PaymentState,
    Scan,
    Shipment,
    ShipmentState,
    Swap,
)

_STAGES = {
    "FULFILLED": OrderStage.SHIPPED,
    "PARTIALLY_FULFILLED": OrderStage.SHIPPED,
    "IN_PROGRESS": OrderStage.PREPARING,
    "PENDING_FULFILLMENT": OrderStage.PREPARING,
}
_PARCELS = {
    "ATTEMPTED_DELIVERY": ShipmentState.FAILED,
    "NOT_DELIVERED": ShipmentState.FAILED,
    "FAILURE": ShipmentState.FAILED,
    "DELIVERED": ShipmentState.DELIVERED,
    "PICKED_UP": ShipmentState.DELIVERED,
    "LABEL_PRINTED": ShipmentState.LABELLED,
    "LABEL_PURCHASED": ShipmentState.LABELLED,
    "SUBMITTED": ShipmentState.PREPARING,
    "CONFIRMED": ShipmentState.PREPARING,
}
_NO_PARCEL = {"CANCELLED", "ERROR", "FAILURE"}
_MARK = re.compile(r"\s*\(balcao-[0-9a-f]+\)")


def order_of(raw: Raw) -> Order:
    """Return an order as ours."""
    currency, shipments = raw["presentmentCurrencyCode"], tuple(_shipments(raw))
    lines = tuple(_line(one, raw, currency) for one in nodes(raw["lineItems"]))
    freight = _freight(raw, currency)
    # What no line carries: duties, tips, fees, the last cent of a tax.
    rest = bag(raw["totalPriceSet"], currency) - _worth(lines) - freight
    return Order(
        ref=raw["id"],
        number=raw["name"].lstrip("#"),
        stage=_stage(raw, shipments),
        currency=currency,
        account=account_of(raw),
        lines=lines,
        address=place(raw["shippingAddress"]),
        billing=place(raw["billingAddress"]) if raw["billingAddress"] else None,
        discount=max(-rest, 0),
        freight=freight,
        tax=max(rest, 0),
        payments=tuple(payments(raw, currency)),
        shipments=shipments,
        comebacks=tuple(_comebacks(raw)),
        cancel_reason=_cancel_reason(raw),
        changes=int(bool(raw["edited"])),
        notes=(raw["note"],) if raw["note"] else (),
        tags=tuple(raw["tags"]),
        placed_at=when(raw["processedAt"]),
        changed_at=when(raw["updatedAt"]),
        version=raw["updatedAt"],
    )


def draft_of(raw: Raw) -> Order:
    """Return a draft, which the customer has not paid yet, as an order of ours."""
    currency, total = raw["presentmentCurrencyCode"], bag(raw["totalPriceSet"], raw["presentmentCurrencyCode"])
    lines = tuple(_draft_line(one, currency) for one in nodes(raw["lineItems"]))
    freight = bag(raw["totalShippingPriceSet"], currency)
    rest = total - _worth(lines) - freight
    invoice = Instrument(f"{raw['id']}/open", InstrumentKind.OTHER)
    link = str(raw["invoiceUrl"] or "")
    return Order(
        ref=raw["id"],
        number=raw["name"].lstrip("#"),
        stage=OrderStage.DRAFT,
        currency=currency,
        account=account_of(raw),
        lines=lines,
        address=place(raw["shippingAddress"]),
        discount=max(-rest, 0),
        freight=freight,
        tax=max(rest, 0),
        payments=(Payment(invoice.ref, invoice, total, state=PaymentState.PENDING, link=link),) if total else (),
        tags=tuple(raw["tags"]),
        placed_at=when(raw["createdAt"]),
        changed_at=when(raw["updatedAt"]),
        version=raw["updatedAt"],
    )


def _worth(lines: Sequence[Line]) -> int:
    return sum(line.quantity * line.unit_price - line.discount + line.tax for line in lines)


def _line(raw: Raw, order: Raw, currency: str) -> Line:
    gone = raw["quantity"] - raw["currentQuantity"]
    back = min(_returned(order)[raw["id"]], gone)
    line = _named(raw, bag(raw["originalUnitPriceSet"], currency))
    return replace(
        line,
        discount=sum(bag(one["allocatedAmountSet"], currency) for one in raw["discountAllocations"]),
        tax=0 if order["taxesIncluded"] else sum(bag(one["priceSet"], currency) for one in raw["taxLines"]),
        cancelled=gone - back,
        returned=back,
    )


def _draft_line(raw: Raw, currency: str) -> Line:
    line = _named(raw, bag(raw["originalUnitPriceSet"], currency))
    return replace(line, discount=line.quantity * line.unit_price - bag(raw["discountedTotalSet"], currency))


def _named(raw: Raw, unit_price: int) -> Line:
    variant = raw.get("variant") or {}
    return Line(
        ref=raw["id"],
        name=raw["title"],
        quantity=raw["quantity"],
        unit_price=unit_price,
        product_ref=(raw.get("product") or {}).get("id", ""),
        variant_ref=variant.get("id", ""),
        sku=raw.get("sku") or "",
        options=options(variant) or ({"": raw["variantTitle"]} if raw.get("variantTitle") else {}),
        image=str((raw.get("image") or {}).get("url") or ""),
    )


def options(variant: Raw) -> dict[str, str]:
    """Return what tells a variant from its sisters; nothing for the only one of its product."""
    return {
        one["name"]: one["value"]
        for one in variant.get("selectedOptions") or []
        if (one["name"], one["value"]) != ("Title", "Default Title")
    }


def _returned(order: Raw) -> Counter[str]:
    """Return by line how many pieces were paid back after they had left; those before are taken out of the order."""
    sent = Counter[str]()
    for parcel in order["fulfillments"]:
        for one in nodes(parcel["fulfillmentLineItems"]) if parcel["status"] not in _NO_PARCEL else []:
            sent[one["lineItem"]["id"]] += one["quantity"] or 0
    back = Counter[str]()
    for refund in order["refunds"]:
        for one in nodes(refund["refundLineItems"]):
            if one["restockType"] != "CANCEL":
                back[one["lineItem"]["id"]] += one["quantity"]
    return back & sent


def _freight(raw: Raw, currency: str) -> int:
    total = 0
    for line in nodes(raw["shippingLines"]):
        total += bag(line["discountedPriceSet"], currency)
        total += 0 if raw["taxesIncluded"] else sum(bag(one["priceSet"], currency) for one in line["taxLines"])
    return total


def _stage(raw: Raw, shipments: Sequence[Shipment]) -> OrderStage:
    if raw["cancelledAt"]:
        return OrderStage.CANCELLED
    stage = _STAGES.get(raw["displayFulfillmentStatus"], OrderStage.PENDING)
    is_all_sent = raw["displayFulfillmentStatus"] == "FULFILLED"
    if is_all_sent and shipments and all(one.state == ShipmentState.DELIVERED for one in shipments):
        return OrderStage.DELIVERED
    return stage


def _shipments(raw: Raw) -> Iterator[Shipment]:
    for parcel in raw["fulfillments"]:
        if parcel["status"] in _NO_PARCEL:
            continue
        carried: Raw = next(iter(parcel["trackingInfo"]), {})
        yield Shipment(
            ref=parcel["id"],
            state=ShipmentState.DELIVERED
            if parcel["deliveredAt"]
            else _PARCELS.get(str(parcel["displayStatus"]), ShipmentState.IN_TRANSIT),
            carrier=carried.get("company") or "",
            code=carried.get("number") or "",
            url=str(carried.get("url") or ""),
            pieces=tuple(
                (one["lineItem"]["id"], one["quantity"] or 0) for one in nodes(parcel["fulfillmentLineItems"])
            ),
            scans=tuple(_scans(parcel)),
            shipped_at=when(parcel["createdAt"]),
            delivered_at=when(parcel["deliveredAt"]),
            promised_at=when(parcel["estimatedDeliveryAt"]),
        )


def _scans(parcel: Raw) -> Iterator[Scan]:
    for event in nodes(parcel["events"]):
        at = when(event["happenedAt"])
        if at:
            text = event["message"] or str(event["status"]).replace("_", " ").capitalize()
            yield Scan(at, text, event["city"] or "")


def _comebacks(raw: Raw) -> Iterator[Comeback]:
    for one in nodes(raw["returns"]):
        if one["status"] in ("CANCELED", "DECLINED"):
            continue
        lines = [line for line in nodes(one["returnLineItems"]) if line]
        pieces = tuple((line["fulfillmentLineItem"]["lineItem"]["id"], line["quantity"]) for line in lines)
        yield Comeback(
            ref=one["id"],
            pieces=pieces,
            state="requested" if one["status"] in ("REQUESTED", "OPEN") else "closed",
            swaps=_swaps(pieces, nodes(one["exchangeLineItems"])),
            reason=unmarked(next((line["returnReasonNote"] for line in lines), "")),
            at=when(one["createdAt"]),
        )


def _swaps(pieces: Sequence[tuple[str, int]], news: Sequence[Raw]) -> tuple[Swap, ...]:
    """Return what becomes what, where the two lists tell; Shopify itself does not tie them."""
    if len(pieces) != len(news):
        return ()
    return tuple(Swap(line, new["variantId"] or "", count) for (line, count), new in zip(pieces, news, strict=True))


def _cancel_reason(raw: Raw) -> str:
    if not raw["cancelledAt"]:
        return ""
    said = unmarked((raw.get("cancellation") or {}).get("staffNote") or "")
    return said or str(raw["cancelReason"] or "").lower()


def unmarked(text: str) -> str:
    """Return a note without the mark that our key left in it."""
    return _MARK.sub("", text or "").strip()

"""Orders of WooCommerce as ours."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from balcao.kit.decimals import minor
from balcao.plugins.commerce.woocommerce.config import WooCommerceConfig, words
from balcao.plugins.commerce.woocommerce.paying import payments, pieces_of
from balcao.ports.commerce import Account, Address, Line, Order, OrderStage, Shipment, ShipmentState

Raw = Mapping[str, Any]

GUEST = "guest:"
NOTE = "_balcao_note_"  # the beginning of the names under which our notes stand on an order

_STAGES = {
    "auto-draft": OrderStage.DRAFT,
    "checkout-draft": OrderStage.DRAFT,
    "pending": OrderStage.PENDING,
    "on-hold": OrderStage.PENDING,
    "failed": OrderStage.PENDING,
    "processing": OrderStage.PENDING,
    "completed": OrderStage.DELIVERED,
    "cancelled": OrderStage.CANCELLED,
    "trash": OrderStage.CANCELLED,
}
_TRACKING = "_wc_shipment_tracking_items"  # of the extension "Shipment Tracking"


def order_of(raw: Raw, refunds: Sequence[Raw], config: WooCommerceConfig) -> Order:
    """Return an order with its refunds as ours."""
    currency, stage = raw["currency"], stage_of(raw, config)
    lines = tuple(_counted(raw, refunds, stage, [*_lines(raw, currency), *_fees(raw, currency)]))
    freight = minor(raw["shipping_total"], currency) + minor(raw["shipping_tax"], currency)
    goods = sum(line.quantity * line.unit_price - line.discount + line.tax for line in lines)
    rest = minor(raw["total"], currency) - goods - freight  # fees that take off, the last cent of a tax
    order = Order(
        ref=str(raw["id"]),
        number=str(raw["number"]),
        stage=stage,
        currency=currency,
        account=account_of(raw),
        lines=lines,
        address=place(raw["shipping"]) if _has_place(raw["shipping"]) else place(raw["billing"]),
        billing=place(raw["billing"]),
        discount=max(-rest, 0),
        freight=freight,
        tax=max(rest, 0),
        shipments=tuple(_shipments(raw, stage)),
        notes=tuple(str(one["value"]) for one in raw["meta_data"] if str(one["key"]).startswith(NOTE)),
        cancel_reason=str(meta(raw, "_balcao_cancel_reason") or ""),
        placed_at=when(raw["date_created_gmt"]),
        changed_at=when(raw["date_modified_gmt"]),
        version=str(raw["date_modified_gmt"] or ""),
    )
    return replace(order, payments=tuple(payments(raw, refunds, order.total)))


def stage_of(raw: Raw, config: WooCommerceConfig) -> OrderStage:
    """Return how far an order is. A status that nobody explained means that somebody has it in hand."""
    status = str(raw["status"])
    for stage, named in (
        (OrderStage.DELIVERED, config.delivered),
        (OrderStage.SHIPPED, config.shipped),
        (OrderStage.PREPARING, config.preparing),
    ):
        if status in words(named):
            return stage
    if status == "refunded":
        return OrderStage.DELIVERED if raw["date_completed_gmt"] else OrderStage.CANCELLED
    return _STAGES.get(status, OrderStage.PREPARING)


def meta(raw: Raw, key: str) -> Any:
    """Return what stands under a name on an order or refund."""
    return next((one["value"] for one in raw.get("meta_data") or [] if one["key"] == key), None)


def when(text: Any) -> datetime | None:
    """Return a point in time; the API writes those in GMT without saying so."""
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC) if text else None


# --- People and places ------------------------------------------------------------------------------------------------


def account_of(raw: Raw) -> Account:
    """Return whose order it is; guests are one account by e-mail address."""
    billing = raw["billing"]
    email = str(billing.get("email") or "").strip()
    ref = str(raw["customer_id"]) if raw["customer_id"] else f"{GUEST}{email.casefold() or raw['id']}"
    home = place(billing)
    # Extensions for Brazil add the tax id to the address.
    tax_id = str(billing.get("cpf") or billing.get("cnpj") or "")
    return Account(ref, home.name, email, str(billing.get("phone") or ""), tax_id, home)


def customer_of(raw: Raw) -> Account:
    """Return a customer as ours: their address is where they want things sent."""
    home = place(raw["shipping"]) if _has_place(raw["shipping"]) else place(raw["billing"])
    name = " ".join(part for part in (raw["first_name"], raw["last_name"]) if part) or home.name
    return Account(str(raw["id"]), name, str(raw["email"] or ""), str(raw["billing"].get("phone") or ""), address=home)


def _has_place(raw: Raw) -> bool:
    return bool(raw.get("address_1"))


def place(raw: Raw) -> Address:
    """Return an address as ours. House number and district are there where an extension for Brazil adds them."""
    line1 = ", ".join(str(part) for part in (raw.get("address_1"), raw.get("number")) if part)
    return Address(
        line1=line1,
        line2=str(raw.get("address_2") or ""),
        district=str(raw.get("neighborhood") or ""),
        city=str(raw.get("city") or ""),
        region=str(raw.get("state") or ""),
        postcode=str(raw.get("postcode") or ""),
        country=str(raw.get("country") or ""),
        name=" ".join(str(part) for part in (raw.get("first_name"), raw.get("last_name")) if part),
        phone=str(raw.get("phone") or ""),
    )


def written_place(address: Address, *, region: str) -> dict[str, str]:
    """Return an address as WooCommerce takes it; `region` is the shop's country, where the address names none."""
    first, _, last = address.name.strip().rpartition(" ")
    return {
        "first_name": first or last,
        "last_name": last if first else "",
        "address_1": address.line1,
        "address_2": ", ".join(part for part in (address.line2, address.district) if part),
        "city": address.city,
        "state": address.region,
        "postcode": address.postcode,
        "country": address.country or region,
    }


# --- Lines ------------------------------------------------------------------------------------------------------------


def _lines(raw: Raw, currency: str) -> Iterator[Line]:
    for row in raw["line_items"]:
        line = _priced(row, raw, currency, before=(row["subtotal"], row["subtotal_tax"]))
        yield replace(
            line,
            product_ref=str(row["product_id"] or ""),
            variant_ref=variant_ref(row["product_id"], row["variation_id"]),
            sku=str(row.get("sku") or ""),
            name=str(row.get("parent_name") or row["name"]),
            options=_options(row),
            image=str((row.get("image") or {}).get("src") or ""),
        )


def _fees(raw: Raw, currency: str) -> Iterator[Line]:
    for row in raw["fee_lines"]:
        if minor(row["total"], currency) > 0:  # those that take off are part of the order's discount
            yield _priced({**row, "quantity": 1}, raw, currency, before=(row["total"], row["total_tax"]))


def _priced(row: Raw, raw: Raw, currency: str, *, before: tuple[str, str]) -> Line:
    """Return a line with whole amounts: what does not divide by the pieces is taken off the line, to the cent.

    WooCommerce keeps what a line costs without its tax, also in shops whose prices hold it.
    """
    is_gross, quantity = raw["prices_include_tax"], max(int(row["quantity"]), 1)
    net, tax = minor(row["total"], currency), minor(row["total_tax"], currency)
    listed = minor(before[0], currency) + (minor(before[1], currency) if is_gross else 0)
    unit_price = -(-listed // quantity)
    return Line(
        ref=str(row["id"]),
        name=str(row["name"]),
        quantity=quantity,
        unit_price=unit_price,
        discount=quantity * unit_price - net - (tax if is_gross else 0),
        tax=0 if is_gross else tax,
    )


def variant_ref(product: object, variation: object) -> str:
    """Return the key of what was bought: "12", or "12:34" for a variation."""
    return f"{product}:{variation}" if variation else str(product or "")


def _options(row: Raw) -> dict[str, str]:
    shown = [one for one in row["meta_data"] if not str(one["key"]).startswith("_")]
    return {
        str(one.get("display_key") or one["key"]): str(one.get("display_value") or one["value"])
        for one in shown
        if isinstance(one.get("display_value", one["value"]), str)
    }


def _counted(raw: Raw, refunds: Sequence[Raw], stage: OrderStage, lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines with the pieces that were taken out of them."""
    if stage == OrderStage.CANCELLED:
        yield from (replace(line, cancelled=line.quantity) for line in lines)
        return
    gone = Counter[str]()
    for refund in refunds:
        # Before it arrived, what is paid back by the piece is not sent; afterwards the customer may keep it.
        if stage not in (OrderStage.SHIPPED, OrderStage.DELIVERED) or meta(refund, "_balcao_cancelled"):
            gone += Counter(dict(pieces_of(refund)))
    for line in lines:
        yield replace(line, cancelled=min(gone[line.ref], line.quantity))


def _shipments(raw: Raw, stage: OrderStage) -> Iterator[Shipment]:
    tracked = meta(raw, _TRACKING)
    for number, one in enumerate(tracked if isinstance(tracked, list) else [], start=1):
        sent = str(one.get("date_shipped") or "")
        yield Shipment(
            ref=str(one.get("tracking_id") or number),
            state=ShipmentState.DELIVERED if stage == OrderStage.DELIVERED else ShipmentState.IN_TRANSIT,
            carrier=str(one.get("tracking_provider") or one.get("custom_tracking_provider") or ""),
            code=str(one.get("tracking_number") or ""),
            url=str(one.get("custom_tracking_link") or ""),
            shipped_at=datetime.fromtimestamp(int(sent), UTC) if sent.isdigit() else None,
        )

"""From an answer in JSON to an order or a product, by the rules of the mapping file."""

from dataclasses import replace
from typing import Any

from balcao.plugins.commerce.rest.paths import parsed, spelt
from balcao.plugins.commerce.rest.schema import (
    AddressRules,
    ComebackRules,
    LineRules,
    Mapping,
    PaymentRules,
    Pieces,
    Rule,
    ShipmentRules,
    VariantRules,
)
from balcao.plugins.commerce.rest.values import Reader
from balcao.ports.commerce import (
    Account,
    Address,
    Comeback,
    Instrument,
    InstrumentKind,
    Line,
    Link,
    Order,
    OrderStage,
    Payment,
    PaymentState,
    Product,
    Shipment,
    ShipmentState,
    Variant,
)

_STAGES = {stage.value: stage for stage in OrderStage}
_INSTRUMENTS = {kind.value: kind for kind in InstrumentKind}
_PAYMENTS = {state.value: state for state in PaymentState}
_SHIPMENTS = {state.value: state for state in ShipmentState}
_NO = frozenset({"", "0", "false", "no", "n", "N", "inactive"})


def order_from(thing: Any, mapping: Mapping, link: Link) -> Order:
    """Return an order; raise `CommerceError` that names what is missing or cannot be read."""
    rules = mapping.order
    plain = Reader(mapping.shop, thing, thing)
    currency = plain.text(rules.currency).upper() or mapping.shop.currency or link.currency
    reader = replace(plain, currency=currency)
    order = Order(
        ref=reader.needed(rules.ref, "order.ref"),
        number=reader.needed(rules.number, "order.number"),
        stage=reader.word(rules.stage, "order.stage", _STAGES, None),
        currency=currency,
        account=_account(reader, mapping),
        lines=tuple(_line(part, rules.lines) for part in reader.parts(rules.lines.things)),
        address=_address(reader, rules.address),
        billing=_address(reader, rules.billing) if rules.billing else None,
        discount=abs(reader.minor(rules.discount, "order.discount")),
        freight=reader.minor(rules.freight, "order.freight"),
        tax=reader.minor(rules.tax, "order.tax"),
        payments=_payments(reader, mapping),
        shipments=_shipments(reader, rules.shipments),
        comebacks=_comebacks(reader, rules.comebacks),
        cancel_reason=reader.text(rules.cancel_reason),
        notes=_texts(reader, rules.notes),
        tags=_texts(reader, rules.tags),
        placed_at=reader.moment(rules.placed_at, "order.placed_at"),
        changed_at=reader.moment(rules.changed_at, "order.changed_at"),
        promised_at=reader.moment(rules.promised_at, "order.promised_at"),
        invoice_url=reader.text(rules.invoice_url),
        url=reader.text(rules.url),
        version=reader.text(rules.version),
    )
    return _cancelled(_summed(order, reader, rules.total))


def _summed(order: Order, reader: Reader, total: Rule | None) -> Order:
    """Return the order with what its parts lack to what the system says that it costs as tax or discount."""
    if total is None or reader.raw(total) is None:
        return order
    missing = reader.minor(total, "order.total") - order.total
    if missing >= 0:
        return replace(order, tax=order.tax + missing)
    return replace(order, discount=order.discount - missing)


def _cancelled(order: Order) -> Order:
    if order.stage != OrderStage.CANCELLED:
        return order
    lines = tuple(replace(line, cancelled=max(line.cancelled, line.quantity - line.returned)) for line in order.lines)
    return replace(order, lines=lines)


def _account(reader: Reader, mapping: Mapping) -> Account:
    rules = mapping.order.account
    return Account(
        ref=reader.needed(rules.ref, "order.account.ref"),
        name=reader.text(rules.name),
        email=reader.text(rules.email),
        phone=reader.text(rules.phone),
        tax_id=reader.text(rules.tax_id),
        address=_address(reader, rules.address or mapping.order.address),
        instruments=tuple(
            {payment.instrument.ref: payment.instrument for payment in _payments(reader, mapping)}.values()
        ),
    )


def _address(reader: Reader, rules: AddressRules | None) -> Address:
    if rules is None:
        return Address()
    return Address(**{name: reader.text(getattr(rules, name)) for name in AddressRules.model_fields})


def _line(reader: Reader, rules: LineRules) -> Line:
    return Line(
        ref=reader.needed(rules.ref, "order.lines.ref"),
        name=reader.needed(rules.name, "order.lines.name"),
        quantity=reader.count(rules.quantity, "order.lines.quantity"),
        unit_price=reader.minor(rules.unit_price, "order.lines.unit_price"),
        product_ref=reader.text(rules.product_ref),
        variant_ref=reader.text(rules.variant_ref),
        sku=reader.text(rules.sku),
        options={name: value for name, rule in rules.options.items() if (value := reader.text(rule))},
        discount=abs(reader.minor(rules.discount, "order.lines.discount")),
        tax=reader.minor(rules.tax, "order.lines.tax"),
        cancelled=reader.count(rules.cancelled, "order.lines.cancelled"),
        returned=reader.count(rules.returned, "order.lines.returned"),
        image=reader.text(rules.image),
    )


def _payments(reader: Reader, mapping: Mapping) -> tuple[Payment, ...]:
    paid = [_payment(part, rules) for rules in mapping.order.payments for part in reader.parts(rules.things)]
    back = [
        replace(_payment(part, rules), is_refund=True)
        for rules in mapping.order.refunds
        for part in reader.parts(rules.things)
    ]
    if not back:
        return tuple(paid)
    # Money goes back to where it came from, unless the system names another instrument.
    home = paid[0].instrument if paid else None
    known = {payment.instrument.ref: payment.instrument for payment in paid}
    settled = [replace(one, instrument=known.get(one.instrument.ref) or home or one.instrument) for one in back]
    return (*paid, *settled)


def _payment(reader: Reader, rules: PaymentRules) -> Payment:
    ref = reader.needed(rules.ref, "order.payments.ref")
    return Payment(
        ref=ref,
        instrument=Instrument(
            ref=reader.text(rules.instrument) or ref,
            kind=reader.word(rules.kind, "order.payments.kind", _INSTRUMENTS, InstrumentKind.OTHER),
            label=reader.text(rules.label),
        ),
        amount=abs(reader.minor(rules.amount, "order.payments.amount")),
        state=reader.word(rules.state, "order.payments.state", _PAYMENTS, PaymentState.CAPTURED),
        at=reader.moment(rules.at, "order.payments.at"),
        instalments=max(reader.count(rules.instalments, "order.payments.instalments", 1), 1),
        link=reader.text(rules.link),
        code=reader.text(rules.code),
        pieces=_pieces(reader, rules.pieces),
    )


def _shipments(reader: Reader, rules: ShipmentRules | None) -> tuple[Shipment, ...]:
    return tuple(_shipment(part, rules) for part in reader.parts(rules.things)) if rules else ()


def _shipment(reader: Reader, rules: ShipmentRules) -> Shipment:
    return Shipment(
        ref=reader.needed(rules.ref, "order.shipments.ref"),
        state=reader.word(rules.state, "order.shipments.state", _SHIPMENTS, None),
        carrier=reader.text(rules.carrier),
        code=reader.text(rules.code),
        url=reader.text(rules.url),
        pieces=_pieces(reader, rules.pieces),
        shipped_at=reader.moment(rules.shipped_at, "order.shipments.shipped_at"),
        delivered_at=reader.moment(rules.delivered_at, "order.shipments.delivered_at"),
        promised_at=reader.moment(rules.promised_at, "order.shipments.promised_at"),
    )


def _comebacks(reader: Reader, rules: ComebackRules | None) -> tuple[Comeback, ...]:
    if rules is None:
        return ()
    return tuple(
        Comeback(
            ref=part.needed(rules.ref, "order.comebacks.ref"),
            pieces=_pieces(part, rules.pieces),
            state=part.text(rules.state) or "requested",
            reason=part.text(rules.reason),
            at=part.moment(rules.at, "order.comebacks.at"),
        )
        for part in reader.parts(rules.things)
    )


def _pieces(reader: Reader, rules: Pieces | None) -> tuple[tuple[str, int], ...]:
    if rules is None:
        return ()
    return tuple(
        (part.needed(rules.line, "pieces.line"), part.count(rules.quantity, "pieces.quantity"))
        for part in reader.parts(rules.things)
    )


def _texts(reader: Reader, path: str | None) -> tuple[str, ...]:
    return tuple(spelt(one) for one in parsed(path).listed(reader.thing, reader.root) if spelt(one)) if path else ()


def product_from(thing: Any, mapping: Mapping, link: Link) -> Product | None:
    """Return a product; None where the mapping file says nothing of products."""
    rules = mapping.product
    if rules is None:
        return None
    plain = Reader(mapping.shop, thing, thing)
    currency = plain.text(rules.currency).upper() or mapping.shop.currency or link.currency
    reader = replace(plain, currency=currency)
    return Product(
        ref=reader.needed(rules.ref, "product.ref"),
        name=reader.needed(rules.name, "product.name"),
        currency=currency,
        variants=tuple(_variant(part, rules.variants) for part in reader.parts(rules.variants.things)),
        url=reader.text(rules.url),
        image=reader.text(rules.image),
    )


def _variant(reader: Reader, rules: VariantRules) -> Variant:
    stock = reader.count(rules.stock, "product.variants.stock") if reader.raw(rules.stock) is not None else None
    is_offered = rules.available is None or reader.text(rules.available) not in _NO
    return Variant(
        ref=reader.needed(rules.ref, "product.variants.ref"),
        price=reader.minor(rules.price, "product.variants.price"),
        sku=reader.text(rules.sku),
        options={name: value for name, rule in rules.options.items() if (value := reader.text(rule))},
        is_available=is_offered and (stock is None or stock > 0),
        stock=stock,
        image=reader.text(rules.image),
    )

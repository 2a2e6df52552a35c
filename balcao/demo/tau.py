"""The shop of the tau benchmark (retail): its records, its policy, and its tasks replayed through our order actions.

Source: tau-bench and tau2-bench by Sierra (MIT). Its records are brought into the built-in order book; each action of a
task is put into the ledger and carried out as a worker would, and the book is read back as the benchmark's records.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from balcao.commerce import queries
from balcao.commerce.actions import copying, ledger
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.ledger import ActionDenied, Asker
from balcao.commerce.models import Account, Backend, Order, Product
from balcao.commerce.rules import keys
from balcao.commerce.types import Denial, LedgerState, Level, Offer, Policy, RefundTo
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders as pipeline
from balcao.ports import commerce as port
from balcao.ports.commerce import (
    Action,
    Address,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    ChangePayment,
    Exchange,
    Instrument,
    InstrumentKind,
    Line,
    OrderStage,
    Payment,
    RequestReturn,
    Shipment,
    ShipmentState,
    Swap,
    Variant,
)
from balcao.ports.commerce import Product as CatalogueProduct
from balcao.shops.actions import first_shop

# The benchmark's policy in our words: see its policy.md.
POLICY = Policy(
    cancel_stages=frozenset({OrderStage.PENDING}),
    return_stages=frozenset({OrderStage.DELIVERED}),
    cancel_reasons=("no longer needed", "ordered by mistake"),
    cancels_parts=False,
    cancels_after_changes=False,
    most_changes=1,
    most_comebacks=1,
    different_variant_only=False,
    refund_to=RefundTo.GIFT_CARD,
    pays_difference_with=RefundTo.ANY,
    levels={},  # an e-mail address, or name and postcode, identify; nothing more is asked
)
_STAGES = {
    "pending": OrderStage.PENDING,
    "processed": OrderStage.PREPARING,
    "delivered": OrderStage.DELIVERED,
    "cancelled": OrderStage.CANCELLED,
}
_KINDS = {"credit_card": InstrumentKind.CARD, "gift_card": InstrumentKind.GIFT_CARD, "paypal": InstrumentKind.WALLET}
_CLOSE_ENOUGH = 1e-6

Record = dict[str, Any]


# --- The records as values of our port --------------------------------------------------------------------------------


def _cents(amount: float) -> int:
    return round(amount * 100)


def _address(record: Record) -> Address:
    return Address(
        line1=record["address1"],
        line2=record["address2"],
        city=record["city"],
        region=record["state"],
        postcode=record["zip"],
        country=record["country"],
    )


def _instrument(record: Record) -> Instrument:
    label = f"{record['brand']} {record['last_four']}" if "brand" in record else record["source"]
    balance = _cents(record["balance"]) if "balance" in record else None
    return Instrument(record["id"], _KINDS[record["source"]], label, balance)


def _account(ref: str, record: Record) -> port.Account:
    return port.Account(
        ref=ref,
        name=f"{record['name']['first_name']} {record['name']['last_name']}",
        email=record["email"],
        address=_address(record["address"]),
        instruments=tuple(_instrument(one) for one in record["payment_methods"].values()),
    )


def _order(record: Record, account: port.Account, *, now: datetime) -> port.Order:
    known = {one.ref: one for one in account.instruments}
    return port.Order(
        ref=record["order_id"],
        number=record["order_id"],
        stage=_STAGES[record["status"]],
        currency="USD",
        account=account,
        lines=tuple(_line(number, one) for number, one in enumerate(record["items"], start=1)),
        address=_address(record["address"]),
        payments=tuple(_payment(number, one, known) for number, one in enumerate(record["payment_history"], start=1)),
        shipments=tuple(
            Shipment(ref=code, state=ShipmentState.IN_TRANSIT, code=code)
            for parcel in record["fulfillments"]
            for code in parcel["tracking_id"]
        ),
        placed_at=now,
        changed_at=now,
    )


def _line(number: int, record: Record) -> Line:
    return Line(
        ref=str(number),
        name=record["name"],
        quantity=1,
        unit_price=_cents(record["price"]),
        product_ref=record["product_id"],
        variant_ref=record["item_id"],
        options=record["options"],
    )


def _payment(number: int, record: Record, known: Mapping[str, Instrument]) -> Payment:
    ref = record["payment_method_id"]
    return Payment(
        ref=str(number),
        instrument=known.get(ref, Instrument(ref, InstrumentKind.OTHER)),
        amount=_cents(record["amount"]),
        is_refund=record["transaction_type"] == "refund",
    )


def _product(record: Record) -> CatalogueProduct:
    variants = tuple(
        Variant(ref=one["item_id"], price=_cents(one["price"]), options=one["options"], is_available=one["available"])
        for one in record["variants"].values()
    )
    return CatalogueProduct(record["product_id"], record["name"], "USD", variants)


# --- The book as records ----------------------------------------------------------------------------------------------


def _order_record(order: port.Order, original: Record) -> Record:
    goods = [
        {**was, "item_id": line.variant_ref, "price": line.unit_price / 100, "options": dict(line.options)}
        for was, line in zip(original["items"], order.lines, strict=True)
    ]
    found = {
        **original,
        "address": _address_record(order.address),
        "items": goods,
        "status": _status(order),
        "payment_history": [_payment_record(one) for one in order.payments],
    }
    if order.cancel_reason:
        found["cancel_reason"] = order.cancel_reason
    for comeback in order.comebacks:
        found |= _comeback_record(comeback, order)
    return found


def _status(order: port.Order) -> str:
    if order.comebacks:
        return "exchange requested" if order.comebacks[-1].swaps else "return requested"
    if order.stage == OrderStage.PENDING and order.changes:
        return "pending (item modified)"
    return next(word for word, stage in _STAGES.items() if stage == order.stage)


def _comeback_record(comeback: port.Comeback, order: port.Order) -> Record:
    lines = {line.ref: line for line in order.lines}
    old = sorted(lines[ref].variant_ref for ref, count in comeback.pieces for _ in range(count))
    if not comeback.swaps:
        return {"return_items": old, "return_payment_method_id": comeback.instrument}
    return {
        "exchange_items": old,
        "exchange_new_items": sorted(swap.variant for swap in comeback.swaps),
        "exchange_payment_method_id": comeback.instrument,
        "exchange_price_difference": comeback.difference / 100,
    }


def _payment_record(payment: Payment) -> Record:
    return {
        "transaction_type": "refund" if payment.is_refund else "payment",
        "amount": payment.amount / 100,
        "payment_method_id": payment.instrument.ref,
    }


def _address_record(address: Address) -> Record:
    return {
        "address1": address.line1,
        "address2": address.line2,
        "city": address.city,
        "country": address.country,
        "state": address.region,
        "zip": address.postcode,
    }


def _account_record(account: port.Account, original: Record) -> Record:
    balances = {one.ref: one.balance for one in account.instruments}
    methods = {
        ref: {**method, **({"balance": (balances[ref] or 0) / 100} if "balance" in method else {})}
        for ref, method in original["payment_methods"].items()
    }
    return {**original, "address": _address_record(account.address), "payment_methods": methods}


def _is_same(one: object, other: object) -> bool:
    """Compare records; amounts to a millionth, as the benchmark does."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return abs(float(one) - float(other)) <= _CLOSE_ENOUGH  # type: ignore[arg-type] # both are numbers here
    return one == other


# --- The tools that tasks use -----------------------------------------------------------------------------------------


class NotFound(Exception):
    """What a task asks for is not there."""


@dataclass(slots=True)
class Shop:
    """The benchmark's shop, brought into the order book."""

    backend: Backend
    customers: Mapping[str, Record]
    orders: Mapping[str, Record]

    def account(self, ref: str) -> Account:
        """Return a customer."""
        row = Account.objects.filter(backend=self.backend, ref=ref).select_related("backend__shop").first()
        if row is None:
            raise NotFound(ref)
        return row

    def order(self, ref: str) -> Order:
        """Return an order."""
        row = queries.order_of_ref(backend=self.backend, ref=ref)
        if row is None:
            raise NotFound(ref)
        row.account.backend = self.backend
        return row


def _find_email(shop: Shop, email: str) -> None:
    if queries.account_of_key(backend=shop.backend, kind=port.KeyKind.EMAIL, value=email) is None:
        raise NotFound(email)


def _find_name(shop: Shop, first_name: str, last_name: str, **rest: str) -> None:
    value = keys.person(f"{first_name} {last_name}", rest["zip"])
    if queries.account_of_key(backend=shop.backend, kind=port.KeyKind.PERSON, value=value) is None:
        raise NotFound(value)


def _product_details(shop: Shop, product_id: str) -> None:
    if not Product.objects.filter(backend=shop.backend, ref=product_id).exists():
        raise NotFound(product_id)


def _variant_details(shop: Shop, **given: str) -> None:
    if not queries.offers(backend=shop.backend, refs=given.values()):
        raise NotFound(given["item_id"])


_LOOKS: Mapping[str, Callable[..., object]] = {
    "find_user_id_by_email": _find_email,
    "find_user_id_by_name_zip": _find_name,
    "get_user_details": lambda shop, **given: shop.account(given["user_id"]),
    "get_order_details": lambda shop, order_id: shop.order(order_id),
    "get_product_details": _product_details,
    "get_item_details": _variant_details,
    "list_all_product_types": lambda shop: list(Product.objects.filter(backend=shop.backend)),
}


def _swaps(order: Order, olds: list[str], news: list[str]) -> tuple[Swap, ...]:
    """Return the benchmark's two lists as swaps: each old thing is the first such line that is not yet swapped."""
    free = list(queries.order_value(order).lines)
    found = []
    for old, new in zip(olds, news, strict=True):
        line = next((one for one in free if one.variant_ref == old), None)
        if line:
            free.remove(line)
        found.append(Swap(line.ref if line else f"no {old}", new))
    return tuple(found)


def _pieces(order: Order, variants: list[str]) -> tuple[tuple[str, int], ...]:
    return tuple((swap.line, 1) for swap in _swaps(order, variants, variants))


_DEEDS: Mapping[str, Callable[[Record, Order], Action]] = {
    "cancel_pending_order": lambda given, _: Cancel(given["reason"]),
    "modify_pending_order_address": lambda given, _: ChangeAddress(_address(given)),
    "modify_pending_order_payment": lambda given, _: ChangePayment(given["payment_method_id"]),
    "modify_pending_order_items": lambda given, order: ChangeLines(
        _swaps(order, given["item_ids"], given["new_item_ids"]), given["payment_method_id"]
    ),
    "return_delivered_order_items": lambda given, order: RequestReturn(
        _pieces(order, given["item_ids"]), given["payment_method_id"]
    ),
    "exchange_delivered_order_items": lambda given, order: Exchange(
        _swaps(order, given["item_ids"], given["new_item_ids"]), given["payment_method_id"]
    ),
}


# --- Replay -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Replayed:
    """How one task went."""

    task: str
    actions: int = 0
    ok: int = 0
    refused: int = 0
    matches_expected: bool = False
    reasons: list[str] = field(default_factory=list)


def load(folder: Path, *, now: datetime) -> Shop:
    """Bring users, orders and products of a folder into a new order book."""
    backend = create_backend(
        shop=first_shop(now=now),
        kind="book",
        name="tau retail",
        config=Book.Config(),
        actor=SYSTEM,
        now=now,
        policy=POLICY,
    )
    records, orders, products = (_records(folder / f"{name}.json.gz") for name in ("users", "orders", "products"))
    accounts = {ref: _account(ref, record) for ref, record in records.items()}
    with transaction.atomic():
        for account in accounts.values():
            copying.keep_account(backend=backend, account=account, now=now)
        for record in orders.values():
            copying.keep_order(backend=backend, order=_order(record, accounts[record["user_id"]], now=now), now=now)
        for record in products.values():
            copying.keep_product(backend=backend, product=_product(record), now=now)
    return Shop(backend, records, orders)


def _records(path: Path) -> Record:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        found: Record = json.load(stream)
    return found


def tasks_in(folder: Path) -> Iterator[Record]:
    """Yield the tasks of a folder."""
    for path in sorted(folder.glob("tasks-*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from (json.loads(line) for line in stream if line.strip())


def replay(task: Record, shop: Shop) -> Replayed:
    """Run the actions of a task, compare what they left behind, and take everything back."""
    done = Replayed(task["id"])
    with transaction.atomic():
        for place, action in enumerate(task["actions"]):
            _run(action, shop, done, key=f"{task['id']}:{place}")
        done.matches_expected = _matches(_expected(task, shop), shop)
        transaction.set_rollback(True)
    return done


def _run(action: Record, shop: Shop, done: Replayed, *, key: str) -> None:
    name, given = action["name"], action["kwargs"]
    if name not in _LOOKS and name not in _DEEDS and name != "modify_user_address":
        return  # thinking, calculating and handing over to people touch no order
    done.actions += 1
    try:
        if name in _LOOKS:
            _LOOKS[name](shop, **given)
        else:
            _carry_out(name, given, shop, key=key)
    except NotFound:
        done.reasons.append("not_found")
    except ActionDenied as denied:
        done.reasons.append(denied.denial.value)
    done.refused = len(done.reasons)
    done.ok = done.actions - done.refused


def _carry_out(name: str, given: Record, shop: Shop, *, key: str) -> None:
    """Put an action into the ledger and carry it out, as a page and a worker do one after the other."""
    if name == "modify_user_address":
        account, order = shop.account(given["user_id"]), None
        action: Action = ChangeDefaultAddress(account.ref, _address(given))
    else:
        order = shop.order(given["order_id"])
        account, action = order.account, _DEEDS[name](given, order)
    now = timezone.now()
    ledger.ask(action=action, account=account, order=order, asker=Asker(level=Level.VERIFIED), key=key, now=now)
    (entry,) = ledger.claim(worker="replay", now=timezone.now())
    pipeline.carry_out(entry=entry, clock=timezone.now)
    if entry.state != LedgerState.DONE:
        raise ActionDenied(Denial(entry.code))


def _expected(task: Record, shop: Shop) -> Record:
    """Return what a task must leave behind.

    Five tasks of tau2 carry the outcome of a fault upstream, which gave all changed items of an order the price and
    options of the last one: there, each item is what the catalogue says.
    tau2 also repeats the key of a customer in the record.
    """
    told = task["expected"]["users"]
    customers = {ref: {k: v for k, v in record.items() if k != "user_id"} for ref, record in told.items()}
    orders = task["expected"]["orders"]
    if task.get("upstream_defect"):
        orders = {ref: _as_in_catalogue(order, shop) for ref, order in orders.items()}
    return {"orders": orders, "users": customers}


def _as_in_catalogue(order: Record, shop: Shop) -> Record:
    was = {thing["item_id"]: thing for thing in shop.orders[order["order_id"]]["items"]}
    known = queries.offers(backend=shop.backend, refs=[thing["item_id"] for thing in order["items"]])
    return {**order, "items": [was.get(thing["item_id"]) or _sold(thing, known) for thing in order["items"]]}


def _sold(thing: Record, known: Mapping[str, Offer]) -> Record:
    variant = known[thing["item_id"]].variant
    return {**thing, "price": variant.price / 100, "options": dict(variant.options)}


def _matches(expected: Record, shop: Shop) -> bool:
    """Tell whether exactly the expected records changed, and to exactly what is expected."""
    return _changed_orders(shop, expected["orders"]) and _changed_customers(shop, expected["users"])


def _changed_orders(shop: Shop, expected: Record) -> bool:
    rows = Order.objects.filter(backend=shop.backend).exclude(version="").select_related("account")
    found = {row.ref: _order_record(queries.order_value(row), shop.orders[row.ref]) for row in rows}
    changed = {ref: record for ref, record in found.items() if not _is_same(record, shop.orders[ref])}
    return _is_same(changed, expected)


def _changed_customers(shop: Shop, expected: Record) -> bool:
    rows = Account.objects.filter(backend=shop.backend, deeds__isnull=False).distinct()
    found = {row.ref: _account_record(queries.account_value(row), shop.customers[row.ref]) for row in rows}
    changed = {ref: record for ref, record in found.items() if not _is_same(record, shop.customers[ref])}
    return _is_same(changed, expected)

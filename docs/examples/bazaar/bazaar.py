"""The house ERP Bazaar as a shop system of Balcão: a whole backend, small enough to begin yours from."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from balcao.ports import money
from balcao.ports.calling import NOT_UNDERSTOOD, Caller, fault, mark_of, readable
from balcao.ports.commerce import (
    Account,
    Action,
    ActionKind,
    AddNote,
    Address,
    Cancel,
    ChangeAddress,
    Changes,
    CommerceError,
    Done,
    Heard,
    Instrument,
    InstrumentKind,
    KeyKind,
    Line,
    Link,
    Order,
    OrderStage,
    Outcome,
    Payment,
    Product,
    Refund,
    Shipment,
    ShipmentState,
    Variant,
)
from balcao.ports.config import config_field
from balcao.ports.hooks import Forbidden, HookRequest

PAGE = 50
NOT_FOUND, CONFLICT = 404, 409
CARD = Instrument("card", InstrumentKind.CARD, "Card")  # Bazaar does not say which
STAGES = {
    "new": OrderStage.PENDING,
    "packing": OrderStage.PREPARING,
    "sent": OrderStage.SHIPPED,
    "delivered": OrderStage.DELIVERED,
    "cancelled": OrderStage.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class BazaarConfig:
    """What an admin fills in: the set-up page is made from this."""

    address: str = config_field("Address", help_text="As in https://bazaar.example.com.", required=True)
    token: str = config_field("Token", secret=True, required=True)
    hook_secret: str = config_field("Webhook secret", secret=True)


class Bazaar:
    """One object for all connections and threads: it keeps nothing between calls."""

    kind: ClassVar[str] = "bazaar"
    label: ClassVar[str] = "Bazaar"
    is_tried: ClassVar[bool] = False
    Config: ClassVar[type[Any]] = BazaarConfig

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say what Bazaar can do; the desk offers nothing else."""
        return frozenset({ActionKind.REFUND, ActionKind.CANCEL, ActionKind.CHANGE_ADDRESS, ActionKind.ADD_NOTE})

    # --- Reading ------------------------------------------------------------------------------------------------------

    def order(self, ref: str, link: Link) -> Order | None:
        """Return one order."""
        raw = _raw(ref, link)
        return _order(raw) if raw else None

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the orders of a number, an e-mail address or a phone number, the newest first."""
        if kind == KeyKind.NUMBER:
            found = self.order(value, link)
            return [found] if found else []
        if kind not in (KeyKind.EMAIL, KeyKind.PHONE):
            return []  # Bazaar cannot look for anything else
        told = _caller(link).call("GET", "/orders", params={kind.value: value}).json()["orders"]
        return sorted(map(_order, told), key=lambda order: int(order.ref), reverse=True)[:limit]

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return the next page of what changed; Bazaar counts its changes, and the last count is the cursor."""
        seen = cursor.get("seq", 0)
        told = _caller(link).call("GET", "/orders", params={"since": seen, "limit": PAGE}).json()["orders"]
        return Changes(tuple(map(_order, told)), {"seq": told[-1]["seq"] if told else seen}, more=len(told) == PAGE)

    # --- Doing --------------------------------------------------------------------------------------------------------

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Do it, unless it was done already: Bazaar has no keys, so each deed carries the mark of its key."""
        now = _raw(order.ref, link) if order else None
        if now is None:
            return Done(Outcome.REFUSED, code="gone")
        if done := _done(action, now, mark_of(key)):
            return done
        if isinstance(action, Cancel) and action.pieces:
            return Done(Outcome.REFUSED, detail="Bazaar cancels whole orders only.", code="pieces")
        deed, body = _asked(action, _order(now), mark_of(key))
        reply = _caller(link).call("POST", f"/orders/{now['id']}/{deed}", json=body, writes=True, fine=[CONFLICT])
        if reply.status == CONFLICT:
            return Done(Outcome.REFUSED, detail=readable(reply.json()["error"]), code="conflict")
        return _told(action, reply.json())

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Look for the mark."""
        now = _raw(order.ref, link) if order else None
        return _done(action, now, mark_of(key)) if now else None

    # --- What a backend may have besides ------------------------------------------------------------------------------

    def product(self, ref: str, link: Link) -> Product | None:
        """Return one product (`Selling`)."""
        reply = _caller(link).call("GET", f"/products/{quote(ref, safe='')}", fine=[NOT_FOUND])
        if reply.status == NOT_FOUND:
            return None
        raw = reply.json()
        variant = Variant(ref, _cents(raw["price"]), sku=ref, is_available=raw["stock"] > 0, stock=raw["stock"])
        return Product(ref, raw["title"], "BRL", (variant,))

    def heard(self, request: HookRequest, link: Link) -> Heard:
        """Check the signature over the very bytes that came, and say which order is to be read (`Hooked`)."""
        secret = link.config.hook_secret
        ours = hmac.digest(secret.encode(), request.body, "sha256").hex()
        if not secret or not hmac.compare_digest(ours, request.headers.get("x-bazaar-signature", "")):
            raise Forbidden("The signature is wrong.")
        try:
            return Heard(orders=(str(json.loads(request.body)["order_id"]),))
        except (ValueError, KeyError, TypeError) as error:
            raise fault(NOT_UNDERSTOOD, "protocol", permanent=True, words=request.body) from error

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Try the settings (`Checked`)."""
        try:
            _caller(link).call("GET", "/orders", params={"limit": 1}).json()
        except CommerceError as error:
            return [("Reach the shop system", False, str(error))]
        return [("Reach the shop system", True, "")]


def _caller(link: Link) -> Caller:
    return Caller(link.config.address, {"Authorization": f"Bearer {link.config.token}"})


def _raw(ref: str, link: Link) -> dict[str, Any] | None:
    reply = _caller(link).call("GET", f"/orders/{quote(ref, safe='')}", fine=[NOT_FOUND])
    return None if reply.status == NOT_FOUND else dict(reply.json())


def _asked(action: Action, order: Order, mark: str) -> tuple[str, dict[str, Any]]:
    """Return the deed in Bazaar's words."""
    match action:
        case Refund():
            amount = money.price_of(order, action.pieces) + action.freight + action.amount
            lines = [{"id": int(ref), "qty": count} for ref, count in action.pieces]
            return "refund", {"amount": _decimal(amount), "lines": lines, "reason": action.reason, "reference": mark}
        case Cancel():
            return "cancel", {"reason": action.reason, "reference": mark}
        case ChangeAddress():
            return "address", _written(action.address)
        case AddNote():
            return "note", {"text": f"{action.text} [{mark}]"}
    raise AssertionError(f"{action.kind} is not among our abilities.")


def _done(action: Action, raw: dict[str, Any], mark: str) -> Done | None:
    """Return what came of a deed if its trace is in the order."""
    if isinstance(action, ChangeAddress):  # to set the same address twice is no second effect: it needs no mark
        is_there = raw["address"] == _written(action.address)
    else:
        is_there = any(one["reference"] == mark for one in raw["refunds"]) or any(mark in note for note in raw["notes"])
    return _told(action, raw) if is_there else None


def _told(action: Action, raw: dict[str, Any]) -> Done:
    """Say that it is done, and what is left to somebody over there."""
    if isinstance(action, ChangeAddress) and action.as_default:
        return Done(Outcome.PARTLY, _order(raw), detail="Bazaar keeps no address book: enter the new address there.")
    return Done(Outcome.DONE, _order(raw))


def _order(raw: dict[str, Any]) -> Order:
    who, where, status = raw["customer"], raw["address"], raw["status"]
    return Order(
        ref=str(raw["id"]),
        number=str(raw["id"]),
        stage=STAGES.get(status, OrderStage.PREPARING),  # a word we do not know keeps no other order from being read
        currency=raw["currency"],
        account=Account(str(who["id"]), who["name"], who["email"], who["phone"]),
        lines=tuple(_line(one, is_cancelled=status == "cancelled") for one in raw["lines"]),
        address=Address(
            line1=where["street"],
            city=where["city"],
            region=where["state"],
            postcode=where["zip"],
            country=where["country"],
        ),
        freight=_cents(raw["shipping"]),
        payments=(Payment("paid", CARD, _cents(raw["paid"]), at=_time(raw["created"])), *map(_back, raw["refunds"])),
        shipments=_shipments(raw),
        notes=tuple(raw["notes"]),
        placed_at=_time(raw["created"]),
        changed_at=_time(raw["updated"]),
        version=str(raw["seq"]),
    )


def _line(raw: dict[str, Any], *, is_cancelled: bool) -> Line:
    return Line(
        ref=str(raw["id"]),
        name=raw["title"],
        quantity=raw["qty"],  # what was bought, also where it was cancelled since
        unit_price=_cents(raw["price"]),
        product_ref=raw["sku"],
        variant_ref=raw["sku"],
        sku=raw["sku"],
        cancelled=raw["qty"] if is_cancelled else 0,
    )


def _back(raw: dict[str, Any]) -> Payment:
    pieces = tuple((str(one["id"]), one["qty"]) for one in raw["lines"])  # so that nobody pays them back once more
    return Payment(f"r{raw['id']}", CARD, _cents(raw["amount"]), is_refund=True, at=_time(raw["at"]), pieces=pieces)


def _shipments(raw: dict[str, Any]) -> tuple[Shipment, ...]:
    states = {"sent": ShipmentState.IN_TRANSIT, "delivered": ShipmentState.DELIVERED}
    return (Shipment(f"s{raw['id']}", states[raw["status"]]),) if raw["status"] in states else ()


def _written(address: Address) -> dict[str, str]:
    street = ", ".join(part for part in (address.line1, address.line2, address.district) if part)
    place = {"city": address.city, "state": address.region, "zip": address.postcode, "country": address.country}
    return {"street": street, **place}


def _cents(text: str) -> int:
    return int(Decimal(text).scaleb(2))


def _decimal(amount: int) -> str:
    return str(Decimal(amount).scaleb(-2))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

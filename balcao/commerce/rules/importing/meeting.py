"""What becomes of the book where a file tells something of it. docs/orders-import.md has the rule in plain words."""

from dataclasses import fields, replace
from typing import Any

from balcao.ports.commerce import Account, Address, Order, OrderStage, Payment, PaymentState, Shipment

_LADDER = (OrderStage.DRAFT, OrderStage.PENDING, OrderStage.PREPARING, OrderStage.SHIPPED, OrderStage.DELIVERED)
_OPEN = (PaymentState.PENDING, PaymentState.AUTHORISED)
_ENDED = (PaymentState.CAPTURED, PaymentState.FAILED)


def met(told: Order, known: Order, *, has_deeds: bool) -> Order:
    """Return an order of the book after a file told it.

    As long as nothing was done to it here, the file is right. Afterwards the book is: the file can no more undo a
    refund, a cancelled piece or a new address, and only tells how far the order and its parcels have come and that an
    open payment was made.
    """
    if not has_deeds:
        return told
    return replace(
        known,
        stage=_further(told.stage, known.stage),
        shipments=_parcels(told, known),
        payments=tuple(_payment(one, told) for one in known.payments),
        promised_at=told.promised_at or known.promised_at,
        invoice_url=told.invoice_url or known.invoice_url,
    )


def _further(told: OrderStage, known: OrderStage) -> OrderStage:
    """Return the stage that is further; what is cancelled here stays so, and is never cancelled by a file."""
    if OrderStage.CANCELLED in (told, known):
        return known
    return max(told, known, key=_LADDER.index)


def _parcels(told: Order, known: Order) -> tuple[Shipment, ...]:
    lines = {line.ref for line in known.lines}
    news = {one.ref: one for one in told.shipments if all(ref in lines for ref, _ in one.pieces)}
    kept = [news.pop(one.ref, one) for one in known.shipments]
    return (*kept, *news.values())


def _payment(known: Payment, told: Order) -> Payment:
    news = next((one for one in told.payments if one.ref == known.ref and not one.is_refund), None)
    is_made = news is not None and known.state in _OPEN and news.state in _ENDED
    return replace(known, state=news.state, at=news.at or known.at) if news and is_made else known


def met_account(told: Account, known: Account, *, is_newest: bool, has_deeds: bool) -> Account:
    """Return a customer of the book after a file told an order of theirs.

    The newest of their orders says who they are, the others only what was not known; so the order of a file's rows
    makes no difference, and the same file again changes nothing. What was done here stays.
    """
    found = _filled(told, known, overwrites=is_newest and not has_deeds)
    there = {one.ref for one in known.instruments}
    news = tuple(one for one in told.instruments if one.ref not in there)
    address = told.address if is_newest and not has_deeds and told.address != Address() else known.address
    return replace(
        found, address=address if address != Address() else told.address, instruments=(*known.instruments, *news)
    )


def _filled(told: Account, known: Account, *, overwrites: bool) -> Account:
    facts: dict[str, Any] = {}
    for one in fields(Account):
        said = getattr(told, one.name)
        if isinstance(said, str) and said and (overwrites or not getattr(known, one.name)):
            facts[one.name] = said
    return replace(known, **facts)

"""What an action does to an order that stands in our own book. Pure: an order and an account go in, new ones come out.

Amounts come from the decision (`deciding.decide`); here they are only written down, so that what was promised in the
dry run is exactly what happens.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from balcao.commerce.rules import remembering
from balcao.commerce.types import Effect, Offer
from balcao.ports import money
from balcao.ports.commerce import (
    Account,
    Action,
    AddNote,
    AddTag,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    ChangePayment,
    Comeback,
    Exchange,
    GiveCredit,
    Instrument,
    InstrumentKind,
    Line,
    Order,
    OrderStage,
    Payment,
    PaymentState,
    PlaceOrder,
    Refund,
    RequestReturn,
    Resend,
    SendPaymentLink,
    Shipment,
    ShipmentState,
    Swap,
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the book: an order, if the action has one, and its customer."""

    account: Account
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """An action as it is written into the book."""

    action: Action
    effect: Effect
    offers: Mapping[str, Offer]
    key: str  # of the deed; what comes of it is named after it
    now: datetime


def written(deed: Deed, page: Page) -> Page:
    """Return the page after a deed."""
    after = _WRITERS[type(deed.action)](deed.action, deed, page)
    if after.order and after.order != page.order:
        after = replace(after, order=replace(after.order, changed_at=deed.now, version=deed.key))
    return after


def _order(page: Page) -> Order:
    if page.order is None:
        raise ValueError("This action needs an order.")
    return page.order


def _change_address(action: ChangeAddress, _deed: Deed, page: Page) -> Page:
    account = replace(page.account, address=action.address) if action.as_default else page.account
    return Page(account, replace(_order(page), address=action.address))


def _change_default_address(action: ChangeDefaultAddress, _deed: Deed, page: Page) -> Page:
    return Page(replace(page.account, address=action.address), page.order)


def _change_payment(_action: ChangePayment, deed: Deed, page: Page) -> Page:
    return _moved(deed, page)


def _send_payment_link(action: SendPaymentLink, deed: Deed, page: Page) -> Page:
    order = _order(page)
    given_up = tuple(
        replace(payment, state=PaymentState.VOIDED) if payment.state == PaymentState.PENDING else payment
        for payment in order.payments
    )
    fresh = Payment(
        ref=deed.key,
        instrument=Instrument(deed.key, action.method),
        amount=order.total,
        state=PaymentState.PENDING,
        at=deed.now,
    )
    return Page(page.account, replace(order, payments=(*given_up, fresh)))


def _change_lines(action: ChangeLines, deed: Deed, page: Page) -> Page:
    order = _order(page)
    lines = _swapped(order, action.swaps, deed.offers)
    return _moved(deed, Page(page.account, replace(order, lines=lines, changes=order.changes + 1)))


def _swapped(order: Order, swaps: Iterable[Swap], offers: Mapping[str, Offer]) -> tuple[Line, ...]:
    """Return the lines with pieces turned into other variants; where only some of a line are, it is parted."""
    after = list(order.lines)
    for swap in swaps:
        place = next(n for n, line in enumerate(after) if line.ref == swap.line)
        line, variant = after[place], offers[swap.variant].variant
        fresh = replace(
            line,
            variant_ref=variant.ref,
            sku=variant.sku,
            unit_price=offers[swap.variant].price_beside(line, order.currency),
            options=dict(variant.options),
            quantity=swap.quantity,
        )
        if swap.quantity == line.quantity:
            after[place] = fresh
        else:
            after[place] = replace(line, quantity=line.quantity - swap.quantity)
            after.insert(place + 1, replace(fresh, ref=_free_ref(line.ref, after)))
    return tuple(after)


def _free_ref(ref: str, lines: Iterable[Line]) -> str:
    taken = {line.ref for line in lines}
    return next(name for n in range(2, len(taken) + 3) if (name := f"{ref}.{n}") not in taken)


def _cancel(action: Cancel, deed: Deed, page: Page) -> Page:
    order = _order(page)
    pieces = action.pieces or tuple((line.ref, line.quantity - money.gone(line)) for line in order.lines)
    counts = dict(pieces)
    lines = tuple(replace(line, cancelled=line.cancelled + counts.get(line.ref, 0)) for line in order.lines)
    is_over = all(money.gone(line) == line.quantity for line in lines)
    after = replace(order, lines=lines, cancel_reason=action.reason if is_over else order.cancel_reason)
    after = replace(
        after,
        stage=OrderStage.CANCELLED if is_over else order.stage,
        payments=_voided(order) if is_over else order.payments,
    )
    return _moved(deed, Page(page.account, after), pieces)


def _voided(order: Order) -> tuple[Payment, ...]:
    return tuple(
        replace(payment, state=PaymentState.VOIDED) if payment.state == PaymentState.PENDING else payment
        for payment in order.payments
    )


def _refund(action: Refund, deed: Deed, page: Page) -> Page:
    return _moved(deed, page, action.pieces)


def _request_return(action: RequestReturn, deed: Deed, page: Page) -> Page:
    order = _order(page)
    comeback = Comeback(
        ref=deed.key, pieces=action.pieces, instrument=action.instrument, reason=action.reason, at=deed.now
    )
    return Page(page.account, replace(order, comebacks=(*order.comebacks, comeback)))


def _exchange(action: Exchange, deed: Deed, page: Page) -> Page:
    order = _order(page)
    comeback = Comeback(
        ref=deed.key,
        pieces=tuple((swap.line, swap.quantity) for swap in action.swaps),
        swaps=action.swaps,
        instrument=action.instrument,
        difference=deed.effect.paid - deed.effect.given,  # settled once the pieces are there
        reason=action.reason,
        at=deed.now,
    )
    return Page(page.account, replace(order, comebacks=(*order.comebacks, comeback)))


def _resend(action: Resend, deed: Deed, page: Page) -> Page:
    order = _order(page)
    parcel = Shipment(ref=deed.key, state=ShipmentState.PREPARING, pieces=action.pieces)
    return Page(page.account, replace(order, shipments=(*order.shipments, parcel)))


def _place_order(action: PlaceOrder, deed: Deed, page: Page) -> Page:
    lines = tuple(
        Line(
            ref=str(number),
            name=deed.offers[ref].name,
            quantity=count,
            unit_price=deed.offers[ref].variant.price,
            product_ref=deed.offers[ref].product,
            variant_ref=ref,
            sku=deed.offers[ref].variant.sku,
            options=dict(deed.offers[ref].variant.options),
        )
        for number, (ref, count) in enumerate(action.variants, start=1)
    )
    order = Order(
        ref=deed.key,
        number="",  # given by the book
        stage=OrderStage.DRAFT,
        currency=_currency(deed),
        account=page.account,
        lines=lines,
        address=action.address,
        freight=action.freight,
        placed_at=deed.now,
    )
    pending = Payment(
        ref=deed.key,
        instrument=Instrument(deed.key, action.method),
        amount=order.total,
        state=PaymentState.PENDING,
        at=deed.now,
    )
    return Page(page.account, replace(order, payments=(pending,)))


def _currency(deed: Deed) -> str:
    return next((offer.currency for offer in deed.offers.values()), "")


def _add_note(action: AddNote, _deed: Deed, page: Page) -> Page:
    order = _order(page)
    return Page(page.account, replace(order, notes=(*order.notes, action.text)))


def _add_tag(action: AddTag, _deed: Deed, page: Page) -> Page:
    order = _order(page)
    return Page(page.account, replace(order, tags=tuple(dict.fromkeys((*order.tags, action.tag)))))


def _give_credit(action: GiveCredit, deed: Deed, page: Page) -> Page:
    card = Instrument(deed.key, InstrumentKind.GIFT_CARD, balance=action.amount)
    order = remembering.credited(page.order, action, key=deed.key, at=deed.now) if page.order else None
    return Page(replace(page.account, instruments=(*page.account.instruments, card)), order)


def _moved(deed: Deed, page: Page, pieces: tuple[tuple[str, int], ...] = ()) -> Page:
    """Write down the money that moves: a payment of the order each, and on gift cards at once."""
    order, account = _order(page), page.account
    payments = list(order.payments)
    for number, move in enumerate(deed.effect.movements, start=1):
        is_refund = move.amount >= 0
        payments.append(
            Payment(
                ref=f"{deed.key}.{number}",
                instrument=replace(move.instrument, balance=None),
                amount=abs(move.amount),
                is_refund=is_refund,
                at=deed.now,
                pieces=pieces if is_refund and number == 1 else (),
            )
        )
        account = _balanced(account, move.instrument.ref, move.amount)
    return Page(account, replace(order, payments=tuple(payments)))


def _balanced(account: Account, ref: str, amount: int) -> Account:
    instruments = tuple(
        replace(one, balance=one.balance + amount) if one.ref == ref and one.balance is not None else one
        for one in account.instruments
    )
    return replace(account, instruments=instruments)


_WRITERS: dict[type[Action], Callable[[Any, Deed, Page], Page]] = {
    ChangeAddress: _change_address,
    ChangeDefaultAddress: _change_default_address,
    ChangePayment: _change_payment,
    SendPaymentLink: _send_payment_link,
    ChangeLines: _change_lines,
    Cancel: _cancel,
    Refund: _refund,
    RequestReturn: _request_return,
    Exchange: _exchange,
    Resend: _resend,
    PlaceOrder: _place_order,
    AddNote: _add_note,
    AddTag: _add_tag,
    GiveCredit: _give_credit,
}

"""The built-in order book: a shop system that lives in Balcão itself.

It is reached through the same port as every other; its rows are those of our copy, which here is no copy but the thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from balcao.commerce import queries
from balcao.commerce.actions.copying import keep_account, write_order
from balcao.commerce.models import Account, Backend, BookDeed, Order
from balcao.commerce.rules import booking, freight, pix
from balcao.commerce.rules.booking import Deed, Page
from balcao.commerce.rules.deciding import decide
from balcao.commerce.types import Level, Policy, RefundTo
from balcao.kit.db import locked
from balcao.kit.i18n import N_
from balcao.ports import commerce as port
from balcao.ports.commerce import (
    Action,
    ActionKind,
    ChangeDefaultAddress,
    Changes,
    CommerceError,
    Done,
    InstrumentKind,
    KeyKind,
    Link,
    OrderStage,
    Outcome,
    PaymentState,
    PlaceOrder,
    Quote,
)
from balcao.ports.config import config_field

_FREIGHT_TABLE = N_("Freight table")
# The book writes down whatever is possible: what a shop allows is decided before, by its policy.
_ANYTHING = Policy(
    address_stages=frozenset(OrderStage),
    payment_stages=frozenset(OrderStage),
    lines_stages=frozenset(OrderStage),
    cancel_stages=frozenset(OrderStage),
    return_stages=frozenset(OrderStage),
    same_product_only=False,
    different_variant_only=False,
    refund_to=RefundTo.ANY,
    pays_difference_with=RefundTo.ANY,
    levels={},
    credit_cap=2**62,
)


class Book:
    """The order book as a backend."""

    kind: ClassVar[str] = "book"
    label: ClassVar[str] = N_("Order book")
    is_tried: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """What the shop quotes freight by and is paid with; what the book holds is imported."""

        freight: str = config_field(
            N_("Freight table"),
            help_text=N_(
                "One way a line: name; country; postcodes; price; working days. "
                "For instance: PAC; BR; 30000..39999; 18,90; 4-7. A star stands for all postcodes."
            ),
            group=N_("Freight"),
            is_long=True,
        )
        pix_key: str = config_field(
            N_("Pix key"), help_text=N_("With it, payment links by Pix have a code to copy."), group=N_("Pix")
        )
        pix_name: str = config_field(N_("Name of the account"), group=N_("Pix"))
        pix_city: str = config_field(N_("City of the account"), group=N_("Pix"))

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say that everything can be done."""
        return frozenset(ActionKind)

    def order(self, ref: str, link: Link) -> port.Order | None:
        """Return an order."""
        row = queries.order_of_ref(backend=_backend(link), ref=ref)
        return queries.order_value(row) if row else None

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[port.Order]:
        """Return the newest orders that carry a key."""
        shop = _backend(link).shop
        rows = queries.find(kind=kind, value=value, shop_ids=[shop.pk], region=shop.region, limit=limit)
        return [queries.order_value(row) for row in rows if row.backend_id == int(link.key)]

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return nothing: the book is never behind itself."""
        return Changes((), cursor)

    def perform(self, action: Action, order: port.Order | None, link: Link, *, key: str) -> Done:
        """Write an action into the book, once."""
        with transaction.atomic():
            return _recalled(key) or _write(action, order, link, key)

    def recall(self, key: str, action: Action, order: port.Order | None, link: Link) -> Done | None:
        """Say what became of an action: the book knows exactly."""
        return _recalled(key)

    def freight(self, _variants: Sequence[tuple[str, int]], address: port.Address, link: Link) -> Sequence[Quote]:
        """Return what the shop's freight table says of an address."""
        rates, _faults = freight.read_table(link.config.freight, currency=link.currency)
        return freight.quotes(rates, address, home=link.region)

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Say which lines of the freight table cannot be read."""
        if not link.config.freight.strip():
            return []
        _rates, faults = freight.read_table(link.config.freight, currency=link.currency)
        lines = link.config.freight.splitlines()
        told = [(_FREIGHT_TABLE, False, f"{fault.words}\n{fault.line}: {lines[fault.line - 1]}") for fault in faults]
        return told or [(_FREIGHT_TABLE, True, "")]


def _backend(link: Link) -> Backend:
    return Backend.objects.select_related("shop").get(pk=int(link.key))


def _recalled(key: str) -> Done | None:
    deed = BookDeed.objects.filter(key=key).select_related("order__account", "account").first()
    if deed is None:
        return None
    order = queries.order_value(deed.order) if deed.order else None
    return Done(Outcome.DONE, order, queries.account_value(deed.account), ref=deed.ref)


def _write(action: Action, order: port.Order | None, link: Link, key: str) -> Done:
    backend, now = _backend(link), timezone.now()
    row = _locked_order(backend, order)
    account = row.account if row else _locked_account(backend, action)
    scene = replace(queries.scene(action=action, account=account, order=row, level=Level.VERIFIED), policy=_ANYTHING)
    verdict = decide(action, replace(scene, is_under_way=False))
    if verdict.effect is None:  # not forbidden, but impossible: no such line, nothing paid
        return Done(Outcome.REFUSED, code=str(verdict.denial))
    deed = Deed(action, verdict.effect, scene.offers, key, now)
    after = booking.written(deed, Page(scene.account, scene.order))
    return _kept(backend, deed, after, link.config)


def _kept(backend: Backend, deed: Deed, after: Page, config: Book.Config) -> Done:
    account = keep_account(backend=backend, account=after.account, now=deed.now)
    row = None
    if after.order:
        numbered = after.order if after.order.number else replace(after.order, number=_next_number(backend))
        numbered = _payable(numbered, config)
        row = write_order(backend=backend, order=replace(numbered, account=after.account), now=deed.now)
    BookDeed.objects.create(key=deed.key, order=row, account=account, ref=deed.key)
    return Done(Outcome.DONE, queries.order_value(row) if row else None, after.account, ref=deed.key)


def _payable(order: port.Order, config: Book.Config) -> port.Order:
    """Return the order with a code to pay by where a Pix payment waits and the shop has a key."""
    if not config.pix_key or order.currency != "BRL":
        return order
    return replace(order, payments=tuple(_with_code(one, order.number, config) for one in order.payments))


def _with_code(payment: port.Payment, number: str, config: Book.Config) -> port.Payment:
    is_open = payment.state == PaymentState.PENDING and not payment.is_refund and not payment.code
    if not is_open or payment.instrument.kind != InstrumentKind.PIX:
        return payment
    code = pix.code_of(
        key=config.pix_key, name=config.pix_name, city=config.pix_city, amount=payment.amount, reference=number
    )
    return replace(payment, code=code)


def _next_number(backend: Backend) -> str:
    """Return the number of a new order: the next after the highest one given here."""
    given = BookDeed.objects.filter(order__backend=backend, order__ref=F("key")).count()
    return f"B{given + 1:06}"


def _locked_order(backend: Backend, order: port.Order | None) -> Order | None:
    if order is None:
        return None
    rows = Order.objects.filter(backend=backend, ref=order.ref).select_related("account__backend__shop")
    _ = locked(Account.objects.filter(backend=backend, ref=order.account.ref)).first()  # everybody locks it first
    found = locked(rows).first()
    if found is None:
        raise CommerceError("The order is no longer in the book.", permanent=True, code="gone")
    return found


def _locked_account(backend: Backend, action: Action) -> Account:
    ref = action.account if isinstance(action, ChangeDefaultAddress | PlaceOrder) else ""
    rows = Account.objects.filter(backend=backend, ref=ref).select_related("backend__shop")
    found = locked(rows).first()
    if found is None:
        raise CommerceError("The customer is not in the book.", permanent=True, code="gone")
    return found

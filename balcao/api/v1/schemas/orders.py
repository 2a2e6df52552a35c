"""Orders and products as programs see them; amounts are whole minor units (cents, kuruş) of the order's currency."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from ninja import Field, Schema

from balcao.api.v1.paging import Paged
from balcao.api.v1.words import Id, Line
from balcao.commerce.models import Order, Product
from balcao.ports import commerce as port
from balcao.ports.commerce import InstrumentKind, KeyKind, OrderStage, PaymentState, ShipmentState

_Out = TypeVar("_Out", bound=Schema)


class OrderOut(Schema):
    """One order as its shop system last told it."""

    id: int
    shop_id: int
    backend_id: int = Field(description="The shop system that it stands in.")
    ref: str = Field(description="The shop system's own key.")
    number: str = Field(description="What people say.", examples=["1001"])
    stage: OrderStage
    currency: str = Field(examples=["BRL"])
    total: int = Field(description="As it was bought.", examples=[24480])
    account_ref: str = Field(description="The customer's key in the shop system; finds their orders as `account`.")
    customer_name: str
    placed_at: datetime
    changed_at: datetime
    fetched_at: datetime = Field(description="When the shop system was last asked: how old this copy is.")


class OrderPage(Schema):
    """One page of orders, the newest first."""

    rows: list[OrderOut]
    next_cursor: str | None


class OrderList(Schema):
    """The orders that a ticket is about, the one named last first."""

    rows: list[OrderOut]


class OrderQuery(Paged):
    """Which orders to list: the newest, or those that carry one key."""

    number: Annotated[Line, Field(description="The order's number; spaces, dashes and case do not matter.")] = ""
    email: Line = ""
    phone: Annotated[Line, Field(description="With its country code, or as one dials it in the shop's country.")] = ""
    tax_id: Annotated[Line, Field(description="It finds orders and is never shown.")] = ""
    tracking: Annotated[Line, Field(description="A parcel's code.")] = ""
    account: Annotated[Line, Field(description="The customer's key in the shop system.")] = ""
    shop_id: Id | None = None

    def key(self) -> list[tuple[KeyKind, str]]:
        """Return the keys that were given."""
        kinds = (KeyKind.NUMBER, KeyKind.EMAIL, KeyKind.PHONE, KeyKind.TAX_ID, KeyKind.TRACKING, KeyKind.ACCOUNT)
        return [(kind, getattr(self, kind)) for kind in kinds if getattr(self, kind).strip()]


class AddressOut(Schema):
    """Where something is sent or billed."""

    name: str
    line1: str = Field(examples=["Rua das Laranjeiras, 210"])
    line2: str
    district: str
    city: str
    region: str
    postcode: str
    country: str
    phone: str


class InstrumentOut(Schema):
    """One thing a customer pays with or is paid back on."""

    ref: str
    kind: InstrumentKind
    label: str = Field(examples=["visa ···· 9212"])
    balance: int | None = Field(description="Of a gift card, where it is known.")


class AccountOut(Schema):
    """The customer as the shop system knows them."""

    ref: str
    name: str
    email: str
    phone: str
    address: AddressOut
    instruments: list[InstrumentOut]


class PieceOut(Schema):
    """So many pieces of one line."""

    line: str = Field(description="The line's `ref`.")
    quantity: int


class LineOut(Schema):
    """One line as it was bought; what was later taken out of it is counted beside it."""

    ref: str
    name: str
    quantity: int
    unit_price: int
    product_ref: str
    variant_ref: str
    sku: str
    options: dict[str, str] = Field(examples=[{"cor": "azul"}])
    discount: int
    tax: int
    cancelled: int
    returned: int
    image: str


class PaymentOut(Schema):
    """Money that moved or will; with `is_refund` its way back."""

    ref: str
    instrument: InstrumentOut
    amount: int
    is_refund: bool
    state: PaymentState
    at: datetime | None
    instalments: int
    link: str = Field(description="Where it can be paid, while it is pending.")
    code: str = Field(description="What can be copied to pay it: Pix, the line of a boleto.")


class ScanOut(Schema):
    """One thing that a carrier saw."""

    at: datetime
    text: str
    place: str


class ShipmentOut(Schema):
    """One parcel."""

    ref: str
    state: ShipmentState
    carrier: str
    code: str
    url: str
    pieces: list[PieceOut] = Field(description="Empty: everything.")
    scans: list[ScanOut] = Field(description="Oldest first.")
    shipped_at: datetime | None
    delivered_at: datetime | None
    promised_at: datetime | None


class SwapOut(Schema):
    """Pieces of a line that become another variant."""

    line: str
    variant: str
    quantity: int


class ComebackOut(Schema):
    """Pieces that were asked to come back; with `swaps` they are exchanged, else paid back."""

    ref: str
    pieces: list[PieceOut]
    state: str
    swaps: list[SwapOut]
    instrument: str
    difference: int = Field(description="What an exchange costs the customer; negative: what they get back.")
    reason: str
    at: datetime | None


class OrderWhole(OrderOut):
    """An order with everything that is known of it."""

    account: AccountOut
    lines: list[LineOut]
    address: AddressOut
    billing: AddressOut | None
    discount: int = Field(description="Of the whole order; lines carry their own beside it.")
    freight: int
    tax: int
    payments: list[PaymentOut]
    shipments: list[ShipmentOut]
    comebacks: list[ComebackOut]
    cancel_reason: str
    notes: list[str]
    tags: list[str]
    promised_at: datetime | None
    invoice_url: str
    url: str = Field(description="Where staff of the shop see it.")
    version: str


class VariantOut(Schema):
    """One thing that can be bought."""

    ref: str
    price: int
    sku: str
    options: dict[str, str]
    is_available: bool
    stock: int | None = Field(description="Pieces, where the shop counts them.")
    image: str


class ProductOut(Schema):
    """A product with its variants."""

    id: int
    shop_id: int
    backend_id: int
    ref: str
    name: str = Field(examples=["Caneca Moringa"])
    currency: str
    url: str
    image: str
    variants: list[VariantOut]
    fetched_at: datetime


class ProductList(Schema):
    """The products that were found."""

    rows: list[ProductOut]


class ProductQuery(Schema):
    """Which products to look for."""

    q: Line = Field(min_length=1, description="The beginnings of words of its name, SKU or variants.")
    shop_id: Id = Field(description="In which shop.")
    limit: Annotated[int, Field(ge=1, le=50)] = 8


def order_out(row: Order) -> OrderOut:
    """Return an order whose account and backend are loaded."""
    return OrderOut(**_facts(row))


def order_whole(row: Order, order: port.Order) -> OrderWhole:
    """Return an order with the value that its shop system told."""
    return OrderWhole(
        **_facts(row),
        **_copied(
            OrderWhole, order, skip={*OrderOut.model_fields, "account", *_LISTS, "address", "billing", "notes", "tags"}
        ),
        account=account_out(order.account),
        address=_as(AddressOut, order.address),
        billing=_as(AddressOut, order.billing) if order.billing else None,
        lines=[LineOut(**_copied(LineOut, line, skip={"options"}), options=dict(line.options)) for line in order.lines],
        payments=[_payment(one) for one in order.payments],
        shipments=[_shipment(one) for one in order.shipments],
        comebacks=[_comeback(one) for one in order.comebacks],
        notes=list(order.notes),
        tags=list(order.tags),
    )


_LISTS = ("lines", "payments", "shipments", "comebacks")


def account_out(account: port.Account) -> AccountOut:
    """Return a customer as the shop system told of them; never their tax id."""
    return AccountOut(
        **_copied(AccountOut, account, skip={"address", "instruments"}),
        address=_as(AddressOut, account.address),
        instruments=[instrument_out(one) for one in account.instruments],
    )


def instrument_out(instrument: port.Instrument) -> InstrumentOut:
    """Return one thing to pay with."""
    return _as(InstrumentOut, instrument)


def product_out(row: Product, product: port.Product) -> ProductOut:
    """Return a product with the value that its shop system told."""
    return ProductOut(
        id=row.pk,
        shop_id=row.backend.shop_id,
        backend_id=row.backend_id,
        fetched_at=row.fetched_at,
        variants=[
            VariantOut(**_copied(VariantOut, one, skip={"options"}), options=dict(one.options))
            for one in product.variants
        ],
        **_copied(ProductOut, product, skip={"id", "shop_id", "backend_id", "fetched_at", "variants"}),
    )


def _facts(row: Order) -> dict[str, Any]:
    own = ("backend_id", "ref", "number", "stage", "currency", "total", "placed_at", "changed_at", "fetched_at")
    return {
        **{name: getattr(row, name) for name in own},
        "id": row.pk,
        "shop_id": row.backend.shop_id,
        "account_ref": row.account.ref,
        "customer_name": str(row.account.document.get("name", "")),
    }


def _copied(kind: type[Schema], value: Any, *, skip: Iterable[str] = ()) -> dict[str, Any]:
    return {name: getattr(value, name) for name in kind.model_fields.keys() - set(skip)}


def _as(kind: type[_Out], value: Any) -> _Out:
    return kind(**_copied(kind, value))


def _pieces(pieces: Iterable[tuple[str, int]]) -> list[PieceOut]:
    return [PieceOut(line=line, quantity=quantity) for line, quantity in pieces]


def _payment(one: port.Payment) -> PaymentOut:
    return PaymentOut(
        **_copied(PaymentOut, one, skip={"instrument"}),
        instrument=instrument_out(one.instrument),
    )


def _shipment(one: port.Shipment) -> ShipmentOut:
    return ShipmentOut(
        **_copied(ShipmentOut, one, skip={"pieces", "scans"}),
        pieces=_pieces(one.pieces),
        scans=[_as(ScanOut, scan) for scan in one.scans],
    )


def _comeback(one: port.Comeback) -> ComebackOut:
    return ComebackOut(
        **_copied(ComebackOut, one, skip={"pieces", "swaps"}),
        pieces=_pieces(one.pieces),
        swaps=[_as(SwapOut, swap) for swap in one.swaps],
    )

"""The commerce port: what an adapter to a shop system or ERP must be.

An adapter receives values and returns values; it never sees a model, a request or a transaction. Money is whole minor
units (cents, kuruş) of the order's currency; an adapter whose system speaks in decimals converts at its own door.
Whether an action is allowed at all is decided by `balcao.commerce.rules` before an adapter hears of it; what an adapter
refuses comes on top. Everything here is plain Python.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from balcao.ports.hooks import HookRequest


class OrderStage(StrEnum):
    """How far an order has come, the furthest first thing that is true of it."""

    DRAFT = "draft"  # placed for the customer, not yet accepted by them
    PENDING = "pending"  # placed; may still be changed by whoever prepares it
    PREPARING = "preparing"  # the warehouse has it in hand
    SHIPPED = "shipped"  # some of it is with a carrier
    DELIVERED = "delivered"  # all of it has arrived
    CANCELLED = "cancelled"


class InstrumentKind(StrEnum):
    """The kinds of thing a customer pays with."""

    CARD = "card"
    GIFT_CARD = "gift_card"
    WALLET = "wallet"  # PayPal and its like
    PIX = "pix"
    BOLETO = "boleto"
    TRANSFER = "transfer"
    CASH = "cash"  # on delivery
    MARKETPLACE = "marketplace"
    OTHER = "other"


class PaymentState(StrEnum):
    """How far a payment or refund has come."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    VOIDED = "voided"


class ShipmentState(StrEnum):
    """Where a parcel is."""

    PREPARING = "preparing"
    LABELLED = "labelled"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    FAILED = "failed"  # the carrier tried and could not
    LOST = "lost"
    RETURNED = "returned"  # came back to the shop


class ActionKind(StrEnum):
    """What can be done to an order, or for a customer. What a backend can do it declares."""

    CHANGE_ADDRESS = "change_address"
    CHANGE_DEFAULT_ADDRESS = "change_default_address"
    CHANGE_PAYMENT = "change_payment"
    SEND_PAYMENT_LINK = "send_payment_link"
    CHANGE_LINES = "change_lines"
    CANCEL = "cancel"
    REFUND = "refund"
    REQUEST_RETURN = "request_return"
    EXCHANGE = "exchange"
    RESEND = "resend"
    PLACE_ORDER = "place_order"
    ADD_NOTE = "add_note"
    ADD_TAG = "add_tag"
    GIVE_CREDIT = "give_credit"


@dataclass(frozen=True, slots=True)
class Address:
    """Where something is sent or billed."""

    line1: str = ""
    line2: str = ""
    district: str = ""  # bairro, mahalle
    city: str = ""
    region: str = ""  # state, province
    postcode: str = ""
    country: str = ""  # as the shop writes it; ISO 3166 where it does
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing a customer can pay with or be paid back on. Never the number of a card: its brand and last digits."""

    ref: str
    kind: InstrumentKind
    label: str = ""  # for people: "visa ···· 9212"
    balance: int | None = None  # of a gift card, where it is known


@dataclass(frozen=True, slots=True)
class Account:
    """A customer as the shop knows them."""

    ref: str
    name: str = ""
    email: str = ""
    phone: str = ""
    tax_id: str = ""
    address: Address = Address()
    instruments: tuple[Instrument, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order, as it was bought; what was later taken out of it is counted beside it."""

    ref: str
    name: str
    quantity: int
    unit_price: int
    product_ref: str = ""
    variant_ref: str = ""
    sku: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    discount: int = 0  # of the whole line, beside what the order's own discounts give it
    tax: int = 0  # of the whole line, where it is not within the price
    cancelled: int = 0  # pieces
    returned: int = 0  # pieces
    image: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that moved or will: a payment, or with `is_refund` its way back."""

    ref: str
    instrument: Instrument
    amount: int  # always positive
    is_refund: bool = False
    state: PaymentState = PaymentState.CAPTURED
    at: datetime | None = None
    instalments: int = 1
    link: str = ""  # where it can be paid, while it is pending
    code: str = ""  # what can be copied to pay it: Pix, the line of a boleto
    pieces: tuple[tuple[str, int], ...] = ()  # of a refund: (line, how many) it was for, where that is known
    is_credit: bool = False  # of a refund: a gift card of ours instead; shop systems do not tell of it with the order


@dataclass(frozen=True, slots=True)
class Scan:
    """One thing that a carrier saw."""

    at: datetime
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel."""

    ref: str
    state: ShipmentState
    carrier: str = ""
    code: str = ""  # under which the carrier knows it
    url: str = ""
    pieces: tuple[tuple[str, int], ...] = ()  # (line, how many); empty: everything
    scans: tuple[Scan, ...] = ()  # oldest first
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Swap:
    """One piece of a line that becomes another variant."""

    line: str
    variant: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Comeback:
    """Pieces that were asked to come back, to be paid back or exchanged."""

    ref: str
    pieces: tuple[tuple[str, int], ...]
    state: str = "requested"
    swaps: tuple[Swap, ...] = ()  # empty: they are paid back
    instrument: str = ""  # to which the money goes, or from which the difference is paid
    difference: int = 0  # what an exchange costs the customer; negative: what they get back
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the shop system tells it."""

    ref: str  # the system's own key
    number: str  # what people say
    stage: OrderStage
    currency: str  # ISO 4217
    account: Account
    lines: tuple[Line, ...]
    address: Address = Address()
    billing: Address | None = None
    discount: int = 0  # of the whole order, positive; lines carry their own beside it
    freight: int = 0
    tax: int = 0  # what no line carries
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    comebacks: tuple[Comeback, ...] = ()
    cancel_reason: str = ""
    changes: int = 0  # how often its lines were changed after it was placed
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    placed_at: datetime | None = None
    changed_at: datetime | None = None
    promised_at: datetime | None = None
    invoice_url: str = ""
    url: str = ""  # where staff of the shop see it
    version: str = ""  # changes whenever the order does, where the system has such a thing

    @property
    def total(self) -> int:
        """Return what the order costs as it was bought, in minor units."""
        goods = sum(line.quantity * line.unit_price - line.discount + line.tax for line in self.lines)
        return goods - self.discount + self.freight + self.tax


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that can be bought."""

    ref: str
    price: int
    sku: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    is_available: bool = True
    stock: int | None = None  # pieces, where the shop counts them
    image: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its variants."""

    ref: str
    name: str
    currency: str
    variants: tuple[Variant, ...]
    url: str = ""
    image: str = ""


# --- Actions: what is to be done. Each names its kind; amounts in minor units. ----------------------------------------


@dataclass(frozen=True, slots=True)
class ChangeAddress:
    """Send the order elsewhere; on wish, from now on everything."""

    address: Address
    as_default: bool = False
    kind: ClassVar[ActionKind] = ActionKind.CHANGE_ADDRESS


@dataclass(frozen=True, slots=True)
class ChangeDefaultAddress:
    """Send what the customer buys from now on elsewhere; no order changes."""

    account: str
    address: Address
    kind: ClassVar[ActionKind] = ActionKind.CHANGE_DEFAULT_ADDRESS


@dataclass(frozen=True, slots=True)
class ChangePayment:
    """Pay with another instrument of the customer; what was paid with the old one goes back to it."""

    instrument: str
    kind: ClassVar[ActionKind] = ActionKind.CHANGE_PAYMENT


@dataclass(frozen=True, slots=True)
class SendPaymentLink:
    """Give up a payment that was not made, and make a new one to be paid by the customer."""

    method: InstrumentKind
    kind: ClassVar[ActionKind] = ActionKind.SEND_PAYMENT_LINK


@dataclass(frozen=True, slots=True)
class ChangeLines:
    """Turn pieces of an order that has not left into other variants; the instrument pays or gets the difference."""

    swaps: tuple[Swap, ...]
    instrument: str = ""
    kind: ClassVar[ActionKind] = ActionKind.CHANGE_LINES


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel the order, or only some pieces; what was paid for them goes back."""

    reason: str
    pieces: tuple[tuple[str, int], ...] = ()  # (line, how many); empty: everything
    kind: ClassVar[ActionKind] = ActionKind.CANCEL


@dataclass(frozen=True, slots=True)
class Refund:
    """Pay back: pieces, freight, a sum besides."""

    reason: str
    pieces: tuple[tuple[str, int], ...] = ()
    freight: int = 0
    amount: int = 0  # besides pieces and freight
    instrument: str = ""  # empty: where it was paid from
    kind: ClassVar[ActionKind] = ActionKind.REFUND


@dataclass(frozen=True, slots=True)
class RequestReturn:
    """Let pieces come back; the money follows once they are there."""

    pieces: tuple[tuple[str, int], ...]
    instrument: str = ""
    reason: str = ""
    kind: ClassVar[ActionKind] = ActionKind.REQUEST_RETURN


@dataclass(frozen=True, slots=True)
class Exchange:
    """Let pieces that arrived come back and send other variants for them."""

    swaps: tuple[Swap, ...]
    instrument: str = ""
    reason: str = ""
    kind: ClassVar[ActionKind] = ActionKind.EXCHANGE


@dataclass(frozen=True, slots=True)
class Resend:
    """Send pieces once more, free of charge."""

    pieces: tuple[tuple[str, int], ...]
    reason: str
    kind: ClassVar[ActionKind] = ActionKind.RESEND


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Place an order for a customer, to be paid by them."""

    account: str
    variants: tuple[tuple[str, int], ...]  # (variant, how many)
    address: Address
    method: InstrumentKind
    freight: int = 0
    kind: ClassVar[ActionKind] = ActionKind.PLACE_ORDER


@dataclass(frozen=True, slots=True)
class AddNote:
    """Leave a note on the order in the shop system."""

    text: str
    kind: ClassVar[ActionKind] = ActionKind.ADD_NOTE


@dataclass(frozen=True, slots=True)
class AddTag:
    """Tag the order in the shop system."""

    tag: str
    kind: ClassVar[ActionKind] = ActionKind.ADD_TAG


@dataclass(frozen=True, slots=True)
class GiveCredit:
    """Give the customer a gift card or coupon: as a gift, or instead of money that would go back for the order."""

    amount: int
    reason: str
    settles: int = 0  # of the amount: what would else go back as money, and does not any more; the rest is a gift
    pieces: tuple[tuple[str, int], ...] = ()  # (line, how many) that it settles: they are not paid back besides
    kind: ClassVar[ActionKind] = ActionKind.GIVE_CREDIT


Action = (
    ChangeAddress
    | ChangeDefaultAddress
    | ChangePayment
    | SendPaymentLink
    | ChangeLines
    | Cancel
    | Refund
    | RequestReturn
    | Exchange
    | Resend
    | PlaceOrder
    | AddNote
    | AddTag
    | GiveCredit
)


class Outcome(StrEnum):
    """What became of an action in the shop system."""

    DONE = "done"
    PARTLY = "partly"  # somebody or something there has to finish it
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Done:
    """The system's answer to an action."""

    outcome: Outcome
    order: Order | None = None  # as it stands afterwards, where the system says so
    account: Account | None = None  # likewise
    ref: str = ""  # of what came of it: a refund, a return, a new order
    detail: str = ""  # for people, as in `CommerceError`: what is left to be done, or why it was refused
    code: str = ""  # of a refusal, in the system's own words


class CommerceError(Exception):
    """The shop system could not be asked or did not answer. `permanent`: trying again the same way is pointless.

    `uncertain`: an action may have had its effect although no answer came; it is never repeated by itself, but asked
    about with `Commerce.recall`. The message is a sentence that is a message id, and on a second line, if there is one,
    the other side's own words; it holds no secrets. `code` names the fault for programs: "auth", "scope", "connect",
    "tls", "clock", "rate", "gone", "protocol", "uncertain".
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        code: str = "protocol",
        retry_after: float | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.code = code
        self.retry_after = retry_after  # seconds, when the system says so
        self.uncertain = uncertain


class KeyKind(StrEnum):
    """By what orders can be found."""

    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"
    TAX_ID = "tax_id"
    ACCOUNT = "account"
    TRACKING = "tracking"
    PERSON = "person"  # name and postcode together


@dataclass(frozen=True, slots=True)
class Link:
    """A connected shop system as its adapter sees it."""

    config: Any  # an instance of the adapter's `Config`
    key: str = ""  # of this connection, for what an adapter keeps apart by it
    currency: str = ""  # of the shop, where the system does not say
    region: str = ""  # ISO 3166 country of the shop


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a cursor, oldest first, and the cursor to store once it is kept."""

    orders: tuple[Order, ...]
    cursor: Mapping[str, Any]
    more: bool = False  # the system has more right now: ask again at once
    products: tuple[Product, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a webhook said has changed, by the system's own keys. It is read anew: repeats and order do not matter."""

    orders: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    status: int = 200  # what the caller is answered once this is kept
    body: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """One way to bring goods to a place."""

    name: str  # for people: "PAC", "Sedex"
    amount: int  # minor units
    days: tuple[int, int] | None = None  # working days, from and to, where the system says so


class Commerce(Protocol):
    """The part that every backend has. One object serves all connections, in several threads: it keeps nothing."""

    kind: ClassVar[str]  # "shopify": a lower-case word, kept with every connection; never change it
    label: ClassVar[str]  # as people call it: a name, or a message id
    is_tried: ClassVar[bool]  # against a real system of this kind; the set-up page tells when it was not
    Config: ClassVar[type[Any]]  # a frozen dataclass of `ports.config.config_field`s; its set-up form is made from it

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say which actions this system can carry out; no other is offered or asked for. Calls nobody."""
        ...

    def order(self, ref: str, link: Link) -> Order | None:
        """Return one order by the system's own key; None when there is none."""
        ...

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the newest orders that carry a key, newest first; none for a kind the system cannot look for."""
        ...

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return what changed since a cursor, a page of it; an empty cursor asks for everything.

        The cursor is the adapter's own, of plain JSON; it is stored once the page is kept. With `more` it has to move.
        """
        ...

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Carry out an action once; the same `key` again must have no second effect. May raise `CommerceError`.

        `order` is our copy and may be minutes old. A part that the system cannot do (`Cancel.pieces`,
        `Refund.instrument`, ...) is refused, not left out. Any other exception counts as uncertain.
        """
        ...

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Say what became of an action of which no answer came; None: it had no effect. May raise `CommerceError`."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """A system that calls us when something changed."""

    def heard(self, request: HookRequest, link: Link) -> Heard:
        """Check the caller's signature (`Forbidden` if wrong) and return what is to be read anew."""
        ...


@runtime_checkable
class Selling(Protocol):
    """A system that tells of one product."""

    def product(self, ref: str, link: Link) -> Product | None:
        """Return one product by the system's own key; None when there is none (any more)."""
        ...


@runtime_checkable
class Quoting(Protocol):
    """A system that knows what it costs to bring goods to a place."""

    def freight(self, variants: Sequence[tuple[str, int]], address: Address, link: Link) -> Sequence[Quote]:
        """Return the ways to bring (variant, how many) to an address, the cheapest first; may raise `CommerceError`."""
        ...


@runtime_checkable
class Checked(Protocol):
    """A system whose settings can be tried out."""

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Try the settings: (what was tried, did it work, what to do) in order; never raises.

        Both texts are message ids; what to do may have a second line, as in `CommerceError`.
        """
        ...

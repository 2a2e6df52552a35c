"""The words of orders and of what may be done to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from balcao.ports.commerce import ActionKind, Instrument, InstrumentKind, Line, OrderStage, Variant


class Level(IntEnum):
    """How sure we are of whom we speak with, for this conversation (the verification ladder)."""

    CLAIMED = 0  # anybody may have typed it
    PLAUSIBLE = 1  # they know an order's number and a contact on it, or write from that contact
    VERIFIED = 2  # they showed control of a contact that the order had before this conversation


class EvidenceKind(StrEnum):
    """By what somebody showed who they are."""

    ORDER_NUMBER = "order_number"  # they typed an order's number and a contact on it
    SIGNED_LINK = "signed_link"  # they came by a link that we had written to the customer
    ATTESTED = "attested"  # an agent asked them what only the buyer knows
    CODE = "code"  # they typed the code that went to a key of theirs
    LINK = "link"  # they opened the link that went to a key of theirs


class Denial(StrEnum):
    """Why an action is not allowed; `web` says it in the reader's language."""

    NO_ORDER = "no_order"
    NOT_THEIRS = "not_theirs"  # the order belongs to another customer
    NOT_ABLE = "not_able"  # the shop system cannot do it
    UNDER_WAY = "under_way"  # another action on the order is not finished
    LEVEL = "level"  # whom we speak with is not verified enough
    ROLE = "role"  # the agent's role may not
    STAGE = "stage"  # the order has come too far, or not far enough
    CHANGED_ALREADY = "changed_already"  # lines change only so often
    ASKED_BACK_ALREADY = "asked_back_already"  # a return or exchange is under way
    REASON = "reason"  # the shop accepts other reasons only
    EMPTY = "empty"  # nothing is asked for
    NO_SUCH_LINE = "no_such_line"
    TOO_MANY = "too_many"  # more pieces than there are
    NO_SUCH_VARIANT = "no_such_variant"
    OTHER_PRODUCT = "other_product"
    SAME_VARIANT = "same_variant"
    SOLD_OUT = "sold_out"
    NO_SUCH_INSTRUMENT = "no_such_instrument"
    SAME_INSTRUMENT = "same_instrument"
    NOT_ONE_PAYMENT = "not_one_payment"  # paid in parts or already moved: to be sorted out by hand
    BALANCE = "balance"  # the gift card holds too little
    WRONG_INSTRUMENT = "wrong_instrument"  # the shop pays back elsewhere only
    NOT_PAID = "not_paid"
    ABOVE_OPEN = "above_open"  # more than is left of what was paid
    ABOVE_CAP = "above_cap"  # more than anybody may give
    CHANGED = "changed"  # the order changed since it was agreed to: what would happen now is not what was shown
    SILENT = "silent"  # the shop system does not answer, and the action cannot wait until it does
    DISPUTED = "disputed"  # a chargeback is open: paying back would lose it twice
    ADDRESS = "address"  # it is incomplete, or the same


class RefundTo(StrEnum):
    """Where a shop pays money back to."""

    ORIGINAL = "original"
    GIFT_CARD = "gift_card"  # one of the customer's, instead
    ANY = "any"  # any instrument of the customer's


_ALL_EARLY = frozenset({OrderStage.PENDING})
_LEVELS = {
    ActionKind.CHANGE_ADDRESS: Level.VERIFIED,
    ActionKind.CHANGE_DEFAULT_ADDRESS: Level.VERIFIED,
    ActionKind.CHANGE_PAYMENT: Level.VERIFIED,
    ActionKind.SEND_PAYMENT_LINK: Level.PLAUSIBLE,
    ActionKind.CHANGE_LINES: Level.VERIFIED,
    ActionKind.CANCEL: Level.VERIFIED,
    ActionKind.REFUND: Level.VERIFIED,
    ActionKind.REQUEST_RETURN: Level.PLAUSIBLE,
    ActionKind.EXCHANGE: Level.VERIFIED,
    ActionKind.RESEND: Level.VERIFIED,
    ActionKind.PLACE_ORDER: Level.PLAUSIBLE,
    ActionKind.GIVE_CREDIT: Level.PLAUSIBLE,
}


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether a shop wants to hear of shipments that go wrong before their customers do, and its patience."""

    is_on: bool = False
    late_days: int = 1  # after the promised day
    silent_days: int = 4  # since the carrier saw the parcel last
    team: int = 0  # whose the ticket is; 0: nobody's


@dataclass(frozen=True, slots=True)
class Policy:
    """What a shop allows, its sums in the shop's currency. The defaults suit a small shop; law comes on top."""

    address_stages: frozenset[OrderStage] = _ALL_EARLY
    payment_stages: frozenset[OrderStage] = _ALL_EARLY
    lines_stages: frozenset[OrderStage] = _ALL_EARLY
    cancel_stages: frozenset[OrderStage] = frozenset({OrderStage.DRAFT, OrderStage.PENDING, OrderStage.PREPARING})
    return_stages: frozenset[OrderStage] = frozenset({OrderStage.SHIPPED, OrderStage.DELIVERED})
    cancel_reasons: tuple[str, ...] = ()  # empty: any
    cancels_parts: bool = True
    cancels_after_changes: bool = True  # an order whose lines were changed may still be cancelled
    most_changes: int | None = None  # of an order's lines; None: no limit
    most_comebacks: int | None = None  # returns and exchanges of one order
    same_product_only: bool = True  # a swap stays within the product
    different_variant_only: bool = True  # a swap must change something
    refund_to: RefundTo = RefundTo.ORIGINAL
    pays_difference_with: RefundTo = RefundTo.ANY
    customers_may: frozenset[ActionKind] = frozenset(
        {ActionKind.CHANGE_ADDRESS, ActionKind.CANCEL}
    )  # what customers do themselves on their order's page; everything else becomes a request
    levels: Mapping[ActionKind, Level] = field(default_factory=lambda: dict(_LEVELS))
    limits: Mapping[str, int] = field(
        default_factory=dict
    )  # role -> minor units it may move without a second pair of eyes
    credit_cap: int = 5000  # minor units that one gift may be worth at most; credit instead of money is no gift

    watch: Watch = Watch()

    def level(self, kind: ActionKind) -> Level:
        """Return how sure we have to be of the customer for an action."""
        return self.levels.get(kind, Level.CLAIMED)


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant and the product it belongs to."""

    variant: Variant
    product: str
    name: str = ""
    currency: str = ""

    def price_beside(self, line: Line, currency: str) -> int:
        """Return what a piece costs in the place of one of a line; the same where its price is in another currency."""
        return self.variant.price if self.currency in ("", currency) else line.unit_price


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that an action moves: to the customer, or with a negative amount from them."""

    instrument: Instrument
    amount: int

    @property
    def is_at_once(self) -> bool:
        """Tell whether the customer has it right away; elsewhere their bank takes its days."""
        return self.instrument.kind == InstrumentKind.GIFT_CARD


@dataclass(frozen=True, slots=True)
class Effect:
    """What exactly an action will do: the dry run."""

    movements: tuple[Movement, ...] = ()
    restocked: tuple[tuple[str, int], ...] = ()  # (variant, pieces) that come back into stock
    taken: tuple[tuple[str, int], ...] = ()  # (variant, pieces) that leave it
    stage: OrderStage | None = None  # of the order afterwards, when it changes

    @property
    def given(self) -> int:
        """Return what the customer gets back in all, in minor units."""
        return sum(move.amount for move in self.movements if move.amount > 0)

    @property
    def paid(self) -> int:
        """Return what the customer pays in all, in minor units."""
        return -sum(move.amount for move in self.movements if move.amount < 0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an action is allowed: its effect, or why not."""

    effect: Effect | None = None
    denial: Denial | None = None
    needs_approval: bool = False

    @property
    def is_allowed(self) -> bool:
        """Tell whether it may be done, if need be after a second pair of eyes."""
        return self.denial is None


class WantedKind(StrEnum):
    """What may have to be read anew from a shop system."""

    ORDER = "order"
    PRODUCT = "product"
    CUSTOMER = "customer"  # everything a customer of ours bought there


class ImportState(StrEnum):
    """How far a file has come on its way into the order book."""

    MAPPING = "mapping"  # somebody says which column is what
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # it could not be read at all


class LedgerState(StrEnum):
    """How far an order action has come."""

    ASKED = "asked"  # waits for a second pair of eyes
    QUEUED = "queued"
    PERFORMING = "performing"  # the shop system may be doing it: a crash here is asked about, never repeated blindly
    DONE = "done"
    PARTLY = "partly"
    REFUSED = "refused"  # by the shop system
    UNCERTAIN = "uncertain"  # no answer came; it is asked about until there is one
    DECLINED = "declined"  # by the second pair of eyes
    WITHDRAWN = "withdrawn"


OPEN_LEDGER = (LedgerState.ASKED, LedgerState.QUEUED, LedgerState.PERFORMING, LedgerState.UNCERTAIN)

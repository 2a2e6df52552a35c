"""The words of the things themselves: why they come back, in what state, what becomes of them."""

from dataclasses import dataclass
from enum import StrEnum


class ReasonGroup(StrEnum):
    """Why something comes back, in one word; what it was exactly is a `Reason`."""

    REGRET = "regret"
    FIT = "fit"
    DESCRIPTION = "description"  # it is not what the shop's page said
    ARRIVAL = "arrival"  # defective when it came
    LATER = "later"  # a defect that showed in use
    TRANSPORT = "transport"
    WRONG = "wrong"  # another thing came
    MISSING = "missing"
    LATE = "late"
    GIFT = "gift"
    RECALL = "recall"


class Reason(StrEnum):
    """Why something comes back, in both levels: the group, and what it was."""

    CHANGED_MIND = "regret.changed_mind"
    BETTER_PRICE = "regret.better_price"
    ORDERED_TWICE = "regret.ordered_twice"
    TOO_SMALL = "fit.too_small"
    TOO_LARGE = "fit.too_large"
    DOES_NOT_SUIT = "fit.does_not_suit"
    OTHER_LOOK = "description.other_look"  # colour, pattern, material
    OTHER_FACTS = "description.other_facts"  # size, function, age
    BROKEN = "arrival.broken"
    NOT_WORKING = "arrival.not_working"
    FLAW = "arrival.flaw"
    STOPPED_WORKING = "later.stopped_working"
    WORE_OUT = "later.wore_out"
    PARCEL_DAMAGED = "transport.parcel_damaged"
    CONTENT_DAMAGED = "transport.content_damaged"  # the parcel looked well
    OTHER_PRODUCT = "wrong.other_product"
    OTHER_VARIANT = "wrong.other_variant"
    MISSING_PART = "missing.part"
    MISSING_PIECE = "missing.piece"
    CAME_TOO_LATE = "late.came_too_late"
    UNWANTED_GIFT = "gift.unwanted"
    RECALLED = "recall.safety"

    @property
    def group(self) -> ReasonGroup:
        """Return the first level."""
        return ReasonGroup(self.value.partition(".")[0])


class Fault(StrEnum):
    """Who caused it: drives who pays, and the report of costs."""

    CUSTOMER = "customer"
    SHOP = "shop"
    CARRIER = "carrier"
    SUPPLIER = "supplier"
    MARKETPLACE = "marketplace"


class Grade(StrEnum):
    """In what state something came back."""

    A = "A"  # sealed
    B = "B"  # opened, as new
    C = "C"  # used, or incomplete
    D = "D"  # damaged
    X = "X"  # not ours, or an empty box


class Disposition(StrEnum):
    """What becomes of the thing itself."""

    RESTOCK = "restock"
    REFURBISH = "refurbish"
    OUTLET = "outlet"
    VENDOR_RETURN = "vendor_return"
    DONATE = "donate"
    RECYCLE = "recycle"
    DESTROY = "destroy"
    SEND_BACK = "send_back"  # to the customer


class Outcome(StrEnum):
    """What the customer gets for it."""

    REFUND = "refund"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    CREDIT = "credit"  # only where they agreed to it
    REDUCTION = "reduction"  # they keep it and pay less


class SendingWay(StrEnum):
    """How it comes back."""

    LABEL = "label"  # printed by the customer
    CODE = "code"  # shown at a drop-off point
    PICKUP = "pickup"
    OWN = "own"  # the customer sends it as they like


class Signal(StrEnum):
    """What may point to fraud. A score with reasons, never the sole ground of a refusal."""

    WEIGHT = "weight"  # the parcel is empty or lighter than its content
    SERIAL = "serial"  # another serial number than was sold
    RATE = "rate"  # sends back far more than others do
    SHARED = "shared"  # several accounts on one address, device or payout key
    DENIED_RECEIPT = "denied_receipt"  # "not received" against proof of delivery, again
    OTHER_PAYEE = "other_payee"  # the money is asked to somebody else
    FIRST_AND_DEAR = "first_and_dear"  # a first order of high value


@dataclass(frozen=True, slots=True)
class Finding:
    """One signal that was seen: its points, and the figures it was seen by."""

    signal: Signal
    points: int
    seen: str = ""  # figures only, as "320/800" grams: the words are said in the reader's language


@dataclass(frozen=True, slots=True)
class Risk:
    """How far signals add up, 0 to 100, with what they are."""

    score: int = 0
    findings: tuple[Finding, ...] = ()


class Mismatch(StrEnum):
    """What was found otherwise than it was told."""

    NOT_ANNOUNCED = "not_announced"  # a line that nobody spoke of
    FEWER = "fewer"  # pieces than announced
    MORE = "more"
    SERIAL = "serial"
    PARTS = "parts"  # something is missing
    WORSE = "worse"  # than the reason lets expect
    NOT_OURS = "not_ours"
    LIGHTER = "lighter"  # by more than a tenth


@dataclass(frozen=True, slots=True)
class Difference:
    """One mismatch: on which line, what was told and what was found."""

    kind: Mismatch
    line: str = ""
    told: str = ""
    found: str = ""

"""What can be done to an order, as programs ask for it."""

from typing import Annotated, Literal

from ninja import Field
from pydantic import ConfigDict, RootModel, StringConstraints

from balcao.api.v1.words import Input, Line, StrictNumber, Text, Word
from balcao.ports.commerce import (
    Action,
    ActionKind,
    AddNote,
    Address,
    AddTag,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    ChangePayment,
    Exchange,
    GiveCredit,
    InstrumentKind,
    PlaceOrder,
    Refund,
    RequestReturn,
    Resend,
    SendPaymentLink,
    Swap,
)

_MOST = 10**12  # minor units: beyond is a slip of the pen

Amount = Annotated[int, Field(strict=True, ge=0, le=_MOST, description="Whole minor units: 1090 is R$ 10,90.")]
Count = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Reason = Annotated[Line, StringConstraints(min_length=1), Field(description="It stays with the order.")]
Ref = Annotated[Line, Field(description="The `ref` of one of the customer's instruments; empty: as it was paid.")]


class AddressInput(Input):
    """Where to send something."""

    line1: Line
    city: Line
    postcode: Word
    name: Line = ""
    line2: Line = ""
    district: Line = ""
    region: Line = ""
    country: Word = ""
    phone: Word = ""

    def address(self) -> Address:
        """Return it as the rules know it."""
        return Address(**self.model_dump())


class PieceInput(Input):
    """So many pieces of one line."""

    line: Line = Field(description="The line's `ref`.")
    quantity: Count


class SwapInput(Input):
    """Pieces of one line that become another variant."""

    line: Line = Field(description="The line's `ref`.")
    variant: Line = Field(description="The `ref` of the new variant.")
    quantity: Count = 1


Pieces = Annotated[list[PieceInput], Field(max_length=500)]
Swaps = Annotated[list[SwapInput], Field(min_length=1, max_length=500)]


class Asked(Input):
    """What every action takes."""

    dry_run: bool = Field(False, strict=True, description="Only say what would happen; nothing is stored.")
    agreed: Word = Field(
        "", description="`agreed` of the dry run: refuse if it would do anything else by now (`changed`)."
    )


class _OnOrder(Asked):
    ticket: StrictNumber | None = Field(
        None, description="The ticket on which it is asked for: it says how sure we are of the customer."
    )


class ChangeAddressInput(_OnOrder):
    """Send the order elsewhere; on wish, from now on everything."""

    kind: Literal[ActionKind.CHANGE_ADDRESS]
    address: AddressInput
    as_default: bool = Field(False, strict=True)

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return ChangeAddress(self.address.address(), self.as_default)


class ChangeDefaultAddressInput(_OnOrder):
    """Send what the customer of this order buys from now on elsewhere; no order changes."""

    kind: Literal[ActionKind.CHANGE_DEFAULT_ADDRESS]
    address: AddressInput

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return ChangeDefaultAddress(account, self.address.address())


class ChangePaymentInput(_OnOrder):
    """Pay with another instrument of the customer; what was paid with the old one goes back to it."""

    kind: Literal[ActionKind.CHANGE_PAYMENT]
    instrument: Ref

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return ChangePayment(self.instrument)


class SendPaymentLinkInput(_OnOrder):
    """Give up a payment that was not made, and make a new one to be paid by the customer."""

    kind: Literal[ActionKind.SEND_PAYMENT_LINK]
    method: InstrumentKind

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return SendPaymentLink(self.method)


class ChangeLinesInput(_OnOrder):
    """Turn pieces of an order that has not left into other variants; the instrument pays or gets the difference."""

    kind: Literal[ActionKind.CHANGE_LINES]
    swaps: Swaps
    instrument: Ref = ""

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return ChangeLines(_swaps(self.swaps), self.instrument)


class CancelInput(_OnOrder):
    """Cancel the order, or only some pieces; what was paid for them goes back."""

    kind: Literal[ActionKind.CANCEL]
    reason: Reason
    pieces: Pieces = Field([], description="Empty: everything.")

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return Cancel(self.reason, _pieces(self.pieces))


class RefundInput(_OnOrder):
    """Pay back: pieces, freight, a sum besides."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"kind": "refund", "ticket": 48213, "reason": "Chegou quebrado", "amount": 1090}}
    )

    kind: Literal[ActionKind.REFUND]
    reason: Reason
    pieces: Pieces = []
    freight: Amount = 0
    amount: Amount = Field(0, description="Besides pieces and freight, in whole minor units.")
    instrument: Ref = ""

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return Refund(self.reason, _pieces(self.pieces), self.freight, self.amount, self.instrument)


class RequestReturnInput(_OnOrder):
    """Let pieces come back; the money follows once they are there."""

    kind: Literal[ActionKind.REQUEST_RETURN]
    pieces: Annotated[Pieces, Field(min_length=1)]
    instrument: Ref = ""
    reason: Line = ""

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return RequestReturn(_pieces(self.pieces), self.instrument, self.reason)


class ExchangeInput(_OnOrder):
    """Let pieces that arrived come back and send other variants for them."""

    kind: Literal[ActionKind.EXCHANGE]
    swaps: Swaps
    instrument: Ref = ""
    reason: Line = ""

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return Exchange(_swaps(self.swaps), self.instrument, self.reason)


class ResendInput(_OnOrder):
    """Send pieces once more, free of charge."""

    kind: Literal[ActionKind.RESEND]
    pieces: Annotated[Pieces, Field(min_length=1)]
    reason: Reason

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return Resend(_pieces(self.pieces), self.reason)


class AddNoteInput(_OnOrder):
    """Leave a note on the order in the shop system."""

    kind: Literal[ActionKind.ADD_NOTE]
    text: Annotated[Text, StringConstraints(min_length=1, max_length=2_000)]

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return AddNote(self.text)


class AddTagInput(_OnOrder):
    """Tag the order in the shop system."""

    kind: Literal[ActionKind.ADD_TAG]
    tag: Annotated[Word, StringConstraints(min_length=1)]

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return AddTag(self.tag)


class GiveCreditInput(_OnOrder):
    """Give the customer a gift card or coupon."""

    kind: Literal[ActionKind.GIVE_CREDIT]
    amount: Amount
    reason: Reason

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        return GiveCredit(self.amount, self.reason)


AnyAction = Annotated[
    ChangeAddressInput
    | ChangeDefaultAddressInput
    | ChangePaymentInput
    | SendPaymentLinkInput
    | ChangeLinesInput
    | CancelInput
    | RefundInput
    | RequestReturnInput
    | ExchangeInput
    | ResendInput
    | AddNoteInput
    | AddTagInput
    | GiveCreditInput,
    Field(discriminator="kind"),
]


class ActionInput(RootModel[AnyAction]):
    """One action, by its `kind`."""


class VariantInput(Input):
    """So many pieces of a variant."""

    variant: Line = Field(description="The variant's `ref`.")
    quantity: Count = 1


class PlaceOrderInput(Asked):
    """An order for the ticket's customer, to be paid by them."""

    account: Line = Field(
        "", description="The customer's key in the shop system (`account_ref`), if they have several accounts."
    )
    variants: list[VariantInput] = Field(min_length=1, max_length=200)
    address: AddressInput
    method: InstrumentKind
    freight: Amount = 0

    def action(self, account: str) -> Action:
        """Return it as the rules know it."""
        bought = tuple((one.variant, one.quantity) for one in self.variants)
        return PlaceOrder(account, bought, self.address.address(), self.method, self.freight)


def _pieces(pieces: list[PieceInput]) -> tuple[tuple[str, int], ...]:
    return tuple((one.line, one.quantity) for one in pieces)


def _swaps(swaps: list[SwapInput]) -> tuple[Swap, ...]:
    return tuple(Swap(one.line, one.variant, one.quantity) for one in swaps)


class DeclineInput(Input):
    """Why not."""

    reason: Reason

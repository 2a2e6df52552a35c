"""What a shop itself allows: never less than the law, whatever stands here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from balcao.deadlines.rules.law_words import Trait
from balcao.ports.commerce import Address
from balcao.returns.types.decisions import Payer
from balcao.returns.types.words import Outcome, ReasonGroup, SendingWay

_WITH_PHOTOS = frozenset(
    {
        ReasonGroup.ARRIVAL,
        ReasonGroup.DESCRIPTION,
        ReasonGroup.MISSING,
        ReasonGroup.TRANSPORT,
        ReasonGroup.WRONG,
    }
)


class FreightBack(StrEnum):
    """How much of the freight to the customer goes back with the goods."""

    ALL_WITH_ALL = "all_with_all"  # all of it once everything came back, before that nothing
    SHARE = "share"  # the pieces' share each time, all of it with the last of them
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReturnsPolicy:
    """A shop's returns policy. The defaults add nothing to the law but a person's look where it has exceptions."""

    withdrawal_days: int | None = None  # from the last delivery; None: as the law says
    defect_days: int | None = None
    is_informing: bool = True  # customers are told of their right when they buy
    allowed: frozenset[Trait] = frozenset()  # taken back although a law leaves them out
    marks: Mapping[Trait, tuple[str, ...]] = field(default_factory=dict)  # how article codes begin, or words of names
    return_cost: Payer = Payer.SHOP  # of a withdrawal, where the law leaves it to the customer
    freight_back: FreightBack = FreightBack.SHARE
    standard_freight: int | None = None  # minor units; None: whatever was paid is the usual way
    refund_days: int | None = None  # from the arrival of the goods
    waits_for: bool = True  # keeps the money back as long as the law lets it
    outcomes: frozenset[Outcome] = frozenset({Outcome.REFUND, Outcome.EXCHANGE, Outcome.CREDIT})  # of a withdrawal
    bonus: int = 0  # basis points on top of credit
    ways: tuple[SendingWay, ...] = (SendingWay.LABEL,)
    label_days: int = 10  # until a label is over
    photos: frozenset[ReasonGroup] = _WITH_PHOTOS
    review_score: int = 50  # from where a person looks
    review_worth: int | None = None  # minor units; None: never
    prefix: str = "RMA"
    warehouse: Address = field(default_factory=Address)

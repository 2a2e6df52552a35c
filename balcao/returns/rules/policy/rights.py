"""A right as one side gives it, law or shop, in the form in which the two are compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from balcao.deadlines.rules.law import Goods, Trigger
from balcao.returns.types import (
    Claim,
    Grounds,
    Length,
    LineCase,
    Outcome,
    Parameter,
    Payer,
    ReasonGroup,
    Trait,
    Until,
    Value,
)

ONLY_OPENED = frozenset({Trait.HYGIENE, Trait.MEDIA})  # exceptions once somebody opened the seal


@dataclass(frozen=True, slots=True)
class Saying:
    """What a side says of one parameter, on what grounds, and from when a period counts."""

    value: Value
    grounds: Grounds
    trigger: str = ""
    goods: Goods = Goods.ANY  # of which sort of goods a period speaks


@dataclass(frozen=True, slots=True)
class Right:
    """One claim as one side gives it."""

    claim: Claim
    grounds: Grounds
    periods: tuple[Saying, ...] = ()  # how long it may be claimed: one, or one for each sort of goods and defect
    sayings: Mapping[Parameter, Saying] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    is_free_choice: bool = True
    first: tuple[Outcome, ...] = ()  # what may be asked for at once, where the choice is not free
    rejecting: tuple[Outcome, ...] = ()  # what may be chosen freely while `Parameter.REJECT_WITHIN` lasts
    free_for: frozenset[Trait] = frozenset()  # of these the customer chooses at once, even where there is an order
    exceptions: Mapping[Trait, Grounds] = field(default_factory=dict)
    allowed: frozenset[Trait] = frozenset()  # what would be an exception but for the other side
    extension: Length | None = None  # on top of the period where the customer was not informed
    ack: Grounds | None = None  # by which receipt is confirmed at once

    def period(self, line: LineCase | None) -> Saying | None:
        """Return how long it may be claimed for a line; None where no period is said."""
        hidden = line is not None and line.reason.group == ReasonGroup.LATER
        goods = Goods.NON_DURABLE if line and Trait.PERISHABLE in line.traits else Goods.DURABLE
        fitting = [one for one in self.periods if one.goods in (Goods.ANY, goods)]
        hidden_ones = [one for one in fitting if one.trigger == Trigger.DEFECT_SEEN]
        visible_ones = [one for one in fitting if one.trigger != Trigger.DEFECT_SEEN]
        return next(iter((hidden and hidden_ones) or visible_ones), None)


def allowing(right: Right, traits: frozenset[Trait]) -> Right:
    """Return a right with fewer exceptions: those that the other side does not insist on."""
    kept = {trait: grounds for trait, grounds in right.exceptions.items() if trait not in traits}
    return replace(right, exceptions=kept, allowed=frozenset(right.exceptions) & traits)


def better(parameter: Parameter, law: Value | None, shop: Value | None) -> Value | None:
    """Return what is better for the customer of two sayings that can be told apart without counting days."""
    if law is None or shop is None:
        return shop if law is None else law
    return _BETTER[parameter](law, shop)


def _both(law: Value, shop: Value) -> Value:
    parts = tuple(dict.fromkeys((*_words(law), *_words(shop))))
    return tuple(part for part in parts if part != "standard_freight" or "freight" not in parts)


def _words(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _shop_pays(law: Value, shop: Value) -> Value:
    return Payer.SHOP.value if Payer.SHOP in (law, shop) else law


def _least_wait(law: Value, shop: Value) -> Value:
    order = [one.value for one in Until]
    return min(str(law), str(shop), key=order.index)


_BETTER = {
    Parameter.REFUND_INCLUDES: _both,
    Parameter.RETURN_COST: _shop_pays,
    Parameter.WITHHOLD: _least_wait,
}
COMPARED = tuple(_BETTER)

"""Whether an action is allowed, and what exactly it would do: over the order's state and the shop's policy alone.

The first reason against it is the one that is told, from what concerns the whole order down to details.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from balcao.commerce.rules import retrying
from balcao.commerce.types import Denial, Effect, Level, Movement, Offer, Policy, RefundTo, Verdict
from balcao.ports import money
from balcao.ports.commerce import (
    Account,
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
    Instrument,
    InstrumentKind,
    Line,
    Order,
    OrderStage,
    PlaceOrder,
    Refund,
    RequestReturn,
    Resend,
    SendPaymentLink,
    Swap,
)

Pieces = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a decision looks at."""

    account: Account
    policy: Policy
    order: Order | None = None
    offers: Mapping[str, Offer] = field(default_factory=dict)  # the variants that the action names
    abilities: frozenset[ActionKind] = frozenset(ActionKind)
    level: Level = Level.VERIFIED
    role: str = ""  # whose limit counts; empty: nobody's, as for the customer's own requests
    currency: str = ""  # in which the policy's sums are; "": the order's own
    is_disputed: bool = False
    is_silent: bool = False  # the shop system does not answer
    is_under_way: bool = False  # another action on the order is not finished: what it moves is not yet in the order


_ALONGSIDE = {ActionKind.ADD_NOTE, ActionKind.ADD_TAG, ActionKind.CHANGE_DEFAULT_ADDRESS, ActionKind.PLACE_ORDER}


class _Denied(Exception):
    def __init__(self, denial: Denial) -> None:
        super().__init__(denial)
        self.denial = denial


def decide(action: Action, scene: Scene) -> Verdict:
    """Return whether an action is allowed in a scene: its exact effect, or the first reason against it."""
    try:
        _deny_unless(action.kind in scene.abilities, Denial.NOT_ABLE)
        _deny_unless(not scene.is_silent or retrying.can_wait(action.kind), Denial.SILENT)
        _deny_unless(scene.level >= scene.policy.level(action.kind), Denial.LEVEL)
        _deny_unless(not scene.is_under_way or action.kind in _ALONGSIDE, Denial.UNDER_WAY)
        effect = _JUDGES[type(action)](action, scene)
    except _Denied as denied:
        return Verdict(denial=denied.denial)
    return Verdict(effect, needs_approval=_is_above_limit(effect, scene) or _is_foreign_gift(action, scene))


def _deny_unless(is_fine: object, denial: Denial) -> None:
    if not is_fine:
        raise _Denied(denial)


def _is_above_limit(effect: Effect, scene: Scene) -> bool:
    limit = scene.policy.limits.get(scene.role)
    if limit is not None and is_foreign(scene):
        return effect.given > 0
    return limit is not None and effect.given > limit


def is_foreign(scene: Scene) -> bool:
    """Tell whether an order is in another currency than the policy's sums: no sum of it is compared with them."""
    return bool(scene.order and scene.currency and scene.order.currency != scene.currency)


def _is_foreign_gift(action: Action, scene: Scene) -> bool:
    """Tell whether something is given that no cap can be compared with: somebody else has to agree then."""
    return isinstance(action, GiveCredit) and action.amount > action.settles and is_foreign(scene)


def _order(scene: Scene) -> Order:
    if scene.order is None:
        raise _Denied(Denial.NO_ORDER)
    _deny_unless(scene.order.account.ref == scene.account.ref, Denial.NOT_THEIRS)
    return scene.order


# --- Addresses --------------------------------------------------------------------------------------------------------


def _change_address(action: ChangeAddress, scene: Scene) -> Effect:
    order = _order(scene)
    _deny_unless(order.stage in scene.policy.address_stages, Denial.STAGE)
    _check_address(action.address)
    return Effect()


def _change_default_address(action: ChangeDefaultAddress, scene: Scene) -> Effect:
    _deny_unless(action.account == scene.account.ref, Denial.NOT_THEIRS)
    _check_address(action.address)
    return Effect()


def _check_address(address: Address) -> None:
    _deny_unless(address.line1 and address.city and address.postcode, Denial.ADDRESS)


# --- Payment ----------------------------------------------------------------------------------------------------------


def _change_payment(action: ChangePayment, scene: Scene) -> Effect:
    order = _order(scene)
    _deny_unless(order.stage in scene.policy.payment_stages, Denial.STAGE)
    chosen = _instrument(action.instrument, scene)
    _deny_unless(len(order.payments) == 1 and not order.payments[0].is_refund, Denial.NOT_ONE_PAYMENT)
    paid = order.payments[0]
    _deny_unless(paid.instrument.ref != chosen.ref, Denial.SAME_INSTRUMENT)
    _check_balance(chosen, paid.amount)
    return Effect((Movement(chosen, -paid.amount), Movement(_known(paid.instrument, scene), paid.amount)))


def _send_payment_link(_action: SendPaymentLink, scene: Scene) -> Effect:
    order = _order(scene)
    _deny_unless(order.stage in scene.policy.payment_stages | {OrderStage.DRAFT}, Denial.STAGE)
    _deny_unless(not money.open_balance(order), Denial.NOT_ONE_PAYMENT)
    return Effect()


def _instrument(ref: str, scene: Scene) -> Instrument:
    found = next((one for one in scene.account.instruments if one.ref == ref), None)
    if found is None:
        raise _Denied(Denial.NO_SUCH_INSTRUMENT)
    return found


def _known(instrument: Instrument, scene: Scene) -> Instrument:
    """Return an instrument as the account knows it, with its balance."""
    return next((one for one in scene.account.instruments if one.ref == instrument.ref), instrument)


def _check_balance(instrument: Instrument, amount: int) -> None:
    is_card = instrument.kind == InstrumentKind.GIFT_CARD and instrument.balance is not None
    _deny_unless(not is_card or (instrument.balance or 0) >= amount, Denial.BALANCE)


# --- Lines ------------------------------------------------------------------------------------------------------------


def _change_lines(action: ChangeLines, scene: Scene) -> Effect:
    order, policy = _order(scene), scene.policy
    _deny_unless(order.stage in policy.lines_stages, Denial.STAGE)
    _deny_unless(policy.most_changes is None or order.changes < policy.most_changes, Denial.CHANGED_ALREADY)
    return _swapped(action.swaps, action.instrument, order, scene)


def _exchange(action: Exchange, scene: Scene) -> Effect:
    order = _order(scene)
    _check_comeback(order, scene)
    swapped = _swapped(action.swaps, action.instrument, order, scene)
    return Effect(swapped.movements, taken=swapped.taken)  # what comes back is looked at before it is sold again


def _swapped(swaps: tuple[Swap, ...], instrument: str, order: Order, scene: Scene) -> Effect:
    """Return the effect of turning pieces into other variants; the difference is paid with the instrument."""
    _check_pieces(order, _joined((swap.line, swap.quantity) for swap in swaps))
    lines = {line.ref: line for line in order.lines}
    difference = 0
    for swap in swaps:
        line = lines[swap.line]
        difference += (_offer(swap, line, scene).price_beside(line, order.currency) - line.unit_price) * swap.quantity
    return Effect(
        _difference(difference, instrument, order, scene),
        restocked=tuple((lines[swap.line].variant_ref, swap.quantity) for swap in swaps),
        taken=tuple((swap.variant, swap.quantity) for swap in swaps),
    )


def _offer(swap: Swap, line: Line, scene: Scene) -> Offer:
    offer = scene.offers.get(swap.variant)
    if offer is None:
        raise _Denied(Denial.NO_SUCH_VARIANT)
    _deny_unless(not scene.policy.same_product_only or offer.product == line.product_ref, Denial.OTHER_PRODUCT)
    is_other = swap.variant != line.variant_ref
    _deny_unless(is_other or not scene.policy.different_variant_only, Denial.SAME_VARIANT)
    _deny_unless(offer.variant.is_available, Denial.SOLD_OUT)
    _deny_unless(offer.variant.stock is None or offer.variant.stock >= swap.quantity, Denial.SOLD_OUT)
    return offer


def _difference(amount: int, ref: str, order: Order, scene: Scene) -> tuple[Movement, ...]:
    """Return who pays what when goods cost that much more (negative: less) than before."""
    if not ref and amount <= 0:
        return tuple(Movement(one, part) for one, part in money.way_back(order, -amount))
    chosen = _instrument(ref, scene)
    _check_may_take(chosen, order, scene.policy.pays_difference_with)
    _check_balance(chosen, amount)
    return (Movement(chosen, -amount),)  # of nothing, too: it was named as what settles the change


def _check_pieces(order: Order, pieces: Pieces, taken: Mapping[str, int] | None = None) -> None:
    """Deny pieces that are not there any more; `taken` counts those of each line that do not count."""
    _deny_unless(pieces, Denial.EMPTY)
    lines = {line.ref: line for line in order.lines}
    for ref, count in pieces:
        _deny_unless(ref in lines, Denial.NO_SUCH_LINE)
        without = money.gone(lines[ref]) if taken is None else taken.get(ref, 0)
        _deny_unless(0 < count <= lines[ref].quantity - without, Denial.TOO_MANY)


def _joined(pieces: Iterable[tuple[str, int]]) -> Pieces:
    sums: Counter[str] = Counter()
    for ref, count in pieces:
        sums[ref] += count
    return tuple(sums.items())


# --- Money back -------------------------------------------------------------------------------------------------------


def _cancel(action: Cancel, scene: Scene) -> Effect:
    order, policy = _order(scene), scene.policy
    _deny_unless(order.stage in policy.cancel_stages, Denial.STAGE)
    _deny_unless(policy.cancels_after_changes or not order.changes, Denial.CHANGED_ALREADY)
    _deny_unless(not scene.is_disputed, Denial.DISPUTED)
    _deny_unless(not policy.cancel_reasons or action.reason in policy.cancel_reasons, Denial.REASON)
    if not action.pieces:
        return _cancelled_whole(order, scene)
    _deny_unless(policy.cancels_parts, Denial.NOT_ABLE)
    pieces = _joined(action.pieces)
    _check_pieces(order, pieces)
    worth = min(money.price_of(order, pieces), money.open_balance(order))
    return Effect(_back(order, worth, scene), restocked=_variants(order, pieces))


def _cancelled_whole(order: Order, scene: Scene) -> Effect:
    left = tuple((line.ref, line.quantity - money.gone(line)) for line in order.lines)
    pieces = tuple((ref, count) for ref, count in left if count)
    back = _back(order, money.open_balance(order), scene)
    return Effect(back, restocked=_variants(order, pieces), stage=OrderStage.CANCELLED)


def _back(order: Order, amount: int, scene: Scene) -> tuple[Movement, ...]:
    return tuple(Movement(_known(one, scene), part) for one, part in money.way_back(order, amount))


def _variants(order: Order, pieces: Pieces) -> Pieces:
    lines = {line.ref: line for line in order.lines}
    return tuple((lines[ref].variant_ref, count) for ref, count in pieces if lines[ref].variant_ref)


def _refund(action: Refund, scene: Scene) -> Effect:
    order = _order(scene)
    _deny_unless(money.open_balance(order), Denial.NOT_PAID)
    _deny_unless(not scene.is_disputed, Denial.DISPUTED)
    _deny_unless(action.pieces or action.freight or action.amount, Denial.EMPTY)
    _deny_unless(action.freight >= 0 and action.amount >= 0, Denial.EMPTY)
    if action.pieces:
        _check_pieces(order, _joined(action.pieces), money.settled(order))
    _deny_unless(action.freight <= order.freight, Denial.ABOVE_OPEN)
    worth = money.price_of(order, _joined(action.pieces)) + action.freight + action.amount
    _deny_unless(worth <= money.open_balance(order), Denial.ABOVE_OPEN)
    return Effect(_to(action.instrument, worth, order, scene))


def _to(ref: str, amount: int, order: Order, scene: Scene) -> tuple[Movement, ...]:
    """Return an amount's way back: to where it came from, or to the instrument that was chosen if the shop allows."""
    if not ref:
        return _back(order, amount, scene)
    chosen = _instrument(ref, scene)
    _check_may_take(chosen, order, scene.policy.refund_to)
    return (Movement(chosen, amount),)


def _check_may_take(chosen: Instrument, order: Order, allowed: RefundTo) -> None:
    is_original = chosen.ref in money.instruments_of(order)
    is_card = allowed == RefundTo.GIFT_CARD and chosen.kind == InstrumentKind.GIFT_CARD
    _deny_unless(allowed == RefundTo.ANY or is_original or is_card, Denial.WRONG_INSTRUMENT)


# --- Coming back and going out again ----------------------------------------------------------------------------------


def _request_return(action: RequestReturn, scene: Scene) -> Effect:
    order = _order(scene)
    _check_comeback(order, scene)
    if action.instrument:
        _check_may_take(_instrument(action.instrument, scene), order, scene.policy.refund_to)
    _check_pieces(order, _joined(action.pieces), money.coming_back(order))
    return Effect()  # the money follows once the pieces are there


def _check_comeback(order: Order, scene: Scene) -> None:
    policy = scene.policy
    _deny_unless(order.stage in policy.return_stages, Denial.STAGE)
    most = policy.most_comebacks
    _deny_unless(most is None or len(order.comebacks) < most, Denial.ASKED_BACK_ALREADY)


def _resend(action: Resend, scene: Scene) -> Effect:
    order = _order(scene)
    _deny_unless(order.stage in (OrderStage.SHIPPED, OrderStage.DELIVERED), Denial.STAGE)
    _check_pieces(order, _joined(action.pieces))
    return Effect(taken=_variants(order, _joined(action.pieces)))


def _place_order(action: PlaceOrder, scene: Scene) -> Effect:
    _deny_unless(action.account == scene.account.ref, Denial.NOT_THEIRS)
    _deny_unless(action.variants and all(count > 0 for _, count in action.variants), Denial.EMPTY)
    _check_address(action.address)
    for ref, count in _joined(action.variants):
        offer = scene.offers.get(ref)
        if offer is None:
            raise _Denied(Denial.NO_SUCH_VARIANT)
        has_enough = offer.variant.stock is None or offer.variant.stock >= count
        _deny_unless(offer.variant.is_available and has_enough, Denial.SOLD_OUT)
    return Effect(taken=_joined(action.variants), stage=OrderStage.DRAFT)


# --- Small things -----------------------------------------------------------------------------------------------------


def _give_credit(action: GiveCredit, scene: Scene) -> Effect:
    _deny_unless(action.amount > 0 and 0 <= action.settles <= action.amount, Denial.EMPTY)
    if action.settles or action.pieces:
        _check_settled(action, scene)
    is_within = is_foreign(scene) or action.amount - action.settles <= scene.policy.credit_cap
    _deny_unless(is_within, Denial.ABOVE_CAP)
    new = Instrument("", InstrumentKind.GIFT_CARD)
    return Effect((Movement(new, action.amount),))


def _check_settled(action: GiveCredit, scene: Scene) -> None:
    """Deny credit for what no money would go back for: the same bounds as those of a refund."""
    order = _order(scene)
    _deny_unless(not scene.is_disputed, Denial.DISPUTED)
    if action.pieces:
        pieces = _joined(action.pieces)
        _check_pieces(order, pieces, money.settled(order))
        _deny_unless(action.settles <= money.price_of(order, pieces) + order.freight, Denial.ABOVE_OPEN)
    _deny_unless(action.settles <= money.open_balance(order), Denial.ABOVE_OPEN)


def _add_note(action: AddNote, scene: Scene) -> Effect:
    _order(scene)
    _deny_unless(action.text.strip(), Denial.EMPTY)
    return Effect()


def _add_tag(action: AddTag, scene: Scene) -> Effect:
    _order(scene)
    _deny_unless(action.tag.strip(), Denial.EMPTY)
    return Effect()


_JUDGES: dict[type[Action], Callable[[Any, Scene], Effect]] = {
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

"""Taking an order action back by its opposite: only what moved no money and nobody has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from balcao.commerce.types import Effect
from balcao.ports.commerce import (
    Account,
    Action,
    ActionKind,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeLines,
    Line,
    Order,
    Swap,
)

UNDO_WITHIN = timedelta(minutes=15)
UNDOABLE = (ActionKind.CHANGE_ADDRESS, ActionKind.CHANGE_DEFAULT_ADDRESS, ActionKind.CHANGE_LINES)


@dataclass(frozen=True, slots=True)
class Scenery:
    """What an action found, what it left, and what there is now."""

    account_before: Account | None
    account_now: Account
    before: Order | None = None
    after: Order | None = None
    order_now: Order | None = None


def is_in_time(settled_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether an action ended so lately that it may be taken back."""
    return settled_at is not None and now - settled_at <= UNDO_WITHIN


def inverse(action: Action, effect: Effect, scenery: Scenery) -> Action | None:
    """Return the action that puts back what was; None where there is none, money moved, or it was changed since."""
    if effect.given or effect.paid:
        return None
    if isinstance(action, ChangeAddress):
        return _address_back(action, scenery)
    if isinstance(action, ChangeDefaultAddress):
        return _default_back(action, scenery)
    return _lines_back(action, scenery) if isinstance(action, ChangeLines) else None


def _address_back(action: ChangeAddress, scenery: Scenery) -> Action | None:
    before, current, known = scenery.before, scenery.order_now, scenery.account_before
    if before is None or current is None or current.address != action.address:
        return None
    if not action.as_default:
        return ChangeAddress(before.address)
    # Two addresses changed: both go back at once only where they were the same.
    is_same = known is not None and known.address == before.address
    is_untouched = scenery.account_now.address == action.address
    return ChangeAddress(before.address, as_default=True) if is_same and is_untouched else None


def _default_back(action: ChangeDefaultAddress, scenery: Scenery) -> Action | None:
    if scenery.account_before is None or scenery.account_now.address != action.address:
        return None
    return ChangeDefaultAddress(action.account, scenery.account_before.address)


def _lines_back(action: ChangeLines, scenery: Scenery) -> Action | None:
    before, after, current = scenery.before, scenery.after, scenery.order_now
    if before is None or after is None or current is None or current.lines != after.lines:
        return None
    swaps = [_swap_back(swap, before.lines, after.lines) for swap in action.swaps]
    found = tuple(swap for swap in swaps if swap)
    return ChangeLines(found, action.instrument) if len(found) == len(swaps) else None


def _swap_back(swap: Swap, before: Sequence[Line], after: Sequence[Line]) -> Swap | None:
    """Return the swap that turns the pieces into what they were; where a line was parted, those of the new line."""
    known = {line.ref: line for line in before}
    became = [line for line in after if line.variant_ref == swap.variant and line.quantity == swap.quantity]
    placed = [line for line in became if line.ref == swap.line or line.ref not in known]
    if len(placed) != 1 or swap.line not in known:
        return None
    return Swap(placed[0].ref, known[swap.line].variant_ref, swap.quantity)

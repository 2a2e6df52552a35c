"""How long an order action is held by a worker, when it is tried or asked about again, and which cannot wait."""

from datetime import timedelta

from balcao.ports.commerce import ActionKind

LEASE = timedelta(minutes=2)
_FIRST = timedelta(seconds=10)
_LONGEST = timedelta(minutes=30)
# The customer is there and needs what comes of it: to pay, to be told a number.
_AT_ONCE = {ActionKind.SEND_PAYMENT_LINK, ActionKind.CHANGE_PAYMENT, ActionKind.PLACE_ORDER}


def can_wait(kind: ActionKind | str) -> bool:
    """Tell whether an action may wait until a shop system answers again; else it is refused while it does not."""
    return ActionKind(kind) not in _AT_ONCE


def wait(tries: int, *, retry_after: float | None = None) -> timedelta:
    """Return how long to wait after so many tries: ten seconds, doubled each time, half an hour at most.

    `retry_after` (seconds) is what the shop system asked for.
    """
    usual = min(_FIRST * (1 << min(tries, 10)), _LONGEST)
    return max(usual, timedelta(seconds=retry_after)) if retry_after else usual

"""The guard against circles: rules that set one another off must come to an end, and soon."""

from collections.abc import Sequence

from balcao.automation.types import Stop

DEEPEST = 3  # rules that may lead to one another
MOST_PER_HOUR = 20  # runs on one ticket


def stop_of(rule: int, *, chain: Sequence[int], ran_lately: int) -> Stop | None:
    """Return why a rule must not run now, None when it may.

    `chain` are the rules that led to what happened, the first one first; `ran_lately` counts runs on the ticket within
    the last hour.
    """
    if rule in chain:
        return Stop.AGAIN
    if len(chain) >= DEEPEST:
        return Stop.DEEP
    return Stop.OFTEN if ran_lately >= MOST_PER_HOUR else None

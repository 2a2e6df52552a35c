"""How long an order action is held by a worker, and when it is tried or asked about again."""

from datetime import timedelta

LEASE = timedelta(minutes=2)
_FIRST = timedelta(seconds=10)
_LONGEST = timedelta(minutes=30)


def wait(tries: int, *, retry_after: float | None = None) -> timedelta:
    """Return how long to wait after so many tries: ten seconds, doubled each time, half an hour at most.

    `retry_after` (seconds) is what the shop system asked for.
    """
    usual = min(_FIRST * (1 << min(tries, 10)), _LONGEST)
    return max(usual, timedelta(seconds=retry_after)) if retry_after else usual

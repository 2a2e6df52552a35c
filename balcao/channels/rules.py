"""Decisions about work rows: leases and back-off."""

from datetime import timedelta

ENVELOPE_LEASE = timedelta(seconds=60)
DISPATCH_LEASE = timedelta(seconds=180)  # longer than the slowest hand-over that is allowed to succeed
FETCH_LEASE = timedelta(seconds=180)  # longer than one fetch or one wait for news
RECONCILE_EVERY = timedelta(minutes=15)
MOST_TRIES = 12

_STEPS = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 28800)


def back_off(tries: int, *, retry_after: float | None = None, jitter: float = 0.5) -> timedelta:
    """Return how long to wait after the n-th failed try: 10 s growing to 8 h, about 23 h in all.

    `jitter` (0 to 1) spreads the waits by up to a tenth either way; the other side's own wish wins when longer.
    """
    seconds = _STEPS[min(max(tries, 1), len(_STEPS)) - 1] * (0.9 + 0.2 * jitter)
    return timedelta(seconds=max(seconds, retry_after or 0))


def gives_up(tries: int) -> bool:
    """Tell whether this many tries are enough."""
    return tries >= MOST_TRIES


def fetch_pause(failing_for: timedelta, *, retry_after: float | None = None) -> timedelta:
    """Return how long to leave a channel alone that cannot be read: half as long as it has failed, 10 s to 5 min."""
    half = min(max(failing_for / 2, timedelta(seconds=10)), timedelta(minutes=5))
    return max(half, timedelta(seconds=retry_after or 0))

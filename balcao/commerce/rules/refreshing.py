"""How often a shop system is asked for what changed, how old a copy may be, how long a silent one is left alone."""

from datetime import timedelta

EVERY = timedelta(minutes=1)  # between two questions for what changed
LEASE = timedelta(minutes=5)  # longer than the calls that one page may take
STALE = timedelta(minutes=2)  # an order that somebody looks at is read anew when our copy is older
AGAIN = timedelta(minutes=2)  # not sooner for the same customer or order, however often somebody looks
KEPT = timedelta(days=1)  # how long it is known when something was last asked for
MOST_TRIES = 8  # of one order or product that cannot be read while others can
_SHORTEST = timedelta(seconds=10)
_LONGEST = timedelta(minutes=5)


def pause(failing_for: timedelta, *, retry_after: float | None = None) -> timedelta:
    """Return how long to leave a shop system alone that fails: half as long as it has failed, 10 s to 5 min.

    `retry_after` (seconds) is what the system itself asked for.
    """
    usual = min(max(failing_for / 2, _SHORTEST), _LONGEST)
    return max(usual, timedelta(seconds=retry_after or 0))


def wait(tries: int) -> timedelta:
    """Return how long one thing waits that could not be read: ten seconds, doubled each time, five minutes at most."""
    return min(_SHORTEST * (1 << min(tries, MOST_TRIES)), _LONGEST)

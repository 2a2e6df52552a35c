"""When a failed job is tried again."""

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


def pause(*, tries: int, chance: float) -> timedelta:
    """Return how long to wait after the n-th failed try: 5 s, 20 s, 80 s ... an hour, each 20 % more or less.

    `chance` lies in [0, 1) and spreads the jobs that failed together.
    """
    steady = min(FIRST_PAUSE * float(4 ** min(max(tries - 1, 0), 10)), LONGEST_PAUSE)
    return steady * (0.8 + 0.4 * chance)

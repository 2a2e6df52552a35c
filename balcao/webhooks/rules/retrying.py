"""When a delivery is tried again, how long an endpoint that fails is left alone, and when it is given up."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(days=5)  # of failing, an endpoint is switched off
_LEAST_FAILURES = 10
MOST_AT_ONCE = 4  # deliveries under way to one endpoint; to one that fails, a single one
_SECONDS = [5, 300, *(hours * 3600 for hours in (0.5, 2, 5, 10, 14, 20, 24))]  # 75 h 35 min in all
WAITS = [timedelta(seconds=seconds) for seconds in _SECONDS]
MOST_TRIES = len(WAITS) + 1
_JITTER = 0.1
_LONGEST_REST = timedelta(minutes=15)
_LONGEST_WISH = timedelta(hours=24)
_BUSY = frozenset({429, 502, 503, 504})
GONE = 410


def wait(tries: int, *, chance: float) -> timedelta | None:
    """Return how long to wait after so many tries, up to a tenth longer by chance (0 to 1); None: give up."""
    return WAITS[tries - 1] * (1 + _JITTER * chance) if tries <= len(WAITS) else None


def rest(failures: int, *, status: int | None, retry_after: float | None) -> timedelta:
    """Return how long an endpoint is left alone after so many failures in a row: 5 s, doubled, 15 minutes at most.

    One that is busy may wish for more time, a day at most.
    """
    usual = min(timedelta(seconds=5) * (1 << min(failures - 1, 10)), _LONGEST_REST)
    if status in _BUSY and retry_after:
        return max(usual, min(timedelta(seconds=retry_after), _LONGEST_WISH))
    return usual


def is_given_up(*, failures: int, failing_since: datetime, now: datetime) -> bool:
    """Tell whether an endpoint has failed for so long that nothing is sent to it any more."""
    return failures >= _LEAST_FAILURES and now - failing_since >= GIVE_UP_AFTER


def room(*, failures: int, under_way: int) -> int:
    """Return how many more deliveries may be on their way to an endpoint: one that fails is only probed."""
    return max((1 if failures else MOST_AT_ONCE) - under_way, 0)


def wished(header: str, *, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, which holds seconds or a date; None: it says nothing."""
    if header.isdecimal():
        return float(header[:9])
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max((at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds(), 0)

"""Counts of what happened within a window of time, kept in the cache: for limits on what strangers may try."""

import contextlib
import hashlib

from django.core.cache import cache


def name_of(*parts: object) -> str:
    """Return the name of a counter; what is counted (an address, a network) stands in the cache as a digest only."""
    return "count:" + hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:40]


def counted(name: str) -> int:
    """Return how much was counted within the running window."""
    return int(cache.get(name, 0))


def count(name: str, *, seconds: int) -> int:
    """Count one more and return the sum; the window begins with the first."""
    cache.add(name, 0, timeout=seconds)
    try:
        return int(cache.incr(name))
    except ValueError:  # it ran out in between
        cache.add(name, 1, timeout=seconds)
        return 1


def uncount(name: str) -> None:
    """Take one back that should not have been counted."""
    with contextlib.suppress(ValueError):  # it ran out in between
        cache.decr(name)

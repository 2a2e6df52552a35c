"""Which events an endpoint wants: names, or families such as "ticket.*"."""

from collections.abc import Iterable

from balcao.webhooks.rules.catalogue import EVENTS, PING


def wants(patterns: Iterable[str], name: str) -> bool:
    """Tell whether one of the patterns stands for an event."""
    return any(_stands_for(pattern, name) for pattern in patterns)


def _stands_for(pattern: str, name: str) -> bool:
    return pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1]))


def unknown(patterns: Iterable[str]) -> list[str]:
    """Return the patterns that stand for no event there is."""
    return [pattern for pattern in patterns if pattern == PING or not any(_stands_for(pattern, n) for n in EVENTS)]

"""What may be joined: unasked, by an agent, or not at all."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import product

from balcao.customers.rules.addresses import is_proven
from balcao.customers.types import Facts, IdentityKind, Refusal

MOST_EMAILS = 6
MOST_PHONES = 6
MOST_MERGES_A_DAY = 3
DAY = timedelta(days=1)


def joins_by_itself(one: Facts, other: Facts, *, now: datetime) -> bool:
    """Tell whether two identities are one strong key, proven on both sides: the only reason to merge unasked."""
    return (
        one.kind == other.kind
        and one.kind in {IdentityKind.EMAIL, IdentityKind.PHONE}
        and one.match_key == other.match_key
        and not one.scope
        and not other.scope
        and not (one.is_shared or other.is_shared)
        and is_proven(one.kind, one.proven_at, now=now)
        and is_proven(other.kind, other.proven_at, now=now)
    )


def contradiction(
    kept: Sequence[Facts], absorbed: Sequence[Facts], *, not_same: Iterable[tuple[int, int]]
) -> Refusal | None:
    """Return what rules out that two customers are one person, or None."""
    apart = {frozenset(pair) for pair in not_same}
    if any(frozenset((a.id, b.id)) in apart for a, b in product(kept, absorbed)):
        return Refusal.NOT_SAME
    if any(_are_two_accounts(a, b) for a, b in product(kept, absorbed)):
        return Refusal.OTHER_ACCOUNTS
    return None


def _are_two_accounts(one: Facts, other: Facts) -> bool:
    return (
        one.kind == other.kind == IdentityKind.ACCOUNT
        and one.scope == other.scope
        and one.value != other.value
        and one.proven_at is not None
        and other.proven_at is not None
    )


def guard(
    kept: Sequence[Facts], absorbed: Sequence[Facts], *, joined: Iterable[datetime], now: datetime
) -> tuple[Refusal, int] | None:
    """Return why a merged customer would look like a mistake, with the limit, or None.

    `joined` are the instants of the active merges of both sides.
    """
    together = [*kept, *absorbed]
    if sum(identity.kind == IdentityKind.EMAIL for identity in together) > MOST_EMAILS:
        return Refusal.MANY_EMAILS, MOST_EMAILS
    if sum(identity.kind == IdentityKind.PHONE for identity in together) > MOST_PHONES:
        return Refusal.MANY_PHONES, MOST_PHONES
    if sum(now - at < DAY for at in joined) >= MOST_MERGES_A_DAY:
        return Refusal.GROWING, MOST_MERGES_A_DAY
    return None


def pairs(one: Iterable[int], other: Iterable[int]) -> list[tuple[int, int]]:
    """Return every pair over two sets of identities, the lower id first, as `NotSame` keeps them."""
    return sorted((min(a, b), max(a, b)) for a, b in product(one, other))

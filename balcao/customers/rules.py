"""The decisions about customers: who is one person, what may be joined, what looks alike."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product

from balcao.customers.types import Edge, Facts, IdentityKind, Reason, Refusal, Score

MOST_EMAILS = 6
MOST_PHONES = 6
MOST_MERGES_A_DAY = 3
DAY = timedelta(days=1)

PHONE_PROOF_LASTS = timedelta(days=180)  # numbers are given to other people

SOFT_BOUNCES = 3
SOFT_BOUNCE_WINDOW = timedelta(days=7)

# Log-likelihood ratios, in nats: how much likelier one person than two makes it. The prior stands against all of them,
# so that no single weak sign is enough; a name is never enough even with the city.
PRIOR = -4.0
WEIGHTS = {
    Reason.SAME_ADDRESS: 7.0,
    Reason.ALIKE_ADDRESS: 6.8,
    Reason.SAME_LOCAL_PART: 2.5,
    Reason.SAME_NAME: 2.5,
    Reason.SAME_CITY: 1.0,
    Reason.OTHER_NAME: -2.5,
}
SIGNS_OF_ADDRESS = frozenset({Reason.SAME_ADDRESS, Reason.ALIKE_ADDRESS, Reason.SAME_LOCAL_PART})
SHORTEST_TELLING_LOCAL_PART = 6  # shorter ones (ana, contato) are many people's


def components(identities: Iterable[int], edges: Sequence[Edge]) -> list[frozenset[int]]:
    """Return the connected components of these identities over these links, each once."""
    neighbours = _neighbours(edges)
    left = set(identities)
    found = []
    while left:
        reached = _reachable(min(left), neighbours) & left
        found.append(frozenset(reached))
        left -= reached
    return found


def representative(component: Iterable[int], edges: Sequence[Edge]) -> int:
    """Return the identity whose home customer stands for a component.

    It is the lowest one that no link absorbed (the customer that was kept), or the lowest of all where links run
    in a ring. As it depends on the present links alone, undoing in any order gives back what was.
    """
    members = set(component)
    absorbed = {edge.absorbed for edge in edges}
    return min(members - absorbed or members)


def owners(homes: Mapping[int, int], edges: Sequence[Edge]) -> dict[int, int]:
    """Return the customer of each identity, given the customer that each was born with."""
    result = {}
    for component in components(homes, edges):
        owner = homes[representative(component, edges)]
        result.update(dict.fromkeys(component, owner))
    return result


def way_between(start: int, end: int, edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """Return the shortest chain of links between two identities, empty when there is none."""
    touching: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        touching[edge.kept].append(edge)
        touching[edge.absorbed].append(edge)
    ways: dict[int, tuple[Edge, ...]] = {start: ()}
    queue = deque([start])
    while queue and end not in ways:
        here = queue.popleft()
        for edge in touching[here]:
            there = edge.absorbed if edge.kept == here else edge.kept
            if there not in ways:
                ways[there] = (*ways[here], edge)
                queue.append(there)
    return ways.get(end, ())


def _neighbours(edges: Sequence[Edge]) -> dict[int, set[int]]:
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for edge in edges:
        neighbours[edge.kept].add(edge.absorbed)
        neighbours[edge.absorbed].add(edge.kept)
    return neighbours


def _reachable(start: int, neighbours: Mapping[int, set[int]]) -> set[int]:
    reached, fresh = {start}, {start}
    while fresh:
        fresh = {there for here in fresh for there in neighbours.get(here, ())} - reached
        reached |= fresh
    return reached


def is_proven(identity: Facts, *, now: datetime) -> bool:
    """Tell whether control of an address is shown at this time: a silent phone's proof expires."""
    if identity.proven_at is None:
        return False
    return identity.kind != IdentityKind.PHONE or now - identity.proven_at <= PHONE_PROOF_LASTS


def joins_by_itself(one: Facts, other: Facts, *, now: datetime) -> bool:
    """Tell whether two identities are one strong key, proven on both sides: the only reason to merge unasked."""
    return (
        one.kind == other.kind
        and one.kind in {IdentityKind.EMAIL, IdentityKind.PHONE}
        and one.match_key == other.match_key
        and not one.scope
        and not other.scope
        and not (one.is_shared or other.is_shared)
        and is_proven(one, now=now)
        and is_proven(other, now=now)
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


def score(one: Sequence[Facts], other: Sequence[Facts]) -> Score:
    """Weigh the signs that two customers are one person; each sign counts once, its strongest pair for it."""
    reasons: set[Reason] = set()
    for a, b in product(one, other):
        reasons |= _signs_of_address(a, b)
    if Reason.SAME_ADDRESS in reasons or Reason.ALIKE_ADDRESS in reasons:
        reasons.discard(Reason.SAME_LOCAL_PART)
    reasons |= _signs_of_person(one, other)
    ordered = sorted(reasons, key=lambda reason: -abs(WEIGHTS[reason]))
    return Score(PRIOR + sum(WEIGHTS[reason] for reason in ordered), tuple(ordered))


def is_suggested(found: Score) -> bool:
    """Tell whether a score is worth showing: likelier than not, and never on a name or city alone."""
    return found.weight > 0 and bool(SIGNS_OF_ADDRESS & set(found.reasons))


def _signs_of_address(one: Facts, other: Facts) -> set[Reason]:
    if one.kind != other.kind or one.is_shared or other.is_shared:
        return set()
    if one.match_key == other.match_key:
        return {Reason.SAME_ADDRESS} if one.scope == other.scope else set()
    if one.hint_key and one.hint_key == other.hint_key:
        return {Reason.ALIKE_ADDRESS}
    return {Reason.SAME_LOCAL_PART} if _have_telling_local_part(one, other) else set()


def _have_telling_local_part(one: Facts, other: Facts) -> bool:
    if one.kind != IdentityKind.EMAIL:
        return False
    local_part = one.value.rpartition("@")[0]
    return len(local_part) >= SHORTEST_TELLING_LOCAL_PART and local_part == other.value.rpartition("@")[0]


def _signs_of_person(one: Sequence[Facts], other: Sequence[Facts]) -> set[Reason]:
    signs = set()
    names = [(a.name_words, b.name_words) for a, b in product(one, other) if a.name_words and b.name_words]
    if any(a == b and len(a) > 1 for a, b in names):
        signs.add(Reason.SAME_NAME)
    elif names and not any(a & b for a, b in names):
        signs.add(Reason.OTHER_NAME)
    if any(a.city and a.city == b.city for a, b in product(one, other)):
        signs.add(Reason.SAME_CITY)
    return signs


def pairs(one: Iterable[int], other: Iterable[int]) -> list[tuple[int, int]]:
    """Return every pair over two sets of identities, the lower id first, as `NotSame` keeps them."""
    return sorted((min(a, b), max(a, b)) for a, b in product(one, other))


def soft_bounces(*, count: int, first_at: datetime | None, now: datetime) -> tuple[int, datetime]:
    """Count one more temporary failure within the window: how many now, and since when."""
    if first_at is None or now - first_at > SOFT_BOUNCE_WINDOW:
        return 1, now
    return count + 1, first_at


def surname_first(words: Sequence[str]) -> str:
    """Return a folded name with its last word in front, so that a surname is found by its beginning."""
    return " ".join([words[-1], *words[:-1]]) if len(words) > 1 else ""


"""How alike two customers are: signs, weighed and told."""

from collections.abc import Sequence
from itertools import product

from balcao.customers.types import Facts, IdentityKind, Reason, Score

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

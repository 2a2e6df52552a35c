"""Who might be the same person: looked up by index, weighed by the rules."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from balcao.customers import rules
from balcao.customers.models import Customer, Identity
from balcao.customers.queries.components import facts, members, not_same_pairs
from balcao.customers.types import Reason

_MOST_BY_ADDRESS = 50
_MOST_BY_NAME = 20  # a name that more people bear tells nothing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another customer who may be the same person, why, and the identities that a "two people" would be about."""

    customer: Customer
    identity: Identity
    mine: Identity
    weight: float
    reasons: tuple[Reason, ...]


def possible_duplicates(customer: Customer) -> list[Suggestion]:
    """Return who may be the same person, likeliest first; five queries at most."""
    own = list(members(customer.pk))
    found = _by_address(own) | _by_name(own)
    if not found:
        return []
    theirs: defaultdict[int, list[Identity]] = defaultdict(list)
    rows = Identity.objects.filter(customer__in=found).select_related("home", "customer").order_by("id")
    for row in rows:
        theirs[row.customer_id].append(row)
    apart = not_same_pairs([one.pk for one in [*own, *rows]])
    suggestions = [_weigh(own, group, apart) for group in theirs.values()]
    return sorted((each for each in suggestions if each), key=lambda each: (-each.weight, each.customer.pk))


def _weigh(own: list[Identity], group: list[Identity], apart: list[tuple[int, int]]) -> Suggestion | None:
    mine, theirs = [facts(one) for one in own], [facts(one) for one in group]
    found = rules.score(mine, theirs)
    if not rules.is_suggested(found) or rules.contradiction(mine, theirs, not_same=apart):
        return None
    return Suggestion(group[0].customer, _representative(group), _representative(own), found.weight, found.reasons)


def _representative(group: list[Identity]) -> Identity:
    return next(one for one in group if one.home_id == one.customer_id)


def _by_address(own: Iterable[Identity]) -> set[int]:
    wanted = Q(pk__in=[])
    for one in own:
        if rules.is_shared(kind=one.kind, value=one.value, match_key=one.match_key):
            continue
        wanted |= Q(kind=one.kind, match_key=one.match_key)
        if one.hint_key:
            wanted |= Q(hint_key=one.hint_key)
    return _others(wanted, own, most=_MOST_BY_ADDRESS)


def _by_name(own: Iterable[Identity]) -> set[int]:
    names = {one.home.name_key for one in own if " " in one.home.name_key}
    if not names:
        return set()
    found = _others(Q(home__name_key__in=names), own, most=_MOST_BY_NAME + 1)
    return found if len(found) <= _MOST_BY_NAME else set()


def _others(wanted: Q, own: Iterable[Identity], *, most: int) -> set[int]:
    customer_ids = {one.customer_id for one in own}
    found = Identity.objects.filter(wanted).exclude(customer__in=customer_ids)
    return set(found.values_list("customer_id", flat=True)[:most])

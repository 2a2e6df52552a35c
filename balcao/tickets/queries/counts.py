"""Kept counts by their names."""

from collections.abc import Iterable

from django.db.models import Q, Sum

from balcao.tickets.models import Tally, TallyChange


def kept_counts(*, keys: Iterable[str], shops: Iterable[int]) -> dict[str, int]:
    """Return these counts over some shops, with what was not folded in yet; two queries, never a count."""
    return _kept(Q(key__in=list(keys)), shops)


def kept_under(*, prefix: str, shops: Iterable[int]) -> dict[str, int]:
    """Return the counts whose names begin so, likewise."""
    return _kept(Q(key__startswith=prefix), shops)


def _kept(wanted: Q, shops: Iterable[int]) -> dict[str, int]:
    wanted &= Q(shop__in=list(shops))
    return added_up(
        *(
            rows.filter(wanted).order_by().values_list("key").annotate(total=Sum(column))
            for rows, column in ((Tally.objects, "count"), (TallyChange.objects, "change"))
        )
    )


def added_up(*parts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return counts from what was folded in and what was not; none is below zero while a change is on its way."""
    sums: dict[str, int] = {}
    for rows in parts:
        for key, total in rows:
            sums[key] = sums.get(key, 0) + total
    return {key: max(total, 0) for key, total in sums.items()}

"""Kept counts by their names."""

from collections.abc import Iterable

from django.db.models import Sum

from balcao.tickets.models import Tally, TallyChange


def kept_counts(*, keys: Iterable[str], shops: Iterable[int]) -> dict[str, int]:
    """Return these counts over some shops, with what was not folded in yet; two queries, never a count."""
    wanted = {"shop__in": list(shops), "key__in": list(keys)}
    sums: dict[str, int] = {}
    for rows, column in ((Tally.objects, "count"), (TallyChange.objects, "change")):
        for key, total in rows.filter(**wanted).order_by().values_list("key").annotate(total=Sum(column)):
            sums[key] = sums.get(key, 0) + total
    return {key: max(total, 0) for key, total in sums.items()}

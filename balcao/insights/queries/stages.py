"""Reading what stages took. Every question is one indexed statement, bounded by the span, not by the years before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from balcao.insights.types import Owed, StageFigures
from balcao.processes.models import Visit
from balcao.processes.rules.counting import owed_key
from balcao.tickets.queries.counts import kept_counts

MOST_OWED = 20
Standing = dict[int, int]  # department -> how many
SOON = timedelta(hours=4)


def figures(
    *, shops: Iterable[int], since: datetime, until: datetime, blueprint: int | None = None
) -> list[StageFigures]:
    """Return what the stays took that were left within a span, by stage and by who had it."""
    rows = Visit.objects.filter(shop__in=list(shops), left_at__gte=since, left_at__lt=until, lasted_seconds__gt=0)
    rows = rows.filter(blueprint=blueprint) if blueprint else rows
    sums = rows.values_list("blueprint", "stage", "department", "outside").annotate(
        stays=Count("pk"),
        late=Count("pk", filter=Q(breached_at__isnull=False)),
        lasted=Sum("lasted_seconds"),
        waited=Sum("waited_seconds"),
        used=Sum("used_seconds"),
        limits=Sum("limit_seconds"),
        again=Count("pk", filter=Q(is_rework=True)),
    )
    return [StageFigures(*row[:4], *(value or 0 for value in row[4:])) for row in sums.order_by()]


def standing(*, shops: Iterable[int], departments: Iterable[int], now: datetime) -> tuple[Standing, Standing]:
    """Return how much each department has before it (kept, tasks among it), and how many of its stages are late."""
    kept = kept_counts(keys=[owed_key(one) for one in departments], shops=shops)
    late = _open(shops).filter(department__in=list(departments), due_at__lte=now).order_by().values_list("department")
    owed = {one: kept.get(owed_key(one), 0) for one in departments}
    return owed, {key: count for key, count in late.annotate(count=Count("pk")) if key}


def owed(*, shops: Iterable[int], now: datetime) -> list[Owed]:
    """Return the stays that are late or due within hours, the most urgent first: who must do what by when."""
    rows = _open(shops).filter(due_at__lte=now + SOON).select_related("process__ticket", "assignee")
    return [
        Owed(
            visit=visit.pk,
            ticket=visit.process.ticket.number,
            stage=visit.stage,
            version=visit.process.version_id,
            department=visit.department_id,
            outside=visit.outside,
            assignee=visit.assignee.name if visit.assignee else "",
            due_at=visit.due_at,
            is_late=visit.due_at is not None and visit.due_at <= now,
        )
        for visit in rows.order_by("due_at", "pk")[:MOST_OWED]
    ]


def _open(shops: Iterable[int]) -> "QuerySet[Visit]":
    return Visit.objects.filter(shop__in=list(shops), left_at__isnull=True)

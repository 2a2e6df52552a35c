"""Reading the queue."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from balcao.jobs.models import Job
from balcao.jobs.types import OPEN, JobState


def due(now: datetime) -> "QuerySet[Job]":
    """Return the jobs that may be taken now, the most urgent first: those waiting and those whose lease ran out."""
    same_key = Job.objects.filter(state=JobState.RUNNING, key=OuterRef("key")).exclude(key="")
    may_run = Q(state=JobState.RUNNING) | Q(key="") | ~Exists(same_key)
    return Job.objects.filter(may_run, state__in=OPEN, due_at__lte=now).order_by("-priority", "due_at", "id")


def dead(*, limit: int = 100) -> list[Job]:
    """Return the jobs that were given up, the latest first."""
    return list(Job.objects.filter(state=JobState.DEAD).order_by("-finished_at", "-id")[:limit])


def dead_count() -> int:
    """Return how many jobs were given up and wait for somebody's decision."""
    return Job.objects.filter(state=JobState.DEAD).count()


def oldest_due(now: datetime) -> datetime | None:
    """Return since when the longest waiting job is due, None if nothing waits: the age of the backlog."""
    return due(now).order_by("due_at").values_list("due_at", flat=True).first()

"""Writing to the queue: add, claim, renew, settle."""

import logging
import random
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from balcao.jobs import queries, rules
from balcao.jobs.models import Job, Lease
from balcao.jobs.types import GiveUp, JobState, TryLater
from balcao.kit import wake
from balcao.kit.db import locked

LEASE = timedelta(seconds=60)
LONGEST_RUN = timedelta(minutes=15)  # a job that runs longer is not renewed any more
KEPT_DONE = timedelta(days=1)
KEPT_DEAD = timedelta(days=90)

_log = logging.getLogger(__name__)


def add(
    *,
    task: str,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    due_at: datetime,
    now: datetime,
    queue: str = "default",
    key: str = "",
    priority: int = 0,
    most_tries: int = 8,
) -> Job:
    """Add a job in the caller's transaction: it exists exactly if what it follows from exists."""
    job = Job.objects.create(
        task=task,
        args=list(args),
        kwargs=dict(kwargs or {}),
        due_at=due_at,
        created_at=now,
        queue=queue,
        key=key,
        priority=priority,
        most_tries=most_tries,
    )
    wake.notify(wake.Topic.WORK)
    return job


def claim(*, worker: str, now: datetime) -> Job | None:
    """Lease the most urgent job that is due to a worker; None if there is none to have."""
    if not queries.due(now).exists():  # asked outside a transaction: on SQLite it would lock out all writers
        return None
    try:
        with transaction.atomic():
            job = locked(queries.due(now), skip_locked=True).first()
            return _lease(job, worker=worker, now=now) if job else None
    except IntegrityError:
        return None  # another worker took a job of the same key in the same instant


def _lease(job: Job, *, worker: str, now: datetime) -> Job:
    job.state, job.worker, job.tries = JobState.RUNNING, worker, job.tries + 1
    job.started_at, job.due_at = now, now + LEASE
    job.save(update_fields=["state", "worker", "tries", "started_at", "due_at"])
    return job


def renew(*, worker: str, now: datetime) -> int:
    """Prolong the leases of all jobs that a worker runs; return how many there are."""
    mine = Job.objects.filter(state=JobState.RUNNING, worker=worker, started_at__gt=now - LONGEST_RUN)
    return mine.update(due_at=now + LEASE) if mine.exists() else 0


def run_due(*, worker: str, now: Callable[[], datetime], call: Callable[[Job], Any], limit: int = 20) -> int:
    """Claim and run up to `limit` jobs one after another; return how many were run."""
    for count in range(limit):
        job = claim(worker=worker, now=now())
        if job is None:
            return count
        _run(job, call=call, now=now)
    return limit


def _run(job: Job, *, call: Callable[[Job], Any], now: Callable[[], datetime]) -> None:
    if job.tries > job.most_tries:  # every try ended with the death of its worker
        bury(job, now=now(), error="The worker died each time this job ran.")
        return
    try:
        result = call(job)
    except Exception as error:  # noqa: BLE001 - whatever a task raises is its failure, not the worker's
        _log.warning("Job %s (%s) failed on try %s: %s", job.pk, job.task, job.tries, error, exc_info=error)
        fail(job, error=error, now=now(), chance=random.random())  # noqa: S311 - spreads retries, guards nothing
    else:
        finish(job, result=result, now=now())


def finish(job: Job, *, result: Any, now: datetime) -> bool:
    """Mark a job as done; False if its lease was lost meanwhile."""
    return _settle(job, state=JobState.DONE, finished_at=now, result=result, error="", error_class="", traceback="")


def fail(job: Job, *, error: Exception, now: datetime, chance: float) -> bool:
    """Note a failed try: again after a pause, or dead after the last one; False if the lease was lost meanwhile."""
    noted = _describe(error)
    if isinstance(error, GiveUp) or job.tries >= job.most_tries:
        return _settle(job, state=JobState.DEAD, finished_at=now, **noted)
    wait = error.after if isinstance(error, TryLater) else rules.pause(tries=job.tries, chance=chance)
    return _settle(job, state=JobState.WAITING, due_at=now + wait, worker="", **noted)


def bury(job: Job, *, now: datetime, error: str) -> bool:
    """Give a job up for a reason that is no exception of its own."""
    return _settle(job, state=JobState.DEAD, finished_at=now, error=error[:300])


def _describe(error: Exception) -> dict[str, str]:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    text = "".join(traceback.format_exception(error))[-8000:]
    return {"error": (str(error) or type(error).__name__)[:300], "error_class": name[:200], "traceback": text}


def _settle(job: Job, **changes: Any) -> bool:
    # Only the try that holds the lease may say how it ended.
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, worker=job.worker, tries=job.tries)
    is_mine = bool(mine.update(**changes))
    if is_mine and job.key:
        wake.notify(wake.Topic.WORK)  # the next job of this key may run now
    return is_mine


def revive(*, job_id: int, now: datetime) -> bool:
    """Let a dead job run again with as many tries as at first; False if it is not dead."""
    dead = Job.objects.filter(pk=job_id, state=JobState.DEAD)
    is_revived = bool(dead.update(state=JobState.WAITING, due_at=now, tries=0, worker="", finished_at=None))
    wake.notify(wake.Topic.WORK)
    return is_revived


def release(*, worker: str, now: datetime) -> int:
    """Hand back what a worker that stops still holds, without counting the try."""
    mine = Job.objects.filter(state=JobState.RUNNING, worker=worker)
    return mine.update(state=JobState.WAITING, due_at=now, worker="", tries=F("tries") - 1)


def prune(*, now: datetime) -> int:
    """Delete finished jobs that nobody will ask for again; return how many."""
    old_done = Job.objects.filter(state=JobState.DONE, finished_at__lt=now - KEPT_DONE)
    old_dead = Job.objects.filter(state=JobState.DEAD, finished_at__lt=now - KEPT_DEAD)
    return sum(old._raw_delete(old.db) for old in (old_done, old_dead))  # noqa: SLF001 - no cascades to follow


def hold(*, duty: str, worker: str, now: datetime, lasting: timedelta) -> bool:
    """Take or keep a recurring duty; False while another worker has it."""
    held = Lease.objects.filter(name=duty).first()
    if held is None:
        held, _ = Lease.objects.get_or_create(name=duty, defaults={"worker": worker, "until": now + lasting})
    if held.worker != worker and held.until > now:
        return False
    if held.worker == worker and held.until - now > lasting / 2:
        return True  # no write for each turn
    mine = Lease.objects.filter(Q(worker=worker) | Q(until__lte=now), name=duty)
    return bool(mine.update(worker=worker, until=now + lasting))


def drop_duties(*, worker: str) -> None:
    """Leave all duties to others at once; for a worker that stops."""
    Lease.objects.filter(worker=worker).delete()

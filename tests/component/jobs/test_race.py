"""Many workers at one queue: each job runs once, and of each key one at a time."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection

from balcao.jobs import actions
from balcao.jobs.models import Job
from balcao.jobs.types import JobState

pytestmark = pytest.mark.django_db(transaction=True)


def test_workers_share_the_queue_without_doubling_anything() -> None:
    for number in range(120):
        actions.add(
            task="count", args=[number], key=f"order:{number % 3}" if number % 2 else "", due_at=_now(), now=_now()
        )
    runs: Counter[int] = Counter()
    busy: Counter[str] = Counter()
    overlaps = []

    def call(job: Job) -> None:
        if job.key:
            busy[job.key] += 1
            overlaps.extend([job.key] * (busy[job.key] > 1))
        time.sleep(0.001)
        runs[job.args[0]] += 1
        busy[job.key] -= 1

    def work(worker: str) -> None:
        try:
            while Job.objects.filter(state=JobState.WAITING).exists():
                actions.run_due(worker=worker, now=_now, call=call)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[name]) for name in ("ana", "bruno", "elif", "mehmet")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(runs) == set(range(120))
    assert set(runs.values()) == {1}
    assert overlaps == []


def _now() -> datetime:
    return datetime.now(UTC)

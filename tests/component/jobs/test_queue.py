from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from balcao.jobs import actions, queries
from balcao.jobs.models import Job
from balcao.jobs.types import GiveUp, JobState, TryLater

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def add(task: str = "count", *, due_at: datetime = NOON, **more: Any) -> Job:
    return actions.add(task=task, due_at=due_at, now=NOON, **more)


def run(call: Callable[[Job], Any], *, at: datetime = NOON, worker: str = "ana") -> int:
    return actions.run_due(worker=worker, now=lambda: at, call=call)


def raising(error: Exception) -> Callable[[Job], Any]:
    def call(_: Job) -> None:
        raise error

    return call


def test_a_job_runs_once_and_keeps_its_result() -> None:
    job = add(args=[20, 22])
    assert run(lambda job: sum(job.args)) == 1
    assert run(lambda job: sum(job.args)) == 0
    job.refresh_from_db()
    assert (job.state, job.result, job.tries) == (JobState.DONE, 42, 1)


def test_a_job_that_its_transaction_took_back_never_was() -> None:
    with transaction.atomic():
        add()
        transaction.set_rollback(True)
    assert run(lambda _: None) == 0


def test_a_job_waits_for_its_time() -> None:
    add(due_at=NOON + timedelta(minutes=5))
    assert run(lambda _: None) == 0
    assert run(lambda _: None, at=NOON + timedelta(minutes=5)) == 1


def test_the_urgent_goes_first_then_what_waited_longest() -> None:
    add("second", due_at=NOON - timedelta(minutes=1))
    add("third")
    add("first", priority=10)
    order: list[str] = []
    run(lambda job: order.append(job.task))
    assert order == ["first", "second", "third"]


def test_a_killed_job_runs_again_after_its_lease() -> None:
    add()
    assert actions.claim(worker="ana", now=NOON) is not None  # and then Ana's machine loses power
    assert actions.claim(worker="bruno", now=NOON + actions.LEASE - timedelta(seconds=1)) is None
    again = actions.claim(worker="bruno", now=NOON + actions.LEASE)
    assert again is not None
    assert (again.worker, again.tries) == ("bruno", 2)


def test_a_lease_that_is_renewed_does_not_run_out() -> None:
    add()
    actions.claim(worker="ana", now=NOON)
    assert actions.renew(worker="ana", now=NOON + timedelta(seconds=50)) == 1
    assert actions.claim(worker="bruno", now=NOON + timedelta(seconds=100)) is None
    assert actions.claim(worker="bruno", now=NOON + timedelta(seconds=110)) is not None


def test_a_job_that_hangs_is_not_renewed_for_ever() -> None:
    add()
    actions.claim(worker="ana", now=NOON)
    assert actions.renew(worker="ana", now=NOON + actions.LONGEST_RUN) == 0


def test_who_lost_the_lease_cannot_settle_the_job() -> None:
    add()
    late = actions.claim(worker="ana", now=NOON)
    assert late is not None
    actions.claim(worker="bruno", now=NOON + actions.LEASE)
    assert not actions.finish(late, result=None, now=NOON)
    assert not actions.fail(late, error=ValueError(), now=NOON, chance=0)
    assert Job.objects.get().worker == "bruno"


def test_of_the_jobs_with_one_key_one_runs_at_a_time() -> None:
    for _ in range(2):
        add(key="order:1")
    add(key="order:2")
    taken = [actions.claim(worker="ana", now=NOON) for _ in range(3)]
    assert [job.key for job in taken if job] == ["order:1", "order:2"]
    assert taken[0] is not None
    actions.finish(taken[0], result=None, now=NOON)
    rest = actions.claim(worker="ana", now=NOON)
    assert rest is not None
    assert rest.key == "order:1"


def test_a_job_that_waits_for_its_next_try_does_not_hold_up_its_key() -> None:
    add(key="order:1")
    add(key="order:1")
    seen: list[int] = []

    def call(job: Job) -> None:
        seen.append(job.pk)
        if len(seen) == 1:
            raise ConnectionError("The shop does not answer.")

    assert run(call) == 2
    assert len(set(seen)) == 2


def test_the_database_itself_refuses_two_running_jobs_of_one_key() -> None:
    for _ in range(2):
        add(key="order:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(state=JobState.RUNNING)


def test_a_failed_job_is_tried_again_after_a_pause_and_says_why() -> None:
    job = add()
    run(raising(ConnectionError("The shop does not answer.")))
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert timedelta(seconds=4) <= job.due_at - NOON <= timedelta(seconds=6)
    assert (job.error, job.error_class) == ("The shop does not answer.", "builtins.ConnectionError")
    assert "Traceback" in job.traceback


def test_a_task_may_say_when_to_try_again() -> None:
    job = add()
    run(raising(TryLater("Slow down.", after=timedelta(minutes=7))))
    job.refresh_from_db()
    assert job.due_at == NOON + timedelta(minutes=7)


def test_a_job_dies_after_its_last_try_is_shown_and_can_be_revived() -> None:
    job = add(most_tries=2)
    for _ in range(2):
        run(raising(ValueError("No such order.")), at=NOON + timedelta(days=1))
        Job.objects.update(due_at=NOON)
    assert [(dead.pk, dead.error) for dead in queries.dead()] == [(job.pk, "No such order.")]
    assert queries.dead_count() == 1
    assert actions.revive(job_id=job.pk, now=NOON)
    assert not actions.revive(job_id=job.pk, now=NOON)
    assert run(lambda _: None) == 1


def test_a_task_may_give_up_at_once() -> None:
    add()
    run(raising(GiveUp("This order was deleted.")))
    assert queries.dead_count() == 1


def test_a_job_that_kills_each_of_its_workers_is_buried_unrun() -> None:
    add(most_tries=2)
    for hour in range(2):
        assert actions.claim(worker="ana", now=NOON + timedelta(hours=hour))
    assert run(raising(AssertionError("must not run")), at=NOON + timedelta(hours=3)) == 1
    assert queries.dead()[0].error == "The worker died each time this job ran."


def test_a_worker_that_stops_hands_its_jobs_back_uncounted() -> None:
    add()
    actions.claim(worker="ana", now=NOON)
    assert actions.release(worker="ana", now=NOON) == 1
    again = actions.claim(worker="bruno", now=NOON)
    assert again is not None
    assert again.tries == 1


def test_finished_jobs_are_swept_away_dead_ones_stay_longer() -> None:
    add()
    run(lambda _: None)
    add()
    run(raising(GiveUp("no")))
    assert actions.prune(now=NOON + timedelta(days=2)) == 1
    assert [job.state for job in Job.objects.all()] == [JobState.DEAD]
    assert actions.prune(now=NOON + timedelta(days=91)) == 1


def test_the_age_of_the_backlog_is_known() -> None:
    assert queries.oldest_due(NOON) is None
    add(due_at=NOON - timedelta(hours=1), priority=-5)
    add(due_at=NOON - timedelta(minutes=1))
    assert queries.oldest_due(NOON) == NOON - timedelta(hours=1)


def test_asking_an_empty_queue_costs_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert actions.claim(worker="ana", now=NOON) is None

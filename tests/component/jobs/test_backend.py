from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskContext, TaskResultStatus, default_task_backend, task, task_backends
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from balcao.jobs import backend
from balcao.jobs.backend import LeasedBackend, LeasedTask, job
from balcao.jobs.models import Job

pytestmark = pytest.mark.django_db


@job(most_tries=3)
def add(first: int, second: int) -> int:
    return first + second


@job(priority=5)
def break_down() -> None:
    raise ValueError("It broke.")


@task(takes_context=True)
def count_tries(context: TaskContext) -> int:
    return context.attempt


def test_the_settings_choose_the_queue_with_leases() -> None:
    assert isinstance(task_backends["default"], LeasedBackend)
    assert default_task_backend.supports_defer
    assert default_task_backend.supports_priority


def test_a_call_runs_later_with_its_arguments() -> None:
    result = add.enqueue(20, second=22)
    assert result.status == TaskResultStatus.READY
    assert backend.run_due(worker="ana") == 1
    result.refresh()
    assert (result.status, result.return_value) == (TaskResultStatus.SUCCESSFUL, 42)


def test_key_time_and_tries_reach_the_row() -> None:
    later = timezone.now() + timedelta(hours=1)
    add.using(key="order:1", run_after=later, priority=7).enqueue(1, 2)
    row = Job.objects.get()
    assert (row.key, row.due_at, row.most_tries, row.priority) == ("order:1", later, 3, 7)
    assert backend.run_due(worker="ana") == 0


def test_settings_for_one_call_leave_the_task_as_it_was() -> None:
    assert isinstance(add.using(key="order:1"), LeasedTask)
    assert add.key == ""


def test_a_failed_call_says_what_happened_and_stays_ready_for_the_next_try() -> None:
    result = break_down.enqueue()
    backend.run_due(worker="ana")
    result.refresh()
    assert result.status == TaskResultStatus.READY
    assert result.errors[0].exception_class is ValueError
    assert "It broke." in result.errors[0].traceback


def test_a_plain_task_of_the_api_runs_too_and_learns_its_try() -> None:
    result = count_tries.enqueue()
    backend.run_due(worker="ana")
    result.refresh()
    assert result.return_value == 1


def test_a_result_nobody_knows_is_said_to_be_unknown() -> None:
    for unknown in ("77", "x", "²", "9" * 30):
        with pytest.raises(TaskResultDoesNotExist):
            default_task_backend.get_result(unknown)


def test_a_local_function_is_refused() -> None:
    def local() -> None: ...

    with pytest.raises(InvalidTaskError):
        job()(local)

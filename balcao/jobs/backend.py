"""Django's Tasks API over the queue.

    @job(most_tries=5)
    def refresh_order(order_id: int) -> None: ...

    refresh_order.using(key=f"order:{order_id}").enqueue(order_id)

A stock database backend keeps no lease, and the ORM broker of the other kept library polls: see ARCHITECTURE.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskContext, TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from balcao.jobs import actions
from balcao.jobs.models import Job
from balcao.jobs.types import JobState
from balcao.kit.numbers import number_in

P = ParamSpec("P")
T = TypeVar("T")

MOST_TRIES = 8
_STATUS = {
    JobState.WAITING: TaskResultStatus.READY,
    JobState.RUNNING: TaskResultStatus.RUNNING,
    JobState.DONE: TaskResultStatus.SUCCESSFUL,
    JobState.DEAD: TaskResultStatus.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedTask(Task[P, T]):
    """A task with a key (one at a time of the jobs that share it) and a number of tries."""

    key: str = ""
    most_tries: int = MOST_TRIES

    def using(
        self,
        *,
        priority: int | None = None,
        queue_name: str | None = None,
        run_after: datetime | None = None,
        backend: str | None = None,
        key: str | None = None,
    ) -> "LeasedTask[P, T]":
        """Return the task with some of its settings changed for one call."""
        named = {"priority": priority, "queue_name": queue_name, "run_after": run_after, "backend": backend, "key": key}
        changes: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
        return replace(self, **changes)


def job(
    *, priority: int = 0, key: str = "", most_tries: int = MOST_TRIES
) -> Callable[[Callable[P, T]], LeasedTask[P, T]]:
    """Make a module-level function a task of the queue; its arguments and result must be JSON."""

    def wrap(function: Callable[P, T]) -> LeasedTask[P, T]:
        return LeasedTask(func=function, priority=priority, key=key, most_tries=most_tries)

    return wrap


class LeasedBackend(BaseTaskBackend):
    """Keeps tasks as rows that workers lease."""

    task_class = LeasedTask
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Add the call in the running transaction."""
        self.validate_task(task)
        now = timezone.now()
        return _as_result(
            actions.add(
                task=task.module_path,
                args=normalize_json(args),
                kwargs=normalize_json(kwargs),
                due_at=task.run_after or now,
                now=now,
                queue=task.queue_name,
                priority=task.priority,
                key=getattr(task, "key", ""),  # a plain task of the API has neither
                most_tries=getattr(task, "most_tries", MOST_TRIES),
            ),
            task,
        )

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Return how far a call has come."""
        number = number_in(result_id)
        row = Job.objects.filter(pk=number).first() if number is not None else None
        if row is None:
            raise TaskResultDoesNotExist(result_id)
        return _as_result(row, import_string(row.task))


def call(row: Job) -> Any:
    """Make the call that a job stands for and return its result as JSON."""
    task: Task[Any, Any] = import_string(row.task)
    first = (TaskContext(task_result=_as_result(row, task)),) if task.takes_context else ()
    return normalize_json(task.call(*first, *row.args, **row.kwargs))


def run_due(*, worker: str, limit: int = 20) -> int:
    """Run up to `limit` jobs that are due; return how many were run."""
    return actions.run_due(worker=worker, now=timezone.now, call=call, limit=limit)


def _as_result(row: Job, task: Task[Any, Any]) -> TaskResult[Any]:
    result: TaskResult[Any] = TaskResult(
        task=task,
        id=str(row.pk),
        status=_STATUS[JobState(row.state)],
        enqueued_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        last_attempted_at=row.started_at,
        args=row.args,
        kwargs=row.kwargs,
        backend=task.backend,
        errors=[TaskError(exception_class_path=row.error_class, traceback=row.traceback)] if row.error_class else [],
        worker_ids=[row.worker] * row.tries,
    )
    object.__setattr__(result, "_return_value", row.result)  # the one field its constructor does not take
    return result

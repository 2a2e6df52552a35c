"""Keeping the counts of open stages and tasks, as tickets keep those of their views."""

from balcao.processes.models import Task, Visit
from balcao.processes.rules.counting import owed_keys, visit_keys
from balcao.tickets.actions.tallies import Counted, shift


def counted_visit(visit: Visit) -> Counted:
    """Return where an open stay is counted as its row stands."""
    keys = visit_keys(
        blueprint=visit.blueprint_id,
        stage=visit.stage,
        department=visit.department_id,
        assignee=visit.assignee_id,
    )
    return visit.shop_id, keys


def counted_task(task: Task, *, shop_id: int) -> Counted:
    """Return where an open task is counted."""
    return shop_id, owed_keys(department=task.department_id, assignee=task.assignee_id)


def visit_opened(visit: Visit) -> None:
    """Count a stay that began."""
    shift(None, counted_visit(visit))


def visit_closed(visit: Visit) -> None:
    """Count a stay no longer."""
    shift(counted_visit(visit), None)


def task_opened(task: Task, *, shop_id: int) -> None:
    """Count a task that was given."""
    shift(None, counted_task(task, shop_id=shop_id))


def task_closed(task: Task, *, shop_id: int) -> None:
    """Count a task no longer: it was done, or nobody wants it any more."""
    shift(counted_task(task, shop_id=shop_id), None)

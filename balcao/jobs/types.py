"""The words of the work queue."""

from datetime import timedelta
from enum import StrEnum


class JobState(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"  # given up: kept with its error until somebody runs it again


OPEN = (JobState.WAITING, JobState.RUNNING)


class TryLater(Exception):
    """Raised by a task that wants to be run again after a time of its own choosing."""

    def __init__(self, reason: str, *, after: timedelta) -> None:
        super().__init__(reason)
        self.after = after


class GiveUp(Exception):
    """Raised by a task that knows that trying again is of no use."""

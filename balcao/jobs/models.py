"""The queue's table."""

from django.db import models
from django.db.models import Q

from balcao.jobs.types import JobState
from balcao.kit.db import words


class Job(models.Model):
    """One call of a task, to be made once `due_at` has come.

    While it runs, `due_at` is the end of its lease: a job that nobody finished or renewed is due again.
    """

    task = models.CharField(max_length=200)  # the dotted path of the function
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(max_length=40, default="default")
    key = models.CharField(max_length=120, blank=True, default="")  # of the jobs with one key, one runs at a time
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=words(JobState), default=JobState.WAITING)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    most_tries = models.PositiveSmallIntegerField(default=8)
    worker = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)  # the last try
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    error_class = models.CharField(max_length=200, blank=True, default="")
    traceback = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="jobs_one_per_key", condition=Q(state="running") & ~Q(key=""))
        ]
        indexes = [
            models.Index(
                fields=["-priority", "due_at", "id"], name="jobs_due", condition=Q(state__in=["waiting", "running"])
            ),
            models.Index(fields=["finished_at"], name="jobs_finished", condition=Q(state__in=["done", "dead"])),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.state}"


class Lease(models.Model):
    """A recurring duty that one worker of all has at a time."""

    name = models.CharField(max_length=80, primary_key=True)
    worker = models.CharField(max_length=80)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.worker}"

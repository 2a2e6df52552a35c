"""The repair page of the queue: see what was given up and let it run again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from balcao.jobs import actions
from balcao.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic for the type checker only
    """Lists jobs; only dead ones can be changed, and only by letting them run again."""

    list_display = ["id", "task", "state", "tries", "due_at", "error"]
    list_filter = ["state", "task"]
    actions = ["run_again"]

    @admin.action(description=_("Run again"))
    def run_again(self, request: HttpRequest, jobs: "QuerySet[Job]") -> None:
        """Revive the chosen jobs that are dead."""
        for job in jobs:
            actions.revive(job_id=job.pk, now=timezone.now())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: code adds jobs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Refuse: a job is not edited."""
        return False

"""Calendars, targets, clocks and timers. A clock is its events; everything else on its row is read from them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department


class Calendar(models.Model):
    """When work is done somewhere: its name and place. The hours themselves stand in its versions."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="calendars")  # null: every shop's
    zone = models.CharField(max_length=60, default="UTC")  # IANA name
    country = models.CharField(max_length=6, blank=True, default="")  # whose holidays: ISO 3166, "BR" or "BR-SP"
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """The hours of a calendar from an instant on. Written once: who edits a calendar makes its next version."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    spec = models.JSONField()  # tz, weekly, overrides, holidays: see `rules.calendars`
    valid_from = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["calendar_id", "number"]
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="deadlines_version_once")]

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"


class DepartmentCalendar(models.Model):
    """The hours in which a department works."""

    department = models.OneToOneField(Department, on_delete=models.CASCADE, primary_key=True, related_name="hours")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="departments")

    def __str__(self) -> str:
        return f"{self.department_id} by {self.calendar_id}"


class Target(models.Model):
    """How long something may take. What is left empty fits everything; the most specific one that fits holds."""

    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="targets")
    clock = models.CharField(max_length=16)  # ClockKind
    kind = models.CharField(max_length=10, blank=True, default="")  # of the ticket: quick, action, forwarded
    priority = models.CharField(max_length=8, blank=True, default="")
    channel_kind = models.CharField(max_length=20, blank=True, default="")
    department = models.ForeignKey(Department, null=True, on_delete=models.CASCADE, related_name="targets")
    seconds = models.PositiveIntegerField()
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="targets")
    counts_bot = models.BooleanField(default=False)  # an automatic answer is a first response, too
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["clock", "id"]
        constraints = [
            models.UniqueConstraint(
                Coalesce("shop", 0),
                "clock",
                "kind",
                "priority",
                "channel_kind",
                Coalesce("department", 0),
                name="deadlines_target_once",
                condition=Q(is_active=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock} {self.seconds} s"


class Clock(models.Model):
    """One promise as it runs. `events` is only ever appended to; what follows it is a cache of reading them."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=16)  # ClockKind
    subject_kind = models.CharField(max_length=16)  # whose clock it is: "ticket", "visit"; it lies above
    subject_id = models.BigIntegerField()
    ticket_id = models.BigIntegerField()  # to which it belongs, a plain number likewise
    owner = models.ForeignKey(Department, null=True, on_delete=models.SET_NULL, related_name="clocks", db_index=False)
    number = models.PositiveIntegerField(default=1)  # the how manieth: cycle of answers, visit to a stage
    rule = models.CharField(max_length=40, blank=True, default="")  # of the law table, for a legal clock
    events = models.JSONField(default=list)
    fired = models.JSONField(default=list)  # steps of the ladder that were told, each once

    state = models.CharField(max_length=12)  # ClockState
    due_at = models.DateTimeField(null=True)
    target_seconds = models.PositiveIntegerField()
    calendar_version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    paused_for = models.CharField(max_length=30, blank=True, default="")
    paused_left = models.IntegerField(null=True)  # seconds left while it is paused; negative when it was late already
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)  # the due instant that passed
    is_voided = models.BooleanField(default=False)
    forecast_at = models.DateTimeField(null=True)  # when it will be done if every stage left takes its whole limit
    is_at_risk = models.BooleanField(default=False)
    inputs_hash = models.CharField(max_length=64)  # of the events and calendars that the cache was read from

    class Meta:
        indexes = [
            models.Index(fields=["ticket_id"], name="deadlines_of_ticket"),
            models.Index(fields=["due_at"], name="deadlines_running", condition=Q(state="running")),
            models.Index(fields=["owner", "due_at"], name="deadlines_owed", condition=Q(state="running")),
            models.Index(fields=["calendar_version"], name="deadlines_by_hours", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["shop", "ended_at"], name="deadlines_ended", condition=Q(ended_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "number", "rule"], name="deadlines_clock_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.subject_kind} {self.subject_id}"


class Timer(models.Model):
    """The next step of a running clock; when it has fired, the row says the one after it."""

    clock = models.OneToOneField(Clock, on_delete=models.CASCADE, primary_key=True, related_name="timer")
    fire_at = models.DateTimeField()
    step = models.CharField(max_length=24)

    class Meta:
        indexes = [models.Index(fields=["fire_at"], name="deadlines_timers_due")]

    def __str__(self) -> str:
        return f"{self.step} of {self.clock_id}"


class Escalation(models.Model):
    """Who was told that they must do something, and whether somebody did. Unanswered it goes one step up."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="escalations", db_index=False)
    step = models.CharField(max_length=24)
    rung = models.PositiveSmallIntegerField()  # how far up: assignee, lead, supervisors, admins
    told = models.ManyToManyField(Agent, related_name="escalations", blank=True)
    at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)  # null: nobody is above them
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["clock"], name="deadlines_unanswered", condition=Q(answered_at__isnull=True))]
        constraints = [models.UniqueConstraint(fields=["clock", "step"], name="deadlines_escalation_once")]

    def __str__(self) -> str:
        return f"{self.step} of {self.clock_id}"

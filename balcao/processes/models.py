"""Blueprints in their versions, and what runs by them: processes, visits to stages, tasks, forwards, effects."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from balcao.channels.models import Dispatch
from balcao.commerce.models import LedgerEntry, Order
from balcao.deadlines.models import Clock
from balcao.kit.db import words
from balcao.processes.types import EffectState, ForwardState, ProcessState
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.tickets.models import Attachment, Message, Note, Ticket


class Blueprint(models.Model):
    """The path that matters of one sort take through the departments. The path itself stands in its versions."""

    key = models.SlugField(max_length=60)
    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="blueprints")  # null: every shop's
    current = models.ForeignKey(
        "BlueprintVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )  # by which new ones run
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint("key", Coalesce("shop", 0), name="processes_blueprint_once")]

    def __str__(self) -> str:
        return self.key


class BlueprintVersion(models.Model):
    """A path as it was at one time. A draft is edited; what is published stays as it is for ever."""

    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    spec = models.JSONField()  # see `rules.reading`
    note = models.CharField(max_length=300, blank=True, default="")  # what changed, and why
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True)  # null: the draft
    published_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["blueprint_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["blueprint", "number"], name="processes_version_once"),
            models.UniqueConstraint(
                fields=["blueprint"], name="processes_one_draft", condition=Q(published_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.blueprint_id} v{self.number}"


class DraftEdit(models.Model):
    """What a draft said before an edit, so that the edit can be taken back. Kept while the draft is one."""

    version = models.ForeignKey(BlueprintVersion, on_delete=models.CASCADE, related_name="edits")
    key = models.CharField(max_length=40)  # of the form that was sent: the same form twice is one edit
    before = models.JSONField(null=True)  # null: there was no draft
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="processes_edit_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.version_id}"


class Process(models.Model):
    """A blueprint as it runs for one ticket. Where it stands is its open visit."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="processes")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="processes", db_index=False)
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="processes", db_index=False)
    version = models.ForeignKey(BlueprintVersion, on_delete=models.PROTECT, related_name="processes")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="processes")
    state = models.CharField(max_length=10, choices=words(ProcessState), default=ProcessState.RUNNING)
    stage = models.CharField(max_length=60)  # the key of the open visit's stage, or of the end it came to
    outcome = models.CharField(max_length=60, blank=True, default="")  # of the end it came to
    fields = models.JSONField(default=dict)  # field key -> value, from all stages
    facts = models.JSONField(default=dict)  # what others found out for its guards, by the name of the fact
    key = models.CharField(max_length=80, unique=True)  # the same start twice is one process
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="started_processes")
    ended_at = models.DateTimeField(null=True)
    returns_to_sender = models.PositiveSmallIntegerField(default=0)  # went back to the department it came from
    reworks = models.PositiveSmallIntegerField(default=0)  # visits to a stage that had been left before

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], name="processes_one_running", condition=Q(state="running"))
        ]
        indexes = [models.Index(fields=["blueprint", "state", "-id"], name="processes_by_blueprint")]

    def __str__(self) -> str:
        return f"{self.blueprint_id} on {self.ticket_id}"


class Visit(models.Model):
    """One stay in a stage. Its due time and pause are a cache of its clock, so that boards are read in order."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="visits")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="+", db_index=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.CharField(max_length=60)
    number = models.PositiveIntegerField()  # the how manieth visit of the process
    department = models.ForeignKey(
        Department, null=True, on_delete=models.SET_NULL, related_name="visits", db_index=False
    )  # who owes it; null: somebody outside
    outside = models.CharField(max_length=30, blank=True, default="")  # customer, carrier, supplier ...
    assignee = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="visits")
    clock = models.OneToOneField(Clock, null=True, on_delete=models.SET_NULL, related_name="visit")
    due_at = models.DateTimeField(null=True)
    paused_for = models.CharField(max_length=30, blank=True, default="")
    breached_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=60, blank=True, default="")  # key of the transition
    reason = models.CharField(max_length=60, blank=True, default="")  # key, why it came here
    remark = models.TextField(blank=True, default="")  # what the one who forwarded it wrote
    mover = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")  # null: by itself
    left_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=60, blank=True, default="")
    is_rework = models.BooleanField(default=False)
    used_seconds = models.PositiveIntegerField(null=True)  # open time it took, once it was left
    lasted_seconds = models.PositiveIntegerField(null=True)  # time as it passed, nights and holidays too
    waited_seconds = models.PositiveIntegerField(null=True)  # of that, in which somebody outside was waited for
    limit_seconds = models.PositiveIntegerField(null=True)  # as it was when it was left
    told_at = models.DateTimeField(null=True)  # the customer was told that it is here
    look_at = models.DateTimeField(null=True)  # from then on a way may be open by time alone

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process", "number"], name="processes_visit_once"),
            models.UniqueConstraint(
                fields=["process"], name="processes_one_visit_open", condition=Q(left_at__isnull=True)
            ),
        ]
        indexes = [
            # The columns of the board, and what a department owes, each in the order of its due times.
            models.Index(
                fields=["blueprint", "stage", "due_at", "id"],
                name="processes_board",
                condition=Q(left_at__isnull=True),
            ),
            models.Index(
                fields=["department", "due_at", "id"], name="processes_owed", condition=Q(left_at__isnull=True)
            ),
            models.Index(fields=["shop", "left_at"], name="processes_left", condition=Q(left_at__isnull=False)),
            models.Index(fields=["look_at"], name="processes_to_look", condition=Q(look_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.process_id}"


class Task(models.Model):
    """A piece of work beside a stage, owed by a department while the stage goes on."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="tasks")
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200, blank=True, default="")  # of one an agent made; else the blueprint's names
    department = models.ForeignKey(
        Department, null=True, on_delete=models.SET_NULL, related_name="tasks", db_index=False
    )
    assignee = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="tasks")
    clock = models.OneToOneField(Clock, null=True, on_delete=models.SET_NULL, related_name="task")
    due_at = models.DateTimeField(null=True)
    is_obligatory = models.BooleanField(default=True)
    result = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)  # its stage was left without it
    done_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "key"], name="processes_task_once")]
        indexes = [
            models.Index(
                fields=["department", "due_at", "id"],
                name="processes_tasks_owed",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            ),
            models.Index(fields=["process"], name="processes_tasks"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.process_id}"


class Forward(models.Model):
    """A way from one stage to the next that somebody wanted: gone at once, or once a second pair of eyes agreed."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="forwards")
    transition = models.CharField(max_length=60)
    target = models.CharField(max_length=60)
    fields = models.JSONField(default=dict)
    reason = models.CharField(max_length=60, blank=True, default="")
    remark = models.TextField(blank=True, default="")
    key = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=words(ForwardState))
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")  # who wanted it
    at = models.DateTimeField()
    decider = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit"], name="processes_one_asked", condition=Q(state="asked"))
        ]
        indexes = [models.Index(fields=["id"], name="processes_asked", condition=Q(state="asked"))]

    def __str__(self) -> str:
        return f"{self.transition} of {self.visit_id}"


class Effect(models.Model):
    """An automatic step that a stage brings with it. Its own work row: stored first, done once."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="effects")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="effects", db_index=False)
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)  # types.EffectKind
    step = models.CharField(max_length=60, blank=True, default="")  # its key in the blueprint; "" of a reminder
    spec = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=words(EffectState), default=EffectState.DUE)
    due_at = models.DateTimeField()
    leased_by = models.CharField(max_length=80, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    entry = models.ForeignKey(LedgerEntry, null=True, on_delete=models.PROTECT, related_name="effects")
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(max_length=60, blank=True, default="")  # why it could not be done
    detail = models.CharField(max_length=500, blank=True, default="")
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="processes_effects_due",
                condition=Q(state__in=["due", "doing", "waiting"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class FieldFile(models.Model):
    """A photo or file given for a field of a process."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="files")
    field = models.CharField(max_length=60)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(Note, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "field", "attachment"], name="processes_file_once")]

    def __str__(self) -> str:
        return f"{self.field} of {self.process_id}"


class StageMail(models.Model):
    """A department was asked by mail to do a stage; an answer to it lands on the stage."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="mails")
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="stage_mail")
    address = models.EmailField()
    ways = models.JSONField(default=list)  # as they were numbered in it

    def __str__(self) -> str:
        return f"{self.visit_id} to {self.address}"

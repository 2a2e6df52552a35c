"""The tables of macros and rules."""

from django.db import models
from django.db.models import Q

from balcao.automation.types import Outcome
from balcao.kit.db import words
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket


class Macro(models.Model):
    """A text per language and steps, run by an agent in one go."""

    name = models.CharField(max_length=80)
    key = models.SlugField(max_length=60, blank=True, default="")  # what processes call a shared one; it stays
    texts = models.JSONField(default=dict)  # language -> text with placeholders; may be empty
    steps = models.JSONField(default=list)  # see rules.steps_from
    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="macros")  # null: every shop
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="macros")  # null: shared
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="automation_macro_key")]

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """What the shop does by itself: when something happens to a ticket, if, then."""

    name = models.CharField(max_length=120)
    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="rules")  # null: every shop
    spec = models.JSONField()  # see rules.ruling
    place = models.PositiveIntegerField(default=0)  # they are asked in this order
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["place", "id"]

    def __str__(self) -> str:
        return self.name


class RuleTimer(models.Model):
    """A rule that looks at a ticket later. It fires once, and is gone."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="timers")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="rule_timers")
    fire_at = models.DateTimeField()
    position = models.BigIntegerField()  # of the entry that set it
    chain = models.JSONField(default=list)  # the rules that led to it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "ticket"], name="automation_timer_once")]
        indexes = [models.Index(fields=["fire_at", "id"], name="automation_timers")]

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.ticket_id} at {self.fire_at}"


class RuleRun(models.Model):
    """What a rule did on a ticket, or why it did not."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = models.PositiveIntegerField()
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="rule_runs", db_index=False)
    position = models.BigIntegerField()  # of the entry that set it off
    event = models.CharField(max_length=80)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=words(Outcome))
    done = models.JSONField(default=list)  # the steps that changed something
    chain = models.JSONField(default=list)  # the rules that led to it
    detail = models.CharField(max_length=300, blank=True, default="")  # of a fault; why the guard stopped it

    class Meta:
        indexes = [
            models.Index(fields=["rule", "-id"], name="automation_runs"),
            models.Index(fields=["ticket", "-at"], name="automation_of_ticket"),
            models.Index(fields=["at"], name="automation_old_runs"),
            models.Index(fields=["rule", "-at"], name="automation_failed", condition=Q(outcome="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.ticket_id}: {self.outcome}"

"""Endpoints of other systems, and what was or is to be delivered to them."""

from django.db import models
from django.db.models import Q

from balcao.kit.db import words
from balcao.shops.models import Shop
from balcao.webhooks.types import DeliveryState, Disabled


class Endpoint(models.Model):
    """An address that is told of events, with how it fares."""

    name = models.CharField(max_length=120)
    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="endpoints")  # null: every shop
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)  # names and families, see rules.catalogue; empty: only what asks for it
    is_active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=8, choices=words(Disabled), blank=True, default="")
    sealed_secret = models.TextField()
    sealed_old_secret = models.TextField(blank=True, default="")  # signs beside the other one until it ends
    old_secret_until = models.DateTimeField(null=True)
    since_position = models.BigIntegerField(default=0)  # of the journal: what came before is not told by itself
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)  # whoever was served longest ago comes first
    last_ok_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One event on its way to one endpoint, word for word; also its own work row."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    position = models.BigIntegerField(null=True)  # of the journal entry; null: a ping, or asked for
    name = models.CharField(max_length=80)  # type of the event
    message_id = models.CharField(max_length=60, unique=True)  # the same over all tries
    body = models.TextField()
    state = models.CharField(max_length=8, choices=words(DeliveryState), default=DeliveryState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)  # since it was last asked for
    due_at = models.DateTimeField()  # not before; a claim moves it ahead, so that a dead worker's comes up again
    leased_by = models.CharField(max_length=80, blank=True, default="")
    last_tried_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_answer = models.CharField(max_length=500, blank=True, default="")
    last_fault = models.CharField(max_length=200, blank=True, default="")
    last_took = models.PositiveIntegerField(default=0)  # milliseconds
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "position"], name="webhooks_once", condition=Q(position__isnull=False)
            )
        ]
        indexes = [
            models.Index(fields=["endpoint", "due_at", "id"], name="webhooks_due", condition=Q(state="queued")),
            models.Index(fields=["endpoint", "state", "-id"], name="webhooks_log"),
            models.Index(fields=["endpoint", "-id"], name="webhooks_newest"),
            models.Index(fields=["created_at"], name="webhooks_old"),
        ]

    def __str__(self) -> str:
        return f"{self.name} to {self.endpoint_id}"

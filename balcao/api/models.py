"""What programs asked with an idempotency key, and what they were answered."""

from django.db import models

from balcao.staff.models import ApiToken


class KeyedRequest(models.Model):
    """A request that changes something under the caller's own key, so that a repeat changes nothing more."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+", db_index=False)
    route = models.CharField(max_length=200)  # method and path
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    began_at = models.DateTimeField()
    holder = models.CharField(max_length=32)  # who runs it; whoever takes over a dead run writes another
    status = models.PositiveSmallIntegerField(null=True)  # null: still running
    answer = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "route", "key"], name="api_key_once")]
        indexes = [models.Index(fields=["began_at"], name="api_key_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"

"""The table of macros."""

from django.db import models

from balcao.shops.models import Shop
from balcao.staff.models import Agent


class Macro(models.Model):
    """A text per language and steps, run by an agent in one go."""

    name = models.CharField(max_length=80)
    texts = models.JSONField(default=dict)  # language -> text with placeholders; may be empty
    steps = models.JSONField(default=list)  # see rules.steps_from
    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="macros")  # null: every shop
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="macros")  # null: shared
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

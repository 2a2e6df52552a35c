"""The shop's table."""

from django.core.validators import RegexValidator
from django.db import models


class Shop(models.Model):
    """A brand with its language, hours and look. Its first shop is where things go that name none."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    languages = models.JSONField(default=list)  # BCP 47 codes, the first is the main one
    region = models.CharField(max_length=2, blank=True, default="")  # ISO 3166, for phone numbers and law
    time_zone = models.CharField(max_length=60, default="UTC")
    currency = models.CharField(max_length=3, default="EUR")
    colour = models.CharField(max_length=7, default="#2347a8", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")])
    website = models.URLField(blank=True, default="")
    signatures = models.JSONField(default=dict)  # language -> text, appended to what agents send
    close_after_days = models.PositiveSmallIntegerField(default=7)  # a solved ticket closes after so many days
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def language(self) -> str:
        """Return the shop's main language."""
        return str(self.languages[0]) if self.languages else "en"

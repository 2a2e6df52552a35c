"""The journal's tables. Entries are written once; only the sealer adds their position and chain value."""

from django.db import models
from django.db.models import Q

from balcao.journal.types import ActorKind, SubjectKind
from balcao.kit.db import words


class Entry(models.Model):
    """One fact in the past tense. `facts` holds ids and codes, never personal values."""

    name = models.CharField(max_length=80)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=words(ActorKind))
    actor_id = models.BigIntegerField(default=0)
    shop_id = models.BigIntegerField(default=0)  # 0: not of one shop; an id only, shops lie above the journal
    facts = models.JSONField(default=dict)
    personal_digest = models.CharField(max_length=64, blank=True, default="")
    position = models.BigIntegerField(null=True, unique=True)
    chain = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["id"], name="journal_unsealed", condition=Q(position__isnull=True))]

    def __str__(self) -> str:
        return f"{self.position or '-'} {self.name}"


class EntrySubject(models.Model):
    """One thing that an entry is about, so that the history of a ticket is one index walk."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="subjects", db_index=True)
    kind = models.CharField(max_length=10, choices=words(SubjectKind))
    subject_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kind", "subject_id", "entry"], name="journal_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class EntryPersonal(models.Model):
    """The personal values of an entry (before and after texts, addresses), erasable without breaking the chain."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="personal", primary_key=True)
    salt = models.CharField(max_length=32)
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"personal values of entry {self.entry_id}"


class Head(models.Model):
    """The end of the sealed journal; one row. Its lease keeps one sealer at work, its lock keeps it exact."""

    position = models.BigIntegerField(default=0)
    chain = models.CharField(max_length=64)
    leased_by = models.CharField(max_length=80, blank=True, default="")
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sealed to {self.position}"


class Reader(models.Model):
    """A follower of the journal and the last position it has dealt with."""

    name = models.CharField(max_length=80, primary_key=True)
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"

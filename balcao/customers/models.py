"""Customers and their identities.

A customer is a connected component of identities over active links. Merging adds a link, undoing revokes
it; nothing is copied, so nothing can be lost. `Identity.customer` caches the component: only merge and undo rewrite
it, to the `home` of the component's representative. `Identity.home` is the customer row that the identity was born
with, one for each, so that every identity can stand alone again.
"""

from django.db import models
from django.db.models import F, Q

from balcao.customers.types import IdentityKind, LinkRule, ProofSource
from balcao.kit.db import words
from balcao.staff.models import Agent


class Customer(models.Model):
    """A person who buys, one across all channels and shops."""

    name = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    time_zone = models.CharField(max_length=60, blank=True, default="")
    city = models.CharField(max_length=120, blank=True, default="")
    salutation = models.CharField(max_length=40, blank=True, default="")
    name_key = models.CharField(max_length=200, blank=True, default="", db_index=True)  # folded, found by its beginning
    surname_key = models.CharField(max_length=200, blank=True, default="", db_index=True)  # the same, last word first
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or f"customer {self.pk}"


class Identity(models.Model):
    """One address of a customer on one kind of channel. Messages point here and are never rewritten."""

    kind = models.CharField(max_length=10, choices=words(IdentityKind))
    scope = models.CharField(max_length=60, blank=True, default="")  # channel-only ids: the channel they hold in
    value = models.CharField(max_length=320, db_index=True)  # normalised: what we write to and compare
    match_key = models.CharField(max_length=320)  # equal for two spellings of one address (Brazilian ninth digit)
    hint_key = models.CharField(max_length=320, blank=True, default="")  # equal for likely duplicates (dots at Gmail)
    name = models.CharField(max_length=200, blank=True, default="")  # as the writer last gave it
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identities")
    home = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="born_identity")
    proven_at = models.DateTimeField(null=True)
    proven_by = models.CharField(max_length=24, blank=True, default="", choices=words(ProofSource))
    undeliverable_at = models.DateTimeField(null=True)
    soft_bounces = models.PositiveSmallIntegerField(default=0)
    soft_bounced_at = models.DateTimeField(null=True)
    ticket_count = models.PositiveIntegerField(default=0)  # kept per identity and summed, so that a merge moves nothing
    last_contact_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "scope", "value"], name="customers_identity_once")]
        indexes = [
            models.Index(fields=["kind", "match_key"], name="customers_match"),
            models.Index(fields=["hint_key"], name="customers_hint", condition=~Q(hint_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"

    @property
    def shown_name(self) -> str:
        """How the person is called: as the card says, else as they wrote it, else by the address."""
        return self.customer.name or self.name or self.value


class Link(models.Model):
    """Two identities belong to one person, for this reason, until revoked. `identity_a` is of the customer kept."""

    identity_a = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="links_out")
    identity_b = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="links_in")
    rule = models.CharField(max_length=16, choices=words(LinkRule))
    evidence = models.JSONField(default=dict)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(identity_a=F("identity_b")), name="customers_link_two_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.identity_a_id}-{self.identity_b_id}"


class NotSame(models.Model):
    """An agent said that these are two people: no merge is proposed or made between them again."""

    identity_a = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    identity_b = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity_a", "identity_b"], name="customers_not_same"),
            models.CheckConstraint(condition=Q(identity_a__lt=F("identity_b")), name="customers_not_same_order"),
        ]

    def __str__(self) -> str:
        return f"{self.identity_a_id} is not {self.identity_b_id}"


class CustomerNote(models.Model):
    """A remark about a person. It keeps the identity that it was written about, so that undo takes it back."""

    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="notes")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    is_pinned = models.BooleanField(default=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text[:60]

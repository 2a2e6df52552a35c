"""Configured channels, what came in through them and what leaves."""

from django.db import models
from django.db.models import Q

from balcao.channels.types import DispatchState, EnvelopeState, Outcome
from balcao.kit.db import words
from balcao.shops.models import Shop


class Channel(models.Model):
    """A configured way in and out: one mailbox, one form, one phone number."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="channels")
    kind = models.CharField(max_length=20)  # of the plug-in
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=320, blank=True, default="")  # what customers know it by
    settings = models.JSONField(default=dict)  # the plug-in's typed config, without its secrets
    sealed_secrets = models.TextField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_fetched = models.BooleanField(default=False)  # we ask it for what is new (its adapter is `Fetching`)
    first_answers = models.JSONField(default=dict)  # language -> what a first message is answered with; empty: nothing
    public_key = models.CharField(
        max_length=40, unique=True
    )  # in public addresses (form page, hook); authorises nothing
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class FetchState(models.Model):
    """How far a fetched channel has been read, and whether everything the server showed is accounted for."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, primary_key=True, related_name="fetch_state")
    cursor = models.JSONField(default=dict)
    seen = models.PositiveBigIntegerField(default=0)  # on the server, ever, since connected
    kept = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    missing = models.JSONField(default=list)  # external ids that the server holds and we do not (first 500)
    reconciled_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    last_error_code = models.CharField(max_length=20, blank=True, default="")
    failing_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True, default="")
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"fetching {self.channel_id}"


class RefusedEnvelope(models.Model):
    """Something the channel showed but would not hand over, with its reason: part of the reconciliation."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="refused_envelopes")
    external_id = models.CharField(max_length=255)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="channels_refused")]

    def __str__(self) -> str:
        return f"{self.external_id}: {self.reason}"


class Envelope(models.Model):
    """One raw thing a channel handed us; also the work row of understanding it."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="envelopes")
    source = models.CharField(max_length=80, blank=True, default="")
    external_id = models.CharField(max_length=255)
    size = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=words(EnvelopeState), default=EnvelopeState.KEPT)
    outcome = models.CharField(max_length=12, choices=words(Outcome), blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()  # not before; a claim moves it ahead, so that a dead worker's work comes up again
    leased_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_id", "source"], name="channels_envelope_once")
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="channels_envelope_due", condition=Q(state="kept")),
            models.Index(fields=["-id"], name="channels_quarantine", condition=Q(state="quarantined")),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class EnvelopeBody(models.Model):
    """The bytes of an envelope, compressed, in a table of their own so that walking envelopes stays cheap."""

    envelope = models.OneToOneField(Envelope, on_delete=models.CASCADE, primary_key=True, related_name="stored_body")
    packed = models.BinaryField()
    is_packed = models.BooleanField(default=True)  # zlib; False where it would not have become smaller

    def __str__(self) -> str:
        return f"body of {self.envelope_id}"


class Dispatch(models.Model):
    """One message on its way out, with its tries. Its external id is fixed before the first try."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="dispatches")
    external_id = models.CharField(max_length=255, unique=True)
    order_key = models.CharField(max_length=60)  # dispatches with one key leave one after another (a ticket's)
    outbound = models.JSONField()  # ports.channel.Outbound without file contents
    files = models.JSONField(default=list)  # [{"storage": key, "name", "media_type", "content_id", "inline"}]
    state = models.CharField(max_length=12, choices=words(DispatchState), default=DispatchState.QUEUED)
    due_at = models.DateTimeField()  # not before; the undo window, a claim and the back-off all move it
    tries = models.PositiveSmallIntegerField(default=0)
    leased_by = models.CharField(max_length=80, blank=True, default="")
    error = models.CharField(max_length=300, blank=True, default="")
    error_code = models.CharField(max_length=20, blank=True, default="")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)  # sent, failed, uncertain or recalled

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="channels_dispatch_due",
                condition=Q(state__in=["queued", "sending", "handing_over"]),
            ),
            models.Index(fields=["-id"], name="channels_uncertain", condition=Q(state="uncertain")),
            models.Index(
                fields=["order_key", "id"],
                name="channels_dispatch_order",
                condition=Q(state__in=["queued", "sending", "handing_over"]),
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class DispatchReceipt(models.Model):
    """What the other side later said of a dispatch: delivered, delayed, bounced, complained about."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="receipts")
    at = models.DateTimeField()
    action = models.CharField(max_length=20)
    recipient = models.CharField(max_length=320, blank=True, default="")
    status = models.CharField(max_length=20, blank=True, default="")
    detail = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.action} {self.recipient}"

"""What an agent must be told."""

from django.db import models
from django.db.models import Q

from balcao.staff.models import Agent


class NoticeKind(models.TextChoices):
    """Why an agent is told."""

    MENTION = "mention"
    ASSIGNED = "assigned"
    MESSAGE = "message"  # new mail on my ticket
    FAILED_SEND = "failed_send"
    QUARANTINE = "quarantine"
    GAP = "gap"
    MAILBOX = "mailbox"  # it cannot be read any more
    APPROVAL = "approval"  # an order action waits for a second pair of eyes
    ORDER = "order"  # what became of an order action that I asked for
    WEBHOOK = "webhook"  # an endpoint does not take what it is sent
    RULE = "rule"  # a rule of the shop says so
    STAGE = "stage"  # a stage of a process needs me
    DEADLINE = "deadline"  # most of the time for something of mine is used
    ESCALATION = "escalation"  # a promise is broken, and I have to see to it
    LATE = "late"  # a shipment is late or lost, and the customer has not written yet


class Notice(models.Model):
    """One thing to tell one agent, by bell and, if the agent wants, by mail."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    at = models.DateTimeField()
    subject_kind = models.CharField(max_length=10)  # journal's SubjectKind; ids only, tickets lie above
    subject_id = models.BigIntegerField()
    facts = models.JSONField(default=dict)  # ticket number, who, channel name: what the sentence needs
    read_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)  # set when a mail is to go out; cleared when it went
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["agent", "-id"], name="notices_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["agent", "-at", "-id"], name="notices_by_agent"),
            models.Index(fields=["mail_due_at"], name="notices_mails", condition=Q(mail_due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.agent_id}"

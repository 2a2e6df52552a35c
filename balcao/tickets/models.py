"""The tables of the desk."""

from django.db import models
from django.db.models import Q

from balcao.channels.models import Channel, Dispatch, Envelope
from balcao.commerce.models import Order
from balcao.customers.models import Identity
from balcao.kit.db import words
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Team
from balcao.tickets.types import (
    Direction,
    Kind,
    LinkReason,
    MessageKind,
    OrderRule,
    ParticipantRole,
    Priority,
    Queue,
    Source,
    Status,
)

_DUE = Q(due_at__isnull=False)


class NumberSeries(models.Model):
    """The last ticket number given; one row, one series for the whole company."""

    last = models.BigIntegerField(default=1000)

    def __str__(self) -> str:
        return str(self.last)


class Tag(models.Model):
    """A word agents put on tickets."""

    name = models.CharField(max_length=60, unique=True)
    colour = models.CharField(max_length=10, blank=True, default="")  # a token of the design: glaze, ok, soon ...

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """A reason why customers write, in a tree: what kind of contact it is, and what it starts."""

    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="topics")  # null: every shop
    key = models.SlugField(max_length=60)
    names = models.JSONField(default=dict)  # language -> name
    hints = models.JSONField(default=dict)  # language -> when to choose it
    kind = models.CharField(max_length=9, choices=words(Kind), default=Kind.QUICK)
    blueprint = models.CharField(max_length=60, blank=True, default="")  # key of the process it starts; "" for none
    deed = models.CharField(max_length=24, blank=True, default="")  # the order action it asks for: an ActionKind
    place = models.PositiveSmallIntegerField(default=0)
    for_customers = models.BooleanField(default=False)  # they choose it in forms; if none is marked, the first level
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(shop__isnull=True), name="tickets_topic_once"),
            models.UniqueConstraint(fields=["shop", "key"], name="tickets_topic_once_in_shop"),
        ]

    def __str__(self) -> str:
        return self.key


class Ticket(models.Model):
    """One matter of one customer, with the facts its list row shows kept up to date on it."""

    number = models.BigIntegerField(unique=True)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    identity = models.ForeignKey(
        Identity, on_delete=models.PROTECT, related_name="tickets", db_index=False
    )  # who asked
    subject = models.CharField(max_length=300, blank=True, default="")
    status = models.CharField(max_length=8, choices=words(Status), default=Status.NEW)
    queue = models.CharField(max_length=8, choices=words(Queue), default=Queue.OURS)  # see rules.queue_of
    status_before = models.CharField(max_length=8, blank=True, default="")  # where spam and trash are restored to
    priority = models.CharField(max_length=8, choices=words(Priority), default=Priority.NORMAL)
    language = models.CharField(max_length=10, blank=True, default="")
    kind = models.CharField(max_length=9, blank=True, default="", choices=words(Kind))  # "": not yet said
    is_kind_chosen = models.BooleanField(default=False)  # an agent said it: its topic no longer changes it
    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    assignee = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="tickets", db_index=False)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="tickets", db_index=False)
    tags = models.ManyToManyField(Tag, related_name="tickets", blank=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # the last message or note; what lists are sorted by
    customer_wrote_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)  # waiting: back to open then
    snoozed_until = models.DateTimeField(null=True)  # out of sight until then
    last_words = models.CharField(max_length=160, blank=True, default="")
    last_direction = models.CharField(max_length=3, choices=words(Direction), default=Direction.IN)
    last_author = models.CharField(max_length=120, blank=True, default="")
    channel_kinds = models.JSONField(default=list)
    message_count = models.PositiveIntegerField(default=0)
    has_failed_send = models.BooleanField(default=False)
    is_held_open = models.BooleanField(default=False)  # something is still owed on it: it cannot be solved yet
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged_from")
    linked_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="linked_from")
    link_reason = models.CharField(max_length=16, blank=True, default="", choices=words(LinkReason))
    # What lists show of the running clocks (see `actions.classifying.set_due_facts`); nothing is decided by it.
    due_at = models.DateTimeField(null=True)  # the next promise; null: none runs
    due_kind = models.CharField(max_length=16, blank=True, default="")  # deadlines.types.ClockKind
    paused_for = models.CharField(max_length=30, blank=True, default="")  # deadlines.types.PauseReason
    paused_left = models.IntegerField(null=True)  # seconds left when it was paused, below 0 when late by then
    warned = models.PositiveSmallIntegerField(default=0)  # of the time: 0, 50, 75 or 90 per cent are used
    breached_at = models.DateTimeField(null=True)  # the due instant that passed
    is_at_risk = models.BooleanField(default=False)  # by the forecast, although nothing is late yet
    is_due_soon = models.BooleanField(default=False)  # see rules.is_due_soon
    waits_for_others = models.BooleanField(default=False)  # see rules.waits_for_others

    class Meta:
        indexes = [
            models.Index(fields=["queue", "-changed_at", "-id"], name="tickets_by_queue"),
            models.Index(fields=["shop", "queue", "-changed_at", "-id"], name="tickets_by_shop"),
            models.Index(fields=["assignee", "queue", "-changed_at", "-id"], name="tickets_by_assignee"),
            models.Index(fields=["team", "queue", "-changed_at", "-id"], name="tickets_by_team"),
            models.Index(fields=["identity", "-id"], name="tickets_by_identity"),
            models.Index(fields=["-changed_at", "-id"], name="tickets_by_change"),
            models.Index(fields=["remind_at"], name="tickets_reminders", condition=Q(remind_at__isnull=False)),
            models.Index(fields=["snoozed_until"], name="tickets_snoozed", condition=Q(snoozed_until__isnull=False)),
            models.Index(fields=["solved_at"], name="tickets_to_close", condition=Q(status="solved")),
            models.Index(fields=["kind", "queue", "-changed_at", "-id"], name="tickets_by_kind"),
            models.Index(
                fields=["topic", "-changed_at", "-id"], name="tickets_by_topic", condition=Q(topic__isnull=False)
            ),
            # Each of them holds only the tickets that it is about: a new one costs nothing here.
            models.Index(fields=["queue", "due_at", "id"], name="tickets_due", condition=_DUE),
            models.Index(fields=["assignee", "queue", "due_at", "id"], name="tickets_due_by_assignee", condition=_DUE),
            models.Index(fields=["team", "queue", "due_at", "id"], name="tickets_due_by_team", condition=_DUE),
            models.Index(fields=["kind", "queue", "due_at", "id"], name="tickets_due_by_kind", condition=_DUE),
            models.Index(fields=["due_at", "id"], name="tickets_due_soon", condition=Q(is_due_soon=True)),
            models.Index(fields=["breached_at", "id"], name="tickets_breached", condition=Q(breached_at__isnull=False)),
            models.Index(fields=["due_at", "id"], name="tickets_at_risk", condition=Q(is_at_risk=True)),
            models.Index(fields=["changed_at", "id"], name="tickets_with_others", condition=Q(waits_for_others=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"


class Conversation(models.Model):
    """One thread on one channel inside a ticket. `home` is the ticket it began in; a merge moves only `ticket`."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="conversations")
    home = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="born_conversations")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="conversations")
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="conversations")
    subject = models.CharField(max_length=300, blank=True, default="")
    source = models.CharField(max_length=16, blank=True, default="", choices=words(Source))  # of what was written down
    level = models.PositiveSmallIntegerField(default=0)  # of the verification ladder
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class Participant(models.Model):
    """An identity that takes part in a conversation; only participants are recognised by thread."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="participations")
    role = models.CharField(max_length=10, choices=words(ParticipantRole))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "identity"], name="tickets_participant_once")]

    def __str__(self) -> str:
        return f"{self.identity_id} in {self.conversation_id}"


class Message(models.Model):
    """What customer and shop say to each other. The new words stand here, the whole letter in `Letter`."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="messages", db_index=False)
    direction = models.CharField(max_length=3, choices=words(Direction))
    kind = models.CharField(max_length=8, choices=words(MessageKind), default=MessageKind.SAID)
    identity = models.ForeignKey(
        Identity, null=True, on_delete=models.PROTECT, related_name="messages", db_index=False
    )  # who wrote (in)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="messages")  # who wrote (out)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # the sender's clock
    text = models.TextField(blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    external_id = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    proof = models.CharField(max_length=8, blank=True, default="")
    warnings = models.JSONField(default=list)
    silence = models.CharField(max_length=40, blank=True, default="")  # why nothing automatic may answer it; "" = may
    is_stranger = models.BooleanField(default=False)  # written by somebody who has no part in the conversation
    has_more = models.BooleanField(default=False)  # the letter says more than `text`: quotes, formatting
    is_recalled = models.BooleanField(default=False)
    envelope = models.OneToOneField(Envelope, null=True, on_delete=models.PROTECT, related_name="message")
    dispatch = models.OneToOneField(Dispatch, null=True, on_delete=models.PROTECT, related_name="message")

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "at", "id"], name="tickets_timeline"),
            models.Index(fields=["channel", "external_id"], name="tickets_thread"),
            models.Index(fields=["identity", "sent_at"], name="tickets_same_again"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Letter(models.Model):
    """The whole of a message: to whom it went, all its words, its HTML as received (sanitised when shown)."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="letter")
    subject = models.CharField(max_length=500, blank=True, default="")
    full_text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    addressing = models.JSONField(
        default=dict
    )  # {"from": [kind, value, name], "to": [...], "cc": [...], "reply_to": ...}
    proof_detail = models.CharField(max_length=300, blank=True, default="")
    fields = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.subject


class Note(models.Model):
    """A remark the customer never sees: a table of its own, so that a leak is impossible, not filtered."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="notes", db_index=False)
    home = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="born_notes")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="notes")
    at = models.DateTimeField()
    text = models.TextField()
    mentions = models.ManyToManyField(Agent, related_name="mentions", blank=True)

    class Meta:
        indexes = [models.Index(fields=["ticket", "at", "id"], name="tickets_notes")]

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(models.Model):
    """A file of a message, a note or a draft still being written (neither yet set)."""

    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="attachments")
    note = models.ForeignKey(Note, null=True, on_delete=models.CASCADE, related_name="attachments")
    uploader = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="uploads")
    upload_ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="uploads")
    upload_mode = models.CharField(max_length=10, blank=True, default="")  # of the draft: no note's file in a reply
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=120)
    content_id = models.CharField(max_length=255, blank=True, default="")
    is_inline = models.BooleanField(default=False)
    verdict = models.CharField(max_length=12, blank=True, default="")  # kit.files.Verdict
    reason = models.CharField(max_length=24, blank=True, default="")  # kit.files.Reason
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="tickets_content"),
            models.Index(
                fields=["created_at"], name="tickets_uploads", condition=Q(message__isnull=True, note__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What an agent is writing on a ticket, saved as it is typed and visible to colleagues."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="drafts")
    mode = models.CharField(max_length=10, default="reply")  # reply, note, forward
    text = models.TextField(blank=True, default="")
    addressing = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "agent", "mode"], name="tickets_draft_once")]

    def __str__(self) -> str:
        return self.text[:60]


class Sight(models.Model):
    """How far an agent has read a ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="sights")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sights")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "ticket"], name="tickets_sight_once")]
        indexes = [models.Index(fields=["agent", "-seen_at"], name="tickets_sights_by_time")]

    def __str__(self) -> str:
        return f"{self.agent_id} saw {self.ticket_id}"


class TicketMerge(models.Model):
    """One ticket went into another. Undoing takes back exactly what `before` and the moved ids say."""

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges_out")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges_in")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.source_id} into {self.target_id}"


class TicketSplit(models.Model):
    """Messages were taken out of a ticket into a new one."""

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="splits_out")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="splits_in")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField(default=dict)  # message id -> conversation id
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.target_id} out of {self.source_id}"


class TicketOrder(models.Model):
    """A ticket is about an order, because a message named it or an agent said so."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="order_links")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="ticket_links")
    rule = models.CharField(max_length=12, choices=words(OrderRule))
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # an agent said that it is not: it is not linked by itself again

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "order"], name="tickets_order_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} about {self.order_id}"


class SavedView(models.Model):
    """A search kept under a name, for one agent or for all."""

    name = models.CharField(max_length=80)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="saved_views")  # null: shared
    shop = models.ForeignKey(Shop, null=True, on_delete=models.CASCADE, related_name="saved_views")  # null: every shop
    query = models.CharField(max_length=300)  # in the search language
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place", "name"]

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """A kept count of tickets: by shop and key (see `rules.tally_keys`), so that no page ever counts."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="tallies")
    key = models.CharField(max_length=60)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "key"], name="tickets_tally_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class TallyChange(models.Model):
    """A change to a tally not yet folded into it: writers only append, so they never wait for one another."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=60)
    change = models.SmallIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.change:+d}"


class SentAnswer(models.Model):
    """An automatic answer that was written, for the limits per sender, ticket and hour."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="sent_answers")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="sent_answers")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["identity", "at"], name="tickets_sent_answers"),
            models.Index(fields=["at"], name="tickets_answers_by_hour"),
        ]

    def __str__(self) -> str:
        return f"answered {self.identity_id}"


class SearchDocument(models.Model):
    """What search finds: a message, a note, or (neither) the ticket's own subject and people.

    The terms themselves stand in the engine's own index under this id (see `search`). A changed text gets a new row;
    index entries whose row is gone find nothing.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="search_documents")
    message = models.OneToOneField(Message, null=True, on_delete=models.CASCADE, related_name="search_document")
    note = models.OneToOneField(Note, null=True, on_delete=models.CASCADE, related_name="search_document")

    def __str__(self) -> str:
        return f"search document {self.pk}"

"""Our copy of orders and products, the ledger of order actions, and the built-in order book.

What a shop system said stands as a document (see `rules.documents`); what is searched for stands beside it in columns.
For the built-in order book these rows are the book itself; for every other backend they are a copy with an age.
"""

from django.db import models
from django.db.models import Q

from balcao.commerce.rules.watching import Trouble
from balcao.commerce.types import EvidenceKind, ImportState, LedgerState, Level, WantedKind
from balcao.customers.models import Identity
from balcao.kit.db import words
from balcao.ports.commerce import ActionKind, KeyKind, OrderStage
from balcao.shops.models import Shop
from balcao.staff.models import Agent


class Backend(models.Model):
    """A connected shop system or ERP; the built-in order book is one of them."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="backends")
    kind = models.CharField(max_length=20)  # "book" or a plug-in's
    name = models.CharField(max_length=120)
    settings = models.JSONField(default=dict)  # the plug-in's typed config, without its secrets
    sealed_secrets = models.TextField(blank=True, default="")
    policy = models.JSONField(default=dict)  # commerce.types.Policy, as far as it differs from the default
    is_active = models.BooleanField(default=True)
    public_key = models.CharField(max_length=40, unique=True)  # in the address of its hook; authorises nothing
    cursor = models.JSONField(default=dict)
    next_try_at = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True, default="")
    leased_until = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    last_error_code = models.CharField(max_length=20, blank=True, default="")
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Wanted(models.Model):
    """One thing to be read anew from a shop system, because it told us so or because somebody looks at it.

    Its own work row: asked for twice it is one row, and it says when it was last asked for.
    """

    backend = models.ForeignKey(Backend, on_delete=models.CASCADE, related_name="wanted")
    kind = models.CharField(max_length=8, choices=words(WantedKind))
    ref = models.CharField(max_length=120)  # the system's own key, or the id of our customer
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # None: done
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backend", "kind", "ref"], name="commerce_wanted_once")]
        indexes = [
            models.Index(
                fields=["backend", "due_at", "id"], name="commerce_wanted_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["asked_at"], name="commerce_wanted_done", condition=Q(due_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Account(models.Model):
    """A customer as a shop system knows them."""

    backend = models.ForeignKey(Backend, on_delete=models.CASCADE, related_name="accounts")
    ref = models.CharField(max_length=120)
    document = models.JSONField()  # ports.commerce.Account
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backend", "ref"], name="commerce_account_once")]

    def __str__(self) -> str:
        return self.ref


class AccountKey(models.Model):
    """By what an account is found: e-mail, phone, tax id (as a keyed digest), normalised."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=10, choices=words(KeyKind))
    key = models.CharField(max_length=320)
    since = models.DateTimeField(null=True)  # empty: for as long as we know the account

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "account"], name="commerce_account_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Order(models.Model):
    """One order as its shop system last told it."""

    backend = models.ForeignKey(Backend, on_delete=models.CASCADE, related_name="orders")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="orders")
    ref = models.CharField(max_length=120)
    number = models.CharField(max_length=60)
    stage = models.CharField(max_length=12, choices=words(OrderStage))
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()  # minor units
    placed_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    fetched_at = models.DateTimeField()  # when the shop system was last asked
    document = models.JSONField()  # ports.commerce.Order without its account
    version = models.CharField(max_length=80, blank=True, default="")
    watch_at = models.DateTimeField(null=True)  # when something about its shipments may be wrong; empty: nothing can

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backend", "ref"], name="commerce_order_once")]
        indexes = [
            models.Index(fields=["backend", "watch_at"], name="commerce_watched", condition=Q(watch_at__isnull=False)),
            models.Index(fields=["account", "-placed_at", "-id"], name="commerce_of_account"),
            models.Index(fields=["backend", "-placed_at", "-id"], name="commerce_newest"),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentAlarm(models.Model):
    """One thing that went wrong with a shipment and that was told of: it is told of once."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="alarms")
    parcel = models.CharField(max_length=120, blank=True, default="")  # the shop system's key; "": the whole order
    trouble = models.CharField(max_length=8, choices=words(Trouble))
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "parcel", "trouble"], name="commerce_alarm_once")]

    def __str__(self) -> str:
        return f"{self.trouble} {self.order_id}"


class OrderKey(models.Model):
    """By what an order itself is found: its number and its parcels' codes, folded."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=10, choices=words(KeyKind))
    key = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "order"], name="commerce_order_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Product(models.Model):
    """A product of the shop."""

    backend = models.ForeignKey(Backend, on_delete=models.CASCADE, related_name="products")
    ref = models.CharField(max_length=120)
    name = models.CharField(max_length=300)
    search = models.CharField(max_length=600)  # folded words of the name
    document = models.JSONField()  # ports.commerce.Product
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backend", "ref"], name="commerce_product_once")]

    def __str__(self) -> str:
        return self.name


class Variant(models.Model):
    """One thing that can be bought: where its product stands."""

    backend = models.ForeignKey(Backend, on_delete=models.CASCADE, related_name="variants")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    ref = models.CharField(max_length=120)
    sku = models.CharField(max_length=120, blank=True, default="", db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backend", "ref"], name="commerce_variant_once")]

    def __str__(self) -> str:
        return self.sku or self.ref


class ProductWord(models.Model):
    """A word by whose beginning a product is found, folded."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=40, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "word"], name="commerce_product_word")]

    def __str__(self) -> str:
        return self.word


class LedgerEntry(models.Model):
    """One order action: what was asked, by whom, what it was to do, and how it ended. Also its own work row."""

    backend = models.ForeignKey(Backend, on_delete=models.PROTECT, related_name="ledger")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="ledger")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=24, choices=words(ActionKind))
    action = models.JSONField()  # the fields of the action
    effect = models.JSONField(default=dict)  # commerce.types.Effect: the dry run that was agreed to
    key = models.CharField(max_length=80, unique=True)  # the same request twice is one entry
    level = models.PositiveSmallIntegerField()  # how sure we were of the customer
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="order_actions")  # who asked
    identity = models.ForeignKey(
        Identity, null=True, on_delete=models.SET_NULL, related_name="order_actions"
    )  # the customer, where they asked themselves
    ticket = models.BigIntegerField(null=True)  # id of the one it was asked from; tickets stand above
    state = models.CharField(max_length=12, choices=words(LedgerState), default=LedgerState.QUEUED)
    approver = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="approved_actions")
    approved_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()  # not before; a claim and the back-off move it
    tries = models.PositiveSmallIntegerField(default=0)
    leased_by = models.CharField(max_length=80, blank=True, default="")
    result_ref = models.CharField(max_length=120, blank=True, default="")
    detail = models.CharField(max_length=500, blank=True, default="")  # the shop system's words
    code = models.CharField(max_length=60, blank=True, default="")  # a Denial, or the fault's code
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="commerce_ledger_due",
                condition=Q(state__in=["queued", "performing", "uncertain"]),
            ),
            models.Index(
                fields=["order", "id"],
                name="commerce_ledger_open",
                condition=Q(state__in=["asked", "queued", "performing", "uncertain"]),
            ),
            models.Index(fields=["state", "backend", "id"], name="commerce_ledger_state"),  # what waits for approval
            models.Index(fields=["ticket", "id"], name="commerce_ledger_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class BookDeed(models.Model):
    """What was written into the built-in order book under a key: the same key again writes nothing."""

    key = models.CharField(max_length=80, unique=True)
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE, related_name="deeds")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="deeds")
    ref = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.key


class Challenge(models.Model):
    """A one-time code and link for a key that an account had: whoever brings one back controls that key.

    Asked for in a conversation by an agent, or during a visit to the customer's own pages. The secrets exist in the
    mail alone: here stand their digests.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="challenges")
    order = models.ForeignKey(Order, null=True, on_delete=models.SET_NULL, related_name="challenges")
    conversation = models.BigIntegerField(null=True)  # id of one; tickets stand above
    visit = models.CharField(max_length=64, blank=True, default="")  # digest of the visit's secret
    key = models.CharField(max_length=320)  # the e-mail address that it goes to
    language = models.CharField(max_length=10, blank=True, default="")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="challenges")
    ticket = models.BigIntegerField(null=True)  # id of the one it was asked for on
    code_digest = models.CharField(max_length=64, blank=True, default="")
    link_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)  # codes that were typed
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "created_at"], name="commerce_challenges")]

    def __str__(self) -> str:
        return f"challenge {self.pk}"


class Evidence(models.Model):
    """What the server itself saw of whom we speak with: a level for one account, in one conversation or visit."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="evidence")
    conversation = models.BigIntegerField(null=True)
    visit = models.CharField(max_length=64, blank=True, default="")
    level = models.PositiveSmallIntegerField(choices=[(level.value, level.name.lower()) for level in Level])
    kind = models.CharField(max_length=16, choices=words(EvidenceKind))
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")  # who attested it
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["conversation"], name="commerce_evidence_talk", condition=Q(conversation__isnull=False)
            ),
            models.Index(fields=["visit"], name="commerce_evidence_visit", condition=~Q(visit="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.level}"


class ImportedFile(models.Model):
    """A file that somebody brings into the order book: how it is read, how far that has come, what was wrong in it."""

    backend = models.ForeignKey(Backend, on_delete=models.CASCADE, related_name="files")
    holds_products = models.BooleanField(default=False)  # instead of orders
    name = models.CharField(max_length=200)  # as it was called
    storage_key = models.CharField(max_length=200)
    mapping = models.JSONField(default=dict)  # commerce.rules.importing.FileMapping as it was chosen
    state = models.CharField(max_length=8, choices=words(ImportState), default=ImportState.MAPPING)
    language = models.CharField(max_length=10, blank=True, default="")  # in which faults are told
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # new, changed, unchanged, kept, faulty, faults
    first_faults = models.JSONField(default=list)  # of a few: row, column, of what, value, problem, advice
    faults_key = models.CharField(max_length=200, blank=True, default="")  # the file that names all of them
    problem = models.CharField(max_length=500, blank=True, default="")  # why nothing could be read
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["backend", "-id"], name="commerce_files_newest")]

    def __str__(self) -> str:
        return self.name

"""The facts of returns. Where one stands is the stage of its process; money moves in the ledger of order actions."""

from django.db import models
from django.db.models import Q

from balcao.commerce.models import Order
from balcao.customers.models import Identity
from balcao.kit.db import words
from balcao.processes.models import Process
from balcao.returns.rules import numbers
from balcao.returns.types import Answer, Disposition, Fault, Grade, Outcome, Payer, Reason, SendingWay
from balcao.shops.models import Shop
from balcao.staff.models import Agent


class NumberSeries(models.Model):
    """The last number given to a return; one row, one series for the whole company."""

    last = models.BigIntegerField(default=10_000)

    def __str__(self) -> str:
        return str(self.last)


class Policy(models.Model):
    """What a shop allows, as far as it differs from the default."""

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, primary_key=True, related_name="returns_policy")
    document = models.JSONField(default=dict)  # types.ReturnsPolicy
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"returns policy of {self.shop_id}"


class Return(models.Model):
    """Goods of one order that come back together."""

    process = models.OneToOneField(Process, on_delete=models.PROTECT, related_name="goods_return")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="returns", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    number = models.BigIntegerField(unique=True)
    prefix = models.CharField(max_length=8)  # as its label carries it
    key = models.CharField(max_length=80, unique=True)  # the same request twice is one return
    language = models.CharField(max_length=10, blank=True, default="")  # of the customer
    channel = models.CharField(max_length=20, blank=True, default="")  # kind of the one it was asked for in
    notice_at = models.DateTimeField()  # when the customer sent it
    opened_at = models.DateTimeField()
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="returns")  # null: the customer
    identity = models.ForeignKey(Identity, null=True, on_delete=models.SET_NULL, related_name="returns")
    decision = models.JSONField()  # types.Decision as it stood
    policy = models.JSONField()  # types.ReturnsPolicy as it stood
    answer = models.CharField(max_length=8, choices=words(Answer))  # of the engine
    risk_score = models.PositiveSmallIntegerField(default=0)
    risk_findings = models.JSONField(default=list)  # types.Finding
    # What a person said to it; a refusal always has one, and the rule it rests on.
    is_granted = models.BooleanField(null=True)
    judge = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="judged_returns")
    judged_at = models.DateTimeField(null=True)
    judged_by_rule = models.CharField(max_length=60, blank=True, default="")
    judged_remark = models.TextField(blank=True, default="")
    # On its way.
    carrier = models.CharField(max_length=80, blank=True, default="")
    tracking = models.CharField(max_length=80, blank=True, default="")
    posted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)  # the first parcel of it
    inspected_at = models.DateTimeField(null=True)
    # What it came to.
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")  # null: by itself
    bonus = models.PositiveIntegerField(default=0)  # basis points that were promised on top of credit
    goods = models.BigIntegerField(default=0)  # minor units that go back for the pieces
    freight = models.BigIntegerField(default=0)  # ... and of the freight beside them
    withheld = models.BigIntegerField(default=0)  # minor units an agent takes off, where the law allows it
    withheld_remark = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="returns_refused_by_people",
                condition=~Q(is_granted=False) | Q(judge__isnull=False) & ~Q(judged_by_rule="") & ~Q(judged_remark=""),
            ),
            models.CheckConstraint(
                name="returns_withheld_with_remark",
                condition=Q(withheld=0) | Q(withheld__gt=0) & ~Q(withheld_remark=""),
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "-id"], name="returns_newest"),
            models.Index(fields=["tracking"], name="returns_by_tracking", condition=~Q(tracking="")),
        ]

    def __str__(self) -> str:
        return self.written

    @property
    def written(self) -> str:
        """Return its number as it stands on the label."""
        return numbers.written(self.number, prefix=self.prefix)


class ReturnLine(models.Model):
    """One line of the order that comes back, or some pieces of it."""

    goods_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines")
    line = models.CharField(max_length=120)  # the shop system's own key
    name = models.CharField(max_length=300)
    sku = models.CharField(max_length=120, blank=True, default="")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=40, choices=words(Reason))
    remark = models.TextField(blank=True, default="")  # the customer's own
    fault = models.CharField(max_length=12, choices=words(Fault))
    traits = models.JSONField(default=list)
    is_opened = models.BooleanField(null=True)
    serial = models.CharField(max_length=80, blank=True, default="")  # as it was sold
    outcome = models.CharField(max_length=10, choices=words(Outcome))  # what the customer chose
    variant = models.CharField(max_length=120, blank=True, default="")  # of an exchange
    agreed_at = models.DateTimeField(null=True)  # to credit instead of money
    given = models.CharField(max_length=10, choices=words(Outcome), blank=True, default="")  # what was decided

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goods_return", "line"], name="returns_line_once"),
            models.CheckConstraint(name="returns_some_pieces", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="returns_credit_agreed", condition=~Q(given=Outcome.CREDIT) | Q(agreed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class Label(models.Model):
    """By what something comes back. The PDF is made anew from here whenever it is asked for."""

    goods_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="labels")
    way = models.CharField(max_length=8, choices=words(SendingWay))
    payer = models.CharField(max_length=8, choices=words(Payer))
    use_by = models.DateField(null=True)
    sender = models.JSONField(default=list)  # lines of the address
    receiver = models.JSONField(default=list)
    carrier = models.CharField(max_length=80, blank=True, default="")
    code = models.CharField(max_length=120, blank=True, default="")  # to be shown at a drop-off point
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.way} of {self.goods_return_id}"


class Arrival(models.Model):
    """One parcel that came to the warehouse."""

    goods_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="arrivals")
    at = models.DateTimeField()
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    grams = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=120, blank=True, default="")  # as it was scanned
    remark = models.TextField(blank=True, default="")
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"arrival {self.pk} of {self.goods_return_id}"


class Inspection(models.Model):
    """Pieces as the inspector found them; those of one line may differ."""

    goods_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="inspections")
    line = models.ForeignKey(ReturnLine, null=True, on_delete=models.CASCADE, related_name="inspections")
    name = models.CharField(max_length=300, blank=True, default="")  # of what nobody announced
    quantity = models.PositiveIntegerField()
    grade = models.CharField(max_length=1, choices=words(Grade))
    serial = models.CharField(max_length=80, blank=True, default="")
    missing = models.JSONField(default=list)  # names of parts
    disposition = models.CharField(max_length=14, choices=words(Disposition))
    remark = models.TextField(blank=True, default="")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="inspections")
    at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)  # looked at again: the newest count

    class Meta:
        constraints = [models.CheckConstraint(name="returns_inspected_pieces", condition=Q(quantity__gt=0))]
        indexes = [models.Index(fields=["goods_return", "id"], name="returns_inspections")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.grade}"


class Photo(models.Model):
    """A picture, of the customer's or of the inspector's."""

    goods_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="photos")
    line = models.ForeignKey(ReturnLine, null=True, on_delete=models.CASCADE, related_name="photos")
    inspection = models.ForeignKey(Inspection, null=True, on_delete=models.CASCADE, related_name="photos")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=120)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")  # null: the customer
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goods_return", "sha256", "line"], name="returns_photo_once"),
        ]

    def __str__(self) -> str:
        return self.name

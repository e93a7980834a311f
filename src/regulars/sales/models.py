"""What tills recorded: sales, their lines, and what came back."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from regulars.members.models import Member
from regulars.stores.models import Store


class Sale(models.Model):
    """One receipt. (store, external_id) is its natural key, for ever; `fingerprint` tells a retry from another sale.

    Money is in minor units of the program's currency. `points_minor` is the part paid with units.
    `version_id` is the program version it earned by (None: it earned nothing yet), and `facts` what was true then, as
    `core.facts.Facts`: a refund asks the same rules again. `brought` and `balances` are the answer the till was given.
    """

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    external_id = models.CharField(max_length=64, db_collation="C")
    till = models.CharField(max_length=32, blank=True)
    cashier = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=32, blank=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, db_index=False, db_constraint=False)
    card_id = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    total_minor = models.BigIntegerField()
    points_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    tenders = models.JSONField(default=list)
    version_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=32)
    brought = models.JSONField(default=dict)
    balances = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id", "store"], name="one_sale_per_receipt_and_store"),
            models.CheckConstraint(
                name="a_refund_never_exceeds_its_sale",
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("total_minor")),
            ),
            models.CheckConstraint(
                name="points_pay_at_most_the_total",
                condition=Q(points_minor__gte=0, points_minor__lte=F("total_minor")),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-occurred_at"], name="sale_by_member", condition=Q(member__isnull=False)),
            models.Index(fields=["-occurred_at", "-id"], name="sale_by_time"),
        ]

    def __str__(self) -> str:
        return self.external_id


class Line(models.Model):
    """One line of a sale. No database constraint to the sale: one statement writes both, and `verify` checks it."""

    pk = models.CompositePrimaryKey("sale_id", "position")
    sale = models.ForeignKey(
        Sale, on_delete=models.DO_NOTHING, related_name="lines", db_constraint=False, db_index=False
    )
    position = models.SmallIntegerField()
    sku = models.CharField(max_length=64)
    category = models.CharField(max_length=64)
    brand = models.CharField(max_length=64)
    quantity_milli = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    labels = ArrayField(models.CharField(max_length=64), default=list)
    tax_minor = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=16, default="goods")

    def __str__(self) -> str:
        return f"{self.sku} {self.amount_minor}"


class Refund(models.Model):
    """What came back of a sale: (sale, external_id) is its natural key. `lines` holds [position, quantity_milli,
    amount_minor]. One that was undone counts no more.
    """

    id = models.BigAutoField(primary_key=True)
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="refunds", db_index=False)
    external_id = models.CharField(max_length=64, db_collation="C")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    lines = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=32)
    outcome = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sale", "external_id"], name="one_refund_per_sale_and_id"),
            models.CheckConstraint(name="a_refund_gives_something_back", condition=Q(amount_minor__gte=0)),
        ]
        indexes = [
            models.Index(fields=["-id"], name="refund_newest_first"),
            BrinIndex(fields=["occurred_at"], name="refund_by_time", autosummarize=True),
        ]

    def __str__(self) -> str:
        return self.external_id

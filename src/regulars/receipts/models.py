"""What people keyed by hand: receipts with their proofs, the codes members confirm them with, and what is disputed."""

from django.db import models
from django.db.models import Q

from regulars.files.models import KeptFile
from regulars.members.models import Member
from regulars.sales.models import Sale
from regulars.stores.models import Store


class State(models.TextChoices):
    DRAFT = "draft"
    AWAITING = "awaiting"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    LAPSED = "lapsed"


class Kind(models.TextChoices):
    """An entry stands in for the till; a claim comes with the customer, later; a correction replaces a sale. An open
    sale was begun in another system: its till may record it whenever it is finished.
    """

    ENTRY = "entry"
    CLAIM = "claim"
    CORRECTION = "correction"
    OPEN = "open"


LIVE = (State.AWAITING, State.CONFIRMED)


class Receipt(models.Model):
    """One receipt keyed by hand. What it promises is in the ledger (`receipt/<id>/…`) while it waits.

    `key` is decided when the form is shown: sent twice it is the same receipt. A draft may lack its number and total.
    `promised` are [unit, amount] pairs. `sale` is what came of it; `corrects` the sale it replaces. `decided_by` is an
    actor's tag, and `way` how it was confirmed; what was said stays here, where an erasure finds it.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=100, unique=True, db_collation="C")
    state = models.CharField(max_length=16, choices=State)
    kind = models.CharField(max_length=16, choices=Kind)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, db_index=False)
    number = models.CharField(max_length=64, blank=True, db_collation="C")
    occurred_at = models.DateTimeField()
    total_minor = models.BigIntegerField(null=True)
    lines = models.JSONField(default=list)
    tenders = models.JSONField(default=list)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_index=False)
    note = models.TextField(blank=True, default="")
    promised = models.JSONField(default=list)
    keyed_at = models.DateTimeField()
    keyed_by = models.CharField(max_length=64)
    lapses_at = models.DateTimeField(null=True)
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, null=True, related_name="receipts", db_index=False)
    corrects = models.ForeignKey(Sale, on_delete=models.PROTECT, null=True, related_name="corrections", db_index=False)
    way = models.CharField(max_length=16, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True, default="")
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "number"], name="a_receipt_is_claimed_once", condition=Q(state__in=LIVE)
            ),
            models.CheckConstraint(
                name="only_a_draft_lacks_its_number_and_total",
                condition=Q(state="draft") | (~Q(number="") & Q(total_minor__isnull=False)) | Q(state="rejected"),
            ),
            models.CheckConstraint(
                name="what_is_confirmed_has_its_sale",
                condition=Q(state="confirmed", sale__isnull=False) | (~Q(state="confirmed") & Q(sale=None)),
            ),
            models.CheckConstraint(
                name="what_waits_lapses", condition=~Q(state="awaiting") | Q(lapses_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="receipts_by_state"),
            models.Index(fields=["store", "state", "-id"], name="receipts_by_store"),
            models.Index(fields=["member", "-id"], name="receipts_of_member"),
            models.Index(fields=["number"], name="receipts_by_number", condition=~Q(number="")),
            models.Index(fields=["lapses_at"], name="receipts_to_lapse", condition=Q(state="awaiting")),
            models.Index(fields=["sale"], name="receipts_by_sale", condition=Q(sale__isnull=False)),
            models.Index(fields=["corrects"], name="receipts_correcting", condition=Q(corrects__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


class Proof(models.Model):
    """A photo or PDF of the receipt."""

    id = models.BigAutoField(primary_key=True)
    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="proofs")
    file = models.OneToOneField(KeptFile, on_delete=models.CASCADE)

    def __str__(self) -> str:
        return f"Proof {self.pk} of receipt {self.receipt_id}"


class Code(models.Model):
    """A code that was sent to the member: who reads it out confirms the receipt. Kept as a keyed hash.

    `kind` says where it went: `email` or `phone`. Only the newest one opens; `tries` counts wrong ones.
    """

    id = models.BigAutoField(primary_key=True)
    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="codes")
    kind = models.CharField(max_length=16)
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Code {self.pk}"


class Complaint(models.TextChoices):
    MISSING = "missing"
    AMOUNT = "amount"
    NOT_MINE = "not_mine"
    OTHER = "other"


class DisputeState(models.TextChoices):
    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"


class Dispute(models.Model):
    """A member says that a sale is not as it should be, or is missing. Open, it keeps the member from being erased.

    `sale` None: the one that is missing; then `receipt` is what it was claimed with, if it was. `correction` is the
    receipt that put it right. `said` and `answer` are people's words: an erasure empties them.
    """

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=16, choices=DisputeState, default=DisputeState.OPEN)
    complaint = models.CharField(max_length=16, choices=Complaint)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_index=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True, db_index=False)
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, null=True, related_name="disputes", db_index=False)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="disputes", db_index=False)
    correction = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    said = models.TextField(blank=True)
    answer = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sale", "member"], name="a_sale_is_disputed_once_at_a_time", condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="what_is_closed_says_when",
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="disputes_by_state"),
            models.Index(fields=["member", "-id"], name="disputes_of_member"),
            models.Index(fields=["sale"], name="disputes_of_sale", condition=Q(sale__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Dispute {self.pk}"

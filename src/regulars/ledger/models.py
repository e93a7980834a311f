"""One ledger for every unit of value: a balance is the sum of its entries, and never edited.

Amounts are whole numbers of the unit's smallest step.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q


class Unit(models.Model):
    """What is counted: points, a stamp card's stamps, or money."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class Side(models.TextChoices):
    """Who an account belongs to: a holder, or one of the merchant's sides. What one holder hands to another goes over
    the side `merged`, which keeps nothing.
    """

    MEMBER = "member"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    WRITTEN_OFF = "written_off"
    MERGED = "merged"


HOLDER_SIDES = (Side.MEMBER,)


class Account(models.Model):
    """The balance of one unit, owned by one holder; the merchant's sides carry no balance.

    `balance` = what is left of all lots less `debt`. `earned`, `spent` and `expired` are lifetime sums. All are caches
    that `verify` recomputes from the entries. The holder is an opaque number: personal data stays with the members.
    What is promised to live for `idle_days` of inactivity lives until `idle_at`, which activity moves; None: nothing
    open lives so. `merged_into` is the account that holds everything of this one since its holder was merged: nothing
    is put into this one any more. Accounts are opened from the units themselves, which are never deleted: the database
    need not look each of them up.
    """

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    side = models.CharField(max_length=16, choices=Side)
    holder_id = models.BigIntegerField(null=True, blank=True)
    balance = models.BigIntegerField(null=True)
    debt = models.BigIntegerField(null=True)
    earned = models.BigIntegerField(null=True)
    spent = models.BigIntegerField(null=True)
    expired = models.BigIntegerField(null=True)
    idle_days = models.PositiveIntegerField(null=True)
    idle_at = models.DateTimeField(null=True)
    merged_into = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["idle_at"], name="accounts_going_idle", condition=Q(idle_at__isnull=False)),
            models.Index(fields=["merged_into"], name="merged_accounts", condition=Q(merged_into__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["holder_id", "unit", "side"], name="one_account_per_holder_and_unit", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="holders_have_a_balance_and_the_merchant_has_none",
                condition=Q(
                    side__in=HOLDER_SIDES,
                    holder_id__isnull=False,
                    balance__isnull=False,
                    debt__gte=0,
                    earned__gte=0,
                    spent__gte=0,
                    expired__gte=0,
                )
                | Q(
                    ~Q(side__in=HOLDER_SIDES),
                    holder_id=None,
                    balance=None,
                    debt=None,
                    earned=None,
                    spent=None,
                    expired=None,
                ),
            ),
            models.CheckConstraint(
                name="a_balance_is_never_below_its_debt", condition=Q(balance__gte=-F("debt")) | Q(balance=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.holder_id or ''}".strip()


class Kind(models.TextChoices):
    EARN = "earn"
    REDEEM = "redeem"
    ADJUST = "adjust"
    REVERSE = "reverse"
    CLAWBACK = "clawback"
    EXPIRE = "expire"
    WRITE_OFF = "write_off"
    RESTORE = "restore"
    REINSTATE = "reinstate"
    PROMISE = "promise"
    WITHDRAW = "withdraw"
    MERGE_OUT = "merge_out"
    MERGE_IN = "merge_in"
    FORFEIT = "forfeit"


class Entry(models.Model):
    """An immutable movement of `amount` from one account to another, with its why.

    `key` is the natural key: unique for its kind, for ever. `actor` and `approver` are opaque (`staff:5`, `key:2`,
    `system`). `why` is JSON that is read and written whole: as text it takes half the room and time that jsonb would.
    The application's database role can insert and read entries, and nothing else.
    The accounts have no database constraint: every entry would share-lock the merchant's one row; `verify` checks them.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="outgoing", db_constraint=False, db_index=False
    )
    target = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="incoming", db_constraint=False, db_index=False
    )
    amount = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    key = models.CharField(max_length=200, db_collation="C")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    approver = models.CharField(max_length=64, null=True)
    reason = models.TextField(default="")
    comment = models.TextField(default="")
    why = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "kind"], name="one_entry_per_natural_key"),
            models.CheckConstraint(name="an_entry_moves_something", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="an_entry_moves_between_two_accounts", condition=~Q(source=F("target"))),
        ]
        indexes = [
            models.Index(fields=["source", "id"], name="entry_by_source"),
            models.Index(fields=["target", "id"], name="entry_by_target"),
            # Entries come nearly in the order of time: a day lies in a few of these ranges, and they cost next to
            # nothing.
            BrinIndex(fields=["occurred_at"], name="entry_by_time", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Lot(models.Model):
    """What is left of one credit. Spendable while `available_at` <= t < `expires_at` (None: for ever).

    With `dies_idle` it ends when its account's `idle_at` comes. With a `promise` it waits for an event, which gives it
    its dates.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots", db_index=False)
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    available_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    dies_idle = models.BooleanField(default=False)
    promise = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_lot_dies_on_a_day_or_of_idleness", condition=Q(dies_idle=False) | Q(expires_at=None)
            ),
            models.CheckConstraint(
                name="a_lot_keeps_between_nothing_and_its_amount",
                condition=Q(remaining__gte=0, remaining__lte=F("amount")),
            ),
            models.CheckConstraint(
                name="a_lot_lives_before_it_expires",
                condition=Q(expires_at=None) | Q(expires_at__gt=F("available_at")) | Q(promise__isnull=False),
            ),
        ]
        indexes = [
            # The order of spending: soonest to expire first, then oldest; never-expiring last.
            models.Index(fields=["account", "expires_at", "entry"], name="open_lots", condition=Q(remaining__gt=0)),
            models.Index(fields=["expires_at"], name="lots_due", condition=Q(remaining__gt=0)),
            models.Index(fields=["account", "available_at"], name="lots_pending", condition=Q(remaining__gt=0)),
            models.Index(fields=["account"], name="lots_dying_idle", condition=Q(remaining__gt=0, dies_idle=True)),
        ]

    def __str__(self) -> str:
        return f"{self.remaining}/{self.amount}"


class LotDate(models.Model):
    """A lot's dates were changed, and how: the `cause` is a grace, an extension, a reinstatement, a release, an event
    it waited for, or the idleness it died of. Its id comes from the entries' numbers, so that it has its place among
    them.
    """

    id = models.BigIntegerField(primary_key=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="dates")
    changed_at = models.DateTimeField()
    available_before = models.DateTimeField()
    available_after = models.DateTimeField()
    expires_before = models.DateTimeField(null=True)
    expires_after = models.DateTimeField(null=True)
    cause = models.CharField(max_length=16)
    actor = models.CharField(max_length=64)
    reason = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.cause} of lot {self.lot_id}"


class Handover(models.Model):
    """An account's holder was merged into another, or parted from one again: from `source` to `target` went all its
    lots and debts, and so much of its lifetime sums. The idleness of both is what it was before. Its id comes from the
    entries' numbers; `merge_id` names what it belongs to.
    """

    id = models.BigIntegerField(primary_key=True)
    merge_id = models.BigIntegerField(db_index=True)
    source_id = models.BigIntegerField()
    target_id = models.BigIntegerField()
    earned = models.BigIntegerField()
    spent = models.BigIntegerField()
    expired = models.BigIntegerField()
    source_idle_days = models.PositiveIntegerField(null=True)
    source_idle_at = models.DateTimeField(null=True)
    target_idle_days = models.PositiveIntegerField(null=True)
    target_idle_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source_id} > {self.target_id}"


class LotMove(models.Model):
    """A lot went with its holder from one account to another, with what was left of it and with its dates. Its id
    comes from the entries' numbers, so that it has its place among them.
    """

    id = models.BigIntegerField(primary_key=True)
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="lots")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="moves")
    source_id = models.BigIntegerField()
    target_id = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"lot {self.lot_id}"


class Ending(models.TextChoices):
    REDEEMED = "redeemed"
    RELEASED = "released"
    REPLACED = "replaced"
    LAPSED = "lapsed"


class Hold(models.Model):
    """Units an open basket has reserved: `draws` are [lot, amount] pairs, which never change. It ends once.

    `key` is the basket's; the same key again replaces the hold. `began_at` is when the first of them was made.
    `entry_id` is the redemption that used it. `id` and `ended_number` come from the entries' numbers: what was held
    when an entry was made is a question of numbers, and not of clocks.
    """

    id = models.BigIntegerField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds", db_index=False)
    key = models.CharField(max_length=100, db_collation="C")
    amount = models.BigIntegerField()
    draws = models.JSONField()
    began_at = models.DateTimeField()
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    actor = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True)
    ended_number = models.BigIntegerField(null=True)
    ending = models.CharField(max_length=16, choices=Ending, null=True)
    entry_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="one_open_hold_per_key", condition=Q(ended_at=None)),
            models.CheckConstraint(name="a_hold_holds_something", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="a_hold_ends_in_one_way",
                condition=Q(ended_at=None, ended_number=None, ending=None, entry_id=None)
                | Q(ended_at__isnull=False, ended_number__isnull=False, ending="redeemed", entry_id__isnull=False)
                | Q(
                    ended_at__isnull=False,
                    ended_number__isnull=False,
                    ending__in=["released", "replaced", "lapsed"],
                    entry_id=None,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="open_holds", condition=Q(ended_at=None)),
            models.Index(fields=["until"], name="holds_due", condition=Q(ended_at=None)),
            models.Index(fields=["key"], name="holds_by_key"),
            models.Index(fields=["entry_id"], name="holds_by_entry", condition=Q(entry_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.key}"


class Debt(models.Model):
    """What is still owed of one debit that no lot could cover; later credits repay the oldest first."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debts", db_index=False)
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_debt_keeps_between_nothing_and_its_amount",
                condition=Q(remaining__gte=0, remaining__lte=F("amount")),
            ),
        ]
        indexes = [models.Index(fields=["account", "entry"], name="open_debts", condition=Q(remaining__gt=0))]

    def __str__(self) -> str:
        return f"{self.remaining}/{self.amount}"


class Allocation(models.Model):
    """Which debit used how much of which lot.

    `entry` wrote the row; `debit` is the debit it serves. A debit serves itself; a credit that repays a debt serves
    the old debit; a reversal gives back with a negative amount.
    """

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="allocations", db_index=False)
    debit = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="served_by")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="allocations")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="an_allocation_moves_something", condition=~Q(amount=0))]

    def __str__(self) -> str:
        return f"{self.amount} of lot {self.lot_id}"


class Seal(models.Model):
    """What the entries recorded in a closed month were: how many, and a mark over all of them. It never changes
    again.
    """

    id = models.BigAutoField(primary_key=True)
    starts_at = models.DateTimeField(unique=True)
    ends_at = models.DateTimeField()
    entries = models.BigIntegerField()
    mark = models.BigIntegerField()
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.starts_at:%B %Y}"

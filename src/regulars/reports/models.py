"""Figures by day, kept beside the ledger so that no page adds up a year while someone waits; and what people ask for
that takes its time: back-tests and exports.
"""

from django.db import models

from regulars.files.models import KeptFile
from regulars.stores.models import Store


class DayFigures(models.Model):
    """One store's day in the program's time zone, or with no store the merchant's. Rebuilt from sales and entries.

    Money in minor units: `total_minor` was sold, `refunded_minor` came back that day. Points: `earned` with
    credits by hand, `spent` less what refunds gave back, `balance_change` what all members' balances moved by together.
    What only the merchant as a whole has (joined, expired, balance_change) is 0 in a store's row.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    store = models.ForeignKey(Store, on_delete=models.CASCADE, null=True, db_constraint=False)
    sales = models.BigIntegerField(default=0)
    member_sales = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    active_members = models.BigIntegerField(default=0)
    joined = models.BigIntegerField(default=0)
    earned = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    expired = models.BigIntegerField(default=0)
    balance_change = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "store"], name="one_row_per_day_and_store", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class BacktestRun(models.Model):
    """A back-test that somebody asked for: its order, how far it is, and in the end what it says.

    `draft` and `against` are documents, kept as they were when it was asked for; `result` is a
    `backtest.result.Result`. `done` of `total` sales went by. Times are moments; `since` and `last` are its days.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    draft = models.JSONField()
    draft_label = models.CharField(max_length=200)
    against = models.JSONField(null=True, blank=True)
    against_label = models.CharField(max_length=200, blank=True)
    since = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    is_stop_asked = models.BooleanField(default=False)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    fault = models.TextField(blank=True)
    result = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="one_backtest_at_a_time", condition=models.Q(state__in=["waiting", "running"])
            ),
            models.CheckConstraint(
                name="a_backtest_has_a_result_when_it_is_done",
                condition=models.Q(state="done", result__isnull=False) | ~models.Q(state="done"),
            ),
        ]

    def __str__(self) -> str:
        return f"back-test {self.pk}"


class Export(models.Model):
    """A list that somebody asked for as a file: what is in it, how far it is, and the file until it is forgotten.

    `source` names the list and `asked` says what of it, as that source reads it; `columns` are pairs of a column's
    code and its title in the asker's language. `done` of `total` rows are written; `total` may be an estimate. The file
    of an export that is done goes when it is a week old, or when somebody in it is erased.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"
        FAILED = "failed"
        FORGOTTEN = "forgotten"

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=16)
    title = models.CharField(max_length=128)
    asked = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    form = models.CharField(max_length=4)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    is_stop_asked = models.BooleanField(default=False)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    file = models.ForeignKey(KeptFile, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["created_by", "-id"], name="exports_by_person")]

    def __str__(self) -> str:
        return f"export {self.pk}"

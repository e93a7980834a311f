"""Figures by day, kept beside the ledger so that no page adds up a year while someone waits."""

from django.db import models

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

"""Figures by day, kept beside the ledger so that no page adds up a year while someone waits."""

from django.db import models

from regulars.stores.models import Store


class DayFigures(models.Model):
    """One store's day in the program's time zone. Rebuilt from sales and entries; safe to delete."""

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "store"], name="one_row_per_day_and_store", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.day}"

"""The merchant's settings: the program with the versions of its document, and what holders have had so far."""

from django.db import models
from django.db.models import Q

from regulars.stores.zones import check_time_zone


class Program(models.Model):
    """One loyalty scheme; what it says is in the versions of its document."""

    name = models.CharField(max_length=128)
    time_zone = models.CharField(max_length=64, validators=[check_time_zone])
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)

    def __str__(self) -> str:
        return self.name


class ProgramVersion(models.Model):
    """A whole `core.program.document.ProgramDocument`, as it is drafted, scheduled, and then decides sales.

    `starts_at` None is the draft, of which there is at most one. A sale earns by the version that was live when it
    happened: the newest with `starts_at` <= then, or the first. What has started never changes. `mark` is a hash of
    the document, set when it is scheduled.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.PositiveIntegerField(unique=True)
    document = models.JSONField()
    mark = models.CharField(max_length=32, blank=True, editable=False)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    starts_at = models.DateTimeField(null=True, blank=True, db_index=True)
    scheduled_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["starts_at"], name="one_draft", condition=Q(starts_at=None), nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Tally(models.Model):
    """What a holder has had so far, as a `core.tallies.Tally`: the memory of caps, stamp cards and tiers.

    `holder` names a member, or a card, a store, a cashier or the program where a cap bounds one of those. `counts` is
    JSON that is read and written whole, with every sale: as text it takes a quarter of the time that jsonb would.
    """

    holder = models.TextField(primary_key=True, db_collation="C")
    counts = models.TextField()

    def __str__(self) -> str:
        return self.holder

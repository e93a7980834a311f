"""What the shop does about people it knows twice: merges, with all that is needed to undo them, and likenesses."""

from django.db import models
from django.db.models import F, Q

from regulars.members.models import Member


class Merge(models.Model):
    """Two records of one person became one: everything of `source` is `keeper`'s.

    `was` is a `care.snapshot.Was`: what either had before. `reason` is the team's own, and stays here.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="merges_away", db_constraint=False)
    keeper = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="merges_in", db_constraint=False)
    key = models.CharField(max_length=100, null=True, db_collation="C")
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True)
    was = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=64, blank=True)
    undo_reason = models.CharField(max_length=200, blank=True)
    differences = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(name="nobody_is_merged_with_themselves", condition=~Q(source=F("keeper"))),
            models.UniqueConstraint(
                fields=["source"], name="a_member_is_merged_away_once", condition=Q(undone_at__isnull=True)
            ),
            models.UniqueConstraint(fields=["key"], name="one_merge_per_key", condition=Q(key__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} > {self.keeper_id}"


class MergeMove(models.Model):
    """A row that a merge gave to another member: row `row_id` of the table `place`."""

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="moves")
    place = models.CharField(max_length=32, db_collation="C")
    row_id = models.BigIntegerField()
    from_id = models.BigIntegerField()
    to_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.place} {self.row_id}"

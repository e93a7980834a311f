"""What the shop does about people it knows twice: likenesses that were found, and merges with what undoes them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

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


class Likeness(models.Model):
    """Something by which a member may be found to be another: a hash of a phone's end, of an e-mail without its tricks,
    or of a name with its birth date.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, related_name="likenesses", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=8, db_collation="C")
    mark = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "kind", "mark"], name="a_likeness_is_noted_once"),
        ]
        indexes = [models.Index(fields=["kind", "mark", "member"], name="members_by_likeness")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_id}"


class DuplicateState(models.TextChoices):
    OPEN = "open", _("To look at")
    DISMISSED = "dismissed", _("Two people")


class Duplicate(models.Model):
    """Two members who may be one person: `confidence` in percent, `signals` what speaks for it. Whoever looked at them
    and found two people has dismissed it, and it is not found again.
    """

    id = models.BigAutoField(primary_key=True)
    older = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    newer = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    confidence = models.SmallIntegerField()
    signals = ArrayField(models.CharField(max_length=8))
    state = models.CharField(max_length=16, choices=DuplicateState, default=DuplicateState.OPEN)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["older", "newer"], name="one_likeness_of_two_members"),
            models.CheckConstraint(name="nobody_is_like_themselves", condition=Q(older__lt=F("newer"))),
        ]
        indexes = [
            models.Index(fields=["-confidence", "-id"], name="duplicates_to_look_at", condition=Q(state="open")),
            models.Index(fields=["-id"], name="duplicates_dismissed", condition=Q(state="dismissed")),
            models.Index(fields=["newer"], name="duplicates_of_newer"),
        ]

    def __str__(self) -> str:
        return f"{self.older_id} and {self.newer_id}"


class Looked(models.Model):
    """The one row of how far the search for duplicates has come: everybody up to this member was looked at."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    upto = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="one_search_for_duplicates", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"Looked up to {self.upto}"

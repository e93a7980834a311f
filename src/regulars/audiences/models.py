"""Groups of members: tags that somebody put on, segments that anybody who fits belongs to, and views people keep."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from regulars.members.models import Member
from regulars.staff.models import Person


class Tag(models.Model):
    """A label that is put on members: created first, then worn. Rules and segments name it by `name`."""

    name = models.CharField(max_length=64, unique=True)
    about = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class Segment(models.Model):
    """A question about members, asked anew each time: `condition` is a `core.audience.Condition`.

    `size` is how many members fitted at `counted_at`; `is_exact` False where a part of them was looked at.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=64, unique=True)
    about = models.CharField(max_length=200, blank=True)
    condition = models.JSONField()
    size = models.BigIntegerField(null=True)
    is_exact = models.BooleanField(default=True)
    counted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class AutoTag(models.Model):
    """Who belongs to the segment gets the tag; with `takes_off`, who belongs no more loses it again.

    `swept_at` is when all members were last looked at.
    """

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="auto_tags")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="auto_tags")
    takes_off = models.BooleanField(default=True)
    is_on = models.BooleanField(default=True)
    swept_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "tag"], name="one_auto_tag_per_segment_and_tag")]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.tag_id}"


class TagBatch(models.Model):
    """Tags that are put on and taken off together: by a file, or for all members of a list. It can be undone once.

    `origin` names the file or the list. Of a list, `asked` is its condition with the tags to put on and to take off,
    and its rows are collected when it is applied. `done` of its `sound` rows were applied, or undone.
    """

    class State(models.TextChoices):
        CHECKED = "checked"
        APPLYING = "applying"
        APPLIED = "applied"
        UNDOING = "undoing"
        UNDONE = "undone"

    id = models.BigAutoField(primary_key=True)
    origin = models.CharField(max_length=200)
    asked = models.JSONField(null=True)
    is_collected = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.CHECKED)
    lines = models.BigIntegerField(default=0)
    sound = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    put = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"tag batch {self.pk}"


class TagBatchRow(models.Model):
    """A line of a batch: whom it found and what it asks, or its `fault`. No personal data is kept of the file.

    `did_put` and `did_take` are what it changed: an undo gives back that and nothing else.
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(TagBatch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.BigIntegerField()
    member_id = models.BigIntegerField(null=True)
    put = ArrayField(models.BigIntegerField(), default=list)
    take = ArrayField(models.BigIntegerField(), default=list)
    did_put = ArrayField(models.BigIntegerField(), default=list)
    did_take = ArrayField(models.BigIntegerField(), default=list)
    is_done = models.BooleanField(default=False)
    fault = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="one_row_per_line_of_a_tag_batch")]
        indexes = [models.Index(fields=["batch", "line"], name="rows_to_do", condition=Q(is_done=False, fault=""))]

    def __str__(self) -> str:
        return f"line {self.line}"


class Worn(models.Model):
    """A tag on a member. With an `auto_tag`, the rule put it on and may take it off again."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, db_index=False)
    auto_tag = models.ForeignKey(AutoTag, on_delete=models.PROTECT, null=True, db_index=False)
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "tag"], name="a_tag_is_worn_once")]
        indexes = [
            models.Index(fields=["tag", "-member"], name="wearers_of_a_tag"),
            models.Index(
                fields=["auto_tag", "-member"], name="worn_by_an_auto_tag", condition=Q(auto_tag__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.member_id}"


class View(models.Model):
    """A list as somebody keeps it: which list, what is filtered (as the page's address says it), which columns."""

    id = models.BigAutoField(primary_key=True)
    list = models.CharField(max_length=16)
    name = models.CharField(max_length=64)
    query = models.TextField(blank=True)
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="views")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "owner", "name"], name="one_view_of_a_name_per_person")]

    def __str__(self) -> str:
        return self.name

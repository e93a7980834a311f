"""Where members stand in the program's tier sets, and how they came there."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.members.models import Member


class OverrideKind(models.TextChoices):
    """What staff can decide about a level: it holds to a day, it is the least, or it holds until it is released."""

    UNTIL = "until", _("Until a day")
    FLOOR = "floor", _("At least this level")
    PINNED = "pinned", _("Fixed")


class Cause(models.TextChoices):
    REACHED = "reached", _("Reached")
    REQUALIFIED = "requalified", _("Reached again")
    REVIEW = "review", _("Review")
    REFUND = "refund", _("Refund")
    OVERRIDE_ENDED = "override_ended", _("Decision ended")
    MANUAL = "manual", _("Changed by the team")
    UNDONE = "undone", _("Undone")
    MERGED = "merged", _("Merged with another member")


class Standing(models.Model):
    """A `core.tiers.Standing`: one row for each member and tier set, once the member has stood anywhere in it.

    Guarded by the lock of the member's accounts. The codes of levels are the program's; a level may have left it.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    tier_set = models.CharField(max_length=32, db_collation="C")
    level = models.CharField(max_length=32, null=True, db_collation="C")
    reached = models.CharField(max_length=32, null=True, db_collation="C")
    entered_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    kept_until = models.DateTimeField(null=True)
    given = models.CharField(max_length=32, null=True, db_collation="C")
    given_until = models.DateTimeField(null=True)
    override_kind = models.CharField(max_length=8, choices=OverrideKind, null=True)
    override_level = models.CharField(max_length=32, null=True, db_collation="C")
    override_until = models.DateTimeField(null=True)
    review_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "tier_set"], name="one_standing_per_member_and_set"),
            models.CheckConstraint(
                name="an_override_says_what_it_is",
                condition=Q(override_kind__isnull=False) | Q(override_level=None, override_until=None),
            ),
            models.CheckConstraint(
                name="what_holds_to_a_day_says_which",
                condition=~Q(override_kind=OverrideKind.UNTIL) | Q(override_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["review_at", "id"], name="standings_due", condition=Q(review_at__isnull=False)),
            models.Index(fields=["tier_set", "level", "-member"], name="standing_by_level"),
        ]

    def __str__(self) -> str:
        return f"{self.tier_set}: {self.level or '-'}"


class Change(models.Model):
    """A member's level changed, or is kept for longer: from `before` to `after` at `at`, for ever.

    `about` names what caused it (`sale/5`). `note` is the team's own; it is kept here, where an erasure finds it, and
    not in the audit trail. What the team changed can be undone: `asked` is a `history.AskedChange`, `was` the
    `core.tiers.Standing` from before.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    tier_set = models.CharField(max_length=32, db_collation="C")
    before = models.CharField(max_length=32, null=True, db_collation="C")
    after = models.CharField(max_length=32, null=True, db_collation="C")
    cause = models.CharField(max_length=16, choices=Cause)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kept_until = models.DateTimeField(null=True)
    actor = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    asked = models.JSONField(null=True)
    was = models.JSONField(null=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    key = models.CharField(max_length=100, null=True, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "key"], name="one_change_per_key", condition=Q(key__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="level_changes_by_member")]

    def __str__(self) -> str:
        return f"{self.tier_set}: {self.before or '-'} > {self.after or '-'}"

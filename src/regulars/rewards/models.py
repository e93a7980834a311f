"""The rewards that members were given: what for, until when, and what became of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.members.models import Member


class Cause(models.TextChoices):
    """Why a member has a reward: taken for a price, brought by a stamp card or a level, or given."""

    CLAIM = "claim", _("Claimed")
    CARD = "card", _("Stamp card")
    TIER = "tier", _("Level")
    STAFF = "staff", _("Given by the team")
    EVENT = "event", _("Event")


class Status(models.TextChoices):
    """Withdrawn: what had brought it was undone. Removed: the team took it away. An outstanding one whose time is
    over is expired, without anybody writing it down.
    """

    OUTSTANDING = "outstanding", _("Outstanding")
    USED = "used", _("Used")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REMOVED = "removed", _("Removed")


class Fulfilment(models.TextChoices):
    """How far the team is with a reward that is sent; the others need nothing."""

    NONE = "none", _("Nothing to send")
    ORDERED = "ordered", _("Ordered")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")


class IssuedReward(models.Model):
    """One reward in a member's hand, under the terms of the program version that gave it.

    `key` is what brought it (`claim/5/…`, `card/5/coffee/3/10`): one that is not withdrawn for each. `code` is what
    a till reads: 12 random letters and digits. It can be used in [`issued_at`, `usable_until`), for ever where that
    is None.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    reward = models.CharField(max_length=32, db_collation="C")
    version = models.BigIntegerField()
    name = models.CharField(max_length=128)
    key = models.CharField(max_length=200, db_collation="C")
    cause = models.CharField(max_length=16, choices=Cause)
    price_unit = models.CharField(max_length=32, blank=True)
    price_amount = models.BigIntegerField(default=0)
    status = models.CharField(max_length=16, choices=Status, default=Status.OUTSTANDING)
    fulfilment = models.CharField(max_length=16, choices=Fulfilment, default=Fulfilment.NONE)
    code = models.CharField(max_length=12, unique=True, db_collation="C")
    issued_at = models.DateTimeField()
    usable_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="one_reward_for_each_reason", condition=~Q(status=Status.WITHDRAWN)
            ),
            models.CheckConstraint(
                name="a_reward_ends_when_it_is_used_or_taken_away",
                condition=Q(status=Status.OUTSTANDING, ended_at=None)
                | Q(~Q(status=Status.OUTSTANDING), ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_price_is_in_a_unit", condition=Q(price_amount__gte=0) & (Q(price_amount=0) | ~Q(price_unit=""))
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="reward_by_member"),
            models.Index(fields=["key"], name="withdrawn_by_key", condition=Q(status=Status.WITHDRAWN)),
            models.Index(
                fields=["reward", "member"],
                name="claimed_rewards",
                condition=Q(cause=Cause.CLAIM, status__in=[Status.OUTSTANDING, Status.USED]),
            ),
            models.Index(
                fields=["fulfilment", "id"],
                name="rewards_to_send",
                condition=Q(fulfilment__in=[Fulfilment.ORDERED, Fulfilment.SENT]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One thing that happened to a reward after it was issued, for ever: `name` is a status or a fulfilment.

    `store` is where it was used; `note` what the team wrote.
    """

    id = models.BigAutoField(primary_key=True)
    issued = models.ForeignKey(IssuedReward, on_delete=models.PROTECT, related_name="steps")
    name = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    store = models.CharField(max_length=32, blank=True)
    note = models.TextField(default="")

    def __str__(self) -> str:
        return self.name


class Stock(models.Model):
    """One row for each reward of which there are only so many: claims of it wait for each other here."""

    reward = models.CharField(max_length=32, primary_key=True, db_collation="C")

    def __str__(self) -> str:
        return self.reward

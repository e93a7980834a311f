"""Kinds of cards, the batches they are printed in, their ranks over time, and wrong guesses of their PINs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.members.models import Card


class CardType(models.Model):
    """A kind of card a shop hands out.

    Of anonymous cards: with `pin_digits` a PIN is printed under a scratch field, by which whoever holds the card can
    activate it; 0 is none. Until then it earns if `earns_before`, and holds at most what `most_before` says, by unit in
    smallest steps. It dies when nobody buys with it for `unused_days`.

    `ranks` are codes and names in their order. Where `tier_set` names a tier set, a card's rank is its member's level.
    """

    code = models.CharField(max_length=32, primary_key=True, db_collation="C")
    name = models.CharField(max_length=64)
    pin_digits = models.SmallIntegerField(default=0)
    earns_before = models.BooleanField(default=True)
    most_before = models.JSONField(default=dict)
    unused_days = models.IntegerField(null=True, blank=True)
    ranks = models.JSONField(default=list)
    tier_set = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_pin_has_none_or_six_to_ten_digits",
                condition=Q(pin_digits=0) | Q(pin_digits__gte=6, pin_digits__lte=10),
            ),
            models.CheckConstraint(
                name="an_unused_card_lives_for_days", condition=Q(unused_days=None) | Q(unused_days__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BatchState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")


class CardBatch(models.Model):
    """Anonymous cards that are made together, by a pattern or from a list of numbers that are printed already.

    `pin_digits` is how long the printed PINs are. `next_start` is the running number that comes next, `seen` how far
    the list is read, `made` how many cards there are, `skipped` how many numbers were taken or unreadable. `secret`
    makes their PINs, together with a key outside the database; it is forgotten when the batch is sealed, and then only
    marks of the PINs are left. `asked_hash` stands for all that was asked with the `key`.
    """

    id = models.BigAutoField(primary_key=True)
    type = models.ForeignKey(CardType, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=64)
    pattern = models.CharField(max_length=64, blank=True)
    check_digit = models.CharField(max_length=8, blank=True)
    numbers = models.BinaryField(null=True, editable=False)
    pin_digits = models.SmallIntegerField(default=0)
    wanted = models.IntegerField()
    start = models.BigIntegerField(default=1)
    next_start = models.BigIntegerField(default=1)
    seen = models.IntegerField(default=0)
    made = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    faults = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=BatchState, default=BatchState.WAITING)
    secret = models.BinaryField(null=True, editable=False)
    seal_asked_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    finished_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=64, unique=True)
    asked_hash = models.BinaryField(editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_batch_has_a_pattern_or_a_list",
                condition=Q(numbers=None) & ~Q(pattern="") | Q(numbers__isnull=False, pattern=""),
            ),
            models.CheckConstraint(name="a_sealed_batch_has_no_secret", condition=Q(sealed_at=None) | Q(secret=None)),
        ]

    def __str__(self) -> str:
        return self.name


class RankChange(models.Model):
    """Somebody gave a card another rank; what it was, and why. Never changed."""

    id = models.BigAutoField(primary_key=True)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, db_index=False)
    before = models.CharField(max_length=32, blank=True)
    after = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["card", "-id"], name="rank_changes_of_a_card")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class WrongPins(models.Model):
    """Wrong PINs for one card since the last right one; after the fifth nothing is tried before `locked_until`."""

    card = models.OneToOneField(Card, on_delete=models.CASCADE, primary_key=True)
    wrong = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.wrong}"


class WrongLookUps(models.Model):
    """How often somebody asked for cards in vain in the hour that began at `since`; `who` is an actor or a member."""

    who = models.CharField(max_length=64, primary_key=True, db_collation="C")
    since = models.DateTimeField()
    wrong = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.wrong}"

"""What gives units besides sales: things that happened to a member, stamp codes, and QR posters in stores."""

from django.db import models
from django.db.models import Q

from regulars.members.models import Member
from regulars.stores.models import Store


class MemberEvent(models.Model):
    """Something that happened to a member, once for ever: (event, external_id) is its natural key.

    `given` is what it brought, by unit; kept for the answer to a second telling.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.CharField(max_length=64, db_collation="C")
    external_id = models.CharField(max_length=128, db_collation="C")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False)
    store = models.CharField(max_length=32, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    version = models.BigIntegerField()
    given = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["external_id", "event"], name="an_event_happens_once")]

    def __str__(self) -> str:
        return self.event


class StampCode(models.Model):
    """A code on a slip of paper that gives stamps to whoever brings it first; kept as a hash.

    `batch` names the codes that were made together.
    """

    id = models.BigAutoField(primary_key=True)
    card = models.CharField(max_length=32, db_collation="C")
    code_hash = models.BinaryField(unique=True)
    batch = models.CharField(max_length=64)
    stamps = models.SmallIntegerField()
    made_at = models.DateTimeField()
    usable_until = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_code_is_used_by_somebody",
                condition=Q(used_at=None, member=None) | Q(used_at__isnull=False, member__isnull=False),
            ),
            models.CheckConstraint(name="a_code_gives_stamps", condition=Q(stamps__gte=1, stamps__lte=100)),
        ]
        indexes = [models.Index(fields=["batch", "id"], name="codes_by_batch")]

    def __str__(self) -> str:
        return f"{self.card} {self.batch}"


class Poster(models.Model):
    """A QR that hangs in a store and stamps a card, once per member and cool-down, until it is taken down."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="posters")
    card = models.CharField(max_length=32, db_collation="C")
    stamps = models.SmallIntegerField(default=1)
    hung_at = models.DateTimeField()
    taken_down_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_poster_gives_stamps", condition=Q(stamps__gte=1, stamps__lte=100))
        ]

    def __str__(self) -> str:
        return f"{self.card} {self.store_id}"

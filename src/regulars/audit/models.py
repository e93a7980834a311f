"""Who did what, when and from where: one append-only row per action, which is also the outbox."""

from django.db import models
from django.db.models.expressions import RawSQL


class Event(models.Model):
    """One action. `transaction` orders events for the relay: ids of concurrent transactions can commit out of order.

    `facts` carries numbers and codes, never personal data. `store_id` is the store it happened in or to, if any;
    `origin` the address and device of the person who did it.
    """

    id = models.BigAutoField(primary_key=True)
    transaction = models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", []))
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    about = models.CharField(max_length=32)
    about_id = models.BigIntegerField()
    member_id = models.BigIntegerField(null=True)
    store_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=120, blank=True, db_default="")
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["transaction"], name="events_to_relay"),
            models.Index(fields=["about", "about_id", "id"], name="events_about"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.about} {self.about_id}"


class RelayPosition(models.Model):
    """How far a reader of the outbox has come: every event of a transaction below this one is done."""

    reader = models.CharField(max_length=32, primary_key=True)
    transaction = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.reader} at {self.transaction}"


class Answer(models.Model):
    """The first answer to an `Idempotency-Key`, given again to every retry; written in the commit of its effect."""

    id = models.BigAutoField(primary_key=True)
    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=255, db_collation="C")
    body_hash = models.BinaryField()
    status = models.SmallIntegerField()
    body = models.BinaryField()
    answered_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"

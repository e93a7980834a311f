"""What a shop tells people about their data, what they allowed, and what they asked for: holds and erasures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.core.consents import CHANNELS, WHOLE, Basis
from regulars.members.models import Member

WAYS = (WHOLE, *CHANNELS)


class PrivacyTerms(models.Model):
    """The one row of how this shop keeps to the law it lives under; made when it is first changed.

    `preset` is the law it began with. A request is answered within `answer_days`; an erasure waits `cool_off_days`.
    People under `age_of_consent` cannot consent themselves. A policy is to be there in each of `languages`. With
    `keeps_marks`, keyed hashes of an erased member's phone and e-mail stay. Who has not been seen for
    `inactive_months` is erased; None: nobody is.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    preset = models.CharField(max_length=16, blank=True)
    answer_days = models.PositiveSmallIntegerField(default=30)
    cool_off_days = models.PositiveSmallIntegerField(default=30)
    age_of_consent = models.PositiveSmallIntegerField(default=16)
    languages = ArrayField(models.CharField(max_length=8), default=list)
    keeps_marks = models.BooleanField(default=False)
    inactive_months = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="one_set_of_privacy_terms", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"Privacy terms {self.preset}".strip()


class Policy(models.Model):
    """A text the shop publishes about people's data, in versions: a privacy notice, terms of the program."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=32, unique=True, db_collation="C")
    name = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """A policy as it is from `effective_at` on, until the next version is. It never changes; languages are added."""

    id = models.BigAutoField(primary_key=True)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_at = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="one_policy_version_of_a_number")]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number}"


class PolicyText(models.Model):
    """A version in one language: written here, or an uploaded file."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=120)
    body = models.TextField(blank=True)
    file_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="one_policy_text_per_language"),
            models.CheckConstraint(name="a_policy_text_says_something", condition=~Q(body="", file_id=None)),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class Purpose(models.Model):
    """What a shop uses people's data for, and by what right. `about` is what the member reads.

    With `channels` a person decides about each of them, or about all at once. `policy` is the text that explains it.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=32, unique=True, db_collation="C")
    name = models.CharField(max_length=64)
    about = models.CharField(max_length=500)
    basis = models.CharField(max_length=16, choices=[(basis.value, basis.value) for basis in Basis])
    channels = ArrayField(models.CharField(max_length=16), default=list)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, null=True, blank=True)
    at_signup = models.BooleanField(default=True)
    place = models.IntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_purpose_has_a_basis", condition=Q(basis__in=[basis.value for basis in Basis])
            )
        ]

    def __str__(self) -> str:
        return self.name


class Source(models.TextChoices):
    """How the shop knows what a person decided."""

    COUNTER = "counter", _("At the counter")
    PAPER = "paper", _("On paper")
    PHONE = "phone", _("On the phone")
    WEBSITE = "website", _("On the website or in an app")
    MESSAGE = "message", _("In answer to a message")
    IMPORT = "import", _("Brought from another system")
    MERGE = "merge", _("Two records became one")


class Consent(models.Model):
    """One decision: a yes or a no to a purpose, on one channel or ("") as a whole. Rows are added and never changed.

    `given_at` is when the person said so, `version` what they could read about it then. No row says who they are: it
    stays as proof when the member is erased.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, related_name="consents", db_index=False, db_constraint=False
    )
    purpose = models.ForeignKey(Purpose, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False)
    channel = models.CharField(max_length=16, blank=True, db_collation="C")
    is_given = models.BooleanField()
    version = models.ForeignKey(
        PolicyVersion, on_delete=models.DO_NOTHING, null=True, db_index=False, db_constraint=False
    )
    language = models.CharField(max_length=8, blank=True)
    source = models.CharField(max_length=16, choices=Source)
    given_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_consent_is_for_a_channel", condition=Q(channel__in=WAYS)),
            models.CheckConstraint(
                name="a_consent_is_known_after_it_is_given", condition=Q(recorded_at__gte=F("given_at"))
            ),
        ]
        indexes = [models.Index(fields=["member", "purpose", "id"], name="consents_of_a_member")]

    def __str__(self) -> str:
        return f"{'yes' if self.is_given else 'no'} to {self.purpose_id}"


class ConsentNow(models.Model):
    """The decisions that count, kept with each new one: found by member, and by what was decided, newest member first.
    `verify` works them out again from the decisions.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False)
    purpose = models.ForeignKey(Purpose, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False)
    channel = models.CharField(max_length=16, blank=True, db_collation="C")
    is_given = models.BooleanField()
    given_at = models.DateTimeField()
    consent_id = models.BigIntegerField()
    version_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "purpose", "channel"], name="one_decision_counts_for_a_purpose_and_channel"
            )
        ]
        indexes = [
            models.Index(fields=["purpose", "channel", "is_given", "-member"], name="members_by_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.purpose_id} {self.channel}"


class RetentionHold(models.Model):
    """The law, or a dispute, wants a member's data kept: nothing of theirs is erased until it is lifted or ends."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="retention_holds", db_index=False)
    reason = models.CharField(max_length=200)
    until = models.DateTimeField(null=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=64)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["member"], name="retention_holds_of_a_member"),
            models.Index(fields=["-id"], name="retention_holds_in_force", condition=Q(lifted_at=None)),
        ]

    def __str__(self) -> str:
        return f"Hold {self.pk}"


class Asker(models.TextChoices):
    MEMBER = "member", _("The member asked for it")
    LAW = "law", _("A law or an authority asks for it")
    SHOP = "shop", _("The shop decided it")
    AGE = "inactive", _("Not seen for as long as the shop's terms say")


class Settling(models.TextChoices):
    FORFEIT = "forfeit", _("The balance is forfeited")
    PAID_OUT = "paid_out", _("The balance was paid out")


class ErasureState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DONE = "done", _("Erased")


class Erasure(models.Model):
    """Somebody's data is to go, or has gone. From `due_at` on it is tried each night; `blocked_by` says what was in the
    way at `tried_at`. `reason` goes with the rest; `certificate` stays: what was removed and settled, in numbers.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="erasures", db_index=False)
    state = models.CharField(max_length=16, choices=ErasureState, default=ErasureState.WAITING)
    asker = models.CharField(max_length=16, choices=Asker)
    settling = models.CharField(max_length=16, choices=Settling, default=Settling.FORFEIT)
    reason = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    approver = models.CharField(max_length=64, null=True)
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    blocked_by = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)
    certificate = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state="waiting"), name="one_open_erasure_of_a_member"
            ),
            models.CheckConstraint(
                name="an_erasure_ends_with_a_certificate_or_withdrawn",
                condition=Q(state="waiting", ended_at=None, certificate__isnull=True)
                | Q(state="withdrawn", ended_at__isnull=False, certificate__isnull=True)
                | Q(state="done", ended_at__isnull=False, certificate__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="erasures_of_a_member"),
            models.Index(fields=["due_at"], name="erasures_due", condition=Q(state="waiting")),
            models.Index(fields=["state", "-id"], name="erasures_by_state"),
        ]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"


class ErasedMark(models.Model):
    """A keyed hash of a phone or e-mail that an erased member had: the same person joining again can be told."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16)
    mark = models.CharField(max_length=64, db_collation="C")
    erased_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mark"], name="erased_marks")]

    def __str__(self) -> str:
        return f"{self.kind} {self.mark[:8]}"

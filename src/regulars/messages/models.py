"""Templates in versions, the channels they go over, what is kept to, runs for many members, and every delivery."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.members.models import Member


class ChannelKind(models.TextChoices):
    """The ways to write to somebody: those of `core.consents.CHANNELS` that a machine can use."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")
    PUSH = "push", _("App notification")


class TemplateKind(models.TextChoices):
    SERVICE = "service", _("Part of the program: nobody is asked for leave")
    PURPOSE = "purpose", _("For a purpose that members decide about")
    CODE = "code", _("Codes")


class Template(models.Model):
    """A prepared message. `purpose` is the code of what it is for, where that needs leave (`consents.Purpose`)."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=32, unique=True, db_collation="C")
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=TemplateKind)
    purpose = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_template_has_a_purpose_if_that_is_its_kind",
                condition=(Q(kind="purpose") & ~Q(purpose="")) | (~Q(kind="purpose") & Q(purpose="")),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """What a template says from `created_at` on, until the next version; `note` says to the team what is new. Rows are
    added and never changed.
    """

    id = models.BigAutoField(primary_key=True)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="one_template_version_of_a_number")]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class TemplateText(models.Model):
    """A version over one channel in one language. Only an e-mail has a subject. `place` is the order they were given
    in: the first of a channel is for members of whose language there is none.
    """

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="texts", db_index=False)
    channel = models.CharField(max_length=16, choices=ChannelKind)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "channel", "language"], name="one_text_per_channel_and_language"
            ),
            models.CheckConstraint(
                name="an_email_has_a_subject", condition=Q(channel="email", subject__gt="") | ~Q(channel="email")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.language}"


class Way(models.TextChoices):
    """How a channel leaves the house; a sink keeps what would have been sent, to be read on a page."""

    SINK = "sink", _("Kept here to be read, and sent to nobody")
    SMTP = "smtp", _("A mail server")
    SERVICE = "service", _("A service on the Internet")


class Channel(models.Model):
    """A connection that messages of one kind go over, from when it is made until another takes its place.

    `sealed` is its address with the password in it; only `shown` (its scheme and host) is ever read by a person.
    Without a channel e-mail goes over the installation's own mail server, and the others go nowhere.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16, choices=ChannelKind)
    way = models.CharField(max_length=8, choices=Way)
    shown = models.CharField(max_length=300)
    sealed = models.BinaryField(null=True)
    sender = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    retired_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    test_error = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(retired_at=None), name="one_channel_of_a_kind"),
            models.CheckConstraint(
                name="a_channel_to_somewhere_has_an_address",
                condition=Q(way="sink", sealed=None)
                | (~Q(way="sink") & (Q(sealed__isnull=False) | ~Q(retired_at=None))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.shown}"


class SendingTerms(models.Model):
    """The one row of what this shop keeps to when it writes to members; made when it is first changed.

    Between `quiet_from` and `quiet_until`, in the program's time zone, nothing goes that needs leave; both are set, or
    neither. `most` such messages go to one member in `days` days. `language` is for members without one.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    most = models.PositiveSmallIntegerField(null=True)
    days = models.PositiveSmallIntegerField(default=7)
    only_verified = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="en")

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_set_of_sending_terms", condition=Q(id=1)),
            models.CheckConstraint(
                name="quiet_hours_begin_and_end",
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return "Sending terms"


class Batch(models.Model):
    """A prepared message for many members: whom `asked` says, collected from the newest on.

    `before` is the last member that was looked at. `put` wait or were sent, `held` were not let go. While it is
    stopped, what waits is not sent either.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        COLLECTING = "collecting", _("Being put together")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Put together")
        CANCELLED = "cancelled", _("Given up")

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="batches")
    channel = models.CharField(max_length=16, choices=ChannelKind)
    origin = models.CharField(max_length=200)
    asked = models.JSONField()
    given = models.JSONField(default=dict)
    key = models.CharField(max_length=128, unique=True, db_collation="C")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    about = models.BigIntegerField()
    before = models.BigIntegerField(null=True)
    is_collected = models.BooleanField(default=False)
    put = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"batch {self.pk}"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    HELD_BACK = "held_back", _("Held back")
    STOPPED = "stopped", _("Stopped")
    CANCELLED = "cancelled", _("Cancelled")


class Trigger(models.TextChoices):
    STAFF = "staff", _("Sent by the team")
    BULK = "bulk", _("Sent to many")
    TEST = "test", _("A test")
    CODE = "code", _("A code")
    SYSTEM = "system", _("Sent by the program")


class Delivery(models.Model):
    """One message to one address: what it says, what allowed it, and how far it is. Nothing is sent without its row.

    `why` it was allowed: consent (`consent_id`, under the policy `policy_version_id`), basis, service, code or test.
    `reason` says why it was held back or has failed; `error` is the class of the last fault, never its words.
    What a code says is in `sealed` until it is sent, and the row says dots in its place; `dies_at` is when sending it
    is of no use any more.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, null=True, db_index=False, db_constraint=False)
    text = models.ForeignKey(TemplateText, on_delete=models.PROTECT, null=True, db_index=False)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, db_index=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="deliveries", db_index=False)
    sent_over = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, db_index=False)
    channel = models.CharField(max_length=16, choices=ChannelKind)
    language = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=1_000, blank=True)
    body = models.TextField(blank=True)
    sealed = models.BinaryField(null=True)
    trigger = models.CharField(max_length=8, choices=Trigger)
    is_marketing = models.BooleanField(default=False)
    why = models.CharField(max_length=8, blank=True)
    consent_id = models.BigIntegerField(null=True)
    policy_version_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=DeliveryState)
    reason = models.CharField(max_length=16, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    dies_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=128, unique=True, db_collation="C")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_delivery_that_waits_says_until_when",
                condition=Q(state="waiting", next_at__isnull=False) | ~Q(state="waiting"),
            ),
            models.CheckConstraint(
                name="a_delivery_was_sent_for_a_reason",
                condition=Q(state="sent", sent_at__isnull=False, why__gt="") | ~Q(state="sent"),
            ),
            models.CheckConstraint(
                name="a_delivery_is_held_back_for_a_reason",
                condition=Q(state="held_back", reason__gt="") | ~Q(state="held_back"),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="deliveries_of_a_member", condition=Q(member__isnull=False)),
            models.Index(fields=["member", "created_at"], name="marketing_of_a_member", condition=Q(is_marketing=True)),
            models.Index(fields=["channel", "next_at", "id"], name="deliveries_due", condition=Q(state="waiting")),
            models.Index(fields=["sending_at"], name="deliveries_being_sent", condition=Q(state="sending")),
            models.Index(fields=["state", "-id"], name="deliveries_by_state"),
            models.Index(fields=["channel", "state", "-id"], name="deliveries_by_channel"),
            models.Index(fields=["trigger", "-id"], name="deliveries_by_trigger"),
            models.Index(fields=["-created_at", "-id"], name="deliveries_by_day"),
            models.Index(
                fields=["batch", "state", "-id"], name="deliveries_of_a_batch", condition=Q(batch__isnull=False)
            ),
            models.Index(fields=["version", "-id"], name="deliveries_of_a_version"),
            models.Index(
                fields=["sent_over", "-id"], name="deliveries_of_a_channel", condition=Q(sent_over__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

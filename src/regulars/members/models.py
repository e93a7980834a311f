"""The people a shop knows, and everything that finds them: cards, external ids, phones and e-mails."""

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Reverse
from django.utils.translation import gettext_lazy as _

from regulars.core.attributes import LONGEST_HELP, LONGEST_KEY, LONGEST_LABEL, LONGEST_TEXT
from regulars.stores.models import Store


class Status(models.TextChoices):
    ACTIVE = "active", _("Active")
    LOCKED = "locked", _("Locked")
    BLOCKED = "blocked", _("Blocked")


class Member(models.Model):
    """An enrolled person (`joined_at` set), or a guest the shop only knows from buying.

    `status_reason` says why the status is what it is: kept here, where an erasure finds it, and not in the audit trail.
    From `status_until` on the status is active again (`members.status`).
    `name_key` ("ann smith") and `surname_key` ("smith ann") are folded names for the search box.
    `has_card` is kept when a card is issued, so that the list can be filtered by it. `left_at`: the person has left the
    program; their history stays. `merged_into`: another member's row holds all that this one held. `erased_at`: nothing
    personal is left.
    """

    id = models.BigAutoField(primary_key=True)
    first_name = models.CharField(max_length=64, blank=True)
    last_name = models.CharField(max_length=64, blank=True)
    birth_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(max_length=200, blank=True)
    status_until = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    left_reason = models.CharField(max_length=200, blank=True, db_default="")
    erased_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    language = models.CharField(max_length=8, blank=True, db_default="")
    home_store = models.ForeignKey(Store, on_delete=models.SET_NULL, null=True, blank=True, db_index=False)
    created_at = models.DateTimeField()
    is_generated = models.BooleanField(default=False)
    has_card = models.BooleanField(default=False, editable=False)
    name_key = models.CharField(max_length=130, db_collation="C", default="", editable=False)
    surname_key = models.CharField(max_length=130, db_collation="C", default="", editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="only_a_lock_or_block_ends", condition=Q(status_until=None) | ~Q(status="active")
            ),
            models.CheckConstraint(
                name="who_has_left_had_joined", condition=Q(left_at=None) | Q(joined_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["name_key", "-id"], name="member_by_name"),
            # Also for whoever deletes a member: nobody must be left who was merged into them.
            models.Index(fields=["merged_into"], name="merged_members", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["home_store"], name="members_of_a_store", condition=Q(home_store__isnull=False)),
            models.Index(fields=["surname_key", "-id"], name="member_by_surname"),
            models.Index(fields=["status", "-id"], name="member_by_status", condition=~Q(status="active")),
            models.Index(fields=["status_until"], name="member_by_end", condition=Q(status_until__isnull=False)),
            # Each member stands in one of these four; a list reads the ones that its filters ask for.
            models.Index(fields=["-id"], name="guests_without_card", condition=Q(joined_at=None, has_card=False)),
            models.Index(fields=["-id"], name="guests_with_card", condition=Q(joined_at=None, has_card=True)),
            models.Index(
                fields=["-id"], name="joined_without_card", condition=Q(joined_at__isnull=False, has_card=False)
            ),
            models.Index(fields=["-id"], name="joined_with_card", condition=Q(joined_at__isnull=False, has_card=True)),
            BrinIndex(fields=["joined_at"], name="member_by_joining", autosummarize=True),
            GinIndex(SearchVector("name_key", config="simple"), name="member_by_any_word"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or f"#{self.pk}"


class IdentifierKind(models.TextChoices):
    EXTERNAL_ID = "external_id", _("External id")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")


class Identifier(models.Model):
    """Anything but a card that finds a member: phones in E.164, e-mails folded, external ids as given.

    Of each kind one is the main one, which is shown and written to; others came with a merged member and still find.
    The database does not look the member up with each row, a quarter of the time of an import: whoever gives
    an identifier to somebody has locked their row, and `verify` checks it.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="identifiers", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=16, choices=IdentifierKind)
    value = models.CharField(max_length=254, db_collation="C")
    is_main = models.BooleanField(default=True, db_default=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="an_identifier_finds_one_member"),
            # Main ones are their kind to this index, others themselves: it also finds all of a member's.
            models.UniqueConstraint(
                F("member"),
                Case(When(is_main=True, then=F("kind")), default=Concat(Value(" "), F("value"))),
                name="one_main_identifier_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(Reverse("value"), name="phone_by_last_digits", condition=Q(kind="phone")),
        ]

    def __str__(self) -> str:
        return self.value


class CardStatus(models.TextChoices):
    STOCK = "stock", _("Not activated")
    ACTIVE = "active", _("Active")
    BLOCKED = "blocked", _("Blocked")
    LOST = "lost", _("Lost")
    REPLACED = "replaced", _("Replaced")
    EXPIRED = "expired", _("Expired unused")


class Card(models.Model):
    """A token with a number, in a member's hand, or anonymous until it is activated.

    Until somebody buys with it, an anonymous card (`stock`) has no member; then a nameless guest holds what it earns.
    `type_code` and `batch_id` name a card type and the batch it was printed in. A replaced card still finds its member.
    At `dies_at` a card that nobody has activated is worth nothing any more. As with identifiers, `verify` checks that
    the member is there.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=64, db_collation="C")
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="cards", null=True, blank=True, db_constraint=False
    )
    status = models.CharField(max_length=16, choices=CardStatus, default=CardStatus.ACTIVE)
    status_reason = models.CharField(max_length=200, blank=True, db_default="")
    type_code = models.CharField(max_length=32, blank=True, db_default="")
    rank = models.CharField(max_length=32, blank=True, db_default="")
    batch_id = models.BigIntegerField(null=True, blank=True)
    pin_hash = models.BinaryField(null=True, editable=False)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    issued_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    dies_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="a_card_finds_one_member"),
            models.CheckConstraint(
                name="a_card_that_is_activated_does_not_die", condition=Q(dies_at=None) | Q(activated_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="card_by_status"),
            models.Index(fields=["replaced_by"], name="replaced_cards", condition=Q(replaced_by__isnull=False)),
            models.Index(fields=["type_code", "-id"], name="card_by_type", condition=~Q(type_code="")),
            models.Index(
                fields=["type_code", "status", "-id"], name="card_by_type_and_status", condition=~Q(type_code="")
            ),
            models.Index(fields=["batch_id", "-id"], name="card_by_batch", condition=~Q(batch_id=None)),
            models.Index(
                fields=["batch_id", "status", "-id"], name="card_by_batch_and_status", condition=~Q(batch_id=None)
            ),
            models.Index(
                fields=["-id"], name="card_in_use_not_activated", condition=Q(status="stock", member__isnull=False)
            ),
            models.Index(fields=["dies_at"], name="card_by_end", condition=Q(status="stock", dies_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number


class Kind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One of several")
    CHOICES = "choices", _("Any of several")
    YES_NO = "yes_no", _("Yes or no")
    FILE = "file", _("File")


class Attribute(models.Model):
    """What this shop wants to know about its members, as `core.attributes.Definition` says it.

    A retired attribute is asked nowhere any more; its values stay. `place` is the order on forms.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=32, unique=True, db_collation="C")
    label = models.CharField(max_length=LONGEST_LABEL)
    help = models.CharField(max_length=LONGEST_HELP, blank=True)
    kind = models.CharField(max_length=16, choices=Kind)
    choices = models.JSONField(default=list)
    is_required = models.BooleanField(default=False)
    is_unique = models.BooleanField(default=False)
    at_signup = models.BooleanField(default=False)
    is_regulated = models.BooleanField(default=False)
    place = models.IntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label


class AttributeValue(models.Model):
    """One value of a member; of several choices each has a row, `place` counts them.

    `key` is what a value is found and kept apart by (`core.attributes.key_of`); `number` and `day` are there to compare
    by more and less. A regulated value is in `sealed` only; where it is unique, its key is a keyed hash.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="attribute_values", db_index=False)
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, db_index=False)
    place = models.SmallIntegerField(default=0)
    key = models.CharField(max_length=LONGEST_KEY, null=True, db_collation="C")
    text = models.CharField(max_length=LONGEST_TEXT, null=True)
    number = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    day = models.DateField(null=True)
    file_id = models.BigIntegerField(null=True)
    sealed = models.BinaryField(null=True)
    is_unique = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "attribute", "place"], name="one_value_in_a_place"),
            models.UniqueConstraint(
                fields=["attribute", "key"], condition=Q(is_unique=True), name="a_unique_value_is_one_members"
            ),
        ]
        indexes = [
            models.Index(fields=["attribute", "key", "-member"], name="members_by_value"),
            models.Index(
                fields=["attribute", "number", "-member"], name="members_by_number", condition=Q(number__isnull=False)
            ),
            models.Index(fields=["attribute", "day", "-member"], name="members_by_day", condition=Q(day__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id} of {self.member_id}"


class MemberNote(models.Model):
    """What the team wants to remember about a member; the member does not see it. `is_pinned` stays on top."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notes", db_index=False)
    text = models.TextField(max_length=2_000)
    is_pinned = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["member", "-id"], name="notes_of_a_member")]

    def __str__(self) -> str:
        return f"Note {self.pk}"


class AddressCode(models.Model):
    """A code that was sent to a phone or an e-mail: who reads it out holds that address.

    `code_hash` is a keyed hash; `tries` counts wrong codes. A code ends when it is used, at `ends_at`, or with the next
    code of its kind.
    """

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="address_codes", db_index=False)
    kind = models.CharField(max_length=16, choices=IdentifierKind)
    value = models.CharField(max_length=254, db_collation="C")
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["member", "kind", "-id"], name="codes_of_a_member")]

    def __str__(self) -> str:
        return f"Code {self.pk}"

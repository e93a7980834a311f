"""People who work for the merchant: what each may do and where; and the keys their machines sign in with."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.stores.models import Store


class Role(models.TextChoices):
    """The roles that every merchant has; `OwnRole` holds those that it makes itself."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Store manager")
    CASHIER = "cashier", _("Cashier")
    MARKETER = "marketer", _("Marketer")
    AUDITOR = "auditor", _("Auditor")


class OwnRole(models.Model):
    """A role that the merchant made: a name for a set of rights."""

    code = models.CharField(max_length=32, unique=True, db_collation="C")
    name = models.CharField(max_length=64)
    rights = ArrayField(models.CharField(max_length=32))

    def __str__(self) -> str:
        return self.name


class RolePolicy(models.Model):
    """What a role asks of its people, by the role's code: without a row, nothing."""

    role = models.CharField(max_length=32, primary_key=True)
    needs_second_factor = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.role


class PersonState(models.TextChoices):
    """Locked can be undone and may end by itself; inactive is somebody who left."""

    ACTIVE = "active", _("Active")
    LOCKED = "locked", _("Locked")
    INACTIVE = "inactive", _("Left")


class PersonManager(UserManager["Person"]):
    """People are known by e-mail; there is no user name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":  # type: ignore[override]
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":  # type: ignore[override]
        return self.create_user(email, password, is_staff=True, is_superuser=True, role=Role.OWNER, **fields)


class Person(AbstractUser):
    """A person on the merchant's team.

    `role` is a `Role` or an `OwnRole`'s code. `all_stores`, or the `stores` they work in. `is_active` is what sign-in
    asks, and says the same as `state`.
    """

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    role = models.CharField(max_length=32, default=Role.CASHIER)
    all_stores = models.BooleanField(default=True)
    stores = models.ManyToManyField(Store, blank=True, related_name="people")
    language = models.CharField(max_length=16, blank=True, default="")
    state = models.CharField(max_length=16, choices=PersonState, default=PersonState.ACTIVE)
    state_reason = models.TextField(blank=True, default="")
    state_until = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="added")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="who_is_active_can_sign_in_and_nobody_else",
                condition=Q(state=PersonState.ACTIVE, is_active=True)
                | (~Q(state=PersonState.ACTIVE) & Q(is_active=False)),
            ),
            models.CheckConstraint(
                name="only_a_lock_ends_by_itself",
                condition=Q(state_until=None) | Q(state=PersonState.LOCKED),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class StateChange(models.Model):
    """Why somebody was locked, let in again, or let go, and by whom."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="state_changes")
    state = models.CharField(max_length=16, choices=PersonState)
    reason = models.TextField(blank=True)
    until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.state} {self.changed_at}"


class GrantLevel(models.TextChoices):
    VIEW = "view", _("View")
    EDIT = "edit", _("Edit")


class Grant(models.Model):
    """A feature that one person may see or change beyond their role, in `stores` (None: wherever they work).

    `source` is the grant it was passed on from, `given_by` who gave it or added the person.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    feature = models.CharField(max_length=32)
    level = models.CharField(max_length=8, choices=GrantLevel)
    is_inherited = models.BooleanField(default=False)
    stores = ArrayField(models.BigIntegerField(), null=True, blank=True)
    given_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    source = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="passed_on")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "feature", "level"], name="one_grant_per_feature_and_level"),
            models.CheckConstraint(
                name="only_viewing_is_passed_on", condition=Q(level=GrantLevel.VIEW) | Q(is_inherited=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feature} {self.level}"


class SignIn(models.Model):
    """One browser in which somebody signed in, as long as its session lives."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True, db_collation="C")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.began_at}"


class Pin(models.Model):
    """A person's PIN, and how often it was guessed wrong since it was last right.

    `lockouts` counts the times that it was locked since then: each lasts twice as long as the one before.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="pin")
    pin_hash = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    wrong = models.PositiveSmallIntegerField(default=0)
    lockouts = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"PIN of {self.person_id}"


class Need(models.TextChoices):
    """What stands between asking and doing."""

    PIN = "pin", _("PIN")
    SECOND = "second", _("Second person")


class ApprovalRule(models.Model):
    """From `from_amount` on, in the measure of `action`, people of `role` need this; no role is everybody.

    With a `unit`, for amounts of that unit in its smallest steps; without one, for whole ones of every unit.
    """

    action = models.CharField(max_length=32)
    role = models.CharField(max_length=32, blank=True, default="")
    unit = models.CharField(max_length=32, blank=True, default="")
    from_amount = models.BigIntegerField(default=0)
    need = models.CharField(max_length=8, choices=Need)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "role", "unit", "from_amount"], name="one_need_from_an_amount_on")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.role} {self.from_amount} {self.need}"


class ApprovalState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DONE = "done", _("Carried out")


class Approval(models.Model):
    """Somebody asks to do exactly this, and somebody else lets them.

    `payload_hash` stands for everything that decides what will be written; `form` and `path` are what the page sends
    again when it was approved. `deed` is what a preview of it needs, and `effect` what that preview said when it was
    asked for: ids, codes and amounts. An approval holds until `valid_until`.
    """

    action = models.CharField(max_length=32)
    amount = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=32, blank=True, default="")
    payload = models.JSONField()
    payload_hash = models.BinaryField()
    need = models.CharField(max_length=8, choices=Need)
    about = models.CharField(max_length=32)
    about_id = models.BigIntegerField()
    member_id = models.BigIntegerField(null=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True)
    path = models.CharField(max_length=400)
    form = models.JSONField()
    deed = models.JSONField(default=dict)
    effect = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="")
    state = models.CharField(max_length=16, choices=ApprovalState, default=ApprovalState.WAITING)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="asked_approvals")
    asked_at = models.DateTimeField()
    approver = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="decided_approvals")
    is_by_pin = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="nobody_is_their_own_second_person",
                condition=Q(approver=None) | ~Q(approver=models.F("asked_by")) | Q(need=Need.PIN),
            ),
            models.CheckConstraint(
                name="what_is_approved_has_an_approver_and_an_end",
                condition=~Q(state__in=["approved", "done"]) | Q(approver__isnull=False, valid_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="approvals_by_state"),
            models.Index(fields=["asked_by", "payload_hash"], name="approvals_by_payload"),
            models.Index(fields=["member_id"], name="approvals_of_a_member", condition=Q(member_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.state}"


class Scope(models.TextChoices):
    """What a key may do."""

    MEMBERS_READ = "members:read", _("Find members and read balances")
    MEMBERS_WRITE = "members:write", _("Enrol and change members and cards")
    SALES_READ = "sales:read", _("Read sales")
    SALES_WRITE = "sales:write", _("Record and refund sales")
    POINTS_ADJUST = "points:adjust", _("Adjust balances")
    MESSAGES_SEND = "messages:send", _("Send prepared messages")
    STORES_READ = "stores:read", _("Read stores")


class ApiKey(models.Model):
    """A machine's key: `rk_<merchant>_<id>.<secret>`; the secret is 256 random bits, kept as a hash, shown once."""

    name = models.CharField(max_length=64)
    secret_hash = models.BinaryField(editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope))
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name

"""People who work for the merchant, and the keys their machines sign in with."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.stores.models import Store


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Store manager")
    CASHIER = "cashier", _("Cashier")


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
    """A person on the merchant's team; the role says what they may see and do."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.CASHIER)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Scope(models.TextChoices):
    """What a key may do."""

    MEMBERS_READ = "members:read", _("Find members and read balances")
    MEMBERS_WRITE = "members:write", _("Enrol and change members and cards")
    SALES_READ = "sales:read", _("Read sales")
    SALES_WRITE = "sales:write", _("Record and refund sales")
    POINTS_ADJUST = "points:adjust", _("Adjust balances")
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

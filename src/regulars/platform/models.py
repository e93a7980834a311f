"""The merchants of this installation, kept in the public schema: who they are and which host names are theirs."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django_tenants.models import DomainMixin, TenantMixin

MERCHANT_CODE = r"^[a-z][a-z0-9]{1,30}$"
"""A code is part of schema names and API keys: short, lower case, no sign that needs quoting."""


class Merchant(TenantMixin):
    """One merchant: a schema of its own, named `m_<code>`."""

    auto_create_schema = False  # a merchant and its schema are made in one transaction, by create_merchant

    code = models.CharField(max_length=31, unique=True, validators=[RegexValidator(MERCHANT_CODE)])
    name = models.CharField(max_length=120)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    migrated_to = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="at_most_one_default_merchant", fields=["is_default"], condition=Q(is_default=True)
            ),
            models.CheckConstraint(name="merchant_code_is_short_and_plain", condition=Q(code__regex=MERCHANT_CODE)),
        ]

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host name that leads to a merchant."""

    def __str__(self) -> str:
        return str(self.domain)


class SchemaRecipe(models.Model):
    """The SQL that makes an empty merchant's schema, recorded after each migration; only the newest is kept."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    sql = models.TextField()
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint[:12]

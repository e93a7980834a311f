"""The merchant's settings: the program, its earning rules and their published versions."""

from django.db import models

from regulars.ledger.models import Unit
from regulars.stores.zones import check_time_zone


class Program(models.Model):
    """One loyalty scheme. `terms` is a `core.terms.Terms`: how points pay, what refunds do, how late tills may be."""

    name = models.CharField(max_length=128)
    time_zone = models.CharField(max_length=64, validators=[check_time_zone])
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    terms = models.JSONField()

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """An earning rule as people edit it. What counts is its newest published version; `draft` waits to be published."""

    name = models.CharField(max_length=128)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    draft = models.JSONField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """A rule as it was published: `terms` is a `core.rules.EarningRule`. Versions never change.

    A sale earns by the version in force when it happened: the newest with `published_at` <= then, or the first.
    """

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    terms = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.number}"

"""Files that people gave us: what each is, whose, and where its bytes lie."""

from django.db import models
from django.db.models import Q


class Purpose(models.TextChoices):
    """What a file is for; it decides which types and sizes are taken, and which right opens it."""

    RECEIPT = "receipt"
    ATTRIBUTE = "attribute"
    REGULATED = "regulated"
    POLICY = "policy"
    LOGO = "logo"
    IMPORT = "import"
    EXPORT = "export"


class KeptFile(models.Model):
    """One file. Its bytes lie in the home under `place`, a random name; `name` is what its giver called it.

    `type` is what the bytes are (core.file_types). `member_id` says whose person's data it holds, None: nobody's.
    `mark` is the SHA-256 of the bytes: the same photo given twice is told.
    """

    id = models.BigAutoField(primary_key=True)
    purpose = models.CharField(max_length=16, choices=Purpose)
    type = models.CharField(max_length=8)
    name = models.CharField(max_length=200)
    place = models.CharField(max_length=64, unique=True, db_collation="C")
    size = models.BigIntegerField()
    mark = models.CharField(max_length=64, db_collation="C")
    member_id = models.BigIntegerField(null=True)
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="a_file_holds_something", condition=Q(size__gt=0))]
        indexes = [
            models.Index(fields=["member_id"], name="files_of_member", condition=Q(member_id__isnull=False)),
            models.Index(fields=["purpose", "mark"], name="files_by_mark"),
        ]

    def __str__(self) -> str:
        return self.name

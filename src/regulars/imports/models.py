"""Files that are brought in: what was asked, how far it is, the lines as they were read, and what became of each."""

from django.db import models
from django.db.models import Q

from regulars.files.models import KeptFile


class ImportRun(models.Model):
    """One file on its way in. It is looked at first (`check` writes nothing), then brought in, and may be undone.

    `headings` are the file's, `fields` what each of them means here ("" is not read). `terms` and `reading` are a
    `core.importing.Terms` and a `records.Reading`. Of `total` lines `position` is the last one that is done: what was
    cut off goes on behind it. `counts` are lines by outcome, `alike` how many new ones may be there already; by unit,
    `sums` are amounts that were booked and `missed` those that failed, `held_before` and `held_after` what all members
    held. `asked_by` asked for the step, and `approved_by` let them; with `is_for_real` a check is followed by bringing
    it in. Everything it writes is written as of `began_at`, however long it takes and however often it is cut off.
    """

    class Step(models.TextChoices):
        NEW = "new"
        CHECK = "check"
        WRITE = "write"
        UNDO = "undo"

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        STOPPED = "stopped"
        FAILED = "failed"
        DONE = "done"

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=16)
    file = models.ForeignKey(KeptFile, on_delete=models.SET_NULL, null=True, blank=True, db_index=False)
    file_name = models.CharField(max_length=200)
    headings = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    terms = models.JSONField(default=dict)
    reading = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    step = models.CharField(max_length=8, choices=Step, default=Step.NEW)
    state = models.CharField(max_length=8, choices=State, default=State.DONE)
    is_for_real = models.BooleanField(default=False)
    is_stop_asked = models.BooleanField(default=False)
    is_staged = models.BooleanField(default=False)
    total = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    alike = models.BigIntegerField(default=0)
    sums = models.JSONField(default=dict)
    missed = models.JSONField(default=dict)
    held_before = models.JSONField(default=dict)
    held_after = models.JSONField(default=dict)
    fault = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=64, blank=True)
    approved_by = models.CharField(max_length=64, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="one_import_at_a_time", condition=Q(state__in=["waiting", "running"])
            )
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportLine(models.Model):
    """A line as it was read: `values` by field, each in its one form; None is to be emptied, what is blank is missing.

    A line that cannot be read has `faults` instead, and in `values` its cells as they came. Somebody new who may be the
    member `like_member_id`, or the one of the line `like_line`, is brought in all the same, and shown.
    """

    pk = models.CompositePrimaryKey("run_id", "line")
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    line = models.BigIntegerField()
    values = models.JSONField()
    faults = models.JSONField(null=True)
    like_line = models.BigIntegerField(null=True)
    like_member_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["run", "line"],
                name="import_likenesses",
                condition=Q(like_line__isnull=False) | Q(like_member_id__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"line {self.line}"


class ImportResult(models.Model):
    """What became of a line, where it was not simply left as it was: whom it made or changed, or why it failed.

    `change` is what an undo needs: by field what was before and what the import wrote. `undo` is what an undo did.
    """

    pk = models.CompositePrimaryKey("run_id", "line")
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    line = models.BigIntegerField()
    outcome = models.CharField(max_length=12)
    member_id = models.BigIntegerField(null=True)
    faults = models.JSONField(null=True)
    change = models.JSONField(null=True)
    undo = models.CharField(max_length=12, blank=True, db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["member_id"], name="imports_of_a_member", condition=Q(member_id__isnull=False)),
            models.Index(fields=["run", "line"], name="import_failures", condition=Q(outcome="failed")),
            models.Index(fields=["run", "line"], name="import_stayed", condition=~Q(undo__in=["", "undone"])),
        ]

    def __str__(self) -> str:
        return f"line {self.line}: {self.outcome}"

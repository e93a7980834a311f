"""A file's lines are personal data: they stay for as long as the import can be undone, and then go.

What became of each line stays without them: how many were made, and who came by which import. Who is erased before
leaves nothing here either (care/personal.py).
"""

from datetime import datetime, timedelta

from django.db import transaction

from regulars.files.keep import remove_files
from regulars.imports.ask import OPEN
from regulars.imports.models import ImportLine, ImportResult, ImportRun

KEPT_FOR = timedelta(days=30)
"""An import can be undone for so long, and its file be looked at."""


def forget_imports(*, at: datetime) -> int:
    """Forget the lines and files of imports that ended 30 days ago, or were left lying so long; how many there were."""
    old = ImportRun.objects.exclude(state__in=OPEN).filter(forgotten_at=None, created_at__lt=at - KEPT_FOR)
    forgotten = 0
    for each in old.exclude(finished_at__gte=at - KEPT_FOR).select_related("file").order_by("pk"):
        with transaction.atomic():
            ImportLine.objects.filter(run=each).delete()
            ImportResult.objects.filter(run=each).update(change=None)
            ImportResult.objects.filter(run=each, outcome="failed").delete()
            kept, each.file, each.forgotten_at = each.file, None, at
            if kept is not None:
                remove_files([kept])
            each.save(update_fields=["file", "forgotten_at"])
        forgotten += 1
    return forgotten

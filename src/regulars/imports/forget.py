"""A file's lines are personal data: they stay for as long as the import can be undone, and then go.

What became of each line stays without them: how many were made, and who came by which import.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from regulars.files.keep import remove_files
from regulars.imports.ask import OPEN
from regulars.imports.models import ImportLine, ImportResult, ImportRun
from regulars.platform.rows import fetch, run

KEPT_FOR = timedelta(days=30)
"""An import can be undone for so long, and its file be looked at."""

FORGET_PERSON = """
UPDATE imports_importline AS line SET values = '[]', faults = coalesce(faults, '[]')
FROM imports_importresult AS result
WHERE result.member_id = ANY(%(members)s::bigint[]) AND line.run_id = result.run_id AND line.line = result.line
"""

FORGET_CHANGES = """
UPDATE imports_importresult SET change = NULL, undo = 'gone' WHERE member_id = ANY(%(members)s::bigint[])
"""

# A line that failed belongs to nobody: what finds the person is looked for in its text.
FORGET_FAILED = """
UPDATE imports_importline AS line SET values = '[]', faults = coalesce(faults, '[]')
WHERE EXISTS (
    SELECT FROM unnest(%(texts)s::text[]) AS said(text) WHERE strpos(lower(line.values::text), said.text) > 0)
"""

FINDING = """
SELECT lower(value) FROM members_identifier WHERE member_id = ANY(%(members)s::bigint[])
UNION SELECT lower(number) FROM members_card WHERE member_id = ANY(%(members)s::bigint[])
UNION SELECT lower(last_name) FROM members_member WHERE id = ANY(%(members)s::bigint[]) AND length(last_name) > 2
"""


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


def forget_people(member_ids: Sequence[int]) -> None:
    """Leave nothing of these people in imports, in the caller's transaction and before they are erased themselves.

    Files that wait to be brought in may name them too: all of them go, and are taken in again if need be.
    """
    ids = {"members": list(member_ids)}
    texts = [row[0] for row in fetch(FINDING, ids)]
    run(FORGET_PERSON, ids)
    run(FORGET_CHANGES, ids)
    if texts:
        run(FORGET_FAILED, {"texts": texts})
    waiting = list(ImportRun.objects.exclude(file=None).select_related("file").select_for_update(of=("self",)))
    files = [each.file for each in waiting if each.file is not None]
    for each in waiting:
        each.file = None
        each.save(update_fields=["file"])
    remove_files(files)

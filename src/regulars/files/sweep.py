"""Bytes that no row names are left over from a write that failed, or a removal that was cut short: they go."""

from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path

from regulars.files.keep import folder_of_files
from regulars.files.models import KeptFile

SPARED = timedelta(days=1)
"""A transaction that has not committed yet has its bytes on the disk already."""
LOOKED_UP_AT_ONCE = 1_000


def sweep_files(*, at: datetime) -> int:
    """Remove bytes that no row names and that are older than a day; how many files they were."""
    old = [path for path in folder_of_files().glob("*/*") if _written_at(path) < (at - SPARED).timestamp()]
    removed = 0
    for some in batched(old, LOOKED_UP_AT_ONCE):
        known = set(KeptFile.objects.filter(place__in=[path.name for path in some]).values_list("place", flat=True))
        for path in some:
            if path.name not in known:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _written_at(path: Path) -> float:
    return path.stat().st_mtime

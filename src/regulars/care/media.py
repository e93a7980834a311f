"""Files that hold a person's data go with it: their own, and lists that were brought in or taken out."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, is_zipfile

from regulars.care.needles import Needle
from regulars.files.keep import FileGone, open_file, remove_files
from regulars.files.models import KeptFile, Purpose

CHUNK = 2**20
LISTS = (Purpose.IMPORT, Purpose.EXPORT)
"""Files about many people, which nothing but their text says whom they are about."""


def remove_media(member_ids: Sequence[int], needles: Sequence[Needle]) -> int:
    """Remove the files of these members, and every list that tells of them; how many there were."""
    gone = list(KeptFile.objects.filter(member_id__in=member_ids))
    if needles:
        lists = KeptFile.objects.filter(purpose__in=LISTS).exclude(pk__in=[kept.pk for kept in gone])
        gone += [kept for kept in lists.order_by("id") if tells_of(kept, needles)]
    return remove_files(gone)


def tells_of(kept: KeptFile, needles: Sequence[Needle]) -> bool:
    """Tell whether all strings of one needle are in the file, or in the parts of a workbook."""
    wanted = [{word.encode() for word in needle} for needle in needles]
    longest = max(len(word) for words in wanted for word in words)
    try:
        with open_file(kept) as content:
            if not is_zipfile(content):
                content.seek(0)
                return _tells(_pieces(content, longest), wanted)
            content.seek(0)
            with ZipFile(content) as workbook:
                parts = (
                    piece
                    for name in workbook.namelist()
                    if name.endswith(".xml")
                    for piece in _pieces(workbook.open(name), longest)  # type: ignore[arg-type]
                )
                return _tells(parts, wanted)
    except (FileGone, BadZipFile):
        return False


def _tells(pieces: Iterator[bytes], wanted: Sequence[set[bytes]]) -> bool:
    for piece in pieces:
        for words in wanted:
            words -= {word for word in words if word in piece}
            if not words:
                return True
    return False


def _pieces(content: BinaryIO, longest: int) -> Iterator[bytes]:
    """Parts of a file that overlap, so that no string is cut in two."""
    kept = b""
    while chunk := content.read(CHUNK):
        yield kept + chunk
        kept = (kept + chunk)[-longest:]

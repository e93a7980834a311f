"""Files come in, are looked at and go: their bytes lie in the home, each merchant's in a folder of its own."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

import msgspec
from django.conf import settings
from django.db import connection, transaction

from regulars.core.actor import Actor
from regulars.core.file_types import FIRST_BYTES, IMAGES, SCANS, TABLES, FileType, type_of
from regulars.core.refusals import Refusal
from regulars.files.models import KeptFile, Purpose
from regulars.platform.home import make_folder
from regulars.platform.sealing import seal, unseal

MEGABYTE = 2**20
CHUNK = 2**18
LONGEST_NAME = 200
SEAL = "files"


class EmptyFile(Refusal):
    """There is nothing in the file."""

    code = "empty_file"


class FileTooLarge(Refusal):
    code = "file_too_large"

    def __init__(self, *, most_megabytes: int) -> None:
        self.most_megabytes = most_megabytes


class WrongFileType(Refusal):
    """By what is in it, the file is none of the types that are taken here."""

    code = "wrong_file_type"

    def __init__(self, *, types: tuple[str, ...]) -> None:
        self.types = types


class FileGone(Refusal):
    """There is no such file here, or its bytes were removed."""

    code = "file_gone"


class Terms(msgspec.Struct, frozen=True):
    """What is taken for a purpose. `otherwise`: what bytes of no known type count as; None refuses them. What is
    `sealed` cannot be read from a copy of the disk.
    """

    types: tuple[FileType, ...]
    most_bytes: int
    otherwise: FileType | None = None
    is_sealed: bool = False


TERMS: dict[Purpose, Terms] = {
    Purpose.RECEIPT: Terms(SCANS, 10 * MEGABYTE),
    Purpose.ATTRIBUTE: Terms(SCANS, 10 * MEGABYTE),
    Purpose.REGULATED: Terms(SCANS, 10 * MEGABYTE, is_sealed=True),
    Purpose.POLICY: Terms(("pdf", "text"), 10 * MEGABYTE),
    Purpose.LOGO: Terms(IMAGES, MEGABYTE),
    Purpose.IMPORT: Terms(TABLES, 512 * MEGABYTE, otherwise="text"),  # whose rows are judged one by one
    Purpose.EXPORT: Terms(TABLES, 4096 * MEGABYTE),
}


def keep_file(
    content: IO[bytes], *, name: str, purpose: Purpose, at: datetime, by: Actor, member_id: int | None = None
) -> KeptFile:
    """Keep a file as its purpose allows (`TERMS`); inside the caller's transaction, whose event tells what it is for.

    The bytes are on the disk before the row is there: a row never names bytes that are missing. Where the transaction
    fails they are left over, until `sweep_files`. Refuses EmptyFile, FileTooLarge, WrongFileType.
    """
    terms = TERMS[purpose]
    beginning = content.read(FIRST_BYTES)
    if not beginning:
        raise EmptyFile()
    kind = type_of(beginning) or terms.otherwise
    if kind is None or kind not in terms.types:
        raise WrongFileType(types=terms.types)
    place = secrets.token_hex(16)
    written = _write(content, beginning, place, terms)
    return KeptFile.objects.create(
        purpose=purpose,
        type=kind,
        name=clean_name(name),
        place=place,
        size=written.size,
        mark=written.mark,
        member_id=member_id,
        kept_at=at,
        kept_by=by.tag,
    )


def open_file(kept: KeptFile) -> BinaryIO:
    """Open a kept file for reading. Refuses FileGone."""
    try:
        content = path_of(kept.place).open("rb")
    except FileNotFoundError:
        raise FileGone() from None
    if not TERMS[Purpose(kept.purpose)].is_sealed:
        return content
    with content:
        return BytesIO(unseal(content.read(), purpose=SEAL, about=kept.place))


def remove_files(files: Iterable[KeptFile]) -> int:
    """Remove files: their rows with the caller's transaction, their bytes once it has committed."""
    gone = list(files)
    KeptFile.objects.filter(pk__in=[kept.pk for kept in gone]).delete()
    for kept in gone:
        transaction.on_commit(partial(_unlink, path_of(kept.place)))
    return len(gone)


def path_of(place: str) -> Path:
    """Return where the bytes of a file of this merchant lie."""
    return folder_of_files() / place[:2] / place


def folder_of_files() -> Path:
    """Return this merchant's folder; it moves and goes with the merchant (`platform.merchants`)."""
    folder: Path = settings.HOME.files_of(connection.schema_name)  # type: ignore[attr-defined]
    return folder


def clean_name(name: str) -> str:
    """Return the name without a path or anything that cannot be seen: it is shown, and sent in a header."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(character for character in last if character.isprintable() and character not in '"<>')
    return seen.strip()[-LONGEST_NAME:] or "file"


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)


class _Written(msgspec.Struct, frozen=True):
    size: int
    mark: str


def _write(content: IO[bytes], beginning: bytes, place: str, terms: Terms) -> _Written:
    """Write all of it, or nothing; durable when it returns."""
    path = path_of(place)
    make_folder(path.parent)
    digest, size = hashlib.sha256(), 0
    draft = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            whole = bytearray()
            for chunk in _chunks(content, beginning):
                size += len(chunk)
                if size > terms.most_bytes:
                    raise FileTooLarge(most_megabytes=terms.most_bytes // MEGABYTE)
                digest.update(chunk)
                if terms.is_sealed:
                    whole += chunk
                else:
                    out.write(chunk)
            if terms.is_sealed:
                out.write(seal(bytes(whole), purpose=SEAL, about=place))
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return _Written(size, digest.hexdigest())


def _chunks(content: IO[bytes], beginning: bytes) -> Iterator[bytes]:
    chunk = beginning
    while chunk:
        yield chunk
        chunk = content.read(CHUNK)

"""After an erasure nobody finds the person: not in any table of the whole dump, and not in any file."""

import os
import subprocess
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from regulars.care.erase import erase_due
from regulars.files.keep import folder_of_files
from regulars.members.models import Member
from regulars.platform.binaries import find_program
from regulars.platform.database import connection_facts, libpq_environment
from regulars.platform.home import find_home
from regulars.receipts.reject import lapse_receipts
from regulars.sales.verify import verify
from tests.care.planted import WORDS, plant
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.slow


def dump() -> str:
    """Everything that the server keeps: this merchant's schema and the one that all share."""
    environment = {**os.environ, **libpq_environment(connection_facts(find_home()))}
    command = [str(find_program("pg_dump")), "--data-only", "--inserts"]
    schemas = [f"--schema={name}" for name in (connection.schema_name, "public")]
    done = subprocess.run([*command, *schemas], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def found_in_dump() -> set[str]:
    text = dump().lower()
    return {
        name
        for name, word in WORDS.items()
        # What is kept as bytes is written in hexadecimal digits.
        if word.lower() in text or word.encode().hex() in text
    }


def found_in_media() -> set[str]:
    found = set()
    for path in folder_of_files().rglob("*"):
        if path.is_file():
            content = path.read_bytes() + path.name.encode()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    content += b"".join(archive.read(name) for name in archive.namelist())
            found |= {name for name, word in WORDS.items() if word.lower().encode() in content.lower()}
    return found


def test_twelve_planted_words_are_found_before_an_erasure_and_nowhere_after_it(fresh_merchant):
    a_shop()
    member = plant(NOON)
    sealed = {"regulated"}  # never readable in the database
    assert found_in_dump() == WORDS.keys() - sealed
    assert found_in_media() >= {"first", "last", "phone", "email", "external", "file"}

    assert list(erase_due(at=NOON + timedelta(days=40))) == ["blocked"]  # the receipt still waits
    lapse_receipts(at=NOON + timedelta(days=41))
    assert list(erase_due(at=NOON + timedelta(days=42))) == ["done"]

    assert found_in_dump() == set()
    assert found_in_media() == set()
    assert Member.objects.get(pk=member).erased_at == NOON + timedelta(days=42)
    assert [result.name for result in verify() if result.breaches] == []
    assert settings.HOME.files_of(connection.schema_name) == folder_of_files()

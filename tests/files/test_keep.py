"""What is given to keep is kept as it was, within its terms; what is refused leaves nothing behind."""

import io
import os
from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.files.keep import (
    TERMS,
    EmptyFile,
    FileGone,
    FileTooLarge,
    Terms,
    WrongFileType,
    folder_of_files,
    keep_file,
    open_file,
    path_of,
    remove_files,
)
from regulars.files.models import KeptFile, Purpose
from regulars.files.sweep import sweep_files
from tests.shop import NOON

pytestmark = pytest.mark.django_db

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4096


def kept(content: bytes = PHOTO, **given) -> KeptFile:
    usual = {"name": "receipt.jpg", "purpose": Purpose.RECEIPT, "at": NOON, "by": SYSTEM}
    return keep_file(io.BytesIO(content), **(usual | given))


def bytes_on_disk() -> set[str]:
    return {path.name for path in folder_of_files().glob("*/*")}


def test_a_file_comes_back_as_it_was_given():
    photo = kept(member_id=7)
    with open_file(photo) as content:
        assert content.read() == PHOTO
    assert (photo.type, photo.size, photo.member_id, photo.kept_by) == ("jpeg", len(PHOTO), 7, "system")
    assert path_of(photo.place).stat().st_mode & 0o077 == 0


def test_the_same_photo_twice_has_one_mark_and_two_places():
    one, two = kept(), kept()
    assert one.mark == two.mark
    assert one.place != two.place


@pytest.mark.parametrize(
    ("content", "purpose", "refusal"),
    [
        (b"", Purpose.RECEIPT, EmptyFile),
        (b"a,b\n1,2\n", Purpose.RECEIPT, WrongFileType),
        (b"<svg onload='alert(1)'/>", Purpose.LOGO, WrongFileType),
        (b"%PDF-1.7\n", Purpose.LOGO, WrongFileType),
        (PHOTO, Purpose.IMPORT, WrongFileType),
        (PHOTO, Purpose.POLICY, WrongFileType),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(content, purpose, refusal):
    before = bytes_on_disk()
    with pytest.raises(refusal):
        kept(content, purpose=purpose)
    assert bytes_on_disk() == before
    assert KeptFile.objects.count() == 0


@pytest.mark.parametrize(("size", "is_taken"), [(len(PHOTO), True), (len(PHOTO) - 1, False)])
def test_a_file_may_be_as_large_as_its_terms_say_and_no_larger(monkeypatch, size, is_taken):
    monkeypatch.setitem(TERMS, Purpose.RECEIPT, Terms(("jpeg",), size))
    before = bytes_on_disk()
    if is_taken:
        assert kept().size == size
    else:
        with pytest.raises(FileTooLarge):
            kept()
        assert bytes_on_disk() == before


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Photos\\my receipt.jpg", "my receipt.jpg"),
        ('a"b<c>.jpg', "abc.jpg"),
        ("x\r\nSet-Cookie: a.pdf", "xSet-Cookie: a.pdf"),
        ("", "file"),
        ("é" * 300 + ".pdf", "é" * 196 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(given, name):
    assert kept(name=given).name == name


def test_what_is_regulated_lies_sealed_and_opens_as_it_was():
    licence = kept(purpose=Purpose.REGULATED)
    assert b"".join([PHOTO[4:64]]) not in path_of(licence.place).read_bytes()
    with open_file(licence) as content:
        assert content.read() == PHOTO
    assert (licence.size, licence.mark) == (len(PHOTO), kept().mark)


def test_an_import_is_taken_however_odd_its_bytes_are():
    assert kept(b"name,phone\n\x00,\xff\n", purpose=Purpose.IMPORT).type == "text"


def test_a_removed_file_is_gone_when_its_removal_is_committed(django_capture_on_commit_callbacks):
    photo, other = kept(), kept()
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_files([photo]) == 1
        assert path_of(photo.place).exists()
    assert not path_of(photo.place).exists()
    assert [each.pk for each in KeptFile.objects.all()] == [other.pk]
    with pytest.raises(FileGone):
        open_file(photo)


def test_bytes_that_no_row_names_go_after_a_day_and_no_others():
    photo, young, orphan = kept(), kept(), kept()
    now = NOON + timedelta(days=3)
    KeptFile.objects.filter(pk__in=[young.pk, orphan.pk]).delete()
    for each, age in ((photo, 50), (orphan, 25), (young, 23)):
        os.utime(path_of(each.place), ((now - timedelta(hours=age)).timestamp(),) * 2)
    assert sweep_files(at=now) == 1
    assert bytes_on_disk() >= {photo.place, young.place}
    assert orphan.place not in bytes_on_disk()

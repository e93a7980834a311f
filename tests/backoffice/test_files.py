"""Kept files open to who may see what they are for, and run nothing in a browser."""

import io

import pytest

from regulars.core.actor import SYSTEM
from regulars.files.keep import keep_file, path_of
from regulars.files.models import KeptFile, Purpose
from tests.backoffice.conftest import NOW
from tests.files.test_keep import PHOTO

pytestmark = pytest.mark.django_db


def kept(content: bytes = PHOTO, purpose: Purpose = Purpose.ATTRIBUTE, name: str = "licence") -> KeptFile:
    return keep_file(io.BytesIO(content), name=name, purpose=purpose, at=NOW, by=SYSTEM)


def test_a_photo_is_shown_as_what_it_is(cashier):
    answer = cashier.get(f"/files/{kept().pk}/")
    assert answer.status_code == 200
    assert b"".join(answer) == PHOTO
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'inline; filename="licence.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


def test_a_text_is_saved_and_not_shown(cashier):
    answer = cashier.get(f"/files/{kept(b'Our privacy policy', Purpose.POLICY, 'policy.txt').pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="policy.txt"'


@pytest.mark.parametrize("purpose", [Purpose.RECEIPT, Purpose.REGULATED])
def test_what_has_a_page_of_its_own_is_not_here(owner, purpose):
    assert owner.get(f"/files/{kept(purpose=purpose).pk}/").status_code == 404


def test_nobody_who_is_not_signed_in_sees_a_file(client):
    assert client.get(f"/files/{kept().pk}/", headers={"host": "localhost"}).status_code == 302


def test_a_file_whose_bytes_are_lost_is_not_found(cashier):
    photo = kept()
    path_of(photo.place).unlink()
    assert cashier.get(f"/files/{photo.pk}/").status_code == 404

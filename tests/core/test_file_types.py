"""A file is what its bytes say, whatever it is called."""

import io
import zipfile

import pytest

from regulars.core.file_types import CONTENT_TYPES, ENDINGS, type_of


def a_zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "png"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "webp"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        (a_zip("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (a_zip("_rels/.rels", "xl/workbook.xml"), "xlsx"),
        (b"phone,email\n+15551234567,a@example.com\n", "text"),
        ("Gi\u1ea5y \u0111i\u1ec1u kho\u1ea3n".encode(), "text"),
        (b"\xef\xbb\xbfphone\n", "text"),
        (a_zip("evil.exe"), None),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
        (b"  <!doctype html><script>alert(1)</script>", None),
        (b"\xef\xbb\xbf<html>", None),
        (b"%!PS-Adobe", None),
        (b"MZ\x90\x00\x03", None),
        (b"GIF89a\x01\x00\x01", None),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
        (b"   ", None),
        (b"", None),
    ],
)
def test_a_file_is_told_by_its_first_bytes(beginning, kind):
    assert type_of(beginning) == kind


def test_each_type_has_a_name_and_an_ending():
    assert CONTENT_TYPES.keys() == ENDINGS.keys()

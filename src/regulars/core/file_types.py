"""What a file is, by what is in it: its name and what a browser says of it are only claims."""

from typing import Literal

FileType = Literal["jpeg", "png", "webp", "pdf", "xlsx", "text"]

CONTENT_TYPES: dict[FileType, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text": "text/plain; charset=utf-8",
}
ENDINGS: dict[FileType, str] = {
    "jpeg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "pdf": ".pdf",
    "xlsx": ".xlsx",
    "text": ".txt",
}
IMAGES: tuple[FileType, ...] = ("jpeg", "png", "webp")
SCANS: tuple[FileType, ...] = (*IMAGES, "pdf")
"""What a camera or a scanner makes."""
TABLES: tuple[FileType, ...] = ("xlsx", "text")

FIRST_BYTES = 4096
"""How much of the beginning `type_of` wants to see."""


def type_of(beginning: bytes) -> FileType | None:
    """Return what a file is by its first bytes; None for what we take from nobody, such as drawings with scripts.

    Marks: ISO/IEC 10918-1 (JPEG), 15948 (PNG), RFC 9649 (WebP), ISO 32000-1 (PDF), 29500-2 (a workbook's package).
    Plain text has no mark: whatever has no control characters that text never has, and does not open like a web page.
    """
    if beginning.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if beginning.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "webp"
    if beginning.startswith(b"%PDF-"):
        return "pdf"
    if beginning.startswith(b"PK\x03\x04"):
        return "xlsx" if b"[Content_Types].xml" in beginning or b"xl/" in beginning else None
    return "text" if _is_text(beginning) else None


def _is_text(beginning: bytes) -> bool:
    if not beginning.strip() or beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"%!")):
        return False
    return not any(byte < 9 or 13 < byte < 32 for byte in beginning)

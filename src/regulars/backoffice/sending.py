"""A kept file on its way to a browser: shown where it is safe to, saved otherwise, and never run."""

from django.http import FileResponse, HttpResponse

from regulars.core.file_types import CONTENT_TYPES, ENDINGS, IMAGES
from regulars.files.keep import open_file
from regulars.files.models import KeptFile

SHOWN = (*IMAGES, "pdf")


def send_file(kept: KeptFile) -> HttpResponse:
    """Send a file as what its bytes are, under the name it came with; the page asks for the right first.

    Refuses FileGone.
    """
    name = kept.name
    ending = ENDINGS[kept.type]  # type: ignore[index]
    if kept.type != "text" and not name.lower().endswith((ending, ".jpeg")):
        name += ending
    answer = FileResponse(
        open_file(kept),
        as_attachment=kept.type not in SHOWN,
        filename=name,
        content_type=CONTENT_TYPES[kept.type],  # type: ignore[index]
    )
    answer["Cache-Control"] = "private, no-store"
    return answer  # type: ignore[return-value]  # what django-stubs keep apart, pages do not

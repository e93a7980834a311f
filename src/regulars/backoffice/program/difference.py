"""What changes between two documents, with the page where each change is."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from regulars.backoffice.program.editors import OF_KIND
from regulars.core.difference import Change
from regulars.core.phrases import sentence


def show_changes(
    changes: Sequence[Change], *, with_links: bool, touched: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Return each change with its sentences, and whom it touches where that was counted."""
    return [
        {
            "change": change,
            "noun": OF_KIND[change.section].noun if change.section in OF_KIND else "",
            "words": [sentence(words) for words in change.words],
            "url": _url(change) if with_links else "",
            "touched": sentence(touched[place]) if touched is not None else "",
        }
        for place, change in enumerate(changes)
    ]


def _url(change: Change) -> str:
    if change.section == "policies":
        return reverse("policies")
    if change.kind == "removed":
        return ""
    editor = OF_KIND[change.section]
    return reverse("piece", args=[editor.slug, change.code]) if change.code else reverse(editor.room)

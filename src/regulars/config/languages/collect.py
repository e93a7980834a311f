"""What the interface says, collected from the templates and the Python files that mark it for translation."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

import regulars
from regulars.config.languages.companions import companion_pages, is_shown

ROOT = Path(regulars.__file__).parent

_CONTEXT = (1, "c")
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "mark": None,
    "mark_as": (_CONTEXT, 2),
    "mark_many": (1, 2),
    "say": None,
    "say_as": (_CONTEXT, 2),
    "say_many": (1, 2),
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": (_CONTEXT, 2),
    "pgettext_lazy": (_CONTEXT, 2),
    "npgettext": (_CONTEXT, 2, 3),
}
"""The names that mark a message, and where among their arguments it stands."""

Found = tuple[str | tuple[str, str], str | None, list[str]]
"""A message (with its plural), its context, and what translators are told about it."""


def collect() -> Catalog:
    """Collect every message with the files that say it; in the order of files and lines."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for path in sorted([*ROOT.rglob("*.py"), *ROOT.rglob("templates/**/*.*")]):
        if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
            text = path.read_text()
            found = read_python(text) if path.suffix == ".py" else read_template(text)
            for message, context, comments in found:
                place = path.relative_to(ROOT).as_posix()
                catalog.add(message, locations=[(place, 0)], context=context, auto_comments=comments)
    for path in companion_pages():
        text = path.read_text()
        for message, context, _comments in read_python(text) if path.suffix == ".py" else read_template(text):
            if is_shown(message if isinstance(message, str) else message[0]):
                catalog.add(message, locations=[("allauth", 0)], context=context)
    return catalog


def read_template(text: str) -> Iterator[Found]:
    """Find what a template marks; only its tags are read, so that no text beside them can be taken for Python."""
    return read_python("\n".join(line.strip() for line in templatize(text).splitlines()))


def read_python(source: str) -> Iterator[Found]:
    """Find what a Python file marks."""
    read: Any = extract_python  # its types name another order than it yields
    for _line, name, said, comments in read(
        BytesIO(source.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"}
    ):
        places = KEYWORDS[name] or (1,)
        parts = list(said) if isinstance(said, tuple) else [said]
        context = parts[0] if _CONTEXT in places else None
        texts = [parts[place - 1] for place in places if isinstance(place, int) and place <= len(parts)]
        if texts and all(texts):
            message = str(texts[0]) if len(texts) == 1 else (str(texts[0]), str(texts[1]))
            yield message, context, comments

"""docs/reference/refusals.md, written from the code: `python -m tests.docs.refusal_table` writes it anew."""

import importlib
import os
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "refusals.md"
HEAD = """\
# Refusals

Every error of the API has one shape: `{"code": …, "message": …, "facts": {…}}`. Programs go by `code`, which never
changes; `message` is for people and says what to do next; `facts` has the numbers. A refusal has moved nothing.

400 the request is not of the documented shape · 401, 403 the key · 404 no such thing here · 409 it clashes with what is
there · 422 understood, and not possible · 503 come again after `Retry-After` seconds.
[When to send again](../concepts/retries.md#when-to-send-again).

This page is written from the code. Words in italics are facts.

## What the API answers

| code | status | message |
| --- | --- | --- |
"""
ELSEWHERE = """
## Elsewhere

These arise in the back office and on the command line, which show them as sentences.

| code | meaning |
| --- | --- |
"""
FRAMEWORK = {
    "method_not_allowed": (405, "This address takes *allowed*."),
    "body_too_large": (413, "The body is larger than *largest_bytes* bytes: send less at once."),
    "internal_error": (500, "Something went wrong on our side; it has been logged. Try again later."),
}
"""What `api/errors.py` says to the framework's own errors."""


def text() -> str:
    """The whole page, as it must be."""
    from regulars.api.words import WORDS

    answers = {code: (status, _italics(words)) for code, (status, words) in WORDS.items()} | FRAMEWORK
    rows = [f"| `{code}` | {status} | {words} |" for code, (status, words) in sorted(answers.items())]
    others = {code: meaning for code, meaning in meanings().items() if code not in answers}
    rest = [f"| `{code}` | {meaning} |" for code, meaning in sorted(others.items())]
    return HEAD + "\n".join(rows) + "\n" + ELSEWHERE + "\n".join(rest) + "\n"


def meanings() -> dict[str, str]:
    """Every refusal's code in the program, with the first sentence of its docstring."""
    return {kind.code: _first_sentence(kind) for kind in _refusals()}


def _refusals() -> Iterator[type]:
    import regulars
    from regulars.core.refusals import Refusal

    for module in pkgutil.walk_packages(regulars.__path__, "regulars."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
    waiting = Refusal.__subclasses__()
    while waiting:
        kind = waiting.pop()
        if kind.__module__.startswith("regulars."):
            waiting += kind.__subclasses__()
            yield kind


def _first_sentence(kind: type) -> str:
    words = " ".join((vars(kind).get("__doc__") or "").split())
    sentence = re.split(r"(?<=[.;]) ", words)[0].rstrip(".;")
    return f"{sentence or kind.code.replace('_', ' ').capitalize()}."  # type: ignore[attr-defined]


def _italics(words: str) -> str:
    return re.sub(r"\$(\w+)", r"*\1*", words).replace("|", "\\|")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    PAGE.write_text(text())

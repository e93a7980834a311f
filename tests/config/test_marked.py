"""No page says anything in raw English: what people read in a template is marked for translation."""

import re
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

import regulars

TEMPLATES = sorted(Path(regulars.__file__).parent.rglob("templates/**/*.html"))
SCRIPTS = sorted(Path(regulars.__file__).parent.glob("*/static/backoffice/*.js"))

READ = ("alt", "aria-label", "aria-description", "aria-roledescription", "placeholder", "title")
"""Attributes that people see or hear."""

ALLOWED = {"Regulars", "PIN", "SKU", "API", "CSV", "XLSX", "QR", "JSON", "PDF", "YAML"}
"""What is the same in every language."""

CLASSES = {"block width", "block bodyclass"}
"""Blocks that hold names of classes."""

WORD = re.compile(r"[A-Za-z]{2,}")
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_SEEN = re.compile(rf"""\b(?:{"|".join(READ)})=(?:"([^"]*)"|'([^']*)')""")


def raw_texts(template: str) -> list[str]:
    """Return the words that stand in a template outside of its tags and of marked messages."""
    kept, is_message, is_comment, is_class = "", False, False, False
    for token in Lexer(template).tokenize():
        name = token.contents.split(" ")[0] if token.token_type == TokenType.BLOCK else ""
        if name in ("blocktranslate", "endblocktranslate"):
            is_message = name == "blocktranslate"
        elif name in ("comment", "endcomment"):
            is_comment = name == "comment"
        elif token.contents in CLASSES or (is_class and name == "endblock"):
            is_class = name == "block"
        elif token.token_type == TokenType.TEXT and not (is_message or is_comment or is_class):
            kept += token.contents
        elif token.token_type != TokenType.TEXT:
            kept += "\x00"
    kept = re.sub(r"&\w+;", " ", _HIDDEN.sub("", kept))
    said = [text for tag in _TAG.findall(kept) for pair in _SEEN.findall(tag) for text in pair]
    said += _TAG.sub("\x01", kept).split("\x01")
    texts = [each.strip() for text in said for each in re.split("[\x00\n]", text)]
    return [text for text in texts if any(word not in ALLOWED for word in WORD.findall(text))]


@pytest.mark.parametrize(
    ("template", "raw"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{% translate 'Hello' %}</p>", []),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", []),
        ('<input placeholder="Your name" name="name">', ["Your name"]),
        ('<a title="{% translate "More" %}" href="/more">{{ more }}</a>', []),
        ("<b>Regulars</b> · 12&nbsp;%", []),
        ("{% block width %}narrow{% endblock %}{% block content %}wide{% endblock %}", ["wide"]),
        ("{% comment %}for authors{% endcomment %}<!-- so is this -->", []),
        ("{% if a > 1 %}and{% endif %}", ["and"]),
    ],
)
def test_what_is_raw_is_found(template, raw):
    assert raw_texts(template) == raw


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_unmarked(path):
    assert raw_texts(path.read_text()) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_of_its_own(path):
    """What a script shows, the page gives it in data attributes: sentences in it would be English for everybody."""
    source = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    texts = [text for pair in re.findall(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`', source) for text in pair]
    assert [text for text in texts if re.search(r"[A-Za-z]{3,} [a-z]{2,}", text) and not _is_code(text)] == []


def _is_code(text: str) -> bool:
    return bool(re.search(r"[\[#.:=<>]", text))

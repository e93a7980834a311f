"""What a version of a template says otherwise than the one before it, word by word."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from regulars.backoffice.messages_words import name_of_channel, name_of_language
from regulars.messages.templates import WrittenText

WORDS = re.compile(r"\{\{.*?\}\}|\s+|\w+|[^\w\s]")


class Piece(msgspec.Struct, frozen=True):
    """Some words that stayed, came or went."""

    kind: Literal["same", "new", "gone"]
    text: str


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One text that differs; `state` says whether it is new, gone, or changed."""

    name: str
    language: str
    state: Literal["new", "gone", "changed"]
    subject: Sequence[Piece]
    body: Sequence[Piece]


def compare_texts(before: Sequence[WrittenText], after: Sequence[WrittenText]) -> list[Changed]:
    """Return the texts that differ, in the order of the later version, those that went last."""
    was = {(text.channel, text.language): text for text in before}
    then = {(text.channel, text.language): text for text in after}
    return [
        _compare(was.get(key), then.get(key)) for key in dict.fromkeys([*then, *was]) if was.get(key) != then.get(key)
    ]


def compare_words(before: str, after: str) -> list[Piece]:
    """Say which words stayed, came and went."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("gone", "".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("new", "".join(new[j1:j2])))
    return pieces


def _compare(before: WrittenText | None, after: WrittenText | None) -> Changed:
    text = after or before
    assert text is not None, "one of them is there"
    return Changed(
        name=f"{name_of_channel(text.channel)} · {name_of_language(text.language)}",
        language=text.language,
        state="new" if before is None else "gone" if after is None else "changed",
        subject=compare_words(before.subject if before else "", after.subject if after else ""),
        body=compare_words(before.body if before else "", after.body if after else ""),
    )

"""YAML text as a tree of what was written, with lines: no types are guessed, so that 007, 08:30, no and on stay what
they are. Only plain mappings, lists and scalars are read; anchors, tags and a second document are faults.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec
import yaml

from regulars.core.tongue import say

LONGEST: Final = 1_000_000
DEEPEST: Final = 20

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar(msgspec.Struct, frozen=True):
    """What was written; `is_null` for an empty value, ~ or null."""

    text: str
    line: int
    is_null: bool = False


class Listing(msgspec.Struct, frozen=True):
    items: list["Tree"]
    line: int


class Mapping(msgspec.Struct, frozen=True):
    """`lines` are those of the keys."""

    fields: dict[str, "Tree"]
    lines: dict[str, int]
    line: int


Tree = Scalar | Listing | Mapping


class NotReadable(Exception):
    """The text is no YAML that a program can be written in; `said` says why, and `line` where."""

    def __init__(self, said: str, line: int | None) -> None:
        super().__init__(said)
        self.said = said
        self.line = line


def read_tree(text: str) -> Tree:
    """Read one YAML document. Raises NotReadable."""
    if len(text) > LONGEST:
        raise NotReadable(
            say("The file has %(n)s characters; at most %(most)s are read.", n=len(text), most=LONGEST), None
        )
    try:
        return _document(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotReadable(
            say("This is not YAML: %(problem)s.", problem=error.problem), mark.line + 1 if mark else None
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotReadable(say("There is a character that no text has."), line) from None


def _document(events: Iterator[yaml.Event]) -> Tree:
    root: Tree | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise NotReadable(say("A second document begins here; a program is one."), _line(event))
        if isinstance(event, yaml.NodeEvent):
            root = _node(event, events, depth=1)
    if root is None:
        raise NotReadable(say("The file is empty."), 1)
    return root


def _node(event: yaml.NodeEvent, events: Iterator[yaml.Event], *, depth: int) -> Tree:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise NotReadable(say("Anchors (&) and references (*) are not read: write it out."), line)
    if depth > DEEPEST:
        raise NotReadable(say("This lies deeper than %(n)s levels.", n=DEEPEST), line)
    match event:
        case yaml.ScalarEvent():
            _refuse_tag(event.tag, line)
            is_plain = event.style is None or event.style == ""
            return Scalar(event.value, line, is_plain and event.value in ("", "~", "null"))
        case yaml.SequenceStartEvent():
            _refuse_tag(event.tag, line)
            return Listing(list(_items(events, depth)), line)
        case yaml.MappingStartEvent():
            _refuse_tag(event.tag, line)
            return _mapping(events, line, depth)
        case _:
            raise NotReadable(say("This is not a value."), line)


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None, "what was parsed from a text has a place"
    return event.start_mark.line + 1


def _refuse_tag(tag: str | None, line: int) -> None:
    if tag not in (None, "!"):
        written = re.sub("^tag:yaml.org,2002:", "!!", str(tag))
        raise NotReadable(say("Tags such as %(tag)s are not read.", tag=written), line)


def _items(events: Iterator[yaml.Event], depth: int) -> Iterator[Tree]:
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        assert isinstance(event, yaml.NodeEvent), "a list holds values"
        yield _node(event, events, depth=depth + 1)


def _mapping(events: Iterator[yaml.Event], line: int, depth: int) -> Mapping:
    fields: dict[str, Tree] = {}
    lines: dict[str, int] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        assert isinstance(event, yaml.NodeEvent), "a mapping holds keys"
        at = _line(event)
        key = _node(event, events, depth=depth + 1)
        if not isinstance(key, Scalar):
            raise NotReadable(say("A key is a single word."), at)
        if key.text in fields:
            raise NotReadable(
                say("“%(name)s” was said already, in line %(line)s.", name=key.text, line=lines[key.text]), at
            )
        value = next(events)
        assert isinstance(value, yaml.NodeEvent), "a key has a value"
        fields[key.text], lines[key.text] = _node(value, events, depth=depth + 1), at
    return Mapping(fields, lines, line)

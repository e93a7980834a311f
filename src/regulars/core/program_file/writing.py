"""A document becomes the file that people read: what is not usual, in a fixed order, each part under its sentence."""

import textwrap
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Any

import msgspec
import yaml

from regulars.core.difference import tell_part
from regulars.core.program.document import ProgramDocument
from regulars.core.program.units import Pays

WIDTH = 110

# What rules have in common comes after what each is about.
_LAST = ("when", "stacking", "stop", "caps", "budget", "expiry", "pending", "rounding")
_SECTIONS = ("collections", "budgets", "rules", "stamp_cards", "tier_sets", "rewards")

Say = Callable[[str, Any], str]


def write_file(document: ProgramDocument, *, currency: str, zone: tzinfo, title: str = "") -> str:
    """Write the program as YAML; moments are in the program's `zone`. Reading it gives the same document again."""

    def say(section: str, part: Any) -> str:
        return tell_part(section, part, document=document, currency=currency, zone=zone)

    pieces = [f"# {line}\n" for line in textwrap.wrap(title, WIDTH)]
    pieces += ["format: 1\n", *_section("units", document.units, say, zone)]
    for section in _SECTIONS:
        parts = getattr(document, section)
        if parts:
            pieces += _section(section, parts, say, zone)
    policies = _plain(document.policies, zone)
    if policies:
        pieces.append("\n" + _dump({"policies": policies}))
    return "".join(pieces)


def _section(name: str, parts: tuple[Any, ...], say: Say, zone: tzinfo) -> Iterator[str]:
    yield f"\n{name}:"
    if not parts:
        yield " []\n"
        return
    yield "\n"
    for i, part in enumerate(parts):
        if i:
            yield "\n"
        yield from (f"  # {line}\n" for line in textwrap.wrap(say(name, part), WIDTH - 4))
        yield textwrap.indent(_dump([dict(_plain(part, zone))]), "  ")


def _plain(value: Any, zone: tzinfo) -> Any:
    """Return what YAML says of a value: of a struct, its tag and what differs from the defaults."""
    match value:
        case msgspec.Struct():
            tag = value.__struct_config__.tag
            fields = msgspec.structs.fields(value)
            told = {"type": tag} if isinstance(tag, str) else {}
            for field in sorted(fields, key=lambda field: field.name in _LAST):
                each = getattr(value, field.name)
                if field.required or each != _default(field) or isinstance(value, Pays):
                    told[field.encode_name] = _plain(each, zone)
            return _OnOneLine(told) if _is_short(told) else told
        case tuple():
            return [_plain(each, zone) for each in value]
        case dict():
            pairs = {key: _plain(each, zone) for key, each in value.items()}
            return _OnOneLine(pairs) if _is_short(pairs) else pairs
        case datetime():
            is_full_minute = value.second == value.microsecond == 0
            return value.astimezone(zone).isoformat(sep=" ", timespec="minutes" if is_full_minute else "auto")
        case _:
            return value


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


class _OnOneLine(dict[Any, Any]):
    """A few single values that stand on one line."""


def _is_short(pairs: dict[Any, Any]) -> bool:
    return len(pairs) <= 4 and not any(isinstance(each, dict | list) for each in pairs.values())


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key, and keeps short lists of words on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _represent_list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    is_short = not any(isinstance(item, dict | list) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_short)


def _represent_line(dumper: yaml.SafeDumper, pairs: _OnOneLine) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", pairs.items(), flow_style=True)


_Dumper.add_representer(list, _represent_list)
_Dumper.add_representer(_OnOneLine, _represent_line)


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False)

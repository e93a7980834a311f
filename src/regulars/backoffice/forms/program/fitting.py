"""Between a piece of the document and the flat names of a form's fields: `a__b` is `a.b`, `a:key` is `a[key]`."""

from functools import cache
from typing import Any

import msgspec
from msgspec import inspect


def fit(value: Any, kind: Any) -> Any:
    """Return builtins without the fields that the value's type does not know: a form asks for every kind at once."""
    return _fit(value, _info(kind))


@cache
def _info(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def _fit(value: Any, kind: inspect.Type) -> Any:
    match kind:
        case inspect.Metadata(type=inner):
            return _fit(value, inner)
        case inspect.UnionType(types=types):
            return _fit(value, _chosen(value, types))
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            known = {field.encode_name: field.type for field in fields}
            kept = {name: _fit(part, known[name]) for name, part in value.items() if name in known}
            return {kind.tag_field: kind.tag, **kept} if kind.tag_field else kept
        case inspect.VarTupleType(item_type=item) if isinstance(value, (list, tuple)):
            return [_fit(part, item) for part in value]
        case _:
            return value


def _chosen(value: Any, types: tuple[inspect.Type, ...]) -> inspect.Type:
    """The struct whose tag the value carries, or the only one; anything else is left as it is."""
    structs = [kind for kind in types if isinstance(kind, inspect.StructType)]
    if isinstance(value, dict):
        for kind in structs:
            if kind.tag_field is None or value.get(kind.tag_field) == kind.tag:
                return kind
    return inspect.AnyType()


def spread(part: msgspec.Struct, prefix: str = "") -> dict[str, Any]:
    """Return a piece as a form shows it: every field under its flat name, tuples of pieces as they are."""
    flat: dict[str, Any] = {}
    if isinstance(tag := part.__struct_config__.tag, str):
        flat[f"{prefix}type"] = tag
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, msgspec.Struct):
            flat |= spread(value, f"{prefix}{name}__")
        elif isinstance(value, dict):
            flat |= {f"{prefix}{name}:{key}": each for key, each in value.items()} | {f"{prefix}{name}": value}
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def gather(flat: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed as nested builtins; what was left empty is not said."""
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        if value is None or value == "" or value == () or value == []:
            continue
        path, colon, key = name.partition(":")
        *way, last = [*path.split("__"), *([key] if colon else [])]
        here = nested
        for step in way:
            here = here.setdefault(step, {})
        here[last] = value
    return nested


def steps_of(path: str) -> list[str]:
    """Cut a fault's path (`$.rules[2].caps[0].limit`) into its steps."""
    return [
        step for step in path.replace("[", ".").replace("]", "").replace("/", ".").split(".") if step not in ("", "$")
    ]

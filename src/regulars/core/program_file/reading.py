"""A program file becomes a document, or a list of everything that keeps it from being one.

The document's own types say what may stand where. What is faulty is left out of the rest, so that the rest can be
checked as well, and one look at the list mends the file.
"""

import re
from datetime import tzinfo
from typing import Any, Final

import msgspec
import msgspec.inspect as wanted

from regulars.core.checking import UNKNOWN_SHOP, check_document
from regulars.core.checks.faults import Fault, suggest
from regulars.core.checks.shop import Shop
from regulars.core.program.document import ProgramDocument
from regulars.core.program_file.scalars import WrongScalar, read_scalar
from regulars.core.program_file.tree import Listing, Mapping, NotReadable, Scalar, Tree, read_tree
from regulars.core.tongue import names, say

LEFT_OUT: Final = object()

# These ask for something that what was left out may be.
_MISSING = {"unused", "never_given", "nothing_to_multiply", "no_levels", "no_units", "no_items"}

_DOCUMENT = wanted.type_info(ProgramDocument)


class FileRead(msgspec.Struct, frozen=True):
    """`document` is None where there is a fault of form; warnings and faults of sense leave it."""

    document: ProgramDocument | None
    faults: list[Fault]


def check_file(text: str, *, currency: str, zone: tzinfo, shop: Shop = UNKNOWN_SHOP) -> FileRead:
    """Read a program file and return it with every fault, of form and of sense, by their lines.

    Moments without an offset are in the program's `zone`.
    """
    try:
        tree = read_tree(text)
    except NotReadable as error:
        return FileRead(None, [Fault("", "not_yaml", error.said, line=error.line or 1)])
    reader = Reader(zone)
    found = reader.read(tree, _DOCUMENT, "")
    faults = list(reader.faults)
    if found is LEFT_OUT:
        return FileRead(None, faults)
    document = msgspec.convert(found, type=ProgramDocument)
    for fault in check_document(document, currency=currency, zone=zone, shop=shop):
        path = reader.as_written(fault.path)
        if not (reader.faults and reader.may_be_missing(fault)):
            faults.append(msgspec.structs.replace(fault, path=path, line=reader.line_of(path)))
    faults.sort(key=lambda fault: fault.line or 0)
    return FileRead(None if reader.faults else document, faults)


class Reader:
    """Reads a tree by types and keeps what it meets: faults, lines by path, and what was left out of lists."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.faults: list[Fault] = []
        self.lines: dict[str, int] = {}
        self.kept: dict[str, list[int]] = {}
        self.codes_left_out: set[str] = set()

    def read(self, tree: Tree, kind: wanted.Type, path: str) -> Any:
        """Return the builtin value for `kind`, or LEFT_OUT after telling why."""
        self.lines.setdefault(path, tree.line)
        match kind:
            case wanted.UnionType(types=types):
                return self._read_union(tree, types, path)
            case wanted.StructType():
                return self._read_struct(tree, kind, path)
            case wanted.VarTupleType(item_type=item):
                return self._read_list(tree, item, path)
            case wanted.DictType(key_type=key, value_type=value):
                return self._read_dict(tree, key, value, path)
            case _:
                return self._read_scalar(tree, kind, path)

    def line_of(self, path: str) -> int:
        """Return the line of a path, or of the nearest part around it that was written."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)

    def as_written(self, path: str) -> str:
        """Return the path in the file: where items of a list were left out, later ones stand further down there."""
        written, done = "", 0
        for place in re.finditer(r"\[(\d+)\]", path):
            written += path[done : place.start()]
            kept = self.kept.get(written)
            written += f"[{kept[int(place[1])]}]" if kept else place[0]
            done = place.end()
        return written + path[done:]

    def may_be_missing(self, fault: Fault) -> bool:
        """Tell whether a fault of sense may only be there because something was left out."""
        return fault.code in _MISSING or any(f"“{code}”" in fault.said for code in self.codes_left_out)

    def _tell(self, path: str, code: str, said: str, line: int) -> Any:
        self.faults.append(Fault(path, code, said, line=line))
        return LEFT_OUT

    def _read_union(self, tree: Tree, types: tuple[wanted.Type, ...], path: str) -> Any:
        if isinstance(tree, Scalar) and tree.is_null and any(isinstance(each, wanted.NoneType) for each in types):
            return None
        choices = [each for each in types if not isinstance(each, wanted.NoneType)]
        if len(choices) == 1:
            return self.read(tree, choices[0], path)
        tags = {str(each.tag): each for each in choices if isinstance(each, wanted.StructType)}
        if not isinstance(tree, Mapping):
            said = say("This has to have fields, of which type is one of %(names)s.", names=names(tags))
            return self._tell(path, "wrong_form", said, tree.line)
        tag = tree.fields.get("type")
        if not isinstance(tag, Scalar):
            self._leave_out(tree)
            said = say("The field type is missing: one of %(names)s.", names=names(tags))
            return self._tell(path, "field_missing", said, tree.line)
        if tag.text not in tags:
            self._leave_out(tree)
            said = say(
                "There is no type “%(name)s”%(hint)s It has to be one of %(names)s.",
                name=tag.text,
                hint=suggest(tag.text, tags),
                names=names(tags),
            )
            return self._tell(f"{path}.type", "wrong_type", said, tree.lines["type"])
        return self.read(tree, tags[tag.text], path)

    def _read_struct(self, tree: Tree, kind: wanted.StructType, path: str) -> Any:
        fields = {field.encode_name: field for field in kind.fields}
        if not isinstance(tree, Mapping):
            said = say("This has to have fields, such as %(names)s.", names=names(list(fields)[:5]))
            return self._tell(path, "wrong_form", said, tree.line)
        found: dict[str, Any] = {}
        is_whole = True
        for name, value in tree.fields.items():
            at = f"{path}.{name}" if path else name
            self.lines[at] = tree.lines[name]
            if name == kind.tag_field:
                found[name] = kind.tag
            elif name not in fields:
                known = [*fields, *([kind.tag_field] if kind.tag_field else [])]
                hint = say("; there are %(names)s.", names=names(known))
                said = say("There is no field “%(name)s” here%(hint)s", name=name, hint=suggest(name, known, hint))
                self._tell(at, "unknown_field", said, tree.lines[name])
            elif (read := self.read(value, fields[name].type, at)) is not LEFT_OUT:
                found[name] = read
            elif fields[name].required:
                is_whole = False
        for name, field in fields.items():
            if field.required and name not in tree.fields:
                is_whole = False
                said = say("The field %(name)s is missing.", name=name)
                self._tell(f"{path}.{name}" if path else name, "field_missing", said, tree.line)
        if not is_whole:
            self._leave_out(tree)
            return LEFT_OUT
        try:
            msgspec.convert(found, type=kind.cls)
        except msgspec.ValidationError as error:
            self._leave_out(tree)
            return self._tell(path, "contradiction", re.sub(r" - at `\$.*$", "", str(error)), tree.line)
        return found

    def _read_list(self, tree: Tree, item: wanted.Type, path: str) -> Any:
        if isinstance(tree, Scalar) and tree.is_null:
            return []
        if not isinstance(tree, Listing):
            if isinstance(tree, Scalar):
                said = say("This has to be a list: write [%(text)s].", text=tree.text)
            else:
                said = say("This has to be a list: begin each with a dash.")
            return self._tell(path, "wrong_form", said, tree.line)
        read = [self.read(each, item, f"{path}[{i}]") for i, each in enumerate(tree.items)]
        kept = [i for i, each in enumerate(read) if each is not LEFT_OUT]
        if len(kept) < len(read):
            self.kept[path] = kept
        return [read[i] for i in kept]

    def _read_dict(self, tree: Tree, key_kind: wanted.Type, value_kind: wanted.Type, path: str) -> Any:
        if isinstance(tree, Scalar) and tree.is_null:
            return {}
        if not isinstance(tree, Mapping):
            return self._tell(path, "wrong_form", say("This has to be pairs of a name and a value."), tree.line)
        found = {}
        for name, value in tree.fields.items():
            at = f"{path}.{name}"
            self.lines[at] = tree.lines[name]
            key = self._read_scalar(Scalar(name, tree.lines[name]), key_kind, at)
            read = self.read(value, value_kind, at)
            if key is not LEFT_OUT and read is not LEFT_OUT:
                found[key] = read
        return found

    def _read_scalar(self, tree: Tree, kind: wanted.Type, path: str) -> Any:
        if not isinstance(tree, Scalar):
            return self._tell(path, "wrong_form", say("This has to be a single value."), tree.line)
        if tree.is_null and not isinstance(kind, wanted.StrType):
            said = say("A value is missing: give one, or leave the field out.")
            return self._tell(path, "wrong_value", said, tree.line)
        try:
            return read_scalar("" if tree.is_null else tree.text, kind, self.zone)
        except WrongScalar as wrong:
            said = say("“%(text)s” cannot be: this has to be %(wanted)s.", text=tree.text, wanted=str(wrong))
            return self._tell(path, "wrong_value", said, tree.line)

    def _leave_out(self, tree: Tree) -> None:
        if isinstance(tree, Mapping):
            code = tree.fields.get("code")
            if isinstance(code, Scalar):
                self.codes_left_out.add(code.text)
            for each in tree.fields.values():
                self._leave_out(each)
        elif isinstance(tree, Listing):
            for each in tree.items:
                self._leave_out(each)

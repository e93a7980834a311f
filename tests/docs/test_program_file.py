"""The program file's page names every field and choice; its examples are sound; the schema is the types' own."""

import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import msgspec
import msgspec.inspect as wanted
import pytest

from regulars.core.program.document import ProgramDocument
from regulars.core.program.policies import Policies
from regulars.core.program_file.reading import check_file
from regulars.core.program_file.schema import program_schema, write_schema
from regulars.core.program_file.writing import write_file
from regulars.programs.recipes import RECIPES, read_recipe

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "program-file.md").read_text()
HOW_TO = (DOCS / "how-to" / "set-up-the-program.md").read_text()
UTC = ZoneInfo("UTC")


def parts(kind: wanted.Type) -> list[wanted.StructType]:
    """Every kind of part a document can have."""
    found: dict[type, wanted.StructType] = {}

    def walk(each: wanted.Type) -> None:
        match each:
            case wanted.StructType():
                if each.cls not in found:
                    found[each.cls] = each
                    for field in each.fields:
                        walk(field.type)
            case wanted.UnionType(types=types):
                for one in types:
                    walk(one)
            case wanted.VarTupleType(item_type=item):
                walk(item)
            case wanted.DictType(value_type=value):
                walk(value)

    walk(kind)
    return list(found.values())


@pytest.mark.parametrize("part", parts(wanted.type_info(ProgramDocument)), ids=lambda part: part.cls.__name__)
def test_the_page_names_every_field_and_choice(part):
    prose = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    said = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", prose))))
    for field in part.fields:
        assert field.name in said, f"{part.cls.__name__}.{field.name}"
        if isinstance(field.type, wanted.LiteralType):
            assert {str(value) for value in field.type.values} - {"1"} <= said, field.name
    if isinstance(part.tag, str):
        assert part.tag in said


def test_the_page_names_what_every_policy_begins_with():
    for name, value in msgspec.json.decode(msgspec.json.encode(msgspec.structs.asdict(Policies()))).items():
        if not isinstance(value, dict):
            assert re.search(rf"`{name}`.*\| {str(value).lower()} \|$", PAGE, re.MULTILINE), name


def test_the_published_schema_is_the_types_own():
    path = DOCS / "reference" / "program.schema.json"
    assert path.read_text() == write_schema(), (
        "write it anew: regulars program schema -o docs/reference/program.schema.json"
    )


def plain(document: ProgramDocument) -> Any:
    return json.loads(msgspec.json.encode(document))


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_fit_the_schema(name):
    document = check_file(read_recipe(name), currency="USD", zone=UTC).document
    jsonschema_rs.validate(program_schema(), plain(document))


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": 2},
        {"unit": []},
        {"rules": [{"type": "bonus", "code": "b", "name": "B", "points": 0}]},
        {"rules": [{"type": "bonus", "code": "B B", "name": "B", "points": 1}]},
        {"rules": [{"type": "bonsu", "code": "b", "name": "B", "points": 1}]},
        {"rewards": [{"code": "b"}]},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(wrong):
    assert not jsonschema_rs.is_valid(program_schema(), wrong)


@pytest.mark.parametrize("example", re.findall(r"^```yaml\n(.*?)^```", PAGE + HOW_TO, re.MULTILINE | re.DOTALL))
def test_the_examples_are_sound(example):
    found = check_file(example, currency="USD", zone=UTC)
    assert found.faults == []
    assert write_file(found.document, currency="USD", zone=UTC)


RULES = re.findall(r"^\| [^|]+ \| `(\{type: [^`]+\})` \|$", HOW_TO, re.MULTILINE)


def test_the_rules_of_the_table_can_be_written_together():
    assert len(RULES) >= 2
    text = "rules:\n" + "".join(f"  - {rule}\n" for rule in RULES)
    assert check_file(text, currency="USD", zone=UTC).faults == []

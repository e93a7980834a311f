"""The form of the program as a JSON schema, for editors that complete and check while somebody writes."""

import json
from typing import Any

import msgspec

from regulars.core.program.document import ProgramDocument


def program_schema() -> dict[str, Any]:
    """Return the schema of a program file (JSON Schema 2020-12), made from the document's own types."""
    schema = msgspec.json.schema(ProgramDocument)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A loyalty program of Regulars",
        **_for_everybody(schema),
    }


def write_schema() -> str:
    """Write the schema as it is published."""
    return json.dumps(program_schema(), indent=2, ensure_ascii=False) + "\n"


def _for_everybody(value: Any) -> Any:
    """Patterns end with $ in a schema, where Python says \\Z."""
    match value:
        case dict():
            return {
                key: each.replace(r"\Z", "$") if key == "pattern" else _for_everybody(each)
                for key, each in value.items()
            }
        case list():
            return [_for_everybody(each) for each in value]
        case _:
            return value

"""A body is JSON of exactly the documented shape: decoded once, straight into its type, with nothing guessed.

No string passes for a number, no unknown field is dropped, and nothing nests deeper than the type does.
"""

from collections.abc import Generator
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from litestar.dto import AbstractDTO, DTOFieldDefinition
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from regulars.api.quantities import read_quantity
from regulars.core.refusals import Refusal

MAX_BODY = 1_048_576
"""1 MB: a till's sale of 1,000 lines has a quarter of that."""


class InvalidRequest(Refusal):
    """The request does not have the documented shape; `where` points at the first place that does not fit."""

    code = "invalid_request"

    def __init__(self, *, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem


class Strict[Body](AbstractDTO[Body]):
    """Litestar's hook for decoding a body: `dto=Strict[SaleIn]`, `return_dto=None`.

    The documents show the type that the handler names.
    """

    def decode_bytes(self, value: bytes) -> Body:
        return decode_body(value, self.model_type)

    @classmethod
    def create_for_field_definition(cls, *_args: Any, **_kwargs: Any) -> None:
        """Nothing to generate: the type itself is what arrives."""

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:  # the DTO's signature
        schema: Reference | Schema = schema_creator.for_field_definition(field_definition)
        return schema

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:
        raise NotImplementedError(model_type)

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        raise NotImplementedError(field_definition)


def decode_body[Body](body: bytes, kind: type[Body]) -> Body:
    """Decode a request's body. Refuses: InvalidRequest."""
    try:
        decoded: Body = _decoder(kind).decode(body)  # type: ignore[arg-type]  # types are hashable
    except msgspec.ValidationError as fault:
        problem, _, where = str(fault).partition(" - at ")
        raise InvalidRequest(where=where.strip("`") or "$", problem=problem) from None
    except RecursionError:
        raise InvalidRequest(where="$", problem="Nested too deeply") from None
    except (msgspec.DecodeError, UnicodeError, ArithmeticError) as fault:
        raise InvalidRequest(where="$", problem=f"Not JSON in UTF-8: {_said(fault)}") from None
    # PostgreSQL's text has no NUL. Raw ones are not JSON; what is left is the escape, which needs a closer look.
    if b"\\u0000" in body and _has_nul(msgspec.json.decode(body)):
        raise InvalidRequest(where="$", problem="Text must not contain the character NUL")
    return decoded


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, dec_hook=read_quantity, float_hook=Decimal)


def _said(fault: Exception) -> str:
    return str(fault) if isinstance(fault, msgspec.DecodeError) else type(fault).__name__


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, list):
        return any(_has_nul(item) for item in value)
    if isinstance(value, dict):
        return any(_has_nul(item) for item in value.values())
    return False

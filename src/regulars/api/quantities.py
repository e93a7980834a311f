"""Quantities come with up to three decimals and are kept as whole thousandths: 0.5 kg is 500."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

from regulars.core.amounts import LARGEST_AMOUNT

LARGEST = 1_000_000

Minor = Annotated[
    int,
    msgspec.Meta(ge=0, le=LARGEST_AMOUNT, description="In the currency's minor units: 1250 is 12.50."),
]


class Quantity(int):
    """Thousandths; in JSON a number between 0 and 1,000,000 with up to three decimals."""


def read_quantity(kind: type, value: Any) -> Quantity:
    """Make a Quantity of a JSON number, exactly; used as msgspec's `dec_hook`, with Decimal as its `float_hook`."""
    if kind is not Quantity:
        raise NotImplementedError(kind)
    if type(value) is int and 0 <= value <= LARGEST:
        return Quantity(value * 1000)
    if isinstance(value, Decimal) and 0 <= value <= LARGEST and value.as_tuple().exponent >= -30:  # type: ignore[operator]  # finite: JSON has no NaN
        milli = value * 1000
        if milli == milli.to_integral_value():
            return Quantity(milli)
    raise ValueError("Expected a number from 0 to 1000000 with up to three decimals")


class QuantitySchema(OpenAPISchemaPlugin):
    """How the documents show a Quantity."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return value is Quantity

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return field_definition.annotation is Quantity

    def to_openapi_schema(
        self, field_definition: FieldDefinition, schema_creator: Any
    ) -> Schema:  # the plugin's signature
        return Schema(
            type=OpenAPIType.NUMBER,
            minimum=0,
            maximum=LARGEST,
            multiple_of=0.001,
            description="Up to three decimals.",
        )

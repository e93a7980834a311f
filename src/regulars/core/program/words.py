"""What the document's fields are made of: codes that stay, names that people read, and bounded whole numbers."""

from typing import Annotated

import msgspec

from regulars.core.amounts import LARGEST_AMOUNT

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}\Z", max_length=32)]
"""Names a thing of the program for ever: small letters, digits, dashes and underscores."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Text = Annotated[str, msgspec.Meta(max_length=2_000)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_AMOUNT)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_AMOUNT)]
Days = Annotated[int, msgspec.Meta(ge=0, le=3660)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A piece of the document: what it does not say has the default, and a field it does not know is a fault."""

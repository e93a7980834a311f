"""What a message with a code says is sealed until it is sent: nobody reads a code out of the database."""

import msgspec

from regulars.platform.sealing import seal, unseal

PURPOSE = "messages with codes"
ABOUT = "delivery"


class Said(msgspec.Struct, frozen=True):
    subject: str
    body: str


def seal_said(said: Said) -> bytes:
    return seal(msgspec.json.encode(said), purpose=PURPOSE, about=ABOUT)


def open_said(sealed: bytes) -> Said:
    """Raises CannotUnseal."""
    return msgspec.json.decode(unseal(sealed, purpose=PURPOSE, about=ABOUT), type=Said)

"""Regulated values (health, licences) at rest: sealed with a key outside the database, each to its attribute."""

from base64 import b64encode

import msgspec

from regulars.core.attributes import AttributeKind, Definition, Value, clean_value, write_value
from regulars.platform.sealing import keyed_hash, seal, unseal

PURPOSE = "member attributes"


def seal_value(definition: Definition, value: Value) -> str:
    """Return the sealed value in base64, as it travels to the database."""
    content = msgspec.json.encode(list(value) if isinstance(value, tuple) else write_value(value))
    return b64encode(seal(content, purpose=PURPOSE, about=_about(definition))).decode()


def open_value(definition: Definition, sealed: bytes) -> Value:
    """Raises CannotUnseal where the data key is another one."""
    content = msgspec.json.decode(unseal(sealed, purpose=PURPOSE, about=_about(definition)))
    if definition.kind is AttributeKind.CHOICE:
        return str(content)
    if definition.kind is AttributeKind.CHOICES:
        return tuple(content)
    value = clean_value(definition, content)
    assert value is not None, "what was sealed was a value"
    return value


def hash_value(definition: Definition, key: str) -> str:
    """Return what keeps two members from having the same value, and says nothing about it."""
    return keyed_hash(f"{_about(definition)}={key}", purpose=PURPOSE)


def _about(definition: Definition) -> str:
    return f"attribute {definition.code}"

"""What must not be read from a copy of the database is sealed with a key that is kept outside it.

AES-256-GCM, a random nonce each, and a key of its own for every purpose (HKDF-SHA-256 of the installation's data key).
The first byte names the way it was sealed, so that a later way can stand beside it.
"""

import hmac
import os
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from regulars.platform.home import find_home, read_data_key

WAY = b"\x01"
NONCE = 12


class CannotUnseal(Exception):
    """The data key is not the one this was sealed with, or the bytes were changed."""


def seal(content: bytes, *, purpose: str, about: str) -> bytes:
    """Encrypt `content`; only the same `purpose` and `about` open it again."""
    nonce = os.urandom(NONCE)
    return WAY + nonce + _cipher(purpose).encrypt(nonce, content, about.encode())


def unseal(sealed: bytes, *, purpose: str, about: str) -> bytes:
    """Return what was sealed. Raises CannotUnseal."""
    nonce, content = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
    try:
        if sealed[:1] != WAY:
            raise CannotUnseal()
        return _cipher(purpose).decrypt(nonce, content, about.encode())
    except (InvalidTag, ValueError):
        raise CannotUnseal() from None


def keyed_hash(text: str, *, purpose: str) -> str:
    """Return 64 hex digits that are the same for the same text, and that nobody can test guesses against without the
    data key (HMAC-SHA-256).
    """
    return hmac.new(_key(purpose), text.encode(), sha256).hexdigest()


def _cipher(purpose: str) -> AESGCM:
    return AESGCM(_key(purpose))


@cache
def _key(purpose: str) -> bytes:
    derived: bytes = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"regulars/{purpose}".encode()).derive(
        read_data_key(find_home()).encode()
    )
    return derived

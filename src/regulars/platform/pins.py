"""PINs are short, so what is kept of one is slow to try and useless without the installation's key.

argon2id over HMAC-SHA-256: a stolen database alone gives nothing to guess against, because the key is not in it.
"""

import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from regulars.platform.sealing import keyed_hash

ITERATIONS, LANES, MEMORY_KIB = 2, 1, 19_456
"""OWASP's choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane."""


def hash_pin(pin: str) -> str:
    """What may be kept of a PIN."""
    salt = secrets.token_bytes(16)
    slow = Argon2id(salt=salt, length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return slow.derive_phc_encoded(_keyed(pin))


def is_pin(pin: str, *, kept: str) -> bool:
    """Tell whether this is the PIN that was kept."""
    try:
        Argon2id.verify_phc_encoded(_keyed(pin), kept)
    except InvalidKey:
        return False
    return True


def _keyed(pin: str) -> bytes:
    return keyed_hash(pin, purpose="pins").encode()

"""Machines sign in with a key: `rk_<merchant>_<id>.<secret>`, shown once and kept as a hash.

A key may do what its scopes say, at its store if it is bound to one, until it expires or is revoked. A name has at most
two live keys, the old one and the one that replaces it, so that tills can be moved over without a pause.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.staff.giving import check_stores
from regulars.staff.models import ApiKey, Scope
from regulars.stores.models import Store

SECRET_BYTES = 32
"""256 bits: nobody guesses it, so a plain SHA-256 keeps it (no salt, no slow hash)."""

LIVE_KEYS_PER_NAME = 2
SCHEMA_PREFIX = "m_"
TOKEN = re.compile(r"rk_([a-z][a-z0-9]{1,30})_([1-9][0-9]{0,17})\.([A-Za-z0-9_-]{43})", re.ASCII)


class TooManyLiveKeys(Refusal):
    """A name has at most two live keys: revoke one first."""

    code = "too_many_live_keys"

    def __init__(self, *, name: str) -> None:
        self.name = name
        self.most = LIVE_KEYS_PER_NAME


class InvalidKey(Refusal):
    """A key has a name of 1 to 64 characters, at least one scope, and an end that lies ahead, if it has one."""

    code = "invalid_key"


class UnknownKeyId(Refusal):
    """The merchant has no key with this id."""

    code = "unknown_key_id"


class Token:
    """A key as a machine sends it, taken apart. It never prints its secret."""

    __slots__ = ("hash", "key_id", "merchant")

    def __init__(self, *, merchant: str, key_id: int, secret: str) -> None:
        self.merchant = merchant
        self.key_id = key_id
        self.hash = hash_secret(secret)

    def __repr__(self) -> str:
        return f"rk_{self.merchant}_{self.key_id}.…"


def read_token(text: str) -> Token | None:
    """Take a key apart; None if it is not shaped like one."""
    match = TOKEN.fullmatch(text)
    if match is None:
        return None
    return Token(merchant=match[1], key_id=int(match[2]), secret=match[3])


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def same_hash(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not tell how much of it was right."""
    return hmac.compare_digest(one, other)


@transaction.atomic
def create_key(
    *,
    name: str,
    scopes: Collection[Scope | str],
    at: datetime,
    by: Actor,
    store: Store | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its token, which is not kept and cannot be shown again.

    Refuses: InvalidKey, TooManyLiveKeys; MoreThanYouHold, where its maker works in some stores and it would in others.
    """
    name = " ".join(name.split())
    wanted = sorted({scope.value for scope in map(_scope, scopes)})
    if not 1 <= len(name) <= 64 or not name.isprintable() or not wanted or (expires_at and expires_at <= at):
        raise InvalidKey()
    check_stores(by, frozenset({store.pk}) if store else None)
    live = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=at))
    # The whole table, for a moment: people who press the button at once must not see each other's keys too late.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE staff_apikey IN SHARE ROW EXCLUSIVE MODE")
    if ApiKey.objects.filter(live, name=name).count() >= LIVE_KEYS_PER_NAME:
        raise TooManyLiveKeys(name=name)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey.objects.create(
        name=name,
        secret_hash=hash_secret(secret),
        scopes=wanted,
        store=store,
        created_at=at,
        expires_at=expires_at,
    )
    facts = {"scopes": wanted, "store": store.code if store else None}
    record_event(action="key.created", about="key", about_id=key.pk, facts=facts, at=at, by=by)
    return key, f"rk_{_merchant_code()}_{key.pk}.{secret}"


@transaction.atomic
def revoke_key(*, key_id: int, at: datetime, by: Actor) -> ApiKey:
    """End a key: within two seconds no machine gets in with it. Revoking it again changes nothing.

    Refuses: UnknownKeyId.
    """
    key = ApiKey.objects.select_for_update(no_key=True).filter(pk=key_id).first()
    if key is None:
        raise UnknownKeyId()
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        record_event(action="key.revoked", about="key", about_id=key.pk, at=at, by=by)
    return key


def is_live(*, expires_at: datetime | None, revoked_at: datetime | None, at: datetime) -> bool:
    return revoked_at is None and (expires_at is None or at < expires_at)


def used_lately(last_used_at: datetime | None, *, at: datetime) -> bool:
    """The last use is written at most once a minute."""
    return last_used_at is not None and at - last_used_at < timedelta(minutes=1)


def _scope(scope: Scope | str) -> Scope:
    try:
        return Scope(scope)
    except ValueError:
        raise InvalidKey() from None


def _merchant_code() -> str:
    return str(connection.schema_name).removeprefix(SCHEMA_PREFIX)  # type: ignore[attr-defined]
